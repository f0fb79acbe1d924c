/// The languages that weldtech speaks.
public enum Language: String, CaseIterable, Sendable {
  case zh, en

  /// Reads the language from the locale: Chinese where the first of `LC_ALL`, `LC_MESSAGES` and `LANG` that is
  /// set begins with `zh`, and English otherwise.
  public init(environment: [String: String]) {
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].lazy
      .compactMap { environment[$0] }
      .first { !$0.isEmpty }
    self = locale?.hasPrefix("zh") == true ? .zh : .en
  }
}
