import Characters

/// A person's name. Its description is masked (`王**`). `full` is for the places that show the name on purpose:
/// the record, the agreement, and the screen of that person.
public struct PersonName: Hashable, Sendable, Codable, CustomStringConvertible,
  CustomDebugStringConvertible, CustomReflectable
{
  public let full: String

  public init(_ name: WrittenText) { full = name.text }

  public init(from decoder: any Decoder) throws {
    full = try decoder.singleValueContainer().decode(String.self)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(full)
  }

  public var masked: String { full.isEmpty ? "" : "\(full.prefix(1))**" }

  public var description: String { masked }
  public var debugDescription: String { masked }
  /// `dump` and test failure messages use the mirror, so the mirror shows only the masked name too.
  public var customMirror: Mirror { Mirror(reflecting: masked) }
}

/// A telephone number as dialled in mainland China: a mobile (`1[3-9]` and nine digits) or a landline (area
/// code and number). Its description is masked (`138****0001`).
public struct PhoneNumber: Hashable, Sendable, Codable, CustomStringConvertible,
  CustomDebugStringConvertible, CustomReflectable
{
  /// The number in ASCII digits; a landline keeps one hyphen between area code and number.
  public let full: String

  /// Reads a number with blanks, hyphens of any kind, a leading +86, full-width digits and invisible
  /// characters. The result is nil where the rest is neither a mobile nor a landline.
  public init?(_ text: String) {
    guard text.utf8.count <= 400 else { return nil }
    var digits = TextNormalization.typed(text).filter {
      $0 != " " && $0 != "(" && $0 != ")" && !TextNormalization.isHyphen($0)
    }
    if digits.hasPrefix("+86") {
      digits.removeFirst(3)
    } else if digits.hasPrefix("0086") {
      digits.removeFirst(4)
    }
    guard digits.allSatisfy({ $0.isASCII && $0.isNumber }) else { return nil }
    let figures = digits.utf8.map { $0 - UInt8(ascii: "0") }
    if figures.count == 11, figures[0] == 1, figures[1] >= 3 {
      full = digits
    } else if let area = Self.areaCodeLength(figures), (7...8).contains(figures.count - area),
      figures[area] >= 2
    {
      full = "\(digits.prefix(area))-\(digits.dropFirst(area))"
    } else {
      return nil
    }
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let number = PhoneNumber(try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a telephone number")
    }
    self = number
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(full)
  }

  public var masked: String { "\(full.prefix(3))****\(full.suffix(4))" }

  public var description: String { masked }
  public var debugDescription: String { masked }
  public var customMirror: Mirror { Mirror(reflecting: masked) }

  /// The length of a landline's area code: 010 and 02x have three digits, 03xx to 09xx have four.
  private static func areaCodeLength(_ figures: [UInt8]) -> Int? {
    guard figures.count >= 10, figures[0] == 0, figures[1] != 0 else { return nil }
    return figures[1] <= 2 ? 3 : 4
  }
}
