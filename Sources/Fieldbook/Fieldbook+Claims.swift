public import Records

/// Keeps a photo, identified by its contents, and a seal, identified by its number, from being evidence of two
/// installations. A void record releases its photos and seals.
extension Fieldbook {
  /// Checks that no other installation has claimed the photo or the seal of an event.
  /// - Throws: `photoUsed`, `pictureUsed`, `photoResembles`, `sealUsed`, `store`, `damagedRow`.
  func checkIsFree(_ event: InstallationEvent, for installation: Installation) throws(FieldbookError) {
    for photo in event.photos { try checkIsFree(photo, for: installation) }
    guard case .sealed(let seal) = event else { return }
    let user = try database.first(
      "SELECT installation FROM seal_use WHERE number = ?", [.text(seal.number)]
    ) { $0.text(0) }
    guard let user else { return }
    // The intact seal of an installation may be recorded again, for instance with a photo; a broken one may
    // not.
    let isOn = installation.seal.map { $0.number == seal.number } == true && installation.sealHolds
    if user == installation.id.text, isOn { return }
    throw .sealUsed(number: seal.number, by: try Self.id(user, table: "seal_use"))
  }

  private func checkIsFree(_ photo: Photo, for installation: Installation) throws(FieldbookError) {
    let user = try database.first(
      "SELECT installation, stage FROM photo_use WHERE sha256 = ?", [.text(photo.sha256)]
    ) { (installation: $0.text(0), stage: $0.text(1)) }
    guard let user else { return try checkIsNew(photo, for: installation.id) }
    if user == (installation.id.text, photo.stage.rawValue) { return }
    let stage = Photo.Stage(rawValue: user.stage) ?? photo.stage
    throw .photoUsed(
      sha256: photo.sha256, by: try Self.id(user.installation, table: "photo_use"), stage: stage)
  }

  /// Records what an event claims, or releases the claims of a void record, within the transaction that writes
  /// the event.
  func claim(_ event: InstallationEvent, for id: InstallationID) throws(FieldbookError) {
    for photo in event.photos {
      try database.run(
        "INSERT OR IGNORE INTO photo_use (sha256, stage, installation) VALUES (?, ?, ?)",
        [.text(photo.sha256), .text(photo.stage.rawValue), .text(id.text)])
    }
    switch event {
    case .sealed(let seal):
      try database.run(
        "INSERT OR IGNORE INTO seal_use (number, installation) VALUES (?, ?)",
        [.text(seal.number), .text(id.text)])
    case .adopted(let adopted):
      try noteAdoption(of: id, adopted)
      guard let installation = adopted.installation else { return }
      try claim(installation, for: id)
    case .voided: try releaseClaims(of: id)
    default: return
    }
  }

  /// Records what a record that was taken over claims. A photo or a seal that is already evidence of another
  /// installation stays with that installation.
  private func claim(_ adopted: Installation, for id: InstallationID) throws(FieldbookError) {
    for photo in adopted.photos {
      try database.run(
        "INSERT OR IGNORE INTO photo_use (sha256, stage, installation) VALUES (?, ?, ?)",
        [.text(photo.sha256), .text(photo.stage.rawValue), .text(id.text)])
    }
    for number in (adopted.seal?.previousNumbers ?? []) + [adopted.seal?.number].compactMap(\.self) {
      try database.run(
        "INSERT OR IGNORE INTO seal_use (number, installation) VALUES (?, ?)",
        [.text(number), .text(id.text)])
    }
  }

  private func releaseClaims(of id: InstallationID) throws(FieldbookError) {
    try database.run("DELETE FROM photo_use WHERE installation = ?", [.text(id.text)])
    try database.run("DELETE FROM seal_use WHERE installation = ?", [.text(id.text)])
  }

  /// Records again what the events of a record claim.
  func restoreClaims(of entries: [LogEntry], id: InstallationID) throws(FieldbookError) {
    try releaseClaims(of: id)
    for entry in entries { try claim(entry.event, for: id) }
  }
}

extension Fieldbook {
  /// Finds an installation whose agreement, present or earlier, or whose repair was signed with one of these
  /// strokes. A void record counts too, and so does the record that is to be signed again.
  /// - Parameter strokes: SHA-256 of the documents with the strokes, lower-case hex.
  /// - Throws: `store`.
  public func installation(signedWith strokes: [String]) throws(FieldbookError) -> InstallationID? {
    guard !strokes.isEmpty else { return nil }
    // The log is searched, because a record's row can be damaged; this also finds a digest in an entry that
    // cannot be read. There are two searches, because SQLite uses the index for each of them alone, but not for
    // one search with both conditions.
    let marks = strokes.indices.map { "?\($0 + 1)" }
    let isNamed = marks.map { "instr(CAST(body AS TEXT), \($0)) > 0" }.joined(separator: " OR ")
    let found = try database.first(
      """
      SELECT installation FROM (
        SELECT installation, seq FROM event
        WHERE name IN ('signed', 'repairClosed') AND \(eventStrokes) IN (\(marks.joined(separator: ", ")))
        UNION ALL SELECT installation, seq FROM event
        WHERE name IN ('signed', 'repairClosed') AND \(eventStrokes) = '' AND (\(isNamed)))
      ORDER BY seq LIMIT 1
      """, strokes.map { SQLValue.text($0) }
    ) { $0.text(0) }
    return try found.map { (text) throws(FieldbookError) in try Self.id(text, table: "event") }
  }
}
