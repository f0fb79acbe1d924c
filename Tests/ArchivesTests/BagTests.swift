import Cryptography
import Files
import Foundation
import Records
import TestSupport
import Testing

@testable import Archives

struct BagTests {
  private let folder = TemporaryFolder(isInMemory: true)
  private let bags = Bags(seed: 23)
  private let identity: SealIdentity

  init() throws {
    identity = try SealIdentity.selfIssued(
      SealKey.generate(), subject: SealSubject(organization: "达旗焊安", commonName: "张三"))
  }

  // MARK: - Making

  @discardableResult
  private func write(_ sources: [BagSource], to name: String = "a.zip") throws -> FilePath {
    let path = FilePath(folder.file(name))
    let writer = try ArchiveWriter(path)
    let sorted = sources.sorted {
      BagLayout.folder(of: $0.installation) < BagLayout.folder(of: $1.installation)
    }
    for source in sorted {
      #expect(try writer.add(source) { try DetachedSeal.over($0, by: identity) })
    }
    let byteCount = try writer.finish { false }
    #expect(try path.status().byteCount == byteCount)
    return path
  }

  /// The faults of all bags, or the fault of the zip itself.
  private func faults(of path: FilePath) throws -> [ArchiveFault] {
    var faults: [ArchiveFault] = []
    do {
      try ArchiveReader(path).forEachBag(trusting: [], now: 0) {
        (bag) throws(ArchiveError) in faults += bag.faults
      }
    } catch ArchiveError.damaged(let fault) {
      faults.append(fault)
    }
    return faults
  }

  /// Writes an archive, and returns the fault that is found when it is read back; nil where there is none.
  private func fault(of source: BagSource) throws -> ArchiveFault? {
    do {
      try write([source], to: "forged.zip")
      return nil
    } catch ArchiveError.readBack(let fault) {
      #expect(FilePath(folder.file("forged.zip")).kind == nil)
      return fault
    }
  }

  // MARK: - What is in it

  @Test func `holds exactly what went in, as python and sha256sum read it`() throws {
    let sources = try (0..<40).map {
      try bags.signed(photoBytes: 500 + $0, isCorrected: $0 % 3 == 0, losesOriginal: $0 % 5 == 0)
    }
    let path = try write(sources)
    let script = """
      import sys, zipfile, hashlib
      z = zipfile.ZipFile(sys.argv[1])
      assert z.testzip() is None
      for name in z.namelist():
          if "/data/" in name: print(hashlib.sha256(z.read(name)).hexdigest(), name)
      """
    let read = try InstalledProgram("python3").start(["-c", script, path.text]).end()
    #expect(read.status == 0, "\(read.diagnostics)")
    let found = Set(read.output.split(separator: "\n").map(String.init))
    var expected: Set<String> = []
    for source in sources {
      let top = BagLayout.folder(of: source.installation)
      for file in source.files { expected.insert("\(file.sha256) \(top)/data/\(file.path)") }
      for revision in source.revisions {
        expected.insert(
          "\(SHA256Digest(of: revision.body)) \(top)/data/record/\(revision.number).json")
      }
      let log = try BagLog.text(of: source.entries)
      expected.insert("\(SHA256Digest(of: log)) \(top)/data/log.jsonl")
      if !source.missing.isEmpty {
        let missing = try RecordCoding.encode(source.missing)
        expected.insert("\(SHA256Digest(of: missing)) \(top)/data/missing.json")
      }
    }
    #expect(found == expected)
    #expect(try faults(of: path).isEmpty)
  }

  @Test func `is the same again for the same records, but for the seal and the list that names it`() throws {
    let source = try bags.signed()
    let first = try parts(of: write([source], to: "a.zip"))
    let second = try parts(of: write([source], to: "b.zip"))
    #expect(first.keys == second.keys)
    for (name, bytes) in first where !name.contains("/seal/") && !name.hasSuffix("/tagmanifest-sha256.txt") {
      #expect(bytes == second[name], "\(name)")
    }
  }

