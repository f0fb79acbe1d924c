import Bench
import Cryptography
import Foundation
import Records
import TestSupport
import Testing
import Threads

@testable import Sync

@Suite struct ObjectDestinationTests {
  private static let identity = try? PlatformIdentity.generate(commonName: "test")

  private let files = MemoryFiles()
  private let store = MemoryStore()

  private func deliverKey(_ sample: SampleInstallation, to destination: ObjectDestination) throws {
    let key = PendingKey(keyID: sample.keyID, installation: sample.id, moduleSerial: sample.moduleSerial)
    try destination.deliver(key.sealed(sample.secret, to: try #require(Self.identity).certificate))
  }

  private func deliverFiles(_ sample: SampleInstallation, to destination: ObjectDestination) throws {
    for file in sample.record.files {
      try destination.deliver(file) { [UInt8](try files.contents(of: file.sha256.hex)) }
    }
  }

  @Test func `a key goes sealed, as a platform gets it`() throws {
    let sample = try SampleInstallation(1, in: files)
    try deliverKey(sample, to: ObjectDestination(store))
    let key = try #require(store.keys.first)
    guard case .key(sample.keyID, let sha256)? = DeliveredObject(key: key) else {
      Issue.record("\(key)")
      return
    }
    let body = try store.contents(of: key, maxBytes: 10_000)
    #expect(SHA256Digest(of: body).hex == sha256.hex)
    let members = try #require(try JSONSerialization.jsonObject(with: Data(body)) as? [String: String])
    #expect(members["installation"] == sample.id.text && members["moduleSerial"] == sample.moduleSerial)
    let envelope = try #require(members["envelope"].flatMap { Data(base64Encoded: $0) })
    let identity = try #require(Self.identity)
    #expect(try Envelope.open([UInt8](envelope), with: identity) == sample.secret)
    #expect(!String(decoding: body, as: UTF8.self).contains(Hex.encode(sample.secret)))
  }

  @Test func `a record goes only after all its files and its key`() throws {
    let sample = try SampleInstallation(1, in: files)
    let destination = ObjectDestination(store)
    func missing() -> SyncError? { #expect(throws: SyncError.self) { try destination.deliver(sample.record) } }
    #expect(missing() == .incomplete(files: sample.record.files.map(\.sha256), keys: [sample.keyID]))
    try deliverFiles(sample, to: destination)
    #expect(missing() == .incomplete(files: [], keys: [sample.keyID]))
    #expect(!store.keys.contains { $0.hasPrefix("installations") })
    try deliverKey(sample, to: destination)
    try destination.deliver(sample.record)
    let key = try #require(store.keys.first { $0.hasPrefix("installations") })
    #expect(key == "installations/\(sample.id)/1-\(sample.record.sha256).json")
    #expect(try store.contents(of: key, maxBytes: 1 << 20) == [UInt8](sample.record.body))
  }

  @Test func `what an earlier run delivered counts by its size, and what is gone since is missing`() throws {
    let sample = try SampleInstallation(1, in: files)
    try deliverFiles(sample, to: ObjectDestination(store))
    try deliverKey(sample, to: ObjectDestination(store))
    let gone = try #require(sample.record.files.first)
    store.forget(.file(gone.sha256))
    let later = ObjectDestination(store)
    #expect(throws: SyncError.incomplete(files: [gone.sha256], keys: [])) { try later.deliver(sample.record) }
    try later.deliver(gone) { [UInt8](try files.contents(of: gone.sha256.hex)) }
    try later.deliver(sample.record)
  }

  @Test func `a file that is there is not sent again`() throws {
    let sample = try SampleInstallation(1, in: files)
    let file = try #require(sample.record.files.first)
    let destination = ObjectDestination(store)
    #expect(try destination.deliver(file) { [UInt8](try files.contents(of: file.sha256.hex)) })
    struct Asked: Error {}
    #expect(try !destination.deliver(file) { throw Asked() })
    #expect(store.puts == [DeliveredObject.file(file.sha256).key])
    #expect(
      try destination.deliver(file, timestampOf: file.sha256) {
        [UInt8](try files.contents(of: file.sha256.hex))
      })
    #expect(store.keys.last == "timestamps/\(file.sha256)/\(file.sha256).tst")
  }

  @Test func `a store that changes or drops what it is given acknowledges nothing`() throws {
    let sample = try SampleInstallation(1, in: files)
    let file = try #require(sample.record.files.first)
    let changes: [@Sendable ([UInt8]) -> [UInt8]] = [{ Array($0.dropLast()) }, { _ in [] }]
    for change in changes {
      let store = MemoryStore(change: change)
      #expect(throws: SyncError.notAcknowledged(status: 200)) {
        try ObjectDestination(store).deliver(file) { [UInt8](try files.contents(of: file.sha256.hex)) }
      }
      #expect(throws: SyncError.notAcknowledged(status: 200)) {
        try deliverKey(sample, to: ObjectDestination(store))
      }
    }
  }

  @Test func `contents that changed on the laptop are not delivered`() throws {
    let sample = try SampleInstallation(1, in: files)
    let file = try #require(sample.record.files.first)
    #expect(throws: SyncError.contentsChanged) { try ObjectDestination(store).deliver(file) { [1, 2, 3] } }
    #expect(store.keys == [])
  }

  @Test func `several threads deliver at once, and nothing is lost`() throws {
    let destination = ObjectDestination(store)
    let random = SeededBytes(seed: 3)
    let all = try (0..<64).map { _ in
      let bytes = random.bytes(500)
      return (PendingFile(sha256: try Sample.digest(bytes), bytes: 500, filename: "x"), bytes)
    }
    try ParallelLoop.run(below: all.count, threads: 4) { (index) throws(SyncError) in
      do { try destination.deliver(all[index].0) { all[index].1 } } catch {
        throw error as? SyncError ?? .interrupted
      }
    }
    #expect(store.keys == all.map { DeliveredObject.file($0.0.sha256).key }.sorted())
  }
}
