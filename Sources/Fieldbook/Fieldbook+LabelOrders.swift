public import Records

extension Fieldbook {
  /// A request to put labels down in the stock as one order.
  public struct StockRequest: Sendable {
    public let codes: [LabelCode]
    /// Digest of the request. Two requests with the same output and the same digest are the same order; the
    /// stock does not interpret the digest.
    public let digest: String
    /// Digest that an older program computed for the same request, so that orders of that program are
    /// recognised; nil where there is none.
    public let formerDigest: String?
    /// Path of the file or folder of the labels, or another name that identifies the order.
    public let output: String
    /// Reason for printing existing labels again; nil for an order of new labels only.
    public let reason: String?
    /// Whether an order with a reason may contain codes whose labels were never made, as when a whole list is
    /// made again; at least one label must have been made.
    public let includesNew: Bool

    public init(
      codes: [LabelCode], digest: String, formerDigest: String? = nil, output: String, reason: String? = nil,
      includesNew: Bool = false
    ) {
      self.codes = codes
      self.digest = digest
      self.formerDigest = formerDigest
      self.output = output
      self.reason = reason
      self.includesNew = includesNew
    }
  }

  /// A label that is complete and in its place, as it is reported to the stock.
  public struct CountedLabel: Hashable, Sendable {
    public let code: LabelCode
    public let payload: String
    /// Digest of the label's file; nil where several labels share the file.
    public let sha256: String?
    /// Texts that the label shows besides its code, by the template's field names.
    public let texts: [String: String]
    /// Name of the label's file in the order's folder; nil where the file is not checked later.
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

  /// An order whose labels were all counted.
  public struct FinishedOrder: Hashable, Sendable {
    public let endedAt: Timestamp
    /// Digests of the order's files by their names in its folder; empty for orders from before the stock kept
    /// digests.
    public let files: [String: String]
  }

  /// The maximum number of codes that an error names.
  static let maxNamedCodes = 10

  // MARK: - Printing

  /// Records every label of a request as being printed, all or none, before the first one is made. An
  /// interrupted order to the same output is continued, even where the request was corrected since. Unknown
  /// codes are taken as those of a company's list.
  /// - Parameter at: The time of the record.
  /// - Throws: `labelsPrinted`, `labelsNotPrinted`, `labelInOrder`, `store`.
  public func beginOrder(_ request: StockRequest, at: Timestamp) throws(FieldbookError) -> LabelOrder {
    try database.transaction { () throws(FieldbookError) in
      let open = try database.first(
        "SELECT number, sha256 FROM label_job WHERE output = ? AND ended_at IS NULL", [.text(request.output)]
      ) { (number: $0.integer(0), digest: $0.text(1)) }
      let number: Int
      if let open {
        number = open.number
        try release(number)
        try database.run(
          "UPDATE label_job SET sha256 = ? WHERE number = ?", [.text(request.digest), .integer(number)])
      } else {
        try database.run(
          "INSERT INTO label_job (sha256, output, begun_at) VALUES (?, ?, ?)",
          [.text(request.digest), .text(request.output), try Self.time(at)])
        number = try database.first("SELECT max(number) FROM label_job") { $0.integer(0) } ?? 0
      }
      let made = try putDown(request, order: number)
      let isUnchanged = open.map { $0.digest == request.digest || $0.digest == request.formerDigest } ?? false
      return LabelOrder(number: number, made: made, isUnchanged: isUnchanged)
    }
  }

