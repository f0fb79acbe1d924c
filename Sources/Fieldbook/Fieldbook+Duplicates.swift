public import Records

/// Finds the records of one welder or one module. Records that are void or refused do not count, because
/// nothing of theirs is installed. A retired welder counts, because a retired welder that comes back has to be
/// asked about.
extension Fieldbook {
  /// Finds the other records of a welder, by its brand and serial number, whatever their width, case and blanks.
  /// - Parameter id: the record that is left out of the search; nil for a welder that has no record yet.
  /// - Returns: at most ten, the last opened first; none for a welder without a serial number.
  /// - Throws: `store`.
  public func installations(of welder: Welder, otherThan id: InstallationID?) throws(FieldbookError)
    -> [InstallationID]
  {
    guard let identity = WelderIdentity(welder) else { return [] }
    return try recordWords(in: Self.counting).filter { words in
      words.id != id
        && WelderIdentity(brand: words.brand, serialNumber: words.serialNumber)?.isSame(as: identity) == true
    }.prefix(Self.maxDuplicates).map(\.id)
  }

  /// Finds the other records that name a module.
  /// - Returns: at most ten, the last opened first.
  /// - Throws: `store`.
  public func installations(withModule serialNumber: String, otherThan id: InstallationID)
    throws(FieldbookError) -> [InstallationID]
  {
    let marks = Self.holding.map { _ in "?" }.joined(separator: ", ")
    // A module is named by a record only after its key was committed here.
    let candidates = try database.rows(
      """
      SELECT id FROM installation WHERE status IN (\(marks)) AND id <> ? AND EXISTS (
        SELECT 1 FROM pairing_key WHERE pairing_key.installation = installation.id AND module_serial = ?)
      ORDER BY opened_seconds DESC, id DESC
      """, Self.holding.map { .text($0.rawValue) } + [.text(id.text), .text(serialNumber)]
    ) { InstallationID($0.text(0)) }.compactMap(\.self)
    var found: [InstallationID] = []
    for candidate in candidates where found.count < Self.maxDuplicates {
      // The record may name another module by now.
      if try words(of: [candidate])[candidate]?.moduleSerial == serialNumber { found.append(candidate) }
    }
    return found
  }

  private static let maxDuplicates = 10
  private static let counting: [Installation.Status] = [
    .surveyed, .open, .closed, .delivered, .outOfUse, .retired,
  ]
  /// The statuses of records that keep their module. The module of a retired welder is free.
  private static let holding: [Installation.Status] = [.open, .closed, .delivered, .outOfUse]

  /// Finds the other records of a welder, and joins them with the reason for having another record of it.
  /// - Returns: nil where no other record has this welder.
  /// - Throws: `welderKnown` where another record has the welder and no reason is given, `store`.
  func duplicate(of welder: Welder, otherThan id: InstallationID, reason: WrittenText?) throws(FieldbookError)
    -> Duplicate?
  {
    let others = try installations(of: welder, otherThan: id)
    guard !others.isEmpty else { return nil }
    guard let reason else { throw .welderKnown(others) }
    return Duplicate(installations: others, reason: reason)
  }

  /// Finds the record that says that a module was taken out because it no longer responds.
  /// - Returns: nil for any other module.
  /// - Throws: `store`, `damagedRow`.
  public func installation(withDeadModule serialNumber: String) throws(FieldbookError) -> InstallationID? {
    let found = try database.rows(
      "SELECT installation, body FROM event WHERE name = 'moduleRetired' AND instr(CAST(body AS TEXT), ?) > 0",
      [.text(serialNumber)]
    ) { (id: $0.text(0), body: $0.blob(1)) }
    for row in found {
      guard
        case .moduleRetired(let retired)? = try? RecordCoding.decode(InstallationEvent.self, from: row.body),
        retired.isDead, retired.serialNumber == serialNumber
      else { continue }
      let id = try Self.id(row.id, table: "event")
      if try status(of: id) != .void { return id }
    }
    return nil
  }

  /// Finds the other records that name a module, and joins them with the reason for having another record of
  /// it.
  /// - Returns: nil where no other record names this module.
  /// - Throws: `moduleDead` where the module was taken out because it no longer responds, `moduleKnown` where
  ///   another record names it and no reason is given, `store`.
  public func duplicate(ofModule serialNumber: String, otherThan id: InstallationID, reason: WrittenText?)
    throws(FieldbookError) -> Duplicate?
  {
    if let dead = try installation(withDeadModule: serialNumber) {
      throw .moduleDead(serialNumber: serialNumber, dead)
    }
    let others = try installations(withModule: serialNumber, otherThan: id)
    guard !others.isEmpty else { return nil }
    guard let reason else { throw .moduleKnown(serialNumber: serialNumber, others) }
    return Duplicate(installations: others, reason: reason)
  }
}
