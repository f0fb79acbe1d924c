import Records

@testable import Fieldbook

/// Functions with which the tests check a fieldbook.
extension Fieldbook {
  struct Rebuild: Hashable, Sendable {
    /// The number of installations in the log.
    let installations: Int
    /// The installations whose stored record differed from its events and was rebuilt.
    let repaired: [InstallationID]
  }

  /// Checks the whole fieldbook, rebuilds each record that differs from its events, and fails at any other
  /// fault.
  /// - Throws: `logBroken`, `digestDiffers` (a closed revision's bytes), `recordAhead`, `damagedRow`, `store`.
  func rebuild() throws(FieldbookError) -> Rebuild {
    let check = try check()
    for fault in check.faults {
      switch fault {
      case .log(let seq, let fault): throw .logBroken(seq: seq, fault)
      case .revision(let id, let revision): throw .digestDiffers(id, revision: revision)
      case .ahead(let id): throw .recordAhead(id)
      case .unreadable(_, let table, let key): throw .damagedRow(table: table, key: key)
      case .database: throw .store(.corrupt)
      case .differs, .fileMissing, .fileDamaged: break
      }
    }
    return Rebuild(installations: check.installations, repaired: try restore(check.restorable))
  }

  /// Lists the modules from stations that no installation has had yet, in their latest state, by serial number.
  func stockedModules() throws(FieldbookError) -> [StockedModule] {
    try database.rows(
      """
      SELECT serial_number, chip, chip_id, firmware_version, firmware_sha256 FROM module_run AS run
      WHERE number = (SELECT max(number) FROM module_run WHERE serial_number = run.serial_number)
        AND NOT EXISTS (SELECT 1 FROM pairing_key WHERE module_serial = run.serial_number)
      ORDER BY serial_number
      """
    ) {
      StockedModule(
        serialNumber: $0.text(0), chip: $0.text(1), chipID: $0.text(2), firmwareVersion: $0.text(3),
        firmwareSha256: $0.text(4))
    }
  }
}
