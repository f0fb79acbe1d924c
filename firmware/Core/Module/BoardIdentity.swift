/// What a board states about itself; texts are UTF-8 bytes.
public struct BoardIdentity: Sendable {
  /// The chip's unique id, 12 bytes.
  public var uniqueId: [UInt8]
  /// The module's serial number, printed on its case.
  public var serialNumber: [UInt8]
  /// The microcontroller, as `STM32F405`.
  public var chip: [UInt8]
  /// The modem's IMEI, where it answered.
  public var imei: [UInt8]?
  /// The SIM card's ICCID, where there is one.
  public var iccid: [UInt8]?

  public init(
    uniqueId: [UInt8], serialNumber: [UInt8], chip: [UInt8], imei: [UInt8]? = nil, iccid: [UInt8]? = nil
  ) {
    self.uniqueId = uniqueId
    self.serialNumber = serialNumber
    self.chip = chip
    self.imei = imei
    self.iccid = iccid
  }

  /// The serial number of a board that was given none: `WT` and the unique id folded to 40 bits, in hexadecimal.
  public static func serialNumber(uniqueId: [UInt8]) -> [UInt8] {
    var text: [UInt8] = [0x57, 0x54]
    let digest = SHA256.digest(uniqueId)
    for byte in digest[0..<5] {
      for digit in [byte >> 4, byte & 15] { text.append(digit < 10 ? 0x30 &+ digit : 0x41 &+ digit &- 10) }
    }
    return text
  }
}
