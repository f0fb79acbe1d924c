import Foundation
import Records
import Testing

/// Checks how a record from a platform is judged before anything is compared with it or built on it.
@Suite struct RemoteRecordTests {
  private static let sha256 = String(repeating: "7c", count: 32)

  private static func body(_ old: String = "", _ new: String = "") throws -> Data {
    var record = InspectionTests.record
    record.beginRevision(after: Sample.digest)
    record.apply(
      .welderInspected(
        Inspection(
          inspector: InspectionTests.inspector, inspectedAt: Sample.at(20), source: .platform,
          againstRevision: 1,
          againstSha256: nil, checks: [InspectionCheck(.key)], state: nil)),
      at: Sample.at(20), entrySha256: Sample.digest)
    let text = String(decoding: try RecordCoding.encode(record), as: UTF8.self)
    let changed = old.isEmpty ? text : text.replacing(old, with: new)
    try #require(old.isEmpty || changed != text, "\(old)")
    return Data(changed.utf8)
  }

  private func judged(_ body: Data, code: LabelCode? = Sample.code, revision: Int? = 2) throws -> RemoteRecord {
    try RemoteRecord(
      body, sha256: Self.sha256, of: InspectionTests.record.id, code: code, revision: revision)
  }

  @Test func `a sound record is taken with its bytes`() throws {
    let body = try Self.body()
    let record = try judged(body)
    #expect(record.body == body && record.sha256 == Self.sha256 && record.installation.revision == 2)
    _ = try judged(body, code: nil, revision: nil)
    // Keys that this program does not know are no fault.
    _ = try judged(try Self.body("\"schema\"", "\"planet\":{\"moons\":[1]},\"schema\""))
  }

  @Test(arguments: [
    (
      "weldtech.installation/1", "weldtech.installation/2", RemoteRecord.Fault.schema("weldtech.installation/2")
    ),
    ("\"schema\":\"weldtech.installation/1\"", "\"schema\":1", .unreadable),
    ("\"status\":\"closed\"", "\"status\":\"moved\"", .unreadable),
    ("\"revision\":2", "\"revision\":\"2\"", .unreadable),
    ("\"revision\":2", "\"revision\":3", .another), ("\"code\":\"150621-", "\"code\":\"150622-", .unreadable),
    ("\"event\":\"registered\"", "\"event\":\"opened\"", .history),
    ("\"event\":\"welderInspected\"", "\"event\":\"repaired\"", .history),
    ("\"module\":{", "\"modules\":{", .missing(.module)),
    ("\"serialNumber\":\"M-1\"", "\"sn\":\"M-1\"", .missing(.module)),
    ("\"keyId\":\"0011223344556677\"", "\"key\":\"0\"", .missing(.module)),
    ("\"label\":{", "\"labels\":{", .missing(.label)), ("\"seal\":{", "\"seals\":{", .missing(.seal)),
    ("\"number\":\"S-2\"", "\"number\":\"\"", .missing(.seal)),
    ("\"agreement\":{", "\"agreements\":{", .missing(.agreement)),
    ("\"closedAt\"", "\"closed\"", .missing(.closedAt)),
    ("\"number\":\"S-2\"", "\"number\":\"S\\u001b[2J\"", .malformed(path: "seal.number")),
    ("\"serialNumber\":\"M-1\"", "\"serialNumber\":\"M\\u202e1\"", .malformed(path: "module.serialNumber")),
    ("\"keyId\":\"0011223344556677\"", "\"keyId\":\"00112233445566\"", .malformed(path: "module.keyId")),
    ("\"previousSha256\":\"", "\"previousSha256\":\"x", .malformed(path: "previousSha256")),
    ("\"previousSha256\"", "\"previousSha\"", .revision(2)),
  ])
  func `one thing that is wrong is named`(old: String, new: String, fault: RemoteRecord.Fault) throws {
    let body = try Self.body(old, new)
    #expect(throws: fault) { try judged(body, revision: 2) }
  }

  @Test func `a revision that no event made is refused`() throws {
    let body = try Self.body("\"revision\":2", "\"revision\":90")
    #expect(throws: RemoteRecord.Fault.history) { try judged(body, revision: 90) }
  }

  @Test(arguments: [0, -1, 100_001, Int.max])
  func `a revision that nobody reaches is refused`(revision: Int) throws {
    let body = try Self.body("\"revision\":2", "\"revision\":\(revision)")
    #expect(throws: RemoteRecord.Fault.revision(revision)) { try judged(body, revision: nil) }
  }

  @Test func `a record that is not one, is cut off, too large, or another's is refused`() throws {
    let body = try Self.body()
    for bad in [Data(), Data("[]".utf8), Data("null".utf8), body.dropLast(1), Data("<html>".utf8)] {
      #expect(throws: RemoteRecord.Fault.unreadable) { try judged(Data(bad)) }
    }
    let large = body.dropLast() + Data(repeating: 0x20, count: RemoteRecord.maxBytes) + Data("}".utf8)
    #expect(throws: RemoteRecord.Fault.tooLarge(bytes: large.count)) { try judged(Data(large)) }
    #expect(throws: RemoteRecord.Fault.another) { try judged(body, code: InspectionTests.otherCode) }
    let stranger = try #require(InstallationID("0190f000-0000-4000-8000-00000000000b"))
    #expect(throws: RemoteRecord.Fault.another) { try RemoteRecord(body, sha256: Self.sha256, of: stranger) }
  }
}
