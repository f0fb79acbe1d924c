import CBoot
import Cryptography
import ModuleCore
import Testing

/// Runs published vectors through the code on this machine: libcrypto, the module's own functions and the boot
/// block's.
@Suite struct HostVectorTests {
  @Test(arguments: [("SHA256ShortMsg.rsp", 65), ("SHA256LongMsg.rsp", 17)])
  func `SHA-256 gives NIST's digests`(file: String, count: Int) throws {
    let vectors = try PublishedVectors.digests(file)
    #expect(vectors.count == count)
    for (message, digest) in vectors {
      #expect(SHA256.digest(message) == digest, "ModuleCore, \(message.count) bytes")
      #expect(SHA256Digest(of: message).bytes == digest, "libcrypto, \(message.count) bytes")
      guard BootDigest.takes(message) else { continue }
      #expect(BootDigest.digest(message) == digest, "boot block, \(message.count) bytes")
    }
  }

  @Test func `SHA-256 gives NIST's digests where each is made of those before it`() throws {
    try PublishedVectors.followMonteCarlo(checkpoints: 100) { SHA256Digest(of: $0).bytes }
    try PublishedVectors.followMonteCarlo(checkpoints: 5) { SHA256.digest($0) }
    try PublishedVectors.followMonteCarlo(checkpoints: 5) { BootDigest.digest($0) }
  }

  @Test func `HMAC-SHA-256 gives the codes of RFC 4231`() throws {
    let vectors = try PublishedVectors.codes("rfc4231-hmac-sha256.txt")
    #expect(vectors.count == 6)
    for (key, message, code) in vectors {
      var hmac = HMACSHA256(key: key)
      hmac.update(message)
      #expect(hmac.finish() == code)
      #expect(MessageAuthentication.hmacSHA256(message, key: key) == code)
    }
  }

  @Test func `Ed25519 makes and accepts the signatures of RFC 8032`() throws {
    let vectors = try PublishedVectors("rfc8032-ed25519.txt").records
    #expect(vectors.count == 5)
    for vector in vectors {
      let key = try SigningKey(seed: try vector.bytes("Seed"))
      let (message, signature) = (try vector.bytes("Msg"), try vector.bytes("Signature"))
      #expect(key.verifyingKey.bytes == (try vector.bytes("Public")))
      #expect(try key.sign(message) == signature)
      let verifying = try #require(VerifyingKey(bytes: try vector.bytes("Public")))
      #expect(verifying.accepts(signature, over: message))
      #expect(!verifying.accepts(signature, over: message + [0]))
    }
  }
}

/// The boot block's digest reads flash by the word and counts the place of the image's own digest as zeros.
enum BootDigest {
  /// Whether a message has whole words and ends before that place, as the boot block's digest needs it.
  static func takes(_ message: [UInt8]) -> Bool { message.count % 4 == 0 && message.count <= 0x230 }

  static func digest(_ message: [UInt8]) -> [UInt8] {
    var words = [UInt32](repeating: 0, count: 8)
    // The address of a message that starts at 0 is an offset into it.
    message.withUnsafeBytes { bytes in
      var flash = wt_flash()
      flash.context = UnsafeMutableRawPointer(mutating: bytes.baseAddress)
      flash.word = { context, address in
        context?.loadUnaligned(fromByteOffset: Int(address), as: UInt32.self) ?? 0
      }
      wt_boot_digest(&flash, 0, UInt32(bytes.count), &words)
    }
    return words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> UInt32(24 - 8 * $0)) } }
  }
}
