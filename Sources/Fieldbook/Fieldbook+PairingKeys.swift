import Cryptography
import FoundationEssentials
public import Records

extension Fieldbook: PairingKeys {
  /// Finds the latest key prepared for a module in an installation.
  /// - Throws: `FieldbookError.store`, `damagedRow`.
  public func key(for installation: InstallationID, moduleSerial: String) throws(FieldbookError) -> KeptKey? {
    try database.first(
      """
      SELECT key_id, secret, state FROM pairing_key WHERE installation = ? AND module_serial = ?
      ORDER BY number DESC LIMIT 1
      """, [.text(installation.text), .text(moduleSerial)]
    ) { (row) throws(FieldbookError) in
      let keyID = row.text(0)
      let secret = row.isNull(1) ? nil : try Self.secretKey(row.blob(1), keyID: keyID)
      return KeptKey(keyID: keyID, secret: secret, isCommitted: row.text(2) != "prepared")
    }
  }

  /// Finds a key that was stored for a module in any installation; nil where there is none, or its secret was
  /// erased.
  /// - Throws: `FieldbookError.store`, `damagedRow`.
  public func heldKey(_ keyID: String, moduleSerial: String) throws(FieldbookError) -> SecretKey? {
    try database.first(
      "SELECT secret FROM pairing_key WHERE key_id = ? AND module_serial = ? AND secret IS NOT NULL",
      [.text(keyID), .text(moduleSerial)]
    ) { (row) throws(FieldbookError) in try Self.secretKey(row.blob(0), keyID: keyID) }
  }

  private static func secretKey(_ bytes: Data, keyID: String) throws(FieldbookError) -> SecretKey {
    guard isKey([UInt8](bytes), named: keyID), let key = SecretKey(bytes: [UInt8](bytes), keyID: keyID) else {
      throw .damagedRow(table: "pairing_key", key: keyID)
    }
    return key
  }

  /// Whether the bytes are the key with this id, which is the beginning of the key's digest.
  static func isKey(_ bytes: [UInt8], named keyID: String) -> Bool {
    SHA256Digest(of: bytes).hex.prefix(16) == keyID
  }

  /// Stores a key that is about to be sent to a module.
  /// - Throws: `FieldbookError.notFound` for an unknown installation, `keyInUse`, `store`.
  public func prepare(_ key: SecretKey, for installation: InstallationID, moduleSerial: String)
    throws(FieldbookError)
  {
    try database.transaction { () throws(FieldbookError) in
      let known = try database.first(
        "SELECT 1 FROM installation WHERE id = ?", [.text(installation.text)]
      ) { _ in true }
      guard known == true else { throw FieldbookError.notFound(installation.text) }
      let holder = try database.first(
        "SELECT installation, module_serial FROM pairing_key WHERE key_id = ?", [.text(key.keyID)]
      ) { ($0.text(0), $0.text(1)) }
      if let holder {
        guard holder == (installation.text, moduleSerial) else {
          throw FieldbookError.keyInUse(
            keyID: key.keyID, by: try Self.id(holder.0, table: "pairing_key"))
        }
        return
      }
      try database.run(
        "DELETE FROM pairing_key WHERE installation = ? AND module_serial = ? AND state = 'prepared'",
        [.text(installation.text), .text(moduleSerial)])
      try database.run(
        """
        INSERT INTO pairing_key (key_id, installation, module_serial, secret, state)
        VALUES (?, ?, ?, ?, 'prepared')
        """,
        [.text(key.keyID), .text(installation.text), .text(moduleSerial), .blob(Data(key.bytes))])
    }
  }

  /// Records that a module has stored a key permanently.
  /// - Throws: `FieldbookError.keyUnknown`, `store`.
  public func markCommitted(keyID: String, for installation: InstallationID, moduleSerial: String)
    throws(FieldbookError)
  {
    try database.transaction { () throws(FieldbookError) in
      let marked = try database.run(
        """
        UPDATE pairing_key SET state = 'committed'
        WHERE key_id = ? AND installation = ? AND module_serial = ? AND state = 'prepared'
        """, [.text(keyID), .text(installation.text), .text(moduleSerial)])
      if marked == 0 { try checkCommitted(keyID: keyID, for: installation, moduleSerial: moduleSerial) }
    }
  }

  // MARK: - As they were delivered

  public func keep(_ key: SealedKey) throws(FieldbookError) {
    let kept = try database.run(
      "UPDATE pairing_key SET sealed = ? WHERE key_id = ? AND module_serial = ?",
      [.blob(key.body), .text(key.keyID), .text(key.moduleSerial)])
    guard kept > 0 else { throw .keyUnknown(keyID: key.keyID) }
  }

  public func sealedKey(_ keyID: String, of id: InstallationID) throws(FieldbookError) -> SealedKey? {
    try database.first(
      "SELECT module_serial, sealed FROM pairing_key WHERE key_id = ? AND installation = ? AND sealed IS NOT NULL",
      [.text(keyID), .text(id.text)]
    ) { SealedKey(keyID: keyID, moduleSerial: $0.text(0), body: $0.blob(1)) }
  }

  // MARK: - For records and the queue

  func checkCommitted(keyID: String, for installation: InstallationID, moduleSerial: String)
    throws(FieldbookError)
  {
    let known = try database.first(
      """
      SELECT 1 FROM pairing_key
      WHERE key_id = ? AND installation = ? AND module_serial = ? AND state <> 'prepared'
      """, [.text(keyID), .text(installation.text), .text(moduleSerial)]
    ) { _ in true }
    guard known == true else { throw .keyUnknown(keyID: keyID) }
  }

  /// Overwrites the secrets of keys that the platform has and that no remaining step needs here.
  /// - Returns: whether there were any; the caller then calls `shedOldPages` after the commit.
  func forgetDeliveredKeys(of installation: InstallationID) throws(FieldbookError) -> Bool {
    try database.run(
      """
      UPDATE pairing_key SET secret = NULL, state = 'forgotten'
      WHERE installation = ? AND state = 'acknowledged'
      """, [.text(installation.text)]) > 0
  }

  /// Removes the old pages from the write-ahead log, which may still hold erased secrets and answers.
  func shedOldPages() { database.shedOldPages() }
}
