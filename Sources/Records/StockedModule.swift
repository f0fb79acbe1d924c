/// A module with firmware that is kept in stock for a later installation.
public struct StockedModule: Hashable, Sendable, Codable {
  /// The serial number that the module's firmware reports.
  public var serialNumber: String
  public var chip: String
  /// The chip's unique id, lower-case hex.
  public var chipID: String
  public var firmwareVersion: String
  /// SHA-256 of the image file, lower-case hex.
  public var firmwareSha256: String

  public init(
    serialNumber: String, chip: String, chipID: String, firmwareVersion: String, firmwareSha256: String
  ) {
    self.serialNumber = serialNumber
    self.chip = chip
    self.chipID = chipID
    self.firmwareVersion = firmwareVersion
    self.firmwareSha256 = firmwareSha256
  }
}
