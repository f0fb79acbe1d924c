import Characters

/// A text that a person wrote and that the record keeps: a name, an address, a note, a reason.
///
/// It is in Unicode's normal form C, shows at least one character, is bounded in characters and bytes, and
/// holds no control, private-use or unassigned character, so that it looks the same everywhere. Text that
/// people type or paste is read by `init(_:_:drawnBy:)`; text in a record is taken unchanged.
public struct WrittenText: Hashable, Sendable {
  /// The maximum number of lines and characters of a field.
  public enum Shape: Hashable, Sendable {
    /// The text has one line.
    case line(maxCharacters: Int)
    /// The text has several lines, each ended by U+000A.
    case paragraph(maxCharacters: Int)

    /// The name of a person, a company or a place, on one line.
    public static let name = line(maxCharacters: 40)
    public static let title = line(maxCharacters: 80)
    public static let note = paragraph(maxCharacters: 400)

    public var maxCharacters: Int {
      switch self {
      case .line(let count), .paragraph(let count): count
      }
    }

    /// The maximum size in UTF-8: eight bytes for each character, which an ideograph beyond the basic plane
    /// with its variation selector needs. A longer text has excessive combining marks.
    public var maxBytes: Int { 8 * maxCharacters }
  }

  /// The reason why a text cannot be stored.
  public enum Fault: Error, Hashable, Sendable {
    /// The text shows nothing.
    case empty
    case tooLong(maxCharacters: Int)
    /// The text has an allowed number of characters, but some of them carry excessive combining marks.
    case tooManyBytes(max: Int)
    case character(UnusableCharacter)
  }

  public let text: String

  /// Takes a text unchanged from a record, a fieldbook or this program's own words.
  public init(asKept text: String) { self.text = text }

  /// Reads a text from a person. White space at the ends is removed, as are zero-width characters without an
  /// effect; a tab or another blank becomes a space.
  /// - Parameter glyphs: the characters that labels and agreements can show; nil for a text that appears on
  ///   neither.
  public init(_ written: String, _ shape: Shape, drawnBy glyphs: (any GlyphCoverage)?) throws(Fault) {
    // No real text is that long, so no work is spent on it.
    guard written.utf8.count <= 16 * shape.maxBytes + 1_024 else {
      throw .tooLong(maxCharacters: shape.maxCharacters)
    }
    let kept = try Self.cleaned(written, shape).inNormalFormC
    guard kept.unicodeScalars.contains(where: \.hasInk) else { throw .empty }
    guard kept.count <= shape.maxCharacters else { throw .tooLong(maxCharacters: shape.maxCharacters) }
    guard kept.utf8.count <= shape.maxBytes else { throw .tooManyBytes(max: shape.maxBytes) }
    if let glyphs, let scalar = glyphs.firstWithoutGlyph(in: kept) {
      throw .character(UnusableCharacter(scalar, reason: .noGlyph, in: kept))
    }
    text = kept
  }

  /// Reads a text like `init(_:_:drawnBy:)`, but returns nil for an empty text.
  public static func optional(_ written: String?, _ shape: Shape, drawnBy glyphs: (any GlyphCoverage)?)
    throws(Fault) -> WrittenText?
  {
    guard let written else { return nil }
    do { return try WrittenText(written, shape, drawnBy: glyphs) } catch {
      if error == .empty { return nil }
      throw error
    }
  }

  // MARK: - Cleaning

  private static func cleaned(_ written: String, _ shape: Shape) throws(Fault) -> String {
    let text = TextNormalization.trimmed(withoutUnspelling(written))
    var kept = String.UnicodeScalarView()
    var isAfterReturn = false
    for scalar in text.unicodeScalars {
      defer { isAfterReturn = scalar == "\r" }
      if case .paragraph = shape, scalar == "\n" || scalar == "\r" {
        if scalar == "\r" || !isAfterReturn { kept.append("\n") }
        continue
      }
      if let reason = UnusableCharacter.Reason(refusing: scalar) {
        throw .character(UnusableCharacter(scalar, reason: reason, in: text))
      }
      // U+3000 is as wide as the characters beside it, and U+202F is kept for Mongolian.
      let isOtherSpace = scalar.properties.isWhitespace && scalar != "\u{3000}" && scalar != "\u{202F}"
      kept.append(isOtherSpace ? " " : scalar)
    }
    return String(kept)
  }

