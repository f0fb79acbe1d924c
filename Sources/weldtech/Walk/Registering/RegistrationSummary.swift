import Records
import Terminal

/// All answers of a registration on one screen, each with a number by which it is changed.
struct RegistrationSummary {
  struct Line {
    let question: RegistrationQuestion
    let value: Text
    let note: Text?
  }

  static let noSuchLine = Text(zh: "没有这一行", en: "there is no such line")

  let lines: [Line]

  init(answers: RegistrationAnswers) {
    lines = RegistrationQuestion.allCases.compactMap { question in
      switch question {
      case .industryNote, .retiredReason: nil
      default:
        Line(
          question: question, value: Self.value(of: question, answers), note: Self.note(of: question, answers))
      }
    }
  }

  /// The question whose line has the number.
  func question(numbered text: String) -> RegistrationQuestion? {
    guard let number = Int(text), lines.indices.contains(number - 1) else { return nil }
    return lines[number - 1].question
  }

  /// The number of a question's line, from 1; nil where it has none.
  func number(of question: RegistrationQuestion) -> Int? {
    lines.firstIndex { $0.question == question }.map { $0 + 1 }
  }

  // MARK: - Showing

  func show(on console: Console) {
    let language = console.language
    console.say(Text(zh: "请核对：", en: "Please check:"), .bold)
    let titles = lines.map { $0.question.title[language] }
    let width = titles.reduce(0) { max($0, DisplayWidth.columns(of: $1)) }
    let columns = console.diagnostics.columns - 1
    for (index, line) in lines.enumerated() {
      let number = DisplayWidth.pad("\(index + 1)", to: 2, .trailing)
      let head = "\(number)  \(DisplayWidth.pad(titles[index], to: width))  \(line.value[language])"
      let text = DisplayWidth.truncate(DisplayWidth.printable(head), to: columns)
      var shown = ScreenText(text)
      if let note = line.note.map({ language == .zh ? "（\($0.zh)）" : " (\($0.en))" }),
        DisplayWidth.columns(of: text + note) <= columns
      {
        shown += console.diagnosticsStyling(note, .dim)
      }
      console.diagnostics.write(shown + "\n")
    }
  }

  // MARK: - Private helpers

  private static func value(of question: RegistrationQuestion, _ answers: RegistrationAnswers) -> Text {
    var values = question.fields.compactMap { value(of: $0, answers) }
    if question == .industry, let note = answers[.industryNote] { values.append(Text(verbatim: note)) }
    if question == .condition {
      if values.isEmpty { values = [Text(zh: Condition.fit.word, en: Condition.fit.rawValue)] }
      if answers.isRetired, let reason = answers[.retiredReason] { values.append(Text(verbatim: reason)) }
    }
    guard !values.isEmpty else { return Text(verbatim: "–") }
    let separator = question == .operators ? " / " : "  "
    return Text(
      zh: values.map(\.zh).joined(separator: separator), en: values.map(\.en).joined(separator: separator))
  }

  private static func value(of field: RegistrationField, _ answers: RegistrationAnswers) -> Text? {
    guard let value = answers[field] else { return nil }
    switch field.kind {
    case .choice(let choices):
      return choices.first { $0.code == value || $0.word == value }?.title ?? Text(verbatim: value)
    case .amount(_, let unit):
      let number = (try? WrittenNumber.read(value, unit: unit)).map { plain($0) } ?? value
      return Text(verbatim: "\(number) \(unit.rawValue)")
    default: return Text(verbatim: value)
    }
  }

  private static func note(of question: RegistrationQuestion, _ answers: RegistrationAnswers) -> Text? {
    question.fields.lazy.compactMap { answers.origins[$0]?.note }.first
  }
}
