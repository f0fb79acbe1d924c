/// A welder's code, `RRRRRR-SSSSSS-C`: region (GB/T 2260), serial, check character by
/// ISO/IEC 7064 MOD 37,36 over the twelve characters before it.
public struct LabelCode: Hashable, Sendable, Codable, CustomStringConvertible {
  /// Six digits of GB/T 2260; Dalad Banner is 150621.
  public let region: String
  public let serial: CodeSerial

  /// Nil where `region` is not six digits.
  public init?(region: String, serial: CodeSerial) {
    guard region.utf8.count == 6, region.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
    self.region = region
    self.serial = serial
  }

  /// Parses the written form. Lower case, full-width characters and missing hyphens are accepted,
  /// a wrong check character is not.
  public init?(_ text: String) {
    let plain = TextNormalization.halfWidth(text).uppercased().filter { $0 != "-" && $0 != " " }
    guard plain.utf8.count == 13, let serial = CodeSerial(String(plain.dropFirst(6).prefix(6))),
      let code = LabelCode(region: String(plain.prefix(6)), serial: serial),
      plain.last == code.checkCharacter
    else { return nil }
    self = code
  }

  public var checkCharacter: Character { Self.checkCharacter(over: region + serial.description) }

  public var description: String { "\(region)-\(serial)-\(checkCharacter)" }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let code = LabelCode(try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a label code")
    }
    self = code
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }

  /// ISO/IEC 7064 hybrid system MOD 37,36 over characters of `0-9A-Z`.
  static func checkCharacter(over text: String) -> Character {
    var product = 36
    for character in text.utf8 {
      let sum = (product + CodeSerial.value(of: character)) % 36
      product = (sum == 0 ? 36 : sum) * 2 % 37
    }
    return CodeSerial.alphabet[(37 - product) % 36]
  }
}

/// The six characters of `0-9A-Z` in the middle of a code, counted in base 36.
public struct CodeSerial: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
  public static let count = 2_176_782_336  // 36^6
  public static let zero = CodeSerial(unchecked: 0)

  /// From 0 to `count` - 1.
  public let number: Int

  private init(unchecked number: Int) { self.number = number }

  public init?(number: Int) {
    guard (0..<Self.count).contains(number) else { return nil }
    self.number = number
  }

  public init?(_ text: String) {
    let characters = TextNormalization.halfWidth(text).uppercased().utf8
    guard characters.count == 6,
      characters.allSatisfy({ (48...57).contains($0) || (65...90).contains($0) })
    else { return nil }
    number = characters.reduce(0) { $0 * 36 + Self.value(of: $1) }
  }

  public var description: String {
    var rest = number
    var digits = [UInt8](repeating: 0, count: 6)
    for place in digits.indices.reversed() {
      digits[place] = Self.character(of: rest % 36)
      rest /= 36
    }
    return String(decoding: digits, as: UTF8.self)
  }

  public static func < (left: CodeSerial, right: CodeSerial) -> Bool { left.number < right.number }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let serial = CodeSerial(try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a serial")
    }
    self = serial
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }

  static let alphabet = (0..<36).map { Character(UnicodeScalar(character(of: $0))) }

  /// 0 to 35; callers have checked that the character is of the alphabet.
  static func value(of character: UInt8) -> Int {
    character <= 57 ? Int(character) - 48 : Int(character) - 55
  }

  /// The other way round; `value` is 0 to 35.
  private static func character(of value: Int) -> UInt8 { UInt8(value < 10 ? value + 48 : value + 55) }
}

/// Serials handed to one laptop, so that two offline laptops never make the same code.
/// Written `FIRST+COUNT`, for example `00A000+500`.
public struct CodeBlock: Hashable, Sendable, Codable, CustomStringConvertible {
  /// More than a company fits in a year; keeps a typing error from claiming the whole region.
  public static let largestCount = 1_000_000

  public let region: String
  public let first: CodeSerial
  public let count: Int

  /// Nil where the region is not six digits, `count` is not 1 to `largestCount`, or the block passes
  /// the last serial.
  public init?(region: String, first: CodeSerial, count: Int) {
    guard LabelCode(region: region, serial: first) != nil, (1...Self.largestCount).contains(count),
      first.number + count <= CodeSerial.count
    else { return nil }
    self.region = region
    self.first = first
    self.count = count
  }

  public init?(region: String, _ text: String) {
    let parts = TextNormalization.halfWidth(text).split(separator: "+", omittingEmptySubsequences: false)
    guard parts.count == 2, let first = CodeSerial(String(parts[0])), let count = Int(parts[1]) else {
      return nil
    }
    self.init(region: region, first: first, count: count)
  }

  /// The code at `offset` (0 to `count` - 1) of this block.
  public func code(at offset: Int) -> LabelCode? {
    guard (0..<count).contains(offset), let serial = CodeSerial(number: first.number + offset) else {
      return nil
    }
    return LabelCode(region: region, serial: serial)
  }

  public func contains(_ code: LabelCode) -> Bool {
    region == code.region && (first.number..<first.number + count).contains(code.serial.number)
  }

  public func overlaps(_ other: CodeBlock) -> Bool {
    region == other.region && first.number < other.first.number + other.count
      && other.first.number < first.number + count
  }

  public var description: String { "\(first)+\(count)" }
}
