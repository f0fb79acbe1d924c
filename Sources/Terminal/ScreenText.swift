import Characters

/// Text for a terminal, a pipe or a log: text from anywhere, made harmless, and between it the control sequences that
/// this program itself puts there.
///
/// There is no other way to a `Sink` for text, so that neither a record nor a module, a platform, a file's name or an
/// error can move the cursor, change the terminal's state or turn the direction of what stands around it.
public struct ScreenText: Sendable, Hashable, CustomStringConvertible {
  /// The characters that go out, control sequences included.
  public let description: String

  private init(trusted text: String) { description = text }

  /// Makes text from anywhere harmless.
  public init(_ text: String) { description = Self.harmless(text) }

  /// The text with its line breaks and tabs, and a mark (U+FFFD) for every other control character of C0 and C1 (a
  /// carriage return, which would write over the line, is a space) and for every mark of text direction.
  public static func harmless(_ text: String) -> String {
    if text.utf8.allSatisfy({ ($0 >= 0x20 && $0 < 0x7F) || $0 == 0x0A }) { return text }
    var scalars = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x09, 0x0A: scalars.append(scalar)
      case 0x0D, 0x85, 0x2028, 0x2029: scalars.append(" ")
      case 0..<0x20, 0x7F..<0xA0: scalars.append("\u{FFFD}")
      default: scalars.append(scalar.isBidiControl ? "\u{FFFD}" : scalar)
      }
    }
    return String(scalars)
  }

  // MARK: - Control sequences

  /// Moves to the first column of the line.
  public static let lineStart = ScreenText(trusted: "\r")
  /// Erases from the cursor to the end of the line.
  public static let eraseToEnd = ScreenText(trusted: "\u{1B}[K")

  /// Moves up by a number of lines; 0 gives nothing.
  public static func up(_ lines: Int) -> ScreenText { ScreenText(trusted: lines > 0 ? "\u{1B}[\(lines)A" : "") }

  /// Moves right by a number of columns; 0 gives nothing.
  public static func right(_ columns: Int) -> ScreenText {
    ScreenText(trusted: columns > 0 ? "\u{1B}[\(columns)C" : "")
  }

  func styled(_ styles: [Style]) -> ScreenText {
    ScreenText(trusted: "\u{1B}[\(styles.map(\.rawValue).joined(separator: ";"))m\(description)\u{1B}[0m")
  }

  // MARK: - Putting together

  public static func + (left: ScreenText, right: ScreenText) -> ScreenText {
    ScreenText(trusted: left.description + right.description)
  }

  public static func += (left: inout ScreenText, right: ScreenText) { left = left + right }

  public var isEmpty: Bool { description.isEmpty }
}

extension Sequence<ScreenText> {
  public func joined(separator: ScreenText = "") -> ScreenText {
    var whole: ScreenText = ""
    for (index, text) in enumerated() { whole += index == 0 ? text : separator + text }
    return whole
  }
}

extension ScreenText: ExpressibleByStringInterpolation {
  public init(stringLiteral text: String) { self.init(text) }

  public init(stringInterpolation pieces: StringInterpolation) { description = pieces.whole }

  /// Makes everything harmless that is put into a literal, but for `ScreenText`, which is so already.
  public struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var whole = ""

    public init(literalCapacity: Int, interpolationCount: Int) {}

    public mutating func appendLiteral(_ text: String) { whole += ScreenText.harmless(text) }
    public mutating func appendInterpolation(_ text: ScreenText) { whole += text.description }
    public mutating func appendInterpolation(_ value: some CustomStringConvertible) {
      whole += ScreenText.harmless(value.description)
    }
  }
}
