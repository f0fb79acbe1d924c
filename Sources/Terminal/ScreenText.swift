import Characters

/// Text for a terminal, a pipe or a log. It consists of text from any source, made harmless, and of control
/// sequences of this program itself.
///
/// A `Sink` takes text only in this form, so that no record, module, platform, file name or error can move the
/// cursor, change the terminal's state or reverse the direction of the text around it.
public struct ScreenText: Sendable, Hashable, CustomStringConvertible {
  /// The characters that are written, including control sequences.
  public let description: String

  init(trusted text: String) { description = text }

  /// Makes text from any source harmless.
  public init(_ text: String) { description = Self.harmless(text) }

  /// The text with its line feeds and tabs. U+000D, which would overwrite the line, and the other line breaks
  /// U+0085, U+2028 and U+2029 become spaces. Every other control character (C0, U+007F and C1) and every mark
  /// of text direction becomes U+FFFD.
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

  /// Makes everything harmless that is inserted into a literal, except a `ScreenText`, which is harmless
  /// already.
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
