public import FoundationEssentials
public import Records
import Synchronization
import Threads

/// Takes what laptops delivered, checks it, and adds it to the company's database: files first, then
/// timestamps, keys and records. Objects that are there already are not read again.
public struct CompanyLoad {
  /// The judgements that other features make; the command passes them in.
  public struct Judges {
    /// Judges the file of an agreement; nil where agreements are not judged.
    public var agreement: ((Data) -> AgreementJudgement)?
    /// Whether a token is the timestamp of the agreement in a file.
    public var timestamp: (_ agreement: Data, _ token: Data) -> Bool

    public init(
      agreement: ((Data) -> AgreementJudgement)?,
      timestamp: @escaping (_ agreement: Data, _ token: Data) -> Bool
    ) {
      self.agreement = agreement
      self.timestamp = timestamp
    }
  }

  /// The progress of a load.
  public enum Event: Hashable, Sendable {
    /// A page of keys below a folder was gone through; `keys` is their number, and `new` of them were not in
    /// the database.
    case listed(folder: String, keys: Int, new: Int)
    /// `objects` keys of deliveries were gone through since the beginning. The event comes after each object
    /// that was judged and after each page.
    case done(objects: Int)
  }

  /// The result of a run.
  public struct Report: Sendable {
    public var added = CompanyCounts()
    /// The number of objects that the database had already.
    public var known = 0
    /// The number of keys of deliveries that the place lists; other names are not counted.
    public var objects = 0
    /// The first of the objects that were not loaded.
    public var findings: [Finding] = []
    /// The number of objects that are wrong; none of them was loaded.
    public var refusedCount = 0
    /// The number of objects that wait for a file; none of them was loaded.
    public var fileMissingCount = 0
    /// The first of the objects that were loaded with a doubt in this run.
    public var doubts: [Finding] = []
    /// The number of all objects in the store that were loaded with a doubt.
    public var doubtCount = 0
    /// The first hundred names that are no keys of this program's; nothing was read of them.
    public var strangers: [String] = []
    /// The number of names that are no keys of this program's.
    public var strangerCount = 0
    /// The number of agreements by the verdict of this run.
    public var agreements: [AgreementVerdict: Int] = [:]
    /// What a person has to look at, as the database sees it after the run.
    public var concerns = CompanyConcerns()
  }

  /// The size of the largest file that is read, bytes; a photo has 50,000,000 at most.
  public static let maxFileBytes = 64 << 20
  /// The size of the largest timestamp that is read, bytes.
  static let maxTimestampBytes = 1 << 20
  /// The maximum number of keys of one installation that are looked at.
  static let maxKeysOfRecord = 10_000
  /// The maximum number of revisions that are read and judged together before they are added.
  private static let maxJudgedAtOnce = 64
  /// The maximum number of threads that read and judge. They mostly wait for the bucket.
  private static let maxThreads = 8
  /// The number of findings, and of doubts, that a report holds.
  public static let maxReported = 1_000
  /// The number of objects in a row that cannot be read, from which on the store counts as unreachable.
  private static let maxFailuresInRow = 10

  private let objects: any DeliveredObjects
  private let store: any CompanyStore
  private let judges: Judges
  private let isCancelled: () -> Bool
  private let onEvent: (Event) -> Void
  private let report = Box()

  private final class Box {
    var value = Report()
    var failuresInRow = 0
  }

  /// Makes a load.
  /// - Parameter onEvent: called with one event for each page of keys, and one for each object.
  public init(
    from objects: any DeliveredObjects, into store: any CompanyStore, judges: Judges,
    isCancelled: @escaping () -> Bool = { false }, onEvent: @escaping (Event) -> Void = { _ in }
  ) {
    self.objects = objects
    self.store = store
    self.judges = judges
    self.isCancelled = isCancelled
    self.onEvent = onEvent
  }

  /// Goes once through all delivered objects.
  /// - Throws: `CompanyError`, and what the store of objects throws where it cannot be listed. What was added
  ///   before stays.
  public func run() throws -> Report {
    try loadEach(below: "files") { key, object, bytes in
      try store.add(CompanyItem(key: key, bytes: bytes.count, contents: .presence, doubts: []))
    }
    try loadEach(below: "timestamps", load: loadTimestamp)
    try loadEach(below: "keys") { key, object, bytes in
      guard case .key(let keyID, let sha256) = object else { return }
      let check = try KeyCheck(bytes, keyID: keyID)
      try store.add(
        CompanyItem(
          key: key, bytes: bytes.count,
          contents: .key(
            keyID: keyID, sha256: sha256, installation: check.installation, moduleSerial: check.moduleSerial,
            raw: bytes), doubts: []))
    }
    try loadRecords()
    let (added, refused) = try store.flush()
    report.value.added = added
    refused.forEach(tell)
    let concerns = try store.concerns()
    report.value.concerns = concerns
    report.value.doubtCount = max(report.value.doubtCount, concerns.totals[.finding] ?? 0)
    return report.value
  }

