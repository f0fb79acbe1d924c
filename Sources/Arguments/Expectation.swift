public import Terminal

/// The form that a value must have.
public enum Expectation: Sendable, Equatable {
  case text, file, directory
  case integer(ClosedRange<Int>?)
  case number(ClosedRange<Double>?)
  case choice([String])
  /// A form described in words, such as 'a date as YYYY-MM-DD'.
  case described(Text)

  /// The expectation in words that complete 'expected: …'.
  public var text: Text {
    switch self {
    case .text: Text(zh: "一段文字", en: "a text")
    case .file: Text(zh: "一个文件", en: "a file")
    case .directory: Text(zh: "一个文件夹", en: "a folder")
    case .integer(nil): Text(zh: "一个整数", en: "a whole number")
    case .integer(let range?):
      Text(
        zh: "\(range.lowerBound) 到 \(range.upperBound) 之间的整数",
        en: "a whole number from \(range.lowerBound) to \(range.upperBound)")
    case .number(nil): Text(zh: "一个数", en: "a number")
    case .number(let range?):
      Text(
        zh: "\(range.lowerBound) 到 \(range.upperBound) 之间的数",
        en: "a number from \(range.lowerBound) to \(range.upperBound)")
    case .choice(let values):
      Text(
        zh: values.joined(separator: "、") + " 之一",
        en: "one of " + values.joined(separator: ", "))
    case .described(let text): text
    }
  }
}
