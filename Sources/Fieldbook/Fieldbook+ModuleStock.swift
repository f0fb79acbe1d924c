public import Records

extension Fieldbook {
  /// Records that a module passed on a station.
  /// - Parameter slot: the station's name for the module's place.
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

  /// Records that a module failed on a station.
  /// - Parameter reason: the error's code.
  /// - Throws: `store`.
  public func recordFailedModule(slot: String, reason: String, at: Timestamp) throws(FieldbookError) {
    try database.run(
      "INSERT INTO module_run (at, slot, reason) VALUES (?, ?, ?)",
      [try Self.time(at), .text(slot), .text(reason)])
  }
}
