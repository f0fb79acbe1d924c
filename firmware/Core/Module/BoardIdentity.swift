/// The facts that a board states about itself; texts are ASCII.
public struct BoardIdentity: Sendable {
  /// The chip's unique id, 12 bytes.
  public var uniqueID: Octets
  /// The module's serial number, printed on its case.
  public var serialNumber: Octets
  /// The microcontroller, as `STM32F405`.
  public var chip: Octets
  /// The modem's IMEI; nil where the modem does not answer.
  public var imei: Octets?
  /// The SIM card's ICCID; nil where there is none.
  public var iccid: Octets?

  public init(
    uniqueID: Octets, serialNumber: Octets, chip: Octets, imei: Octets? = nil, iccid: Octets? = nil
  ) {
    self.uniqueID = uniqueID
    self.serialNumber = serialNumber
    self.chip = chip
    self.imei = imei
    self.iccid = iccid
  }

  /// The serial number of a board that was given none: `WT` and the first 40 bits of the unique id's SHA-256,
  /// as ten upper-case hexadecimal digits.
  public static func serialNumber(uniqueID: Octets) -> Octets {
    var text = Octets("WT")
    let digest = SHA256.digest(uniqueID.bytes)
    for index in 0..<10 {
      let digit = digest[index >> 1] >> (index & 1 == 0 ? 4 : 0) & 15
      text.append(digit < 10 ? 0x30 &+ digit : 0x41 &+ digit &- 10)
    }
    return text
  }
}
