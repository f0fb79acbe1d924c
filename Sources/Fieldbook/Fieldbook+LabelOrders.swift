public import Records

extension Fieldbook {
  /// Labels that the stock is asked to put down as one order.
  public struct StockRequest: Sendable {
    public let codes: [LabelCode]
    /// Digest of the request, which tells whether an order to the same output is still the same; the stock does not look
    /// into it.
    public let digest: String
    /// Digest that an older program gave the same request, by which its orders are known as well; nil where none did.
    public let formerDigest: String?
    /// Path of the file or folder that the labels go to, or another name by which the order is found again.
    public let output: String
    /// Why labels that are there already are made again; nil makes only labels that never were.
    public let reason: String?
    /// Whether a request with a reason may have codes whose labels were never made, as a list that is made again as a
    /// whole has; one at least has to have been made.
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

  /// A label that is whole and in its place, as the stock counts it.
  public struct CountedLabel: Hashable, Sendable {
    public let code: LabelCode
    public let payload: String
    /// Digest of its file; nil where it shares the file with other labels.
    public let sha256: String?
    /// Texts that it shows besides its code, by the template's field names.
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

  /// An order all of whose labels were counted.
  public struct FinishedOrder: Hashable, Sendable {
    public let endedAt: Timestamp
    /// Digests of its files by their names in its folder; empty for orders from before the stock kept them.
    public let files: [String: String]
  }

  /// The number of codes that an error names at most.
  static let maxNamedCodes = 10

  // MARK: - Printing

  /// Puts every label of a request down as being printed, all or none; only then may the first be made. An order to the
  /// same output that was cut off is taken up where it stands, also where the request has been mended since. Codes that
  /// are not known here are taken as a company's list's.
  /// - Parameter at: The time at which it is put down.
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

  /// - Returns: The codes whose labels this very order made before, each with its file's digest.
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

  /// Counts labels that are whole and on disk. One that the order has already counted stays as it is.
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

  /// Notes files that labels of an order share, as digests by their names in its folder.
  /// - Throws: `store`.
  public func addFiles(_ files: [String: String], of order: LabelOrder) throws(FieldbookError) {
    try database.transaction { () throws(FieldbookError) in
      for (name, sha256) in files { try insertFile(name, sha256: sha256, order: order.number) }
    }
  }

  /// The last order to this output that was made whole and whose request had this digest; nil where there is none.
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

  /// Ends an order; what of it was not counted is as if it had not been ordered.
  /// - Throws: `store`.
  public func endOrder(_ order: LabelOrder, at: Timestamp) throws(FieldbookError) {
    try database.transaction { () throws(FieldbookError) in
      try release(order.number)
      try database.run(
        "UPDATE label_job SET ended_at = ? WHERE number = ?", [try Self.time(at), .integer(order.number)])
    }
  }

  /// Leaves an order that failed: what was not counted can be ordered anew, here or elsewhere, and what was belongs
  /// to the next order to the same output.
  /// - Throws: `store`.
  public func leaveOrder(_ order: LabelOrder) throws(FieldbookError) {
    try database.transaction { () throws(FieldbookError) in try release(order.number) }
  }

  // MARK: - Within the transaction

  private enum Standing {
    /// No label of the code was ever made, as far as this laptop knows, which of its own codes knows everything.
    case none(isOurs: Bool)
    /// The code is bound without a label of this laptop's, so that its label was printed elsewhere.
    case elsewhere
    case done
    /// The very order that is asked for made it before.
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
    // The walk binds a code of a block before it makes the label; any other code is bound from its label.
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
      // The label was counted before; where the order was mended in between, its file may be another.
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
