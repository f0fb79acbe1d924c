/// A way to highlight a piece of text where colours are allowed.
public enum Style: String, Sendable {
  case bold = "1"
  case dim = "2"
  case red = "31"
  case green = "32"
  case yellow = "33"
  case cyan = "36"
}

/// Applies styles, or leaves text unchanged where they are not allowed.
public struct Styling: Sendable {
  public let isEnabled: Bool

  public init(isEnabled: Bool) {
    self.isEnabled = isEnabled
  }

  /// Colours are allowed on a terminal that is not dumb, unless `--no-color` or a `NO_COLOR` that is not
  /// empty says otherwise.
  public init(isTerminal: Bool, noColor: Bool, environment: [String: String]) {
    isEnabled =
      isTerminal && !noColor && environment["NO_COLOR", default: ""].isEmpty && environment["TERM"] != "dumb"
  }

  public static let plain = Styling(isEnabled: false)

  public func callAsFunction(_ text: String, _ styles: Style...) -> ScreenText {
    apply(styles, to: ScreenText(text))
  }

  /// Puts the sequences of the styles around a text that is harmless already.
  public func apply(_ styles: [Style], to text: ScreenText) -> ScreenText {
    guard isEnabled, !styles.isEmpty, !text.isEmpty else { return text }
    return text.styled(styles)
  }
}
