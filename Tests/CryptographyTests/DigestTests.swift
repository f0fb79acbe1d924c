import Cryptography
import Foundation
import TestSupport
import Testing

@Suite struct DigestTests {
  @Test(
    arguments: [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
    ])
  func `gives the digests of FIPS180`(message: String, hex: String) {
    #expect(SHA256Digest(of: Array(message.utf8)).hex == hex)
    #expect(SHA256Digest(of: Data(message.utf8)).hex == hex)
    #expect(SHA256Digest(hex: hex)?.hex == hex)
  }

  @Test func `is the same in pieces`() {
    let message = (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    var hasher = SHA256Hasher()
    hasher.update(message[..<1])
    hasher.update(message[1..<700])
    hasher.update([UInt8]())
    hasher.update(message[700...])
    #expect(hasher.finish() == SHA256Digest(of: message))
  }

  @Test func `reads a file in pieces`() throws {
    let folder = TemporaryFolder()
    let contents = Data((0..<300_001).map { UInt8(truncatingIfNeeded: $0) })
    let path = try folder.write("contents", contents)
    #expect(try SHA256Digest(ofFileAt: path) == SHA256Digest(of: contents))
  }

  @Test func `names the file that cannot be read`() {
    #expect(throws: CryptographyError.unreadable(path: "/nowhere", errno: ENOENT)) {
      try SHA256Digest(ofFileAt: "/nowhere")
    }
    #expect(throws: CryptographyError.unreadable(path: "/", errno: EISDIR)) {
      try SHA256Digest(ofFileAt: "/")
    }
  }

  @Test func `refuses hex of another length`() {
    #expect(SHA256Digest(hex: "00") == nil)
    #expect(SHA256Digest(hex: String(repeating: "0", count: 63)) == nil)
    #expect(SHA256Digest(bytes: [1, 2]) == nil)
  }
}

@Suite struct MessageAuthenticationTests {
  /// Checks the test cases 1, 2 and 6 (a key longer than a block) of RFC 4231.
  @Test(
    arguments: [
      (
        [UInt8](repeating: 0x0b, count: 20), "Hi There",
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
      ),
      (
        Array("Jefe".utf8), "what do ya want for nothing?",
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
      ),
      (
        [UInt8](repeating: 0xaa, count: 131), "Test Using Larger Than Block-Size Key - Hash Key First",
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
      ),
      ([], "", "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"),
    ])
  func `gives the codes of RFC4231`(key: [UInt8], message: String, hex: String) {
    #expect(Hex.encode(MessageAuthentication.hmacSHA256(Array(message.utf8), key: key)) == hex)
  }

  @Test func `compares by content and length`() {
    #expect(MessageAuthentication.isEqual([UInt8](), [UInt8]()))
    #expect(MessageAuthentication.isEqual([1, 2, 3] as [UInt8], Data([1, 2, 3])))
    #expect(!MessageAuthentication.isEqual([1, 2, 3] as [UInt8], [1, 2, 4] as [UInt8]))
    #expect(!MessageAuthentication.isEqual([1, 2, 3] as [UInt8], [1, 2] as [UInt8]))
  }
}

@Suite struct HexTests {
  @Test func `goes there and back for every byte`() {
    let bytes = Array(UInt8.min...UInt8.max)
    #expect(Hex.decode(Hex.encode(bytes)) == bytes)
    #expect(Hex.decode(Hex.encode(bytes).uppercased()) == bytes)
  }

  @Test(arguments: ["0", "0g", "/0", ":0", "@a", "`a", "é", "0x00", "00 "])
  func `refuses what is no pair of digits`(text: String) {
    #expect(Hex.decode(text) == nil)
  }

  @Test func `knows the one form that the record keeps`() {
    #expect(Hex.isLowerCase("00ff", byteCount: 2))
    #expect(!Hex.isLowerCase("00FF", byteCount: 2))
    #expect(!Hex.isLowerCase("00f", byteCount: 2))
    #expect(!Hex.isLowerCase("00ff", byteCount: 3))
  }
}

@Suite struct SecureRandomTests {
  @Test func `gives as many bytes as asked and never the same`() throws {
    #expect(try SecureRandom.bytes(0).isEmpty)
    let draws = try (0..<100).map { _ in try SecureRandom.bytes(32) }
    #expect(draws.allSatisfy { $0.count == 32 })
    #expect(Set(draws).count == 100)
  }
}
