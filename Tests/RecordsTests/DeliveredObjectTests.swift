import Records
import Testing

struct DeliveredObjectTests {
  private static let digest = String(repeating: "0a", count: 32)
  private static let id = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"

  @Test(arguments: [
    "files/sha256/\(digest)", "keys/00112233aabbccdd/\(digest).json", "installations/\(id)/12-\(digest).json",
    "timestamps/\(digest)/\(digest).tst",
  ])
  func `a key is read as it was written`(key: String) throws {
    let object = try #require(DeliveredObject(key: key))
    #expect(object.key == key && object.sha256.hex == Self.digest)
  }

  @Test(arguments: [
    "", "files/sha256/", "files/sha256/\(digest)/", "/files/sha256/\(digest)", "files/md5/\(digest)",
    "files/sha256/\(digest.uppercased())", "keys/0011/\(digest).json", "keys/00112233aabbccdd/\(digest)",
    "installations/\(id)/0-\(digest).json", "installations/\(id)/01-\(digest).json",
    "installations/\(id)/+1-\(digest).json", "installations/\(id)/-1-\(digest).json",
    "installations/\(id.uppercased())/1-\(digest).json", "installations/\(id)/1-\(digest).json.part",
    "installations/../1-\(digest).json", "timestamps/\(digest)/x.tst",
    "files/sha256\u{301}/\(digest)", "notes/a/b",
  ])
  func `any other text is no key`(text: String) {
    #expect(DeliveredObject(key: text) == nil)
  }
}
