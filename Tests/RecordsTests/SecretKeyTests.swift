import Records
import Testing

@Suite struct SecretKeyTests {
  let bytes = (0..<32).map { UInt8($0) + 0xA0 }

  @Test func `prints its ID and nothing else`() throws {
    let key = try #require(SecretKey(bytes: bytes, keyID: "0123456789abcdef"))
    var dumped = ""
    dump(key, to: &dumped)
    for text in [
      "\(key)", String(reflecting: key), dumped, "\([key])",
      "\(KeptKey(keyID: "", secret: key, isCommitted: true))",
    ] {
      #expect(text.contains("<key 0123456789abcdef>"))
      #expect(!text.contains("161") && !text.lowercased().contains("a1a2"))
    }
    #expect(key.bytes == bytes)
  }

  @Test(arguments: [(31, "0123456789abcdef"), (33, "0123456789abcdef"), (32, "0123456789ABCDEF"), (32, "0123")])
  func `is refused when its shape is wrong`(count: Int, keyID: String) {
    #expect(SecretKey(bytes: Array(repeating: 1, count: count), keyID: keyID) == nil)
  }
}
