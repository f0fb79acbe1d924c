import Foundation
import Records
import Testing

/// Checks the events that programs of each age have written, one file for each kind of event and each shape
/// that the kind had. Events decode for ever, and are written in the same bytes. A file is named after its
/// event and the schema of the record.
@Suite struct EventFixtureTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Fixtures/Events")

  private struct Fixture {
    let name: String
    let bytes: Data
    let event: InstallationEvent
  }

  private static func fixtures() throws -> [Fixture] {
    try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      .filter { $0.pathExtension == "json" }
      .sorted { $0.lastPathComponent < $1.lastPathComponent }
      .map { file in
        let bytes = try Data(contentsOf: file)
        do {
          return Fixture(
            name: file.lastPathComponent, bytes: bytes,
            event: try RecordCoding.decode(InstallationEvent.self, from: bytes))
        } catch {
          Issue.record("\(file.lastPathComponent): \(error)")
          throw error
        }
      }
  }

  @Test func `events of each released shape decode, and are written as they were`() throws {
    for fixture in try Self.fixtures() {
      #expect(try RecordCoding.encode(fixture.event) + Data("\n".utf8) == fixture.bytes, "\(fixture.name)")
      #expect(fixture.name.hasPrefix("\(fixture.event.name)-1-"), "\(fixture.name) is of another event")
    }
  }

  @Test func `every kind of event has a fixture`() throws {
    let kinds = Set(try Self.fixtures().map(\.event.kind))
    #expect(Set(InstallationEvent.Kind.allCases).subtracting(kinds).isEmpty)
  }

  /// An event that gets a further key needs a further fixture, and the older ones still decode without it.
  @Test func `every key that may be missing is in one fixture of its event and missing in another`() throws {
    for (kind, fixtures) in Dictionary(grouping: try Self.fixtures(), by: \.event.kind) {
      var keys = OptionalKeys()
      for fixture in fixtures { keys.look(at: fixture.event, "") }
      #expect(keys.missing.subtracting(keys.present).isEmpty, "no fixture of \(kind.rawValue) has these keys")
      #expect(keys.present.subtracting(keys.missing).isEmpty, "no fixture of \(kind.rawValue) lacks these keys")
    }
  }

  /// The optional values within events, by the path of their names.
  private struct OptionalKeys {
    var present: Set<String> = []
    var missing: Set<String> = []

    mutating func look(at value: Any, _ path: String) {
      let mirror = Mirror(reflecting: value)
      guard mirror.displayStyle == .optional else {
        for (label, child) in mirror.children {
          // All members of a list have the list's path.
          look(at: child, label.map { path + "." + $0 } ?? path)
        }
        return
      }
      guard let content = mirror.children.first?.value else {
        missing.insert(path)
        return
      }
      present.insert(path)
      look(at: content, path)
    }
  }
}
