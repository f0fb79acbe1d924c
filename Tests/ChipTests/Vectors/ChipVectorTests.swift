import Bench
import Cryptography
import ModuleCore
import Testing

@testable import Chip

/// Runs published vectors through the shipped bytes on the executed chip.
@Suite struct ChipVectorTests {
  @Test(arguments: ["SHA256ShortMsg.rsp", "SHA256LongMsg.rsp"])
  func `the module's SHA-256 gives NIST's digests`(file: String) throws {
    let rig = try ChipRig()
    rig.boot()
    guard let program = try CompiledProgram("application.elf", in: rig) else { return }
    for (message, digest) in try PublishedVectors.digests(file) {
      #expect(try program.sha256(message) == digest, "\(message.count) bytes")
    }
  }

  @Test func `the module's SHA-256 gives NIST's digests where each is made of those before it`() throws {
    let rig = try ChipRig()
    rig.boot()
    guard let program = try CompiledProgram("application.elf", in: rig) else { return }
    try PublishedVectors.followMonteCarlo(checkpoints: 2) { try program.sha256($0) }
  }

  @Test func `the boot block's SHA-256 gives NIST's digests`() throws {
    let rig = try ChipRig()
    guard let program = try CompiledProgram("boot.elf", in: rig) else { return }
    let all = try PublishedVectors.digests("SHA256ShortMsg.rsp") + PublishedVectors.digests("SHA256LongMsg.rsp")
    let vectors = all.filter { BootDigest.takes($0.message) }
    #expect(vectors.count >= 17)
    for (message, digest) in vectors {
      #expect(try program.bootDigest(message) == digest, "\(message.count) bytes")
    }
  }

  /// The messages of the protocol begin with a label, so RFC 4231's messages cannot be used. Its keys can: HMAC
  /// pads a short key with zeros and hashes a long one, which gives 32 bytes as the module's keys have. The
  /// codes are compared with libcrypto, which computes RFC 4231's codes correctly.
  @Test func `the module's HMAC is libcrypto's, for RFC 4231's keys and for any`() throws {
    let rig = try ChipRig()
    rig.boot()
    var keys = try PublishedVectors.codes("rfc4231-hmac-sha256.txt").map { vector in
      vector.key.count > 64
        ? SHA256Digest(of: vector.key).bytes
        : vector.key + [UInt8](repeating: 0, count: 32 - vector.key.count)
    }
    for number in 0..<20 { keys.append(SHA256Digest(of: [UInt8(number)]).bytes) }
    for key in keys {
      var begin = CBORMapWriter()
      begin.put(ModuleField.key, bytes: key)
      begin.put(ModuleField.installation, text: ChipRig.installation)
      let keyID = Array(SHA256Digest(of: key).bytes.prefix(8))
      #expect(try rig.ask(.pairBegin, begin)[ModuleField.keyID]?.byteString == keyID)
      for round in 0..<3 {
        let challenge = Array(SHA256Digest(of: key + [UInt8(round)]).bytes.prefix(16))
        var prove = CBORMapWriter()
        prove.put(ModuleField.challenge, bytes: challenge)
        let message = Array("weldtech-prove/1".utf8) + challenge + Array("WELDTECHSIM1".utf8) + keyID
        let code = try rig.ask(.pairProve, prove)[ModuleField.authenticationCode]?.byteString
        #expect(code == MessageAuthentication.hmacSHA256(message, key: key))
      }
    }
  }
}
