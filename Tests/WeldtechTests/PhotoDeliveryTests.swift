import Bench
import Fieldbook
import Foundation
import Records
import TestSupport
import Testing

@testable import weldtech

/// Delivers a season's photos to a local platform, and checks that exactly these photos are there afterwards.
@Suite struct PhotoDeliveryTests {
  /// The number of photos with a copy, two a record.
  private static let photos = 2_000
  /// The number of records of an earlier program, whose one photo has no copy.
  private static let oldRecords = 50

  private let folder = TemporaryFolder(isInMemory: true)
  private let desk = Desk()

  private func document(_ answer: Desk.Answer) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(answer.output.utf8)) as? [String: Any])
  }

  private func sync(_ more: String...) throws -> [String: Any] {
    try document(try desk.run(["--home", folder.file("home"), "--json", "sync"] + more))
  }

  /// Registers a retired welder with these photos. Its record closes at once.
  private func retire(_ photos: [Photo], in fieldbook: Fieldbook, like registration: Registration) throws {
    let technician = try #require(try fieldbook.setup().technician)
    // A second record of one welder wants a reason.
    var welder = registration.welder
    welder.serialNumber = photos.first.map { WrittenText(asKept: String($0.sha256.prefix(12))) }
    _ = try fieldbook.open(
      try #require(InstallationID(UUID().uuidString)),
      InstallationEvent.Registered(
        technician: technician, owner: registration.owner, welder: welder, code: nil, scheme: nil,
        retiredReason: "机壳带电", remarks: nil),
      photos: photos, at: desk.clock.now())
  }

  private func photo(_ bytes: Data, copy: Data?, in fieldbook: Fieldbook) throws -> Photo {
    var photo = Photo(
      stage: .before, sha256: try fieldbook.files.store(bytes), bytes: bytes.count, mediaType: "image/jpeg",
      takenAt: desk.clock.now(), widthPixels: 640, heightPixels: 480)
    photo.copy = try copy.map { Photo.Copy(sha256: try fieldbook.files.store($0), bytes: $0.count) }
    return photo
  }

  @Test func `two thousand photos reach the platform, copies first and originals after them`() throws {
    let platform = try LocalPlatform(
      LocalPlatform.Configuration(
        listen: "127.0.0.1:0", dataFolder: folder.file("platform"), token: nil,
        random: SeededBytes(seed: 1).bytes))
    defer { platform.stop() }
    _ = try desk.run([
      "--home", folder.file("home"), "setup", "--technician", Person.technician.name, "--phone",
      Person.technician.phone, "--company", "达旗焊安", "--certificate", "T-1", "--certificate-expires",
      "2027-06-30", "--platform", try platform.start(),
    ])
    let fieldbook = try Fieldbook(home: folder.file("home"))
    let document = Data(Person.registration.replacing("\"fit\"", with: "\"retired\"").utf8)
    var values = try Registration.values(ofDocument: document)
    values[.retiredReason] = .string("机壳带电")
    let registration = try Registration(values, today: desk.clock.now().day, drawnBy: nil)
    let bytes = SeededBytes(seed: 2)
    var copies: Set<String> = []
    var originals: Set<String> = []
    for number in 0..<Self.photos / 2 {
      let photos = try (0..<2).map { _ in
        try photo(Data(bytes.bytes(2_000 + number)), copy: Data(bytes.bytes(300)), in: fieldbook)
      }
      copies.formUnion(photos.compactMap(\.copy?.sha256))
      originals.formUnion(photos.map(\.sha256))
      try retire(photos, in: fieldbook, like: registration)
    }
    for _ in 0..<Self.oldRecords {
      let photo = try photo(Data(bytes.bytes(900)), copy: nil, in: fieldbook)
      copies.insert(photo.sha256)
      try retire([photo], in: fieldbook, like: registration)
    }
    #expect(copies.count == Self.photos + Self.oldRecords && originals.count == Self.photos)

    func stored() throws -> Set<String> {
      Set(try FileManager.default.contentsOfDirectory(atPath: folder.file("platform") + "/files"))
    }
    let records = try sync("--originals", "never")
    #expect(records["delivered"] as? Int == Self.photos / 2 + Self.oldRecords && records["failed"] as? Int == 0)
    #expect(try stored() == copies)
    let after = try sync()
    #expect(after["delivered"] as? Int == 0)
    #expect((after["originals"] as? [String: Any])?["delivered"] as? Int == Self.photos)
    #expect(try stored() == copies.union(originals))
    #expect(try fieldbook.pendingOriginals().isEmpty && fieldbook.queueSummary().originals == 0)
    // Another program confirms that each file has the digest that is its name.
    let checked = try InstalledProgram("sh").output([
      "-c", "cd \"$0\" && for f in *; do echo \"$f  $f\"; done | sha256sum -c --quiet - && ls | wc -l",
      folder.file("platform") + "/files",
    ])
    #expect(checked.trimmingCharacters(in: .whitespacesAndNewlines) == "\(copies.count + originals.count)")
  }
}