  // MARK: - Objects that stand by themselves

  private func loadEach(
    below folder: String, load: (String, DeliveredObject, [UInt8]) throws -> Void
  ) throws {
    var after: String?
    while true {
      let keys = try page(below: folder, after: &after)
      if keys.isEmpty { return }
      let known = known(keys, below: folder)
      let new = try store.notLoaded(known.map(\.key))
      for (key, object) in known where new.contains(key) {
        if isCancelled() { throw CompanyError.cancelled }
        try attempt(key) { try load(key, object, read(object)) }
        tellDone(1)
      }
      tell(folder, keys: keys.count, known: known.count, new: new.count)
    }
  }

  private func loadTimestamp(_ key: String, _ object: DeliveredObject, _ token: [UInt8]) throws {
    guard case .timestamp(let agreement, _) = object else { return }
    let file = DeliveredObject.file(agreement)
    let pdf: [UInt8]
    do { pdf = try read(file) } catch is Finding.Problem { throw Finding.Problem(.fileMissing) }
    guard judges.timestamp(Data(pdf), Data(token)) else { throw Finding.Problem(.timestamp) }
    try store.add(CompanyItem(key: key, bytes: token.count, contents: .presence, doubts: []))
  }

  // MARK: - Records

  /// Loads the new revisions. The list holds the revisions of a record together, though not in the order of
  /// their numbers.
  private func loadRecords() throws {
    var after: String?
    var left: [DeliveredRevision] = []
    while true {
      let keys = try page(below: "installations", after: &after)
      let known = known(keys, below: "installations")
      let new = try store.notLoaded(known.map(\.key))
      var groups = left.isEmpty ? [] : [left]
      for (key, object) in known {
        guard case .record(let id, let revision, let sha256) = object else { continue }
        let one = DeliveredRevision(
          key: key, object: object, id: id, number: revision, sha256: sha256, isNew: new.contains(key))
        if groups.last?.first?.id == id { groups[groups.count - 1].append(one) } else { groups.append([one]) }
      }
      // More revisions of the last record may stand on the next page.
      left = keys.isEmpty ? [] : groups.popLast() ?? []
      try load(groups)
      if left.count > Self.maxKeysOfRecord {
        try load([left])
        left = []
      }
      if keys.isEmpty { return }
      tell("installations", keys: keys.count, known: known.count, new: new.count)
    }
  }

  /// Loads the new revisions of records. Several records are read and judged at once; the results are added in
  /// the order of the records.
  private func load(_ groups: [[DeliveredRevision]]) throws {
    let judge = RecordJudge(objects: objects)
    var rest = groups.filter { $0.contains(where: \.isNew) }[...]
    while let first = rest.first {
      var count = 0
      let some = rest.prefix { group in
        count += group.count
        return count <= Self.maxJudgedAtOnce
      }
      guard !some.isEmpty else {
        // A record with more than `maxJudgedAtOnce` revisions is loaded one by one, so that not all of them are
        // in memory.
        var judgements: [FileDigest: AgreementJudgement] = [:]
        try judge.judge(first) { try enter($0, &judgements) }
        rest = rest.dropFirst()
        continue
      }
      rest = rest.dropFirst(some.count)
      let judged = Mutex(Array(repeating: [JudgedRevision](), count: some.count))
      try ParallelLoop.run(below: some.count, threads: Self.maxThreads) { (number) throws(Never) in
        var found: [JudgedRevision] = []
        judge.judge(some[some.startIndex + number]) { found.append($0) }
        judged.withLock { $0[number] = found }
      }
      for group in judged.withLock({ $0 }) {
        var judgements: [FileDigest: AgreementJudgement] = [:]
        for revision in group { try enter(revision, &judgements) }
      }
    }
  }

  /// Adds a revision that was judged, or the problem that was found in it.
  /// - Parameter judgements: the judgements of the agreements of the same record, by the digests of their
  ///   files.
  private func enter(_ judged: JudgedRevision, _ judgements: inout [FileDigest: AgreementJudgement]) throws {
    if isCancelled() { throw CompanyError.cancelled }
    let key = judged.revision.key
    defer { tellDone(1) }
    try attempt(key) {
      switch judged.outcome {
      case .unreadable(let error): try note(error)
      case .problem(let problem):
        report.failuresInRow = 0
        throw problem
      case .sound(let check, let bytes):
        report.failuresInRow = 0
        let (verdict, difference) = try verdict(of: check.record.installation, &judgements)
        let doubts = verdict == .changed ? [Finding(key: key, kind: .agreement, detail: difference ?? "")] : []
        try store.add(
          CompanyItem(
            key: key, bytes: bytes.count,
            contents: .revision(raw: bytes, files: check.files, agreement: verdict), doubts: doubts))
        doubts.forEach(tellDoubt)
      }
    }
  }

