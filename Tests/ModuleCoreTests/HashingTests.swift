import Testing

@testable import ModuleCore

@Suite struct HashingTests {
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (
      "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrs"
        + "mnopqrstnopqrstu",
      "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
    ),
  ])
  func `SHA-256 gives the digests of FIPS 180 and NIST's examples`(message: String, digest: String) {
    #expect(SHA256.digest(Array(message.utf8)) == hex(digest))
  }

  @Test func `sha256 gives the digest of FIPS180 for a million letters`() {
    let message = [UInt8](repeating: 0x61, count: 1_000_000)
    #expect(
      SHA256.digest(message) == hex("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"))
  }

  @Test func `a digest is the same however the message is cut`() {
    let message = (0..<300).map { UInt8(truncatingIfNeeded: $0) }
    let whole = SHA256.digest(message)
    for cut in stride(from: 0, through: 300, by: 7) {
      var hash = SHA256()
      hash.update(Array(message[..<cut]))
      hash.update(Array(message[cut...]))
      #expect(hash.finish() == whole)
    }
  }

  /// These are RFC 4231's test cases 1 to 4, 6 and 7.
  @Test(arguments: [
    (
      String(repeating: "0b", count: 20), "4869205468657265",
      "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
    ),
    (
      "4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    ),
    (
      String(repeating: "aa", count: 20), String(repeating: "dd", count: 50),
      "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
    ),
    (
      "0102030405060708090a0b0c0d0e0f10111213141516171819", String(repeating: "cd", count: 50),
      "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"
    ),
    (
      String(repeating: "aa", count: 131),
      "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b6579202d2048617368204b6579"
        + "204669727374",
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
    ),
    (
      String(repeating: "aa", count: 131),
      "5468697320697320612074657374207573696e672061206c6172676572207468616e20626c6f636b2d73697a65206b65"
        + "7920616e642061206c6172676572207468616e20626c6f636b2d73697a6520646174612e20546865206b6579206e6565"
        + "647320746f20626520686173686564206265666f7265206265696e6720757365642062792074686520484d414320616c"
        + "676f726974686d2e",
      "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"
    ),
  ])
  func `HMAC-SHA-256 gives the codes of RFC 4231`(key: String, message: String, code: String) {
    var hmac = HMACSHA256(key: hex(key))
    hmac.update(hex(message))
    #expect(hmac.finish() == hex(code))
  }

  @Test func `checksums give their catalogue values`() {
    #expect(CRC16.checksum(Array("123456789".utf8)) == 0x31c3)
    #expect(CRC32.checksum(Array("123456789".utf8)) == 0xcbf4_3926)
  }

  @Test func `codes match only when every byte does`() {
    let code = hex("00112233")
    #expect(HMACSHA256.matches(code, hex("00112233")))
    #expect(!HMACSHA256.matches(code, hex("00112232")))
    #expect(!HMACSHA256.matches(code, hex("001122")))
    #expect(HMACSHA256.matches([], []))
  }
}
