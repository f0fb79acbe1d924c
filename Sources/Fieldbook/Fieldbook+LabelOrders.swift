public import Records

extension Fieldbook {
  /// The labels that are ordered in one go.
  public struct LabelOrder: Sendable {
    public let codes: [LabelCode]
    /// SHA-256 over all that makes the labels what they are: codes, texts, design.
    public let sha256: String
    /// The place that the labels go to: a file, a folder or a printer.
    public let output: String
    /// The reason why labels that are there already are made again; nil makes only what never was.
    public let reason: String?
    /// Whether an order with a reason may have codes in it whose labels were never made, as a list that is made again as
    /// a whole has; not all of them may be such.
    public let includesNew: Bool

    public init(
      codes: [LabelCode], sha256: String, output: String, reason: String? = nil, includesNew: Bool = false
    ) {
      self.codes = codes
      self.sha256 = sha256
      self.output = output
      self.reason = reason
      self.includesNew = includesNew
    }
  }

  /// A label that is whole and in its place.
  public struct PrintedLabel: Hashable, Sendable {
    public let code: LabelCode
    public let payload: String
    /// SHA-256 of the label's file; nil where it has none of its own.
    public let sha256: String?
    /// The texts that the label shows besides its code, by the template's field names.
    public let texts: [String: String]
    /// The name of the label's file in the order's folder; nil where that is not to be looked for later.
    public let file: String?

    public init(
      code: LabelCode, payload: String, sha256: String?, texts: [String: String], file: String? = nil
    ) {
      self.code = code
      self.payload = payload
      self.sha256 = sha256
      self.texts = texts
      self.file = file
    }
  }

  /// An order whose labels were all made.
  public struct FinishedLabels: Hashable, Sendable {
    public let endedAt: Timestamp
    /// The digests of the order's files by their names in its folder; empty where the order is older than the keeping
    /// of them.
    public let files: [String: String]
  }

  /// The number of codes that an error names at most.
  static let mostNamedCodes = 10

  // MARK: - Printing

  /// Records every label of an order as being printed, all or none; only then may the first be made. An order to an
  /// output that was cut off is taken up where it stands, also where it has been mended since. Codes that are not
  /// known here are taken as a company's list's.
  /// - Throws: `labelsPrinted`, `labelsNotPrinted`, `labelInJob`, `store`.
  public func beginLabels(_ order: LabelOrder, at: Timestamp) throws(FieldbookError) -> LabelJob {
    try database.transaction { () throws(FieldbookError) in
      let open = try database.first(
        "SELECT number, sha256 FROM label_job WHERE output = ? AND ended_at IS NULL", [.text(order.output)]
      ) { (number: $0.integer(0), sha256: $0.text(1)) }
      let job: Int
      if let open {
        job = open.number
        try release(job)
        try database.run(
          "UPDATE label_job SET sha256 = ? WHERE number = ?", [.text(order.sha256), .integer(job)])
      } else {
        try database.run(
          "INSERT INTO label_job (sha256, output, begun_at) VALUES (?, ?, ?)",
          [.text(order.sha256), .text(order.output), try Self.time(at)])
        job = try database.first("SELECT max(number) FROM label_job") { $0.integer(0) } ?? 0
      }
      let blocks = try blocks().map(\.block)
      var made: [LabelCode: String?] = [:]
      var printed: [LabelCode] = []
      var missing: [LabelCode] = []
      for code in order.codes {
        switch try standing(of: code, in: job, blocks: blocks) {
        case .made(let sha256): made[code] = .some(sha256)
        case .otherJob(let output): throw FieldbookError.labelInJob(code, output: output)
        case .none where order.reason == nil: try insertLabel(of: code, job: job)
        case .none where order.includesNew:
          missing.append(code)
          try insertLabel(of: code, job: job)
        case .none(let isOurs) where isOurs: missing.append(code)
        case .none: try insertReprint(of: code, job: job, reason: order.reason)
        case .elsewhere where order.reason == nil: printed.append(code)
        case .elsewhere: try insertReprint(of: code, job: job, reason: order.reason)
        case .done where order.reason == nil: printed.append(code)
        case .done: try markReprint(of: code, job: job, reason: order.reason)
        }
      }
      if !printed.isEmpty {
        throw FieldbookError.labelsPrinted(Array(printed.prefix(Self.mostNamedCodes)), count: printed.count)
      }
      if order.includesNew ? missing.count == order.codes.count : !missing.isEmpty {
        throw FieldbookError.labelsNotPrinted(Array(missing.prefix(Self.mostNamedCodes)), count: missing.count)
      }
      return LabelJob(number: job, made: made, isSameOrder: open?.sha256 == order.sha256)
    }
  }

