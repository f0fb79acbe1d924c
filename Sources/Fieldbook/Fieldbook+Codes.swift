public import Records

extension Fieldbook {
  /// A block of serials, with the number of its codes that are used.
  public struct HeldBlock: Hashable, Sendable {
    public let block: CodeBlock
    public let taken: Int
  }

  // MARK: - Blocks

  /// Adds a block that the company or the platform has assigned to this laptop.
  /// - Returns: false where this same block was added before.
  /// - Throws: `blockOverlaps` with the block it overlaps, `blockGiven`, `store`.
  @discardableResult
  public func addBlock(_ block: CodeBlock) throws(FieldbookError) -> Bool {
    try database.transaction { () throws(FieldbookError) in
      try checkIsNotGiven(block)
      for held in try blocks() where held.block.overlaps(block) {
        if held.block == block { return false }
        throw FieldbookError.blockOverlaps(held.block)
      }
      try database.run(
        "INSERT INTO code_block (region, first, count) VALUES (?, ?, ?)",
        [.text(block.region), .integer(block.first.number), .integer(block.count)])
      return true
    }
  }

  /// Notes that a block was given to another laptop.
  /// - Throws: `blockOverlaps`, `blockGiven`, `store`.
  public func give(_ block: CodeBlock, at now: Timestamp) throws(FieldbookError) {
    try database.transaction { () throws(FieldbookError) in
      try checkMayBeGiven(block)
      try database.run(
        "INSERT INTO given_block (region, first, count, given_at) VALUES (?, ?, ?, ?)",
        Self.values(region: block.region, serial: block.first) + [.integer(block.count), .text(now)])
    }
  }

  /// Checks that no code of a block belongs to this laptop or was given to another laptop.
  /// - Throws: `blockOverlaps`, `blockGiven`, `store`.
  public func checkMayBeGiven(_ block: CodeBlock) throws(FieldbookError) {
    if let held = try blocks().first(where: { $0.block.overlaps(block) }) { throw .blockOverlaps(held.block) }
    try checkIsNotGiven(block)
  }

  private func checkIsNotGiven(_ block: CodeBlock) throws(FieldbookError) {
    let given = try database.rows("SELECT region, first, count FROM given_block") {
      (row) throws(FieldbookError) in
      guard let first = CodeSerial(number: row.integer(1)),
        let block = CodeBlock(region: row.text(0), first: first, count: row.integer(2))
      else { throw FieldbookError.damagedRow(table: "given_block", key: row.text(1)) }
      return block
    }
    if let other = given.first(where: { $0.overlaps(block) }) { throw .blockGiven(other) }
  }

  /// Lists the blocks in the order in which they were added, which is the order of use.
  public func blocks() throws(FieldbookError) -> [HeldBlock] {
    try database.rows("SELECT region, first, count, taken FROM code_block ORDER BY number") {
      (row) throws(FieldbookError) in
      guard let first = CodeSerial(number: row.integer(1)),
        let block = CodeBlock(region: row.text(0), first: first, count: row.integer(2))
      else { throw FieldbookError.damagedRow(table: "code_block", key: row.text(1)) }
      return HeldBlock(block: block, taken: row.integer(3))
    }
  }

  /// Counts the codes that are still free.
  public func codesLeft() throws(FieldbookError) -> Int {
    // A label from stock can have a code of a block that is not in use yet.
    try database.first(
      """
      SELECT (SELECT coalesce(sum(count - taken), 0) FROM code_block)
        - (SELECT count(*) FROM code_block JOIN code ON code.region = code_block.region
            AND serial >= first + taken AND serial < first + count)
        + (SELECT count(*) FROM code LEFT JOIN label USING (region, serial)
            WHERE origin = 'block' AND installation IS NULL AND state IS NULL)
      """
    ) { $0.integer(0) } ?? 0
  }

  // MARK: - Codes

