import Cryptography
import FoundationEssentials
import Records

/// Checks one bag: every file by its digest, every tag file by its expected contents, the record by its log.
struct BagCheck {
  /// The maximum length of a file that is held in memory: a log, a revision, a tag file; bytes.
  static let maxHeldBytes = 32 << 20

  private let zip: ZipReader
  private let roots: [Certificate]
  private let timestampRoots: [Certificate]
  private let now: Int64
  private var bag: CheckedBag
  /// The digests of the files by their paths in the bag.
  private var digests: [String: String] = [:]
  private var held: [String: Data] = [:]
  private var payloadBytes = 0

  init(
    folder: String, entries: ArraySlice<ZipEntry>, zip: ZipReader, roots: [Certificate],
    timestampRoots: [Certificate], now: Int64
  ) {
    self.zip = zip
    self.roots = roots
    self.timestampRoots = timestampRoots
    self.now = now
    bag = CheckedBag(folder: folder, entries: entries, zip: zip)
  }

  /// Checks the bag, and returns it with the faults that were found.
  /// - Throws: `archive`, `cancelled`; faults of the bag are not thrown.
  mutating func run(isCancelled: () -> Bool) throws(ArchiveError) -> CheckedBag {
    for entry in bag.entries { try read(entry, isCancelled) }
    // A file that is not as it was written makes the lists differ, too, so the lists are not checked then.
    guard bag.faults.isEmpty else { return bag }
    checkTags()
    checkList(BagLayout.manifest) { $0.hasPrefix(BagLayout.payload) }
    checkList(BagLayout.tagManifest) { !$0.hasPrefix(BagLayout.payload) && $0 != BagLayout.tagManifest }
    checkSeal()
    guard bag.faults.isEmpty else { return bag }
    do throws(ArchiveError) {
      try checkRecord()
    } catch {
      guard case .damaged(let fault) = error else { throw error }
      bag.faults.append(fault)
    }
    return bag
  }

  // MARK: - Files

  private mutating func read(_ entry: ZipEntry, _ isCancelled: () -> Bool) throws(ArchiveError) {
    let path = String(entry.name.dropFirst(bag.folder.count + 1))
    let isHeld = Self.isHeld(path)
    if isHeld, entry.size > Self.maxHeldBytes {
      return bag.faults.append(.tooLarge(entry: entry.name, bytes: entry.size))
    }
    var hasher = SHA256Hasher()
    var bytes = Data()
    do throws(ArchiveError) {
      try zip.forEachPiece(of: entry, isCancelled: isCancelled) { piece in
        hasher.update(piece)
        if isHeld { bytes.append(contentsOf: piece) }
      }
    } catch {
      guard case .damaged(let fault) = error else { throw error }
      return bag.faults.append(fault)
    }
    digests[path] = hasher.finish().hex
    if isHeld { held[path] = bytes }
    if path.hasPrefix(BagLayout.payload) {
      payloadBytes += entry.size
      bag.files += 1
    }
  }

  /// Whether a file's contents are checked, besides its digest.
  private static func isHeld(_ path: String) -> Bool {
    guard path.hasPrefix(BagLayout.payload) else { return tags.contains(path) || sealTags.contains(path) }
    let path = path.dropFirst(BagLayout.payload.count)
    return path == BagLayout.log || path == BagLayout.missing || path == BagLayout.elsewhere
      || path.hasPrefix("record/")
      || path.hasPrefix("test/") && path.hasSuffix(".json")
      || path.hasPrefix("inspection/") && path.hasSuffix(".json")
  }

  // MARK: - Tag files

  /// The tag files that every bag has.
  private static let tags = [
    BagLayout.bagit, BagLayout.information, BagLayout.readme, BagLayout.manifest, BagLayout.tagManifest,
    BagLayout.seal,
  ]
  /// The files beside the seal; the two of a timestamp may be missing.
  private static let sealTags = [BagLayout.certificates, BagLayout.token, BagLayout.signature]

  private mutating func checkTags() {
    for tag in Self.tags where digests[tag] == nil { bag.faults.append(.missing(entry: bag.entry(of: tag))) }
    for path in digests.keys.sorted() where !path.hasPrefix(BagLayout.payload) && !Self.isHeld(path) {
      bag.faults.append(.unexpected(entry: bag.entry(of: path)))
    }
    compare(BagLayout.bagit, with: BagLayout.bagitText)
    // Whether the record was really taken over is checked later, from its log.
    let isAdopted = digests[BagLayout.payload + BagLayout.elsewhere] != nil
    compare(BagLayout.readme, with: BagReadme.text(isAdopted: isAdopted))
  }

