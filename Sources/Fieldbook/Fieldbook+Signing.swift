public import Records

extension Fieldbook {
  private static func signingName(_ id: InstallationID) -> String { "signing \(id)" }

  /// Notes which strokes are about to be kept for a signature, and removes the strokes that an earlier run
  /// noted and that no record names. A run that is killed between keeping the strokes and closing the record
  /// must not leave handwriting behind, since the signatory may not want it kept the next time.
  /// - Parameter sha256: SHA-256 of the document with the strokes as it will be kept, lower-case hex.
  /// - Throws: `store`.
  public func beginSigning(_ id: InstallationID, strokesSha256 sha256: String) throws(FieldbookError) {
    let name = Self.signingName(id)
    let earlier = try database.first("SELECT CAST(body AS TEXT) FROM setting WHERE name = ?", [.text(name)]) {
      $0.text(0)
    }
    if let earlier, earlier != sha256, try installation(signedWith: [earlier]) == nil { files.remove(earlier) }
    try database.transaction { () throws(FieldbookError) in
      try database.run(
        "INSERT INTO setting (name, body) VALUES (?, CAST(? AS BLOB)) ON CONFLICT DO UPDATE SET body = excluded.body",
        [.text(name), .text(sha256)])
    }
  }

  /// Removes the note of `beginSigning`, once the record names the strokes. A note that stays does no harm.
  public func endSigning(_ id: InstallationID) throws(FieldbookError) {
    try database.transaction { () throws(FieldbookError) in
      try database.run("DELETE FROM setting WHERE name = ?", [.text(Self.signingName(id))])
    }
  }
}
