import Cryptography
import Foundation
import Records
import TestSupport
import Testing

@testable import Company
@testable import company_program

/// Checks what a load makes of objects that are right, and of those that are not, without a database.
@Suite struct CompanyLoadTests {
  private let objects = MemoryObjects()
  private let store = MemoryStore()

  /// Puts a sample's records and all that they name where a laptop would deliver them.
  @discardableResult
  private func deliver(_ number: Int) throws -> [SampleLife.Revision] {
    let folder = TemporaryFolder()
    let life = SampleLife(number)
    try life.deliver(to: ObjectFolder(folder.path))
    let names = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
    for name in names where DeliveredObject(key: name) != nil {
      objects.contents[name] = [UInt8](try folder.bytes(name))
    }
    return try life.revisions()
  }

  private func load(
    agreement: ((Data) -> AgreementJudgement)? = nil, timestamp: Bool = true
  ) throws -> CompanyLoad.Report {
    try CompanyLoad(
      from: objects, into: store,
      judges: .init(agreement: agreement, timestamp: { _, _ in timestamp })
    ).run()
  }

  private func key(of revision: SampleLife.Revision) throws -> String {
    DeliveredObject.record(
      revision.installation.id, revision: revision.installation.revision,
      sha256: try #require(FileDigest(revision.sha256))
    ).key
  }

  /// Delivers a record's first revision with a change in its text, under the key that the changed bytes make.
  private func deliver(_ number: Int, replacing old: String, by new: String) throws -> String {
    let revision = try SampleLife(number).revisions()[0]
    let text = String(decoding: revision.body, as: UTF8.self)
    try #require(text.contains(old))
    return try objects.put(text.replacingOccurrences(of: old, with: new).utf8) {
      .record(revision.installation.id, revision: 1, sha256: $0)
    }
  }

  // MARK: - What is right

  @Test(arguments: [1, 2, 7, 1_000])
  func `every object is added once, whatever the size of a page`(pageSize: Int) throws {
    objects.pageSize = pageSize
    for number in 0..<12 { try deliver(number) }
    let report = try load()
    #expect(report.findings == [] && report.strangerCount == 0)
    #expect(Set(store.items.map(\.key)) == Set(objects.contents.keys))
    #expect(store.items.count == objects.contents.count)
    #expect(report.added.revisions == objects.contents.keys.count { $0.hasPrefix("installations/") })
    for item in store.items {
      guard case .revision(let raw, _, let verdict) = item.contents else { continue }
      #expect(raw == objects.contents[item.key])
      #expect(verdict == .notChecked || verdict == .none)
    }
  }

  @Test func `a second load reads nothing and adds nothing`() throws {
    for number in 0..<12 { try deliver(number) }
    _ = try load()
    objects.forgetReads()
    let again = try load()
    #expect(objects.reads == [] && again.added.isEmpty && again.known == objects.contents.count)
  }

  @Test func `a load that ends half-way is gone on with`() throws {
    for number in 0..<12 { try deliver(number) }
    for limit in 1..<12 {
      var questions = 0
      let load = CompanyLoad(
        from: objects, into: store, judges: .init(agreement: nil, timestamp: { _, _ in true }),
        isCancelled: {
          questions += 1
          return questions > limit
        })
      #expect(throws: CompanyError.cancelled) { try load.run() }
    }
    let report = try load()
    #expect(report.findings == [] && store.items.count == objects.contents.count)
  }

  @Test func `the files of a revision are those that it names, without originals that may stay away`() throws {
    let revision = try deliver(0)[0]
    _ = try load()
    let item = try #require(store.items.first { $0.key.hasPrefix("installations/") })
    guard case .revision(_, let files, _) = item.contents else { throw SampleLife.Missing() }
    #expect(Set(files.map(\.hex)) == Set(revision.files.map { SampleLife.digest($0) }))
  }

  // MARK: - What is wrong with one object

