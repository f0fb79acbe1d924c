/// A change of a setting that can be without a value.
enum SettingChange {
  /// The setting stays as it is.
  case unchanged
  /// The setting loses its value. The shipped default applies where there is one.
  case takenBack
  case own(String)

  /// Reads an option: an empty text takes the setting back, and no option leaves it as it is.
  init(typed text: String?) {
    self = text.map { $0.isEmpty ? .takenBack : .own($0) } ?? .unchanged
  }

  func apply(to setting: inout String?) {
    switch self {
    case .unchanged: break
    case .takenBack: setting = nil
    case .own(let value): setting = value
    }
  }
}
