public import Records

extension Fieldbook {
  /// Keeps that a module came off a station good.
  /// - Parameter slot: the station's name for the place.
  /// - Throws: `store`.
  public func stock(_ module: StockedModule, slot: String, at: Timestamp) throws(FieldbookError) {
    try database.run(
      """
      INSERT INTO module_run (at, slot, serial_number, chip, chip_id, firmware_version, firmware_sha256)
      VALUES (?, ?, ?, ?, ?, ?, ?)
      """,
      [
        try Self.time(at), .text(slot), .text(module.serialNumber), .text(module.chip), .text(module.chipID),
        .text(module.firmwareVersion), .text(module.firmwareSha256),
      ])
  }

  /// Keeps that a module failed on a station.
  /// - Parameter reason: the error's code.
  /// - Throws: `store`.
  public func recordFailedModule(slot: String, reason: String, at: Timestamp) throws(FieldbookError) {
    try database.run(
      "INSERT INTO module_run (at, slot, reason) VALUES (?, ?, ?)",
      [try Self.time(at), .text(slot), .text(reason)])
  }

  /// Modules from stations that no installation has had yet, as they last came off, by serial number.
  /// - Throws: `store`.
  public func stockedModules() throws(FieldbookError) -> [StockedModule] {
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
