/// Percent-encoding of all but the unreserved characters of RFC 3986, in upper-case hex, as AWS Signature
/// Version 4 requires.
public enum PercentEncoding {
  private static let digits = Array("0123456789ABCDEF".utf8)

  /// Encodes the UTF-8 of a text.
  /// - Parameter keepsSlash: whether `/` stays, as it does in a path.
  public static func encode(_ text: String, keepsSlash: Bool = false) -> String {
    var encoded: [UInt8] = []
    for byte in text.utf8 {
      let isPlain = byte.isDigit || isLetter(byte) || "-._~".utf8.contains(byte)
      if isPlain || keepsSlash && byte == UInt8(ascii: "/") {
        encoded.append(byte)
      } else {
        encoded += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: encoded, as: UTF8.self)
  }

  /// Decodes each `%` with its two hexadecimal digits; nil where something else follows a `%`, or the result is
  /// no UTF-8.
  /// - Parameter plusIsBlank: whether `+` stands for a blank, as it does in the lists of buckets.
  public static func decode(_ text: String, plusIsBlank: Bool) -> String? {
    var decoded: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "%"):
        guard let high = rest.popFirst().flatMap(value), let low = rest.popFirst().flatMap(value) else {
          return nil
        }
        decoded.append(high << 4 | low)
      case UInt8(ascii: "+") where plusIsBlank: decoded.append(UInt8(ascii: " "))
      default: decoded.append(byte)
      }
    }
    return String(validating: decoded, as: UTF8.self)
  }

  private static func isLetter(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte & 0xDF) }

  private static func value(_ digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    default: nil
    }
  }
}