  /// Compares a list of files with the files.
  private mutating func checkList(_ name: String, _ isListed: (String) -> Bool) {
    guard let found = held[name] else { return }
    let expected = digests.filter { isListed($0.key) }
    let text = BagLayout.list(expected.map { (path: $0.key, sha256: $0.value) })
    guard found != Data(text.utf8) else { return }
    // A line with another digest is a fault of that file, and a line too many or too few is a fault of that
    // file too. The list itself is at fault where only its form differs.
    let before = bag.faults.count
    var rest = expected
    for line in String(decoding: found, as: UTF8.self).split(separator: "\n") {
      let parts = line.split(separator: " ", maxSplits: 1)
      guard parts.count == 2 else { continue }
      let path = String(parts[1].drop { $0 == " " })
      guard let digest = rest.removeValue(forKey: path) else {
        if digests[path] == nil { bag.faults.append(.missing(entry: bag.entry(of: path))) }
        continue
      }
      if digest != parts[0] {
        bag.faults.append(.digest(entry: bag.entry(of: path), list: bag.entry(of: name)))
      }
    }
    for path in rest.keys.sorted() { bag.faults.append(.unexpected(entry: bag.entry(of: path))) }
    if bag.faults.count == before { compare(name, with: text) }
  }

  /// Judges the seal over the list of files, and compares the files beside the seal with the seal.
  private mutating func checkSeal() {
    guard let der = held[BagLayout.seal], let manifest = held[BagLayout.manifest] else { return }
    let name = bag.entry(of: BagLayout.seal)
    var files: [(path: String, bytes: Data)] = []
    do throws(SealFault) {
      let verification = try SealVerification(
        Array(der), over: SHA256Digest(of: manifest), trusting: roots, timestampRoots: timestampRoots,
        now: now)
      bag.seal = verification
      guard let seal = try? DetachedSeal(der: Array(der)),
        let beside = try? BagLayout.files(of: seal, verification.chain)
      else { return bag.faults.append(.unexpected(entry: name)) }
      files = beside
    } catch {
      return bag.faults.append(.seal(entry: name, error))
    }
    for (path, bytes) in files {
      if held[path] == nil { bag.faults.append(.missing(entry: bag.entry(of: path))) }
      compare(path, with: bytes)
    }
    for path in [BagLayout.token, BagLayout.signature] where held[path] != nil {
      if !files.contains(where: { $0.path == path }) {
        bag.faults.append(.unexpected(entry: bag.entry(of: path)))
      }
    }
  }

  private mutating func compare(_ name: String, with text: String) { compare(name, with: Data(text.utf8)) }

  /// Compares a tag file with its expected contents.
  private mutating func compare(_ name: String, with expected: Data) {
    guard let found = held[name], found != expected else { return }
    let expected = Array(expected)
    var offset = 0
    for byte in found {
      guard offset < expected.count, byte == expected[offset] else { break }
      offset += 1
    }
    bag.faults.append(.differs(entry: bag.entry(of: name), offset: offset))
  }

  // MARK: - The record

  private func payload(_ path: String) throws(ArchiveError) -> (entry: String, bytes: Data) {
    let path = BagLayout.payload + path
    let entry = bag.entry(of: path)
    guard let bytes = held[path] else { throw .damaged(.missing(entry: entry)) }
    return (entry, bytes)
  }

