internal import ModuleCore

/// The numbers of a simulated board's modem and card, which no real device has. They are derived from the
/// chip's unique id and end with a check digit (ISO/IEC 7812-1, Luhn).
public enum BoardNumbers {
  /// The modem's IMEI, 15 digits.
  public static func imei(of uniqueID: [UInt8]) -> String { number("86000000", digits: 15, of: uniqueID) }

  /// The card's ICCID, 20 digits.
  public static func iccid(of uniqueID: [UInt8]) -> String { number("8986000000", digits: 20, of: uniqueID) }

  private static func number(_ prefix: String, digits: Int, of uniqueID: [UInt8]) -> String {
    var number = prefix.utf8.map { $0 - 0x30 }
    for byte in SHA256.digest(uniqueID) where number.count < digits - 1 { number.append(byte % 10) }
    var sum = 0
    for (index, digit) in number.reversed().enumerated() {
      let weighted = index % 2 == 0 ? Int(digit) * 2 : Int(digit)
      sum += weighted > 9 ? weighted - 9 : weighted
    }
    number.append(UInt8((10 - sum % 10) % 10))
    return String(decoding: number.map { $0 + 0x30 }, as: UTF8.self)
  }
}