  /// The text without invisible characters that have no effect at their place. Marks of direction stay and are
  /// refused by name.
  private static func withoutUnspelling(_ text: String) -> String {
    let scalars = Array(text.unicodeScalars)
    var kept = String.UnicodeScalarView()
    for (index, scalar) in scalars.enumerated() {
      let before = kept.last
      let after = index + 1 < scalars.count ? scalars[index + 1] : nil
      if scalar == "\u{202F}" {
        kept.append(before?.isMongolian == true || after?.isMongolian == true ? scalar : " ")
      } else if scalar == "\u{200C}" || scalar == "\u{200D}" {
        if before?.isJoining == true || after?.isJoining == true { kept.append(scalar) }
      } else if scalar.isMongolianSelector {
        if before?.isMongolian == true { kept.append(scalar) }
      } else if scalar.isVariationSelector {
        if before?.properties.isIdeographic == true { kept.append(scalar) }
      } else if scalar.properties.isDefaultIgnorableCodePoint, !scalar.isBidiControl, !scalar.isUnassigned {
        continue
      } else {
        kept.append(scalar)
      }
    }
    return String(kept)
  }
}

extension WrittenText: CustomStringConvertible, ExpressibleByStringLiteral {
  public var description: String { text }

  /// A literal is the program's own text and is taken unchanged.
  public init(stringLiteral text: String) { self.text = text }
}

extension WrittenText: Codable {
  /// Reads a text that is taken unchanged, so that an event once written can always be decoded.
  public init(from decoder: any Decoder) throws {
    text = try decoder.singleValueContainer().decode(String.self)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }
}

/// Tells which characters labels and agreements can show. `Drawing` implements it from its fonts, and
/// `Composition` connects the two.
public protocol GlyphCoverage: Sendable {
  /// The first character of `text` that no font of labels and agreements has; nil where all of them can be
  /// drawn.
  func firstWithoutGlyph(in text: String) -> Unicode.Scalar?
}

/// A character that a text may not contain.
public struct UnusableCharacter: Hashable, Sendable {
  public enum Reason: Hashable, Sendable, CaseIterable {
    /// A control character, which is invisible and may have an effect.
    case control
    /// A mark that sets the direction of the text around it, so that the text looks different from what it is.
    case bidi
    /// An end of line in a text of one line, or one of a kind that programs treat differently.
    case lineEnd
    /// A private-use character, which looks different on every machine.
    case privateUse
    /// A code point that is no character, or belongs to a later version of Unicode than this program's.
    case unassigned
    /// U+FFFD or U+FFFC, which other programs insert where they lost something.
    case replacement
    /// A character that no font of labels and agreements has.
    case noGlyph

    /// The reason why a text may not contain the character; nil where it may.
    init?(refusing scalar: Unicode.Scalar) {
      if scalar.isBidiControl {
        self = .bidi
      } else if scalar.isLineEnd {
        self = .lineEnd
      } else if scalar == "\u{FFFD}" || scalar == "\u{FFFC}" {
        self = .replacement
      } else {
        switch scalar.properties.generalCategory {
        case .control where scalar != "\t": self = .control
        case .format where !scalar.properties.isDefaultIgnorableCodePoint: self = .control
        case .privateUse: self = .privateUse
        case .unassigned, .surrogate: self = .unassigned
        default: return nil
        }
      }
    }
  }

  public let scalar: Unicode.Scalar
  public let reason: Reason
  /// The place of the character in the text without white space at its ends, in characters from 1.
  public let position: Int

  public init(_ scalar: Unicode.Scalar, reason: Reason, position: Int) {
    self.scalar = scalar
    self.reason = reason
    self.position = position
  }

  init(_ scalar: Unicode.Scalar, reason: Reason, in text: String) {
    let index = text.firstIndex { $0.unicodeScalars.contains(scalar) } ?? text.startIndex
    self.init(scalar, reason: reason, position: text.distance(from: text.startIndex, to: index) + 1)
  }

  /// The code point as `U+` and four to six hexadecimal digits, for example `U+202E`.
  public var codePoint: String {
    let digits = String(scalar.value, radix: 16, uppercase: true)
    return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }

  /// Unicode's English name, for example `RIGHT-TO-LEFT OVERRIDE`; nil where it has none.
  public var name: String? { scalar.properties.name ?? scalar.properties.nameAlias }
}

extension Unicode.Scalar {
  fileprivate var isUnassigned: Bool { properties.generalCategory == .unassigned }

  /// Whether the character is visible by itself.
  fileprivate var hasInk: Bool {
    // U+2800 is braille without a dot.
    if value == 0x2800 || properties.isDefaultIgnorableCodePoint || properties.isWhitespace { return false }
    switch properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .spacingMark: return false
    default: return true
    }
  }
}
