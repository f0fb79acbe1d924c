import Foundation
import Records
import Testing

/// Events as each released schema of the record has written them. They decode for ever, and are written in the same bytes.
@Suite struct EventFixtureTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Fixtures/Events")

  private static let photo = Photo(
    stage: .found, sha256: Sample.digest, bytes: 12, mediaType: "image/jpeg", takenAt: Sample.at(1),
    widthPixels: 640,
    heightPixels: 480)

  private static var addendum: AgreementRecord {
    guard case .signed(let agreement) = Sample.signed else { preconditionFailure("the sample is a signature") }
    return agreement
  }

  /// The events that came with repairs, as the present program writes them.
  private static var repairs: [InstallationEvent] {
    var fields = Sample.installation().correctableFields
    let before = fields
    fields.owner.street = "白泥井镇"
    return [
      .repairOpened(
        .init(
          technician: Sample.technician, fault: "扫码后不启动",
          reporter: .init(name: PersonName("王五"), phone: PhoneNumber(Sample.phones[1])), isUnsafe: true,
          isTampered: true)),
      .repairBegun(
        .init(
          technician: Sample.technician, seal: .broken, verdict: .differs, isUnsafe: true, isTampered: true,
          note: "有撬痕", photos: [photo])),
      .moduleRetired(
        .init(serialNumber: "M-1", keyID: "0011223344556677", isDead: true, reason: "进水", photos: [photo])),
      .repairClosed(.init(done: "更换模块", addendum: addendum)),
      .transferred(.init(technician: Sample.technician, owner: Sample.registered().owner, redo: [.label])),
      .moved(.init(changes: fields.changes(since: before))),
      .withdrawn(.init(technician: Sample.technician, reason: "报废", photos: [photo])),
    ]
  }

  /// The event by which a record is taken over, as the present program writes it.
  private static var adoptions: [InstallationEvent] {
    let body = try? RecordCoding.encode(InspectionTests.record)
    let record = body.flatMap { try? RemoteRecord($0, sha256: Sample.digest, of: InspectionTests.record.id) }
    return Adoption.Source.allCases.compactMap { source in
      record.flatMap { InstallationEvent.Adopted($0, from: source, by: Sample.technician) }.map { .adopted($0) }
    }
  }

  @Test func `events of each released schema decode, and are written as they were`() throws {
    let files = try FileManager.default.contentsOfDirectory(at: Self.folder, includingPropertiesForKeys: nil)
      .filter { $0.pathExtension == "jsonl" }
    #expect(files.count >= 3)
    var names: Set<String> = []
    for file in files {
      for line in try Data(contentsOf: file).split(separator: UInt8(ascii: "\n")) {
        let event = try RecordCoding.decode(InstallationEvent.self, from: Data(line))
        #expect(try RecordCoding.encode(event) == Data(line), "\(file.lastPathComponent): \(event.name)")
        names.insert(event.name)
      }
    }
    let all = Set((Sample.events.map(\.event) + Self.repairs + Self.adoptions).map(\.name))
    #expect(Self.adoptions.count == 2)
    #expect(all.isSubset(of: names))
  }

  @Test(.enabled(if: ProcessInfo.processInfo.environment["WELDTECH_RECORD_EVENTS"] != nil))
  func `records the present events, and fails so that nobody takes that for a test`() throws {
    try FileManager.default.createDirectory(at: Self.folder, withIntermediateDirectories: true)
    let walk = [.registered(Sample.registered())] + Sample.events.map(\.event) + [.voided(reason: "误建")]
    for (name, events) in [
      ("1-walk.jsonl", walk), ("1-repairs.jsonl", Self.repairs), ("1-adoptions.jsonl", Self.adoptions),
    ] {
      var lines = Data()
      for event in events { lines += try RecordCoding.encode(event) + Data("\n".utf8) }
      try lines.write(to: Self.folder.appending(path: name))
    }
    Issue.record("recorded")
  }
}