  /// Takes codes for labels to stock, all or none. A code is bound later, when its label is stuck on an
  /// installation.
  /// - Throws: `codesExhausted`, `store`.
  public func drawCodes(count: Int) throws(FieldbookError) -> [LabelCode] {
    guard count > 0 else { return [] }
    return try database.transaction { () throws(FieldbookError) in
      let left = try codesLeft()
      guard count <= left else { throw FieldbookError.codesExhausted(left: left) }
      var codes: [LabelCode] = []
      for _ in 0..<count {
        let code = try nextCode()
        try database.run(
          """
          INSERT INTO code (region, serial, origin) VALUES (?, ?, 'drawn')
          ON CONFLICT DO UPDATE SET origin = 'drawn'
          """, Self.values(of: code))
        codes.append(code)
      }
      return codes
    }
  }

  /// Returns codes that were taken and shown to nobody, so that they are the next ones to be taken. Codes that
  /// a label or an installation has meanwhile stay taken.
  /// - Throws: `store`.
  public func returnCodes(_ codes: [LabelCode]) throws(FieldbookError) {
    try database.transaction { () throws(FieldbookError) in
      for code in codes {
        try database.run(
          """
          UPDATE code SET origin = 'block'
          WHERE region = ?1 AND serial = ?2 AND origin = 'drawn' AND installation IS NULL
            AND NOT EXISTS (SELECT 1 FROM label WHERE region = ?1 AND serial = ?2)
          """, Self.values(of: code))
      }
    }
  }

  /// Finds the installation of a code; nil where the code is free or not of this laptop.
  public func installation(boundTo code: LabelCode) throws(FieldbookError) -> InstallationID? {
    let bound = try database.first(
      "SELECT installation FROM code WHERE region = ? AND serial = ?", Self.values(of: code)
    ) { $0.optionalText(0) }
    guard let bound, let bound else { return nil }
    return try Self.id(bound, table: "code")
  }

  // MARK: - Within the transaction of an installation

  /// Binds the code of a label from stock, or otherwise the next code of the blocks.
  func bindCode(_ stock: LabelCode?, to id: InstallationID) throws(FieldbookError) -> LabelCode {
    if let stock {
      if let other = try installation(boundTo: stock) { throw .codeBound(stock, to: other) }
      if try labelState(of: stock) == .spoiled { throw .labelIs(stock, .spoiled) }
    }
    let code: LabelCode
    if let stock { code = stock } else { code = try nextCode() }
    try database.run(
      """
      INSERT INTO code (region, serial, origin, installation) VALUES (?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET installation = excluded.installation
      """, Self.values(of: code) + [.text(stock == nil ? "block" : "stock"), .text(id.text)])
    return code
  }

  /// Releases the code of an installation, which nobody has seen, so that another installation can have the
  /// code.
  func releaseCode(of id: InstallationID) throws(FieldbookError) {
    try database.run("UPDATE code SET installation = NULL WHERE installation = ?", [.text(id.text)])
  }

  /// The next code to be taken: first a released one without a label, then the blocks in their order, except
  /// for codes that labels from stock have used.
  private func nextCode() throws(FieldbookError) -> LabelCode {
    let released = try database.first(
      """
      SELECT region, serial FROM code LEFT JOIN label USING (region, serial)
      WHERE origin = 'block' AND installation IS NULL AND state IS NULL ORDER BY region, serial LIMIT 1
      """
    ) { (region: $0.text(0), serial: $0.integer(1)) }
    if let released {
      guard let serial = CodeSerial(number: released.serial),
        let code = LabelCode(region: released.region, serial: serial)
      else { throw .damagedRow(table: "code", key: String(released.serial)) }
      return code
    }
    for (held) in try blocks() where held.taken < held.block.count {
      for offset in held.taken..<held.block.count {
        guard let code = held.block.code(at: offset) else { break }
        try database.run(
          "UPDATE code_block SET taken = ? WHERE region = ? AND first = ?",
          [.integer(offset + 1)] + Self.values(region: held.block.region, serial: held.block.first))
        let isUsed = try database.first(
          "SELECT 1 FROM code WHERE region = ? AND serial = ?", Self.values(of: code)
        ) { _ in true }
        if isUsed == nil { return code }
      }
    }
    throw .codesExhausted(left: 0)
  }

  static func values(of code: LabelCode) -> [SQLValue] {
    values(region: code.region, serial: code.serial)
  }

  private static func values(region: String, serial: CodeSerial) -> [SQLValue] {
    [.text(region), .integer(serial.number)]
  }
}
