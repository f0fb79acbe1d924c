import Bench
import Cryptography
import Fieldbook
import Foundation
import Records
import TestSupport
import Testing

@testable import Sync

/// A laptop with signed installations in its queue, the platform that they are for, and what was queued.
final class QueuedLaptop {
  /// Making the platform's key pair takes a while, and all tests can use the same one.
  private static let identity = Result { try PlatformIdentity.generate(commonName: "test") }

  private let folder = TemporaryFolder(isInMemory: true)
  let fieldbook: Fieldbook
  let platform: LocalPlatform
  let platformURL: String
  private let uploads = KeptAddresses()
  /// The digests of the files that have to arrive.
  private var files: Set<String> = []
  /// The digests of the records that have to arrive, by the installations' ids.
  private var records: [InstallationID: String] = [:]
  /// The ids of the keys that have to arrive.
  private var keys: Set<String> = []
  private(set) var events: [SyncEvent] = []

  /// - Parameter installations: numbers of installations with two photos, each with the photos' size in bytes.
  init(_ installations: (count: Int, photoBytes: Int)...) throws {
    for (count, bytes) in installations {
      let outcome = try InstalledProgram.ours("archive-program").run([
        "fill", folder.file("home"), "\(count)", "2", "\(bytes)",
      ])
      try #require(outcome.status == 0, "\(outcome.everything)")
    }
    fieldbook = try Fieldbook(home: folder.file("home"))
    let identity = try Self.identity.get()
    let data = folder.file("platform")
    try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
    try folder.write("platform/platform-key.pem", identity.privateKeyPEM)
    try folder.write("platform/platform-certificate.pem", identity.certificate.pem)
    platform = try LocalPlatform(.init(dataFolder: data, random: SeededBytes(seed: 1).bytes))
    platformURL = try platform.start()
    for row in try fieldbook.list(limit: 10_000) {
      let state = try fieldbook.deliveryState(of: row.id)
      files.formUnion(state.files.map(\.sha256))
      keys.formUnion(state.keys.map(\.keyID))
      let body = try #require(try fieldbook.closedRecord(row.id, revision: 1)).body
      records[row.id] = SHA256Digest(of: body).hex
    }
    try #require(!records.isEmpty && files.count >= records.count * 3 && keys.count == records.count)
  }

  deinit { platform.stop() }

  /// Whether anything is in the queue, the originals of photos included.
  var waits: Bool {
    get throws { try !fieldbook.queueSummary().isEmpty || !fieldbook.pendingOriginals().isEmpty }
  }

  /// Makes one pass over the queue.
  /// - Parameter caBundle: the certificates that the client trusts; nil for the system's.
  func run(to address: String, caBundle: String?) throws -> SyncReport {
    try SyncRun(
      outbox: fieldbook, files: fieldbook.files,
      client: PlatformClient(.init(address: address, caBundle: caBundle, connectTimeout: .seconds(5))),
      clock: FixedClock(), uploads: uploads, platformCertificate: platform.certificate,
      surroundings: .init(
        sleep: { _ in }, pin: { _ in }, onEvent: { [unowned self] in events.append($0) })
    ).run()
  }

  /// Runs a command of the program on this laptop.
  /// - Returns: the JSON document that the command has printed.
  @discardableResult
  func weldtech(_ arguments: [String], status: Set<Int32>) throws -> [String: Any] {
    let outcome = try InstalledProgram.ours("weldtech").run(
      ["--home", folder.file("home"), "--lang", "en", "--json"] + arguments)
    #expect(status.contains(outcome.status), "\(outcome.everything)")
    return try #require(
      try JSONSerialization.jsonObject(with: outcome.outputBytes) as? [String: Any], "\(outcome.everything)")
  }

  // MARK: - What arrived

  /// Checks that the platform has what was queued: no more, no less, and each file and record by its digest.
  func expectAllArrived() throws {
    #expect(try !waits)
    // Another program reads the files.
    let held = folder.file("platform/files")
    let outcome = try InstalledProgram("find").run([held, "-type", "f", "-exec", "sha256sum", "{}", "+"])
    let arrived = outcome.output.split(separator: "\n").map { String($0.prefix(64)) }
    #expect(outcome.status == 0, "\(outcome.diagnostics)")
    #expect(
      arrived.count == files.count && Set(arrived) == files,
      "missing \(files.subtracting(arrived)), not known \(Set(arrived).subtracting(files))")
    let installations = platform.installations()
    #expect(installations.count == records.count)
    for installation in installations {
      let body = try #require(try platform.record(installation.id))
      let id = try #require(InstallationID(installation.id))
      #expect(SHA256Digest(of: body).hex == records[id] && installation.revision == 1)
    }
    #expect(try Set(platform.keyIds()) == keys)
  }

  /// Checks that the platform has everything that the fieldbook marks as acknowledged.
  func expectNoFalseMark() throws {
    let held = Set(try platform.keyIds())
    for (id, sha256) in records {
      let state = try fieldbook.deliveryState(of: id)
      for revision in state.revisions where revision.acknowledgedAt != nil {
        let body = try #require(try platform.record(id.text))
        #expect(SHA256Digest(of: body).hex == sha256)
      }
      for file in state.files where file.acknowledgedAt != nil { #expect(platform.hasFile(file.sha256)) }
      for key in state.keys where key.acknowledgedAt != nil { #expect(held.contains(key.keyID)) }
    }
  }
}