  private func parts(of path: FilePath) throws -> [String: Data] {
    let zip = try ZipReader(OpenFile(reading: path, .regularOnly))
    return Dictionary(
      uniqueKeysWithValues: try zip.entries.map { ($0.name, try zip.contents(of: $0, maxBytes: 1 << 20)) })
  }

  @Test func `gives the record that the log adds up to, and its agreements in their order`() throws {
    let source = try bags.signed(isCorrected: true)
    var read: [CheckedBag] = []
    try ArchiveReader(try write([source])).forEachBag(
      trusting: [identity.certificate], now: 1_800_000_000
    ) { (bag) throws(ArchiveError) in read.append(bag) }
    let bag = try #require(read.first)
    #expect(bag.installation == source.installation)
    #expect(bag.revision == 2)
    #expect(
      bag.agreements.map(\.sha256) == [
        source.installation.earlierAgreements?.first?.sha256, source.installation.agreement?.sha256,
      ])
    #expect(bag.seal?.signer == identity.certificate)
    #expect(bag.seal?.isTrusted == true)
  }

  // MARK: - What is refused

  @Test
  func `refuses 1,000 changes of a single bit, half of them in tag files and headers, and names the place`()
    throws
  {
    let path = try write([try bags.signed(isCorrected: true), try bags.signed(photoBytes: 9_000)])
    #expect(try faults(of: path).isEmpty)
    let bytes = try path.contents(maxBytes: 1 << 20)
    let zip = try ZipReader(OpenFile(reading: path, .regularOnly))
    var isPayload = [Bool](repeating: false, count: bytes.count)
    for entry in zip.entries where entry.name.contains("/data/") {
      for index in entry.contentOffset..<entry.end { isPayload[index] = true }
    }
    let inside = bytes.indices.filter { isPayload[$0] }
    let outside = bytes.indices.filter { !isPayload[$0] }
    var generator = SplitMix64(seed: 1_000)
    for round in 0..<1_000 {
      let places = round % 2 == 0 ? outside : inside
      let index = places[Int(generator.next() % UInt64(places.count))]
      let bit = UInt8(generator.next() % 8)
      var changed = bytes
      changed[index] ^= 1 << bit
      let found = try faults(of: FilePath(try folder.write("changed.zip", changed)))
      #expect(!found.isEmpty, "bit \(bit) of byte \(index)")
      let owner = zip.entries.first { ($0.contentOffset..<$0.end).contains(index) }
      if let owner {
        // A change within a file is found at that file.
        #expect(found.contains { "\($0)".contains(owner.name) }, "\(owner.name): \(found)")
      }
    }
  }

  @Test func `refuses a record that its log does not add up to`() throws {
    let source = try bags.signed(isCorrected: true)
    let body = String(decoding: source.revisions[1].body, as: UTF8.self)
    let changed = body.replacingOccurrences(of: "\"trainedOperators\":2", with: "\"trainedOperators\":3")
    #expect(changed != body)
    func entry(_ path: String) -> String { "\(BagLayout.folder(of: source.installation))/data/\(path)" }
    #expect(
      try fault(of: source.with(revisions: [source.revisions[0], .init(number: 2, body: Data(changed.utf8))]))
        == .revision(entry: entry("record/2.json")))
    #expect(
      try fault(of: source.with(revisions: [source.revisions[0]]))
        == .missing(entry: entry("record/2.json")))
    #expect(
      try fault(of: source.with(revisions: [source.revisions[1]]))
        == .missing(entry: entry("record/1.json")))
  }

  // MARK: - A record that was taken over

  @Test func `gives a record that was taken over, what of it is proven, and what stayed behind`() throws {
    let first = try bags.signed(isCorrected: true)
    let source = try bags.takenOver(first)
    var read: [CheckedBag] = []
    try ArchiveReader(try write([source])).forEachBag(trusting: [identity.certificate], now: 1_800_000_000) {
      (bag) throws(ArchiveError) in read.append(bag)
    }
    let bag = try #require(read.first)
    #expect(bag.faults.isEmpty && bag.installation == source.installation && bag.revision == 4)
    #expect(bag.newest == source.revisions.last?.body)
    #expect(bag.adopted?.revision == 2 && bag.adopted?.sha256 == SHA256Digest(of: first.revisions[1].body).hex)
    #expect(bag.elsewhere.count == 7 && bag.elsewhere == source.elsewhere, "\(bag.elsewhere)")
    #expect(bag.agreements.isEmpty)
    // Only the requested bag is read.
    var folders: [String] = []
    try ArchiveReader(try write([first, try bags.signed()], to: "two.zip")).forEachBag(
      only: BagLayout.folder(of: first.installation), trusting: [], now: 0
    ) { (bag) throws(ArchiveError) in folders.append(bag.folder) }
    #expect(folders == [BagLayout.folder(of: first.installation)])
  }

  @Test func `refuses one whose beginning, revisions or list of what stayed behind is another`() throws {
    let source = try bags.takenOver(try bags.signed())
    let top = BagLayout.folder(of: source.installation)
    var less = source
    less.elsewhere.removeLast()
    #expect(
      try fault(of: less) == .differs(entry: "\(top)/data/elsewhere.json", offset: 0), "a file is not listed")
    var none = source
    none.elsewhere = []
    #expect(try fault(of: none) == .missing(entry: "\(top)/data/elsewhere.json"))
    var more = source
    more.files.append(BagSource.File("agreement/agreement.pdf", .bytes(Data("x".utf8))))
    #expect(try fault(of: more) == .unexpected(entry: "\(top)/data/agreement/agreement.pdf"))
    #expect(
      try fault(of: source.with(revisions: [source.revisions[1]]))
        == .logLine(entry: "\(top)/data/log.jsonl", line: 1))
    #expect(
      try fault(of: source.with(entries: Array(source.entries.dropFirst())))
        == .missing(entry: "\(top)/data/record/1.json"))
    var whole = try bags.signed()
    whole.elsewhere = source.elsewhere
    let other = BagLayout.folder(of: whole.installation)
    #expect(try fault(of: whole) == .unexpected(entry: "\(other)/data/elsewhere.json"))
    // The entry holds another record than the one whose digest it names.
    let old = source.entries[0]
    let words = String(decoding: old.body, as: UTF8.self).replacing("ZX7-315", with: "ZX7-400")
    let digest = try #require(
      LogChain.digest(
        after: old.previousSha256, seq: old.seq, subject: source.installation.id.text, at: old.at,
        name: old.name,
        body: Data(words.utf8)))
    var entries = source.entries
    entries[0] = WrittenLogEntry(
      seq: old.seq, at: old.at, name: old.name, body: Data(words.utf8), previousSha256: old.previousSha256,
      sha256: digest)
    let forged = try fault(of: source.with(entries: Array(entries.prefix(1))))
    #expect(forged == .logLine(entry: "\(top)/data/log.jsonl", line: 1))
  }

  @Test func `refuses a log that lacks an entry, has another order or was rewritten`() throws {
    let source = try bags.signed()
    let log = "\(BagLayout.folder(of: source.installation))/data/log.jsonl"
    let record = log.replacingOccurrences(of: "log.jsonl", with: "record/1.json")
    for index in source.entries.indices.dropFirst() {
      // A gap in the entries' numbers is no fault, since entries of other installations are not in the bag;
      // only the record shows that an entry is missing.
      var entries = source.entries
      entries.remove(at: index)
      #expect(try fault(of: source.with(entries: entries)) == .revision(entry: record))
    }
    #expect(try fault(of: source.with(entries: Array(source.entries.dropFirst()))) == .replay(entry: log))
    var swapped = source.entries
    swapped.swapAt(3, 4)
    #expect(try fault(of: source.with(entries: swapped)) == .logEntry(entry: log, line: 5, seq: 4))
    var entries = source.entries
    let old = entries[6]
    let body = Data(String(decoding: old.body, as: UTF8.self).replacingOccurrences(of: "2", with: "9").utf8)
    entries[6] = WrittenLogEntry(
      seq: old.seq, at: old.at, name: old.name, body: body, previousSha256: old.previousSha256,
      sha256: old.sha256)
    #expect(try fault(of: source.with(entries: entries)) == .logEntry(entry: log, line: 7, seq: 7))
  }

  @Test func `refuses a bag that lacks a file of the record, or has one more`() throws {
    let source = try bags.signed(losesOriginal: true)
    let top = BagLayout.folder(of: source.installation)
    for index in source.files.indices where source.files[index].path != BagLayout.label {
      var less = source
      let file = less.files.remove(at: index)
      #expect(try fault(of: less) == .missing(entry: "\(top)/data/\(file.path)"))
    }
    var more = source
    more.files.append(BagSource.File("photos/extra.jpg", .bytes(Data("x".utf8))))
    #expect(try fault(of: more) == .unexpected(entry: "\(top)/data/photos/extra.jpg"))
    var unsaid = source
    unsaid.missing = []
    #expect(try fault(of: unsaid) == .missing(entry: source.missing[0].path.inBag(top)))
    var copyLost = source
    copyLost.missing.append(MissingOriginal(path: "data/photos/none.jpg", sha256: source.missing[0].sha256))
    #expect(try fault(of: copyLost) == .unexpected(entry: "\(top)/data/missing.json"))
  }

  @Test func `refuses a photo, a test or a seal that is another one's`() throws {
    let source = try bags.signed()
    let top = BagLayout.folder(of: source.installation)
    let index = try #require(source.files.firstIndex { $0.path == "photos/photo-before-1.jpg" })
    var other = source
    let bytes = Data("another photo".utf8)
    other.files[index] = BagSource.File(other.files[index].path, .bytes(bytes))
    #expect(
      try fault(of: other) == .digest(entry: "\(top)/data/photos/photo-before-1.jpg", list: top))
    let test = try #require(source.files.firstIndex { $0.path == BagLayout.test(1) })
    var forged = source
    forged.files[test] = BagSource.File(BagLayout.test(1), .bytes(Data("{}".utf8)))
    #expect(try fault(of: forged) == .differs(entry: "\(top)/data/test/1.json", offset: 0))
    let writer = try ArchiveWriter(FilePath(folder.file("other.zip")))
    #expect(throws: SealFault.self) {
      try writer.add(source) { try DetachedSeal.over($0 + [0], by: identity) }
    }
  }

  @Test func `takes bags in the order of their folders only`() throws {
    let first = try bags.signed()
    let second = try bags.signed()
    let writer = try ArchiveWriter(FilePath(folder.file("a.zip")))
    #expect(try writer.add(second) { try DetachedSeal.over($0, by: identity) })
    #expect(try !writer.add(first) { try DetachedSeal.over($0, by: identity) })
    #expect(try !writer.add(second) { try DetachedSeal.over($0, by: identity) })
    _ = try writer.finish { false }
    #expect(writer.count == 1)
  }

  @Test
  func `refuses a pipe, a folder and a device as its place, and leaves a file that was there where it fails`()
    throws
  {
    for path in ["/dev/stdout", "/dev/null", folder.path] {
      #expect(throws: ArchiveError.notAFile(path: path)) { _ = try ArchiveWriter(FilePath(path)) }
    }
    let pipe = folder.file("pipe")
    #expect(mkfifo(pipe, 0o600) == 0)
    #expect(throws: ArchiveError.notAFile(path: pipe)) { _ = try ArchiveWriter(FilePath(pipe)) }
    try folder.write("kept.zip", Data("before".utf8))
    var source = try bags.signed()
    source.files.append(BagSource.File("photos/extra.jpg", .bytes(Data())))
    #expect(throws: (any Error).self) { try write([source], to: "kept.zip") }
    #expect(try FilePath(folder.file("kept.zip")).contents(maxBytes: 10) == Data("before".utf8))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["kept.zip", "pipe"])
  }
}

extension String {
  fileprivate func inBag(_ folder: String) -> String { "\(folder)/\(self)" }
}

extension BagSource {
  func with(entries: [WrittenLogEntry]? = nil, revisions: [Revision]? = nil) -> BagSource {
    var source = BagSource(
      installation: installation, entries: entries ?? self.entries, revisions: revisions ?? self.revisions,
      files: files, missing: missing)
    source.elsewhere = elsewhere
    return source
  }
}
