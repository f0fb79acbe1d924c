public import Records

extension Fieldbook {
  /// A page of the installations that a query asks for. An installation opened between two calls does not shift the second
  /// page.
  /// - Parameters:
  ///   - limit: maximum number of installations on the page, from 1.
  ///   - after: the last installation of the previous page; nil for the first page.
  /// - Throws: `notFound` for an `after` that is not there, `store`.
  public func page(_ query: InstallationQuery, limit: Int = 100, after: InstallationID? = nil)
    throws(FieldbookError) -> Page
  {
    let text = query.text.map { SearchedText($0) }
    // A text without a visible character finds nothing.
    if case .some(nil) = text { return Page(installations: [], unreadable: 0) }
    return try database.snapshot { () throws(FieldbookError) in
      try page(query, mentioning: text.flatMap(\.self), limit: max(1, limit), after: after)
    }
  }

  /// A page in the order of opening, of one status and mentioning a text where they are given.
  /// - Throws: the errors of `page(_:limit:after:)`.
  public func page(
    status: Installation.Status? = nil, mentioning text: String? = nil, limit: Int = 100,
    after: InstallationID? = nil
  ) throws(FieldbookError) -> Page {
    var query = InstallationQuery()
    (query.status, query.text) = (status, text)
    return try page(query, limit: limit, after: after)
  }

  private func page(
    _ query: InstallationQuery, mentioning text: SearchedText?, limit: Int, after: InstallationID?
  ) throws(FieldbookError) -> Page {
    var (conditions, values) = query.conditions
    let found = try text.map { (text) throws(FieldbookError) in try narrowed(text) } ?? nil
    var joins: [String] = []
    let goesAlongLedger = query.order.goesAlongLedger && found == nil
    if query.needsLedger, !goesAlongLedger {
      joins.append("JOIN ledger ON ledger.installation = installation.id")
    }
    if query.order.needsSearch || text != nil && found == nil {
      joins.append("JOIN search ON search.installation = installation.id")
    }
    // Every record has a row of the ledger. SQLite keeps to the order in which CROSS JOIN names the tables.
    let first =
      goesAlongLedger
      ? "ledger CROSS JOIN installation ON installation.id = ledger.installation" : "installation"
    let each = ([first] + joins).joined(separator: " ")
    var from = each
    if let found {
      // The few records are looked up one by one, whatever other index there is.
      from =
        "json_each(?) AS found CROSS JOIN installation ON installation.id = found.value "
        + joins.joined(separator: " ")
      values.insert(.text("[" + found.map { "\"\($0)\"" }.joined(separator: ",") + "]"), at: 0)
    } else if let text {
      let (sql, marks) = text.isFound
      conditions.append(sql)
      values += marks
    }
    let keys = query.order.keys
    let (direction, comparison) = query.order.isDescending ? (" DESC", "<") : ("", ">")
    if let after {
      let isThere = try database.first("SELECT 1 FROM installation WHERE id = ?", [.text(after.text)]) { _ in
        true
      }
      guard isThere == true else { throw .notFound(after.text) }
      let all = keys.joined(separator: ", ")
      conditions.append("(\(all)) \(comparison) (SELECT \(all) FROM \(each) WHERE installation.id = ?)")
      values.append(.text(after.text))
    }
    let filter = conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
    let order = keys.map { $0 + direction }.joined(separator: ", ")
    // A row that cannot be read does not affect the others. `rebuild` names and repairs such rows.
    let rows = try rows("\(filter) ORDER BY \(order) LIMIT ?", values + [.integer(limit)], from: from)
    let readable = rows.compactMap(\.summary)
    return Page(installations: readable, unreadable: rows.count - readable.count)
  }

  /// The maximum number of rows for which the index is used. Where more rows have all pairs of a text, many
  /// rows in the page's order have the text too, and the page is found faster by reading the rows in that
  /// order.
  private static let maxNarrowed = 5_000

  /// The ids of all records with a text, where the index says that they are few; nil where the rows have to be
  /// searched one by one.
  private func narrowed(_ text: SearchedText) throws(FieldbookError) -> Set<String>? {
    guard let condition = text.condition else { return nil }
    let numbers = try database.rows(
      "SELECT rowid FROM search_index WHERE search_index MATCH ? LIMIT ?",
      [.text(condition), .integer(Self.maxNarrowed + 1)]
    ) { $0.integer(0) }
    guard numbers.count <= Self.maxNarrowed else { return nil }
    let (sql, marks) = text.isFound
    var found = Set(
      try database.rows(
        "SELECT installation FROM search WHERE number IN (SELECT value FROM json_each(?)) AND \(sql)",
        [.text("[" + numbers.map(String.init).joined(separator: ",") + "]")] + marks
      ) { $0.text(0) })
    if let prefix = text.idPrefix {
      found.formUnion(
        try database.rows(
          "SELECT id FROM installation WHERE id >= ? AND id < ? LIMIT ?",
          [.text(prefix), .text(SearchedText.end(ofPrefix: prefix)), .integer(Self.maxNarrowed)]
        ) { $0.text(0) })
    }
    return found
  }
}