  /// Counts labels that are whole and on disk. A label that the job has already counted stays as it is.
  /// - Returns: how many were not counted before.
  /// - Throws: `store`.
  @discardableResult
  public func markPrinted(_ labels: [PrintedLabel], in job: LabelJob, at: Timestamp) throws(FieldbookError)
    -> Int
  {
    try database.transaction { () throws(FieldbookError) in
      var count = 0
      for label in labels { count += try markPrinted(label, in: job, at: at) ? 1 : 0 }
      return count
    }
  }

  /// Notes files that labels of an order share, by their names in its folder.
  /// - Throws: `store`.
  public func addLabelFiles(_ files: [String: String], of job: LabelJob) throws(FieldbookError) {
    try database.transaction { () throws(FieldbookError) in
      for (name, sha256) in files { try insertFile(name, sha256: sha256, job: job.number) }
    }
  }

  /// Finds the last order that was made whole, to this output and of this digest; nil where there is none.
  /// - Throws: `damagedRow`, `store`.
  public func finishedLabels(output: String, sha256: String) throws(FieldbookError) -> FinishedLabels? {
    try database.snapshot { () throws(FieldbookError) in
      let job = try database.first(
        """
        SELECT number, ended_at FROM label_job
        WHERE output = ? AND sha256 = ? AND ended_at IS NOT NULL ORDER BY number DESC LIMIT 1
        """, [.text(output), .text(sha256)]
      ) { (number: $0.integer(0), endedAt: $0.text(1)) }
      guard let job else { return nil }
      guard let endedAt = Timestamp(job.endedAt) else {
        throw FieldbookError.damagedRow(table: "label_job", key: String(job.number))
      }
      let files = try database.rows(
        "SELECT name, sha256 FROM label_file WHERE job = ?", [.integer(job.number)]
      ) { ($0.text(0), $0.text(1)) }
      return FinishedLabels(endedAt: endedAt, files: Dictionary(files) { $1 })
    }
  }

  /// Ends an order; labels of it that were not printed are as if they had not been ordered.
  /// - Throws: `store`.
  public func endLabels(_ job: LabelJob, at: Timestamp) throws(FieldbookError) {
    try database.transaction { () throws(FieldbookError) in
      try release(job.number)
      try database.run(
        "UPDATE label_job SET ended_at = ? WHERE number = ?", [try Self.time(at), .integer(job.number)])
    }
  }

  /// Leaves an order that failed: labels that were not printed can be ordered anew, here or elsewhere, and those that
  /// were belong to the next order to the same output.
  /// - Throws: `store`.
  public func leaveLabels(_ job: LabelJob) throws(FieldbookError) {
    try database.transaction { () throws(FieldbookError) in try release(job.number) }
  }

  // MARK: - Within the transaction

  private enum Standing {
    /// No label of the code was ever made, as far as this laptop knows; `isOurs` says whether the code is of a block
    /// of its own.
    case none(isOurs: Bool)
    /// The code is bound and has no label of this laptop's: it was printed elsewhere.
    case elsewhere
    case done
    /// The label was made by the very job that is asked for.
    case made(sha256: String?)
    case otherJob(output: String)
  }

  private func release(_ job: Int) throws(FieldbookError) {
    try database.run(
      """
      DELETE FROM label
      WHERE job = ? AND state = 'printing' AND coalesce(before, 'elsewhere') = 'elsewhere'
      """, [.integer(job)])
    try database.run(
      """
      UPDATE label SET state = before, job = NULL, before = NULL, reason = NULL
      WHERE job = ? AND state = 'printing'
      """, [.integer(job)])
  }

  private func standing(of code: LabelCode, in job: Int, blocks: [CodeBlock]) throws(FieldbookError) -> Standing
  {
    let label = try database.first(
      """
      SELECT state, label.job, label_job.output, label.sha256 FROM label
      LEFT JOIN label_job ON label_job.number = label.job WHERE region = ? AND serial = ?
      """, Self.values(of: code)
    ) {
      (state: $0.text(0), job: $0.integer(1), output: $0.text(2), sha256: $0.optionalText(3))
    }
    guard let label else { return try standing(ofUnlabelled: code, blocks: blocks) }
    switch (label.state == LabelState.printing.rawValue, label.job == job) {
    case (true, _): return .otherJob(output: label.output)
    case (false, true): return .made(sha256: label.sha256)
    case (false, false): return .done
    }
  }