  private mutating func checkRecord() throws(ArchiveError) {
    // The newest revision names the installation of the log; the log then proves the revision.
    let revisions = try readRevisions()
    guard let first = revisions.first?.record.revision, let id = revisions.last?.record.id else {
      throw .damaged(.missing(entry: bag.entry(of: BagLayout.payload + BagLayout.revision(1))))
    }
    bag.revision = first + revisions.count - 1
    let (log, text) = try payload(BagLayout.log)
    let written = try BagLog.entries(text, of: id, in: log)
    var entries: [LogEntry] = []
    for (index, entry) in written.enumerated() {
      guard let read = LogEntry(entry, of: id) else { throw .damaged(.logLine(entry: log, line: index + 1)) }
      entries.append(read)
    }
    let earlier = try checkAdoption(entries.first?.event, first: first, log: log)
    let digests = revisions.map { SHA256Digest(of: $0.body).hex }
    func replay(_ entries: ArraySlice<LogEntry>) throws(ArchiveError) -> Installation {
      let sum = try Installation.replaying(entries) { (closed) throws(ArchiveError) in
        guard digests.indices.contains(closed.revision - first) else { throw .damaged(.replay(entry: log)) }
        return digests[closed.revision - first]
      }
      guard let sum else { throw .damaged(.replay(entry: log)) }
      return sum
    }
    for (index, revision) in revisions.enumerated() {
      // The log's entries up to a revision's closing must add up to the revision. The length of its history is
      // their number.
      let closed = try replay(entries.prefix(max(0, revision.record.history.count - earlier)))
      guard revision.record.revision == first + index, closed.revision == first + index,
        closed.closedAt != nil, revision.record.isSame(as: closed)
      else { throw .damaged(.revision(entry: revision.entry)) }
    }
    bag.newest = revisions.last?.body
    let installation = try replay(entries[...])
    bag.installation = installation
    guard installation.revision - bag.revision <= (installation.closedAt == nil ? 1 : 0) else {
      throw .damaged(
        .missing(entry: bag.entry(of: BagLayout.payload + BagLayout.revision(bag.revision + 1))))
    }
    try checkPlace(of: installation, last: entries.last?.at)
    var records: [String: Installation] = [:]
    for (index, entry) in entries.enumerated() {
      guard let document = entry.event.signedDocument else { continue }
      records[document.sha256] = try replay(entries.prefix(index))
    }
    try checkFiles(of: installation, entries.map(\.event), before: records, revisions: first...bag.revision)
  }

  private typealias Revision = (entry: String, body: Data, record: Installation)

  /// Reads the revisions in ascending order, from the lowest number to the last one before a gap.
  private func readRevisions() throws(ArchiveError) -> [Revision] {
    let folder = BagLayout.payload + "record/"
    let numbers = digests.keys.compactMap { path -> Int? in
      guard path.hasPrefix(folder) else { return nil }
      let number = Int(path.dropFirst(folder.count).dropLast(".json".count))
      return number.flatMap { BagLayout.payload + BagLayout.revision($0) == path ? $0 : nil }
    }
    var revisions: [Revision] = []
    guard let first = numbers.min() else { return [] }
    while digests[BagLayout.payload + BagLayout.revision(first + revisions.count)] != nil {
      let number = first + revisions.count
      let (entry, body) = try payload(BagLayout.revision(number))
      guard let record = try? RecordCoding.decode(Installation.self, from: body), record.revision == number
      else {
        throw .damaged(.revision(entry: entry))
      }
      revisions.append((entry, body, record))
    }
    return revisions
  }

  /// Checks the log's first entry: where the entry takes over a record, that record by its digest, otherwise
  /// that the bag begins with revision 1.
  /// - Parameter first: the number of the bag's first revision.
  /// - Returns: the number of events in the record that was taken over, which the log does not have; 0 where no
  ///   record was taken over.
  private mutating func checkAdoption(_ event: InstallationEvent?, first: Int, log: String)
    throws(ArchiveError) -> Int
  {
    guard case .adopted(let adopted)? = event else {
      guard first == 1 else {
        throw .damaged(.missing(entry: bag.entry(of: BagLayout.payload + BagLayout.revision(1))))
      }
      return 0
    }
    guard let before = adopted.installation, SHA256Digest(of: adopted.body).hex == adopted.sha256,
      before.revision == adopted.revision, first == adopted.revision + 1
    else { throw .damaged(.logLine(entry: log, line: 1)) }
    bag.adopted = adopted
    return before.history.count
  }

  /// Checks folder, dates and description, which follow from the record.
  private mutating func checkPlace(of installation: Installation, last: Timestamp?) throws(ArchiveError) {
    guard let last, BagLayout.folder(of: installation) == bag.folder else {
      throw .damaged(.notOfRecord(entry: bag.folder))
    }
    let moment = DOSTime(last)
    if let entry = bag.entries.first(where: { $0.moment != moment }) {
      throw .damaged(.notOfRecord(entry: entry.name))
    }
    compare(
      BagLayout.information,
      with: BagLayout.informationText(
        of: installation, day: last.day, byteCount: payloadBytes, fileCount: bag.files))
  }

