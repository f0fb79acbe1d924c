import Characters

/// A welder's code, `RRRRRR-SSSSSS-C`: region (GB/T 2260), serial, check character by
/// ISO/IEC 7064 MOD 37,36 over the twelve characters before it.
public struct LabelCode: Hashable, Sendable, Codable, CustomStringConvertible {
  /// The six digits of GB/T 2260; Dalad Banner is 150621.
  public let region: String
  public let serial: CodeSerial

  /// Makes a code; nil where `region` is not six digits.
  public init?(region: String, serial: CodeSerial) {
    guard region.utf8.count == 6, region.utf8.allSatisfy(\.isDigit) else { return nil }
    self.region = region
    self.serial = serial
  }

  /// Parses the written form. Lower case, full-width characters, dashes of any kind for hyphens and missing hyphens are
  /// accepted, a wrong check character is not.
  public init?(_ text: String) {
    let plain = Self.plain(text)
    guard plain.utf8.count == 13, let serial = CodeSerial(String(plain.dropFirst(6).prefix(6))),
      let code = LabelCode(region: String(plain.prefix(6)), serial: serial),
      plain.last == code.checkCharacter
    else { return nil }
    self = code
  }

  /// Corrects a code in which the letter O stands for a zero, or I or L for a one. The check character shows
  /// which corrections are codes. Among several, the one with the most changed letters is chosen; where there
  /// is none, a single zero or one may have been read as a letter. The result is nil where the text is a valid
  /// code already, or where several codes are equally likely.
  public init?(meantBy text: String) {
    let plain = Array(Self.plain(text).utf8)
    guard plain.count == 13, LabelCode(text) == nil else { return nil }
    // A region consists of digits only.
    let region = plain.prefix(6).map { Self.digit(for: $0) ?? $0 }
    var candidates: [(changes: Int, text: [UInt8])] = [(0, region)]
    for character in plain.dropFirst(6) {
      candidates = candidates.flatMap { candidate in
        [(candidate.changes, candidate.text + [character])]
          + (Self.digit(for: character).map { [(candidate.changes + 1, candidate.text + [$0])] } ?? [])
      }
    }
    if let code = Self.only(candidates) {
      self = code
      return
    }
    var letters: [(changes: Int, text: [UInt8])] = []
    for place in 6..<13 {
      for letter in Self.letters(for: plain[place]) {
        var text = region + plain.dropFirst(6)
        text[place] = letter
        letters.append((1, text))
      }
    }
    guard let code = Self.only(letters) else { return nil }
    self = code
  }

  /// Picks the valid code with the most changed letters; nil where there is none, or several have equally many.
  private static func only(_ candidates: [(changes: Int, text: [UInt8])]) -> LabelCode? {
    let codes = candidates.compactMap { candidate in
      LabelCode(String(decoding: candidate.text, as: UTF8.self)).map { (candidate.changes, $0) }
    }
    let most = codes.map(\.0).max()
    let best = codes.filter { $0.0 == most }
    return best.count == 1 ? best.first?.1 : nil
  }

  /// The digit that a person may read as this letter; nil for other characters.
  private static func digit(for character: UInt8) -> UInt8? {
    switch character {
    case UInt8(ascii: "O"): UInt8(ascii: "0")
    case UInt8(ascii: "I"), UInt8(ascii: "L"): UInt8(ascii: "1")
    default: nil
    }
  }

  /// The letters that a person may read for this digit; empty for other characters.
  private static func letters(for character: UInt8) -> [UInt8] {
    switch character {
    case UInt8(ascii: "0"): [UInt8(ascii: "O")]
    case UInt8(ascii: "1"): [UInt8(ascii: "I"), UInt8(ascii: "L")]
    default: []
    }
  }

  /// The text in half width and upper case, without hyphens and spaces.
  private static func plain(_ text: String) -> String {
    var scalars = String.UnicodeScalarView()
    for scalar in TextNormalization.halfWidth(text).unicodeScalars where !isHyphen(scalar) && scalar != " " {
      scalars.append(scalar)
    }
    return String(scalars).uppercased()
  }

  /// Whether the character stands for a hyphen: spreadsheets, input methods and word processors insert dashes,
  /// minus signs, soft hyphens and similar characters.
  private static func isHyphen(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x2D, 0xAD, 0x02D7, 0x058A, 0x1806, 0x2010...0x2015, 0x2043, 0x207B, 0x208B, 0x2212, 0x2500, 0x2796,
      0x30FC, 0xFE58, 0xFE63, 0xFF70:
      true
    default: false
    }
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

  /// Computes the check character by ISO/IEC 7064's hybrid system MOD 37,36 over characters of `0-9A-Z`.
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
  public static let count = 2_176_782_336  // This is 36 to the power of 6.
  public static let zero = CodeSerial(unchecked: 0)

  /// The serial as a number, 0 to `count` - 1.
  public let number: Int

  private init(unchecked number: Int) { self.number = number }

  public init?(number: Int) {
    guard (0..<Self.count).contains(number) else { return nil }
    self.number = number
  }

  public init?(_ text: String) {
    let characters = TextNormalization.halfWidth(text).uppercased().utf8
    guard characters.count == 6, characters.allSatisfy({ $0.isDigit || $0.isUpperCaseLetter }) else {
      return nil
    }
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

  /// The value of a character of the alphabet, 0 to 35; callers have checked that the character is in the
  /// alphabet.
  static func value(of character: UInt8) -> Int {
    character <= 57 ? Int(character) - 48 : Int(character) - 55
  }

  /// The character of a value from 0 to 35.
  private static func character(of value: Int) -> UInt8 { UInt8(value < 10 ? value + 48 : value + 55) }
}

/// A block of serials handed to one laptop, so that two offline laptops never make the same code. A block is
/// written `FIRST+COUNT`, for example `00A000+500`.
public struct CodeBlock: Hashable, Sendable, Codable, CustomStringConvertible {
  /// The maximum size of a block: more serials than a company uses in a year, and few enough that a typing
  /// error does not claim the whole region.
  public static let maxCount = 1_000_000

  public let region: String
  public let first: CodeSerial
  public let count: Int

  /// Makes a block; nil where the region is not six digits, `count` is not 1 to `maxCount`, or the block passes
  /// the last serial.
  public init?(region: String, first: CodeSerial, count: Int) {
    guard LabelCode(region: region, serial: first) != nil, (1...Self.maxCount).contains(count),
      first.number + count <= CodeSerial.count
    else { return nil }
    self.region = region
    self.first = first
    self.count = count
  }

  public init?(region: String, _ text: String) {
    let parts = TextNormalization.typed(text).split(separator: "+", omittingEmptySubsequences: false)
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