  /// Puts down every label of a request in an order.
  /// - Returns: The codes whose labels this same order has made before, each with its file's digest.
  private func putDown(_ request: StockRequest, order: Int) throws(FieldbookError) -> [LabelCode: String?] {
    let blocks = try blocks().map(\.block)
    var made: [LabelCode: String?] = [:]
    var printed: [LabelCode] = []
    var missing: [LabelCode] = []
    for code in request.codes {
      switch try standing(of: code, in: order, blocks: blocks) {
      case .made(let sha256): made[code] = .some(sha256)
      case .otherOrder(let output): throw FieldbookError.labelInOrder(code, output: output)
      case .none where request.reason == nil: try insertLabel(of: code, order: order)
      case .none where request.includesNew:
        missing.append(code)
        try insertLabel(of: code, order: order)
      case .none(let isOurs) where isOurs: missing.append(code)
      case .none: try insertReprint(of: code, order: order, reason: request.reason)
      case .elsewhere where request.reason == nil: printed.append(code)
      case .elsewhere: try insertReprint(of: code, order: order, reason: request.reason)
      case .done where request.reason == nil: printed.append(code)
      case .done: try markReprint(of: code, order: order, reason: request.reason)
      }
    }
    if !printed.isEmpty {
      throw FieldbookError.labelsPrinted(Array(printed.prefix(Self.maxNamedCodes)), count: printed.count)
    }
    if request.includesNew ? missing.count == request.codes.count : !missing.isEmpty {
      throw FieldbookError.labelsNotPrinted(Array(missing.prefix(Self.maxNamedCodes)), count: missing.count)
    }
    return made
  }

  /// Counts labels that are complete and on disk. A label that the order has counted before is not counted
  /// again, but its payload, digest and texts are replaced.
  /// - Returns: Number of labels that were not counted before.
  /// - Throws: `store`.
  @discardableResult
  public func count(_ labels: [CountedLabel], in order: LabelOrder, at: Timestamp) throws(FieldbookError) -> Int
  {
    try database.transaction { () throws(FieldbookError) in
      var new = 0
      for label in labels where try count(label, in: order, at: at) { new += 1 }
      return new
    }
  }

  /// Records the digests of files that several labels of an order share, by their names in its folder.
  /// - Throws: `store`.
  public func addFiles(_ files: [String: String], of order: LabelOrder) throws(FieldbookError) {
    try database.transaction { () throws(FieldbookError) in
      for (name, sha256) in files { try insertFile(name, sha256: sha256, order: order.number) }
    }
  }

  /// The latest completed order to this output whose request had this digest; nil where there is none.
  /// - Throws: `damagedRow`, `store`.
  public func finishedOrder(output: String, digest: String) throws(FieldbookError) -> FinishedOrder? {
    try database.snapshot { () throws(FieldbookError) in
      let order = try database.first(
        """
        SELECT number, ended_at FROM label_job
        WHERE output = ? AND sha256 = ? AND ended_at IS NOT NULL ORDER BY number DESC LIMIT 1
        """, [.text(output), .text(digest)]
      ) { (number: $0.integer(0), endedAt: $0.text(1)) }
      guard let order else { return nil }
      guard let endedAt = Timestamp(order.endedAt) else {
        throw FieldbookError.damagedRow(table: "label_job", key: String(order.number))
      }
      let files = try database.rows(
        "SELECT name, sha256 FROM label_file WHERE job = ?", [.integer(order.number)]
      ) { ($0.text(0), $0.text(1)) }
      return FinishedOrder(endedAt: endedAt, files: Dictionary(files) { $1 })
    }
  }

  /// Ends an order; labels that were not counted are as if they had not been ordered.
  /// - Throws: `store`.
  public func endOrder(_ order: LabelOrder, at: Timestamp) throws(FieldbookError) {
    try database.transaction { () throws(FieldbookError) in
      try release(order.number)
      try database.run(
        "UPDATE label_job SET ended_at = ? WHERE number = ?", [try Self.time(at), .integer(order.number)])
    }
  }

  /// Closes an order that failed. Labels that were not counted can be ordered again anywhere; counted ones
  /// belong to the next order to the same output.
  /// - Throws: `store`.
  public func leaveOrder(_ order: LabelOrder) throws(FieldbookError) {
    try database.transaction { () throws(FieldbookError) in try release(order.number) }
  }

  // MARK: - Within the transaction

  private enum Standing {
    /// No label of the code was ever made as far as this laptop knows. For a code of its own, the laptop knows
    /// for certain.
    case none(isOurs: Bool)
    /// The code is bound and this laptop made no label of it, so that its label was printed elsewhere.
    case elsewhere
    case done
    /// The same order made the label before.
    case made(sha256: String?)
    case otherOrder(output: String)
  }