  @Test func `an object whose contents are not its key's is named and left out`() throws {
    for number in 0..<8 { try deliver(number) }
    var random = SplitMix64(seed: 5)
    for key in objects.contents.keys.sorted() {
      let whole = objects.contents[key]!
      let store = MemoryStore()
      objects.contents[key] = random.spoil(whole, with: [0, 0x22, 0x7B, 0xFF], most: 1, longest: 3)
      guard objects.contents[key] != whole else { continue }
      let report = try CompanyLoad(
        from: objects, into: store, judges: .init(agreement: nil, timestamp: { _, _ in true })
      ).run()
      #expect(report.findings.contains(Finding(key: key, kind: .digest)), "\(key)")
      #expect(!store.items.contains { $0.key == key } && store.findings.contains { $0.key == key })
      #expect(store.items.count == objects.contents.count - 1, "\(key)")
      objects.contents[key] = whole
    }
  }

  @Test(
    arguments: [
      (#""schema":"weldtech.installation/1""#, #""schema":"weldtech.installation/2""#, Finding.Kind.record),
      (#""revision":1"#, #""revision":2"#, .another), (#""status":"closed""#, #""status":"open""#, .notClosed),
      (#""status":"closed""#, #""status":"delivered""#, .notClosed),
      (#""status":"closed""#, #""status":"closed","status":"void""#, .ambiguous),
      (#""status":"closed""#, #""st\u0061tus":"closed""#, .ambiguous),
      (#""brand":"示例""#, #""brand":"示例","unknown":"a\u0000b""#, .zero),
      (#""event":"registered""#, #""event":"signed""#, .history),
      (#""history":["#, #""history":[{"at":1},"#, .record),
      (#""number":"S-1""#, #""number":"""#, .record), (#"{"agreement""#, "[[[[[[[[", .record),
      (#""maxCurrentAmps":315"#, #""maxCurrentAmps":1e999"#, .record),
    ] as [(String, String, Finding.Kind)])
  func `a record that is not as laptops make it is refused with its reason`(
    old: String, new: String, kind: Finding.Kind
  )
    throws
  {
    try deliver(0)
    let key = try deliver(1, replacing: old, by: new)
    let report = try load()
    #expect(report.findings.map(\.key) == [key] && report.findings.map(\.kind) == [kind], "\(report.findings)")
    // The other record is loaded all the same.
    #expect(report.added.revisions == 1)
  }

  @Test func `hostile JSON ends in a finding and never in a crash`() throws {
    let revision = try SampleLife(1).revisions()[0]
    var random = SplitMix64(seed: 9)
    var keys: Set<String> = []
    let texts: [[UInt8]] =
      [
        [], Array("null".utf8), Array(String(repeating: "[", count: 100_000).utf8), [0xFF, 0xFE],
        Array("{\"a\":".utf8),
        Array("\"".utf8), Array("{\"id\":\"\\ud800\"}".utf8),
      ]
      + (0..<300).map { _ in
        random.spoil(
          [UInt8](revision.body), with: Array(#""{}[]:,\u0"#.utf8) + [0, 0x80, 0xFF], most: 6, longest: 20)
      }
    for text in texts where text != [UInt8](revision.body) {
      keys.insert(try objects.put(text) { .record(revision.installation.id, revision: 1, sha256: $0) })
    }
    objects.pageSize = 1_000
    let report = try load()
    // Some changes lie in text that a person typed, where no check can find them, so these revisions are added.
    #expect(report.findings.count + report.added.revisions == keys.count)
    #expect(report.findings.count > keys.count / 2)
    for item in store.items {
      guard case .revision(let raw, _, _) = item.contents else { continue }
      #expect(JSONAmbiguity(in: raw) == nil)
    }
  }

  @Test func `an object that is too large, or cannot be read, is named and keeps out no other`() throws {
    try deliver(0)
    let revision = try SampleLife(1).revisions()[0]
    let huge = try objects.put([UInt8](revision.body) + [UInt8](repeating: 0x20, count: RemoteRecord.maxBytes))
    {
      .record(revision.installation.id, revision: 1, sha256: $0)
    }
    let report = try load()
    #expect(report.findings == [Finding(key: huge, kind: .unreadable)] && report.added.revisions == 1)
    // An object that cannot be read today may be readable tomorrow, so no finding is stored.
    #expect(store.findings == [])
  }

  @Test func `a store that gives nothing any more ends the load`() throws {
    for number in 0..<12 { try deliver(number) }
    final class Gone: DeliveredObjects, @unchecked Sendable {
      let objects: MemoryObjects
      init(_ objects: MemoryObjects) { self.objects = objects }
      func keys(below folder: String, after: String?) throws -> [String] {
        try objects.keys(below: folder, after: after)
      }
      func contents(of key: String, maxBytes: Int) throws -> [UInt8] { throw MemoryObjects.NotThere() }
    }
    let load = CompanyLoad(
      from: Gone(objects), into: store, judges: .init(agreement: nil, timestamp: { _, _ in true }))
    #expect(throws: MemoryObjects.NotThere.self) { try load.run() }
  }

  @Test func `names that are no keys are counted and not read`() throws {
    try deliver(0)
    let names = [
      "installations/../../etc/passwd", "installations/x", "installations/x/y/z", "files/sha256/ABCD",
      "files/md5/x",
      "keys/0123456789abcdef/x.json", "timestamps/a/b.tst", "installations/\u{202E}/1\n.json",
    ]
    for name in names { objects.contents[name] = [1] }
    let report = try load()
    #expect(report.strangerCount == names.count && report.findings == [])
    #expect(Set(objects.reads).isDisjoint(with: names))
    #expect(report.strangers.allSatisfy { !$0.contains("\n") && !$0.unicodeScalars.contains("\u{202E}") })
  }

  @Test func `all that was refused is counted, and the first thousand are told`() throws {
    let revision = try SampleLife(1).revisions()[0]
    for number in 0..<1_203 {
      try objects.put("no record \(number)".utf8) { .record(revision.installation.id, revision: 1, sha256: $0) }
    }
    objects.pageSize = 400
    let report = try load()
    #expect(report.findings.count == 1_000 && report.refusedCount == 1_203 && report.fileMissingCount == 0)
    #expect(report.objects == 1_203 && report.doubtCount == 0)
  }

  @Test func `the objects that were gone through are told one by one, those known before by the page`() throws {
    for number in 0..<6 { try deliver(number) }
    func told() throws -> [Int] {
      var done: [Int] = []
      let report = try CompanyLoad(
        from: objects, into: store, judges: .init(agreement: nil, timestamp: { _, _ in true }),
        onEvent: { if case .done(let objects) = $0 { done.append(objects) } }
      ).run()
      #expect(done.last == report.objects && report.objects == objects.contents.count)
      #expect(done == done.sorted())
      return done
    }
    #expect(Set(try told()).isSuperset(of: 1...objects.contents.count))
    // The second load reads no object, so it emits about one event for each page.
    #expect(try told().count <= objects.contents.count / objects.pageSize + 4)
  }

  @Test func `a batch is submitted when it is large, or when its first object has waited for some seconds`() {
    let limits = BatchLimits(maxItems: 1_000)
    #expect(!limits.areReached(by: 999, bytes: 1 << 20, age: .milliseconds(1_900)))
    #expect(limits.areReached(by: 1_000, bytes: 0, age: .zero))
    #expect(limits.areReached(by: 1, bytes: 8 << 20, age: .zero))
    #expect(limits.areReached(by: 1, bytes: 1, age: .seconds(2)))
  }

  // MARK: - Revisions

  @Test func `a revision that does not go on from the one that it names is refused`() throws {
    let revisions = try deliver(3)
    try #require(revisions.count == 2)
    objects.contents[try key(of: revisions[1])] = nil
    let changed = String(decoding: revisions[1].body, as: UTF8.self)
      .replacingOccurrences(of: #""event":"sealed""#, with: #""event":"tested""#)
    let key = try objects.put(changed.utf8) {
      .record(revisions[1].installation.id, revision: 2, sha256: $0)
    }
    let report = try load()
    #expect(report.findings == [Finding(key: key, kind: .history)] && report.added.revisions == 1)
    // The revision is refused as well where the first one was loaded before.
    #expect(try load().findings == [Finding(key: key, kind: .history)])
  }

  @Test func `a revision without its predecessor is loaded, and so is the predecessor later`() throws {
    let revisions = try deliver(3)
    let first = try key(of: revisions[0])
    let bytes = objects.contents.removeValue(forKey: first)
    #expect(try load().added.revisions == 1)
    objects.contents[first] = bytes
    let report = try load()
    #expect(report.added.revisions == 1 && report.findings == [])
  }

  // MARK: - Agreements, timestamps, keys

  @Test func `what the judge says of an agreement stands beside the record`() throws {
    try deliver(0)
    let key = try key(of: SampleLife(0).revisions()[0])
    let named = try #require(try SampleLife(0).revisions()[0].installation.agreement?.sha256)
    let report = try load { file in
      AgreementJudgement(SHA256Digest(of: file).hex == named ? .changed : .trusted)
    }
    #expect(report.doubts == [Finding(key: key, kind: .agreement)] && report.agreements == [.changed: 1])
    #expect(report.findings == [] && report.doubtCount == 1 && report.refusedCount == 0)
    let item = try #require(store.items.first { $0.key == key })
    #expect(item.doubts == [Finding(key: key, kind: .agreement)])
  }

  @Test func `each revision is held against the agreement that was judged once`() throws {
    let revisions = try deliver(9)
    try #require(revisions.count == 2)
    var judged = 0
    let report = try load { _ in
      judged += 1
      return AgreementJudgement(.trusted) { $0.revision == 2 ? "owner.street" : nil }
    }
    let finding = Finding(key: try key(of: revisions[1]), kind: .agreement, detail: "owner.street")
    #expect(judged == 1 && report.doubts == [finding] && report.agreements == [.trusted: 1, .changed: 1])
    let verdicts = store.items.compactMap { item -> AgreementVerdict? in
      if case .revision(_, _, let verdict) = item.contents { verdict } else { nil }
    }
    #expect(verdicts == [.trusted, .changed])
  }

  @Test func `a record whose agreement has not come waits for it`() throws {
    try deliver(0)
    let revision = try SampleLife(0).revisions()[0]
    let sha256 = try #require(revision.installation.agreement.flatMap { FileDigest($0.sha256) })
    let file = DeliveredObject.file(sha256).key
    let bytes = objects.contents.removeValue(forKey: file)
    let report = try load { _ in AgreementJudgement(.trusted) }
    #expect(report.findings.map(\.isWaiting) == [true] && report.added.revisions == 0 && store.findings == [])
    objects.contents[file] = bytes
    #expect(try load { _ in AgreementJudgement(.trusted) }.added.revisions == 1)
  }

  @Test func `a timestamp is one of the agreement that its key names`() throws {
    try deliver(0)
    let agreement = try #require(
      try SampleLife(0).revisions()[0].installation.agreement.flatMap { FileDigest($0.sha256) })
    let key = try objects.put("token".utf8) { .timestamp(agreement: agreement, sha256: $0) }
    #expect(try load(timestamp: false).findings == [Finding(key: key, kind: .timestamp)])
    #expect(try load(timestamp: true).added.timestamps == 1)
  }

  @Test(arguments: [
    "{}", "[]", "{\"installation\":\"x\",\"moduleSerial\":\"M\",\"envelope\":\"AAAA\"}",
    "{\"installation\":\"0190f000-0000-4000-8000-00000000000a\",\"moduleSerial\":\"\",\"envelope\":\"AAAA\"}",
    "{\"installation\":\"0190f000-0000-4000-8000-00000000000a\",\"moduleSerial\":\"M\",\"envelope\":\"\"}",
    "{\"installation\":\"0190f000-0000-4000-8000-00000000000a\",\"moduleSerial\":\"M\",\"envelope\":\"%%\"}",
    "{\"installation\":\"0190f000-0000-4000-8000-00000000000a\",\"moduleSerial\":\"M\",\"envelope\":\"AAAA\",\"keyId\":\"0000000000000001\"}",
  ])
  func `what is no envelope of its key is refused`(text: String) throws {
    let key = try objects.put(text.utf8) { .key(keyID: "0000000000000000", sha256: $0) }
    let report = try load()
    #expect(report.findings.map(\.kind) == [.keyObject] && report.findings.map(\.key) == [key])
  }
}
