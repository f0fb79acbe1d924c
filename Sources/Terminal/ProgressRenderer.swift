import FoundationEssentials

/// A task with its amounts so far.
struct ProgressTask {
  let title: Text
  let total: Int?
  let unit: ProgressDisplay.Unit
  let start: Int
  var done: Int
  let began: Duration
  var moment: Duration

  var seconds: Double { max(0, (moment - began) / .seconds(1)) }

  /// The share that is done, from 0 to 1; nil where the total is not known.
  var fraction: Double? {
    guard let total else { return nil }
    return total > 0 ? min(1, max(0, Double(done) / Double(total))) : 1
  }

  /// The average rate since the beginning, units a second; nil in the first second, when the value means
  /// nothing, and while nothing is done.
  var rate: Double? {
    guard seconds >= 1, done > start else { return nil }
    return (Double(done) - Double(start)) / seconds
  }

  var secondsLeft: Int? {
    guard let total, let rate, rate > 0, done < total else { return nil }
    let left = (Double(total) - Double(done)) / rate
    return left < 360_000 ? Int(left.rounded(.up)) : nil
  }
}

/// Formats progress as text in every form, without side effects.
struct ProgressRenderer {
  enum Event: String {
    case begin, advance, note, finish, fail
  }

  let language: Language
  let styling: Styling

  // MARK: - Lines

  /// Formats one line of at most `columns` columns: title, bar, share, amounts, rate and time left, as far as
  /// they fit.
  func bar(_ task: ProgressTask, columns: Int) -> ScreenText {
    var facts: [String] = []
    if let fraction = task.fraction { facts.append(DisplayWidth.pad(percent(fraction), to: 4, .trailing)) }
    facts.append(amount(task))
    if let rate = task.rate { facts.append(self.rate(rate, task.unit)) }
    if let left = task.secondsLeft { facts.append(Words.left(left)[language]) }
    let title = DisplayWidth.printable(DisplayWidth.truncate(task.title[language], to: max(8, columns / 2)))
    let titleColumns = DisplayWidth.columns(of: title)
    func columnsOfFacts() -> Int { facts.reduce(0) { $0 + 2 + DisplayWidth.columns(of: $1) } }
    while facts.count > 1, titleColumns + columnsOfFacts() > columns { facts.removeLast() }
    let room = columns - titleColumns - columnsOfFacts() - 4
    let amounts = facts.map { "  " + $0 }.joined()
    // Where even one fact does not fit, there is no bar.
    guard titleColumns + columnsOfFacts() <= columns else {
      return ScreenText(DisplayWidth.truncate(title + amounts, to: columns))
    }
    guard let fraction = task.fraction, room >= 8 else { return ScreenText(title + amounts) }
    let length = min(room, 30)
    let filled = Int((fraction * Double(length)).rounded(.down))
    let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: length - filled)
    return "\(title)  [\(styling(bar, .cyan))]\(amounts)"
  }

  /// Formats a line for a log.
  func line(_ task: ProgressTask) -> String {
    guard task.done > task.start || task.start > 0 else { return task.title[language] + "…" }
    let share = task.fraction.map { percent($0) + language.comma } ?? ""
    return task.title[language] + language.colon + share + amount(task)
  }

  /// Formats the line that stays after the task has ended.
  func ending(_ event: Event, _ result: Text?, _ task: ProgressTask) -> ScreenText {
    let word = result ?? (event == .finish ? Words.done : Words.stopped)
    let mark = event == .finish ? styling(word[language], .green) : styling(word[language], .red)
    var rest = ""
    if result == nil, task.done > 0 { rest = language.comma + amount(task, complete: event == .finish) }
    rest += language.comma + Measures.duration(seconds: Int(task.seconds.rounded()))
    return "\(task.title[language])\(language.colon)\(mark)\(rest)"
  }

  // MARK: - JSON

  private struct Record: Encodable {
    var event: String
    var title: String?
    var message: String?
    var done: Int?
    var total: Int?
    var unit: String?
    var seconds: Double?
  }

  func json(_ event: Event, _ message: Text?, _ task: ProgressTask?) -> String {
    let record = Record(
      event: event.rawValue, title: task?.title[language], message: message?[language], done: task?.done,
      total: task?.total, unit: task.map { $0.unit == .bytes ? "bytes" : "items" },
      seconds: task.map { ($0.seconds * 10).rounded() / 10 })
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // An object of plain values can always be encoded.
    guard let data = try? encoder.encode(record) else { return "" }
    return String(decoding: data, as: UTF8.self)
  }

  // MARK: - Amounts

  private func percent(_ fraction: Double) -> String { "\(Int((fraction * 100).rounded(.down)))%" }

  private func amount(_ task: ProgressTask, complete: Bool = false) -> String {
    let total = complete ? nil : task.total
    switch task.unit {
    case .bytes:
      return Measures.bytes(task.done) + (total.map { " / " + Measures.bytes($0) } ?? "")
    case .items(let name):
      return "\(task.done)" + (total.map { " / \($0)" } ?? "") + " " + name[language]
    }
  }

  private func rate(_ rate: Double, _ unit: ProgressDisplay.Unit) -> String {
    switch unit {
    case .bytes: rate < 1e15 ? Measures.bytes(Int(rate)) + "/s" : "?"
    case .items: Measures.tenths(rate) + "/s"
    }
  }

  private enum Words {
    static let done = Text(zh: "完成", en: "done")
    static let stopped = Text(zh: "未完成", en: "not finished")

    static func left(_ seconds: Int) -> Text {
      let time = Measures.duration(seconds: seconds)
      return Text(zh: "剩余 \(time)", en: "\(time) left")
    }
  }
}

extension Language {
  var colon: String { self == .zh ? "：" : ": " }
  var comma: String { self == .zh ? "，" : ", " }
}