  private func release(_ order: Int) throws(FieldbookError) {
    try database.run(
      """
      DELETE FROM label
      WHERE job = ? AND state = 'printing' AND coalesce(before, 'elsewhere') = 'elsewhere'
      """, [.integer(order)])
    try database.run(
      """
      UPDATE label SET state = before, job = NULL, before = NULL, reason = NULL
      WHERE job = ? AND state = 'printing'
      """, [.integer(order)])
  }

  private func standing(of code: LabelCode, in order: Int, blocks: [CodeBlock]) throws(FieldbookError)
    -> Standing
  {
    let label = try database.first(
      """
      SELECT state, label.job, label_job.output, label.sha256 FROM label
      LEFT JOIN label_job ON label_job.number = label.job WHERE region = ? AND serial = ?
      """, Self.values(of: code)
    ) {
      (state: $0.text(0), order: $0.integer(1), output: $0.text(2), sha256: $0.optionalText(3))
    }
    guard let label else { return try standing(ofUnlabelled: code, blocks: blocks) }
    switch (label.state == LabelState.printing.rawValue, label.order == order) {
    case (true, _): return .otherOrder(output: label.output)
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
    // A code of a block is bound by the walk before its label is made; any other code is bound from its label.
    return known.origin == "stock" || (known.isBound && known.origin != "block")
      ? .elsewhere : .none(isOurs: true)
  }

  private func insertLabel(of code: LabelCode, order: Int) throws(FieldbookError) {
    try database.run(
      "INSERT INTO code (region, serial, origin) VALUES (?, ?, 'listed') ON CONFLICT DO NOTHING",
      Self.values(of: code))
    try database.run(
      "INSERT INTO label (region, serial, state, job) VALUES (?, ?, 'printing', ?)",
      Self.values(of: code) + [.integer(order)])
  }

  private func insertReprint(of code: LabelCode, order: Int, reason: String?) throws(FieldbookError) {
    try database.run(
      "INSERT INTO code (region, serial, origin) VALUES (?, ?, 'stock') ON CONFLICT DO NOTHING",
      Self.values(of: code))
    try database.run(
      """
      INSERT INTO label (region, serial, state, job, before, reason)
      VALUES (?, ?, 'printing', ?, 'elsewhere', ?)
      """, Self.values(of: code) + [.integer(order), .text(reason)])
  }

  private func markReprint(of code: LabelCode, order: Int, reason: String?) throws(FieldbookError) {
    try database.run(
      """
      UPDATE label SET before = state, state = 'printing', job = ?, reason = ?
      WHERE region = ? AND serial = ?
      """, [.integer(order), .text(reason)] + Self.values(of: code))
  }

  private func count(_ label: CountedLabel, in order: LabelOrder, at: Timestamp) throws(FieldbookError)
    -> Bool
  {
    let values = Self.values(of: label.code)
    if let file = label.file, let sha256 = label.sha256 {
      try insertFile(file, sha256: sha256, order: order.number)
    }
    let reason = try database.first(
      """
      SELECT before IS NOT NULL, reason FROM label
      WHERE region = ? AND serial = ? AND job = ? AND state = 'printing'
      """, values + [.integer(order.number)]
    ) { (isReprint: $0.integer(0) == 1, reason: $0.optionalText(1)) }
    guard let reason else {
      // The label was counted before, but its file may have changed where the order was corrected in between.
      try database.run(
        """
        UPDATE label SET payload = ?, sha256 = ?, texts = ?
        WHERE region = ? AND serial = ? AND job = ? AND state = 'printed'
        """,
        [.text(label.payload), .text(label.sha256), Self.value(of: label.texts)] + values
          + [.integer(order.number)])
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

  private func insertFile(_ name: String, sha256: String, order: Int) throws(FieldbookError) {
    try database.run(
      "INSERT INTO label_file (job, name, sha256) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET sha256 = excluded.sha256",
      [.integer(order), .text(name), .text(sha256)])
  }

  /// The texts as a JSON object, which can always be encoded.
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