  /// Checks that every file of the record is in the bag, and no other file.
  private mutating func checkFiles(
    of installation: Installation, _ events: [InstallationEvent], before: [String: Installation],
    revisions: ClosedRange<Int>
  ) throws(ArchiveError) {
    var expected: Set<String> = [BagLayout.log]
    for number in revisions { expected.insert(BagLayout.revision(number)) }
    expected.formUnion(try checkDerived(installation, events))
    expected.insert(BagLayout.label)
    var missing: [String: String] = [:]
    if let text = held[BagLayout.payload + BagLayout.missing] {
      let entry = bag.entry(of: BagLayout.payload + BagLayout.missing)
      guard let read = try? RecordCoding.decode([MissingOriginal].self, from: text), !read.isEmpty else {
        throw .damaged(.differs(entry: entry, offset: 0))
      }
      expected.insert(BagLayout.missing)
      bag.missing = read
      for original in read { missing[original.path] = original.sha256 }
    }
    let stayed = try checkElsewhere(installation, events, &expected)
    for file in BagLayout.files(of: installation, events) {
      let path = BagLayout.payload + file.path
      if stayed.contains(path) { continue }
      let entry = bag.entry(of: path)
      expected.insert(file.path)
      if file.isAgreement { take(file, entry, before[file.sha256], &expected) }
      if let digest = digests[path] {
        guard digest == file.sha256 else { throw .damaged(.digest(entry: entry, list: bag.folder)) }
      } else if !file.mayBeMissing || missing.removeValue(forKey: path) != file.sha256 {
        throw .damaged(.missing(entry: entry))
      }
    }
    if missing.first != nil {
      throw .damaged(.unexpected(entry: bag.entry(of: BagLayout.payload + BagLayout.missing)))
    }
    for path in digests.keys.sorted() where path.hasPrefix(BagLayout.payload) {
      guard expected.contains(String(path.dropFirst(BagLayout.payload.count))) else {
        throw .damaged(.unexpected(entry: bag.entry(of: path)))
      }
    }
  }

  /// Checks the list of the files that stayed behind when a record was taken over.
  /// - Returns: the paths that these files would have in the bag.
  private mutating func checkElsewhere(
    _ installation: Installation, _ events: [InstallationEvent], _ expected: inout Set<String>
  ) throws(ArchiveError) -> Set<String> {
    let files = BagLayout.filesElsewhere(of: installation, events)
    guard !files.isEmpty else { return [] }
    let (entry, text) = try payload(BagLayout.elsewhere)
    guard (try? RecordCoding.encode(files)) == text else {
      throw .damaged(.differs(entry: entry, offset: 0))
    }
    expected.insert(BagLayout.elsewhere)
    bag.elsewhere = files
    return Set(files.map(\.path))
  }

  private mutating func take(
    _ file: BagLayout.NamedFile, _ entry: String, _ before: Installation?, _ expected: inout Set<String>
  ) {
    let token = BagLayout.agreementToken(file.path)
    let joined = BagLayout.timestamped(file.path)
    expected.formUnion([token, joined])
    func name(_ path: String) -> String? {
      let path = BagLayout.payload + path
      return digests[path] == nil ? nil : bag.entry(of: path)
    }
    bag.agreements.append(
      CheckedBag.Agreement(
        entry: entry, sha256: file.sha256, token: name(token), timestamped: name(joined), before: before))
  }

  /// Checks the files of test runs against the events, and the files of inspections against the record.
  /// - Returns: the paths of these files below `data/`.
  private mutating func checkDerived(_ installation: Installation, _ events: [InstallationEvent])
    throws(ArchiveError)
    -> [String]
  {
    var paths: [String] = []
    func check(_ path: String, _ value: some Encodable) throws(ArchiveError) {
      let (entry, bytes) = try payload(path)
      guard (try? RecordCoding.encode(value)) == bytes else {
        throw .damaged(.differs(entry: entry, offset: 0))
      }
      paths.append(path)
    }
    func checkIsThere(_ path: String) throws(ArchiveError) {
      let path = BagLayout.payload + path
      guard digests[path] != nil else { throw .damaged(.missing(entry: bag.entry(of: path))) }
    }
    bag.tests = BagSource.tests(in: events)
    for (index, report) in bag.tests.enumerated() {
      try check(BagLayout.test(index + 1), report)
      try checkIsThere(BagLayout.testText(index + 1))
      paths.append(BagLayout.testText(index + 1))
    }
    for (index, inspection) in (installation.inspections ?? []).enumerated() {
      try check(BagLayout.inspection(index + 1), inspection)
      try checkIsThere(BagLayout.inspectionPage(index + 1))
      paths.append(BagLayout.inspectionPage(index + 1))
    }
    return paths
  }
}