  /// Judges the agreement of one revision.
  /// - Returns: the verdict, and the first field in which the record differs from what was sealed; nil where
  ///   none does.
  private func verdict(
    of installation: Installation, _ judgements: inout [FileDigest: AgreementJudgement]
  ) throws -> (AgreementVerdict, difference: String?) {
    guard let agreement = installation.agreement, let sha256 = FileDigest(agreement.sha256) else {
      return (.none, nil)
    }
    guard let judge = judges.agreement else {
      report.value.agreements[.notChecked, default: 0] += 1
      return (.notChecked, nil)
    }
    let judgement: AgreementJudgement
    if let known = judgements[sha256] {
      judgement = known
    } else {
      let pdf: [UInt8]
      do { pdf = try read(.file(sha256)) } catch is Finding.Problem { throw Finding.Problem(.fileMissing) }
      judgement = judge(Data(pdf))
      judgements[sha256] = judgement
    }
    // The file is judged once; then each revision is compared with it.
    let difference = judgement.verdict == .changed ? nil : judgement.difference(installation)
    let verdict = difference == nil ? judgement.verdict : .changed
    report.value.agreements[verdict, default: 0] += 1
    return (verdict, difference)
  }

  // MARK: - Reading

  /// The next keys below a folder; empty after the last page.
  private func page(below folder: String, after: inout String?) throws -> [String] {
    if isCancelled() { throw CompanyError.cancelled }
    let keys = try objects.keys(below: folder, after: after)
    // A store that begins again from the front would be listed for ever.
    if let last = keys.last, let after, !after.utf8.lexicographicallyPrecedes(last.utf8) { return [] }
    after = keys.last ?? after
    return keys
  }

  /// The names of a page that are keys and belong into the folder. Other names are counted.
  private func known(_ keys: [String], below folder: String) -> [(key: String, object: DeliveredObject)] {
    keys.compactMap { key in
      if key.hasPrefix(folder + "/"), let object = DeliveredObject(key: key) { return (key, object) }
      report.value.strangerCount += 1
      if report.value.strangers.count < 100 { report.value.strangers.append(Finding.shown(key)) }
      return nil
    }
  }

  /// Reads an object and compares its digest with its key.
  private func read(_ object: DeliveredObject) throws -> [UInt8] {
    do {
      let bytes = try RecordJudge.contents(of: object, in: objects)
      report.failuresInRow = 0
      return bytes
    } catch let problem as Finding.Problem {
      report.failuresInRow = 0
      throw problem
    } catch {
      try note(error)
      throw error
    }
  }

  /// Counts an object that the store could not give.
  /// - Throws: the finding, or the error itself where the store is gone.
  private func note(_ error: any Error) throws {
    report.failuresInRow += 1
    if report.failuresInRow >= Self.maxFailuresInRow { throw error }
    throw Finding.Problem(.unreadable)
  }

  // MARK: - Telling

  /// Runs `body` for one object. A problem of the object becomes a finding, and keeps no other object from
  /// being loaded.
  private func attempt(_ key: String, _ body: () throws -> Void) throws {
    do { try body() } catch let problem as Finding.Problem {
      let finding = problem.of(key)
      tell(finding)
      // An object that cannot be read today may be readable tomorrow, and a missing file may come; neither is a
      // fact about the object.
      if problem.kind != .unreadable, problem.kind != .fileMissing { try store.add(finding) }
    }
  }

  private func tell(_ finding: Finding) {
    if finding.isWaiting { report.value.fileMissingCount += 1 } else { report.value.refusedCount += 1 }
    if report.value.findings.count < Self.maxReported { report.value.findings.append(finding) }
  }

  private func tellDoubt(_ finding: Finding) {
    report.value.doubtCount += 1
    if report.value.doubts.count < Self.maxReported { report.value.doubts.append(finding) }
  }

  private func tellDone(_ objects: Int) {
    report.value.objects += objects
    onEvent(.done(objects: report.value.objects))
  }

  private func tell(_ folder: String, keys: Int, known: Int, new: Int) {
    report.value.known += known - new
    tellDone(known - new)
    onEvent(.listed(folder: folder, keys: keys, new: new))
  }
}