  private func standing(ofUnlabelled code: LabelCode, blocks: [CodeBlock]) throws(FieldbookError)
    -> Standing
  {
    let known = try database.first(
      "SELECT origin, installation IS NOT NULL FROM code WHERE region = ? AND serial = ?", Self.values(of: code)
    ) { (origin: $0.text(0), isBound: $0.integer(1) == 1) }
    guard let known else { return .none(isOurs: blocks.contains { $0.contains(code) }) }
    // The walk binds a code of a block before it makes the label; any other code is bound from its label.
    return known.origin == "stock" || (known.isBound && known.origin != "block")
      ? .elsewhere : .none(isOurs: true)
  }

  private func insertLabel(of code: LabelCode, job: Int) throws(FieldbookError) {
    try database.run(
      "INSERT INTO code (region, serial, origin) VALUES (?, ?, 'listed') ON CONFLICT DO NOTHING",
      Self.values(of: code))
    try database.run(
      "INSERT INTO label (region, serial, state, job) VALUES (?, ?, 'printing', ?)",
      Self.values(of: code) + [.integer(job)])
  }

  private func insertReprint(of code: LabelCode, job: Int, reason: String?) throws(FieldbookError) {
    try database.run(
      "INSERT INTO code (region, serial, origin) VALUES (?, ?, 'stock') ON CONFLICT DO NOTHING",
      Self.values(of: code))
    try database.run(
      """
      INSERT INTO label (region, serial, state, job, before, reason)
      VALUES (?, ?, 'printing', ?, 'elsewhere', ?)
      """, Self.values(of: code) + [.integer(job), .text(reason)])
  }

  private func markReprint(of code: LabelCode, job: Int, reason: String?) throws(FieldbookError) {
    try database.run(
      """
      UPDATE label SET before = state, state = 'printing', job = ?, reason = ?
      WHERE region = ? AND serial = ?
      """, [.integer(job), .text(reason)] + Self.values(of: code))
  }

  private func markPrinted(_ label: PrintedLabel, in job: LabelJob, at: Timestamp) throws(FieldbookError)
    -> Bool
  {
    let values = Self.values(of: label.code)
    if let file = label.file, let sha256 = label.sha256 {
      try insertFile(file, sha256: sha256, job: job.number)
    }
    let reason = try database.first(
      """
      SELECT before IS NOT NULL, reason FROM label
      WHERE region = ? AND serial = ? AND job = ? AND state = 'printing'
      """, values + [.integer(job.number)]
    ) { (isReprint: $0.integer(0) == 1, reason: $0.optionalText(1)) }
    guard let reason else {
      // The label was counted before; where the order was mended in between, its file may be another.
      try database.run(
        """
        UPDATE label SET payload = ?, sha256 = ?, texts = ?
        WHERE region = ? AND serial = ? AND job = ? AND state = 'printed'
        """,
        [.text(label.payload), .text(label.sha256), Self.value(of: label.texts)] + values
          + [.integer(job.number)])
      return false
    }
    try database.run(
      """
      UPDATE label SET state = 'printed', payload = ?, sha256 = ?, texts = ?, before = NULL, reason = NULL
      WHERE region = ? AND serial = ?
      """, [.text(label.payload), .text(label.sha256), Self.value(of: label.texts)] + values)
    try logLabel(label.code, reason.isReprint ? .reprinted : .printed, note: reason.reason, at: at)
    return true
  }

  private func insertFile(_ name: String, sha256: String, job: Int) throws(FieldbookError) {
    try database.run(
      "INSERT INTO label_file (job, name, sha256) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET sha256 = excluded.sha256",
      [.integer(job), .text(name), .text(sha256)])
  }

  /// The texts as a JSON object, which always encodes.
  private static func value(of texts: [String: String]) -> SQLValue {
    (try? RecordCoding.encode(texts)).map { .text(String(decoding: $0, as: UTF8.self)) } ?? .null
  }

  func logLabel(_ code: LabelCode, _ event: StockedLabel.Event.Name, note: String?, at: Timestamp)
    throws(FieldbookError)
  {
    try database.run(
      "INSERT INTO label_event (region, serial, at, event, note) VALUES (?, ?, ?, ?, ?)",
      Self.values(of: code) + [try Self.time(at), .text(event.rawValue), .text(note)])
  }
}
