public import Characters

/// Asks a person on stderr, in the console's language.
public struct Prompter {
  public let console: Console
  let goesBack: Bool

  /// Makes a prompter.
  /// - Parameter goesBack: whether `<` or 返回 in place of an answer throws `PromptError.back`.
  public init(_ console: Console, goesBack: Bool = false) {
    self.console = console
    self.goesBack = goesBack
  }

  public var canPrompt: Bool { console.canPrompt }

  // MARK: - Asking

  /// Asks for a text. `normalize` corrects the text that was typed (full-width digits, spaces at the ends).
  /// `problem` then checks it and returns nil where it is valid; otherwise the problem is shown and the
  /// question repeated. Enter alone takes `fallback`; without a fallback it is an answer only if `mayBeEmpty`.
  /// - Parameters:
  ///   - note: a few words on the origin of the fallback; nil for none.
  ///   - shown: the fallback as the question shows it; nil shows it as it is.
  ///   - completer: the function that completes the answer at Tab; nil completes nothing.
  public func text(
    _ question: Text, fallback: String? = nil, note: Text? = nil, shown: String? = nil,
    mayBeEmpty: Bool = false,
    completer: LineCompleter? = nil, normalize: (String) -> String = TextNormalization.trimmed,
    problem: (String) -> Text? = { _ in nil }
  ) throws(PromptError) -> String {
    while true {
      let hint = fallback.map { [shown ?? $0, note?[console.language]].compactMap { $0 } }
      let typed = normalize(try line(question, hint: hint ?? [], completer: completer))
      if typed.isEmpty, let fallback { return fallback }
      if typed.isEmpty, mayBeEmpty { return "" }
      let complaint = typed.isEmpty ? Words.needed : problem(typed)
      guard let complaint else { return typed }
      complain(complaint)
    }
  }

  /// Asks for one of `choices`, by its number, its code or its word in either language. Enter alone takes the
  /// choice with the index `fallback` (from 0).
  public func choose<Value>(
    _ question: Text, _ choices: [Choice<Value>], fallback: Int? = nil, note: Text? = nil
  ) throws(PromptError) -> Value {
    let fallback = fallback.flatMap { choices.indices.contains($0) ? $0 : nil }
    show(question, choices)
    while true {
      let hint = fallback.map { ["\($0 + 1)", note?[console.language]].compactMap { $0 } }
      let typed = try line(Words.number, hint: hint ?? [])
      let index = typed.isEmpty ? fallback : Self.index(of: typed, in: choices)
      if let index, choices.indices.contains(index) { return choices[index].value }
      complain(Words.noSuchChoice(choices.count))
    }
  }

  /// Asks for yes or no; 是 and 否 are understood in either language, as are y and n.
  /// - Parameter backIsNo: whether `<` or 返回 means no; otherwise these go back, as at other questions.
  public func confirm(_ question: Text, fallback: Bool? = nil, backIsNo: Bool = true) throws(PromptError)
    -> Bool
  {
    let hint = Text(verbatim: fallback == nil ? "y/n" : fallback == true ? "Y/n" : "y/N")
    let full = Text(zh: "\(question.zh)（\(hint.zh)）", en: "\(question.en) (\(hint.en))")
    while true {
      let typed = Self.folded(try Prompter(console, goesBack: goesBack && !backIsNo).line(full))
      if typed.isEmpty, let fallback { return fallback }
      if ["y", "yes", "是", "是的", "对", "好", "1"].contains(typed) { return true }
      if ["n", "no", "否", "不", "不是", "0"].contains(typed) { return false }
      if backIsNo, ["<", "返回"].contains(typed) { return false }
      complain(Words.yesOrNo)
    }
  }

  // MARK: - Private

  private func line(
    _ question: Text, hint: [String] = [], completer: LineCompleter? = nil
  ) throws(PromptError) -> String {
    let typed = try read(question, hint: hint, completer: completer)
    if goesBack, ["<", "返回"].contains(Self.folded(typed)) { throw .back }
    return typed
  }

  private func read(_ question: Text, hint: [String], completer: LineCompleter?) throws(PromptError) -> String {
    guard canPrompt else { throw .notATerminal }
    let language = console.language
    var label = question[language]
    if !hint.isEmpty {
      label += " [\(DisplayWidth.printable(hint.joined(separator: language == .zh ? "，" : ", ")))]"
    }
    label += language == .zh ? "：" : ": "
    // A long question gets lines of its own, so that there is space for the answer.
    let columns = console.diagnostics.columns
    if DisplayWidth.columns(of: label) > columns - 24 {
      for line in DisplayWidth.wrap(label, to: columns - 1) {
        console.diagnostics.write(ScreenText(line) + "\n")
      }
      label = "> "
    }
    if let completer {
      return try console.source.readLine(prompt: label, completing: completer, drawingOn: console.diagnostics)
    }
    return try console.source.readLine(prompt: label, drawingOn: console.diagnostics)
  }

  private func show<Value>(_ question: Text, _ choices: [Choice<Value>]) {
    guard canPrompt else { return }
    console.say(Text(zh: question.zh + "：", en: question.en + ":"))
    let columns = console.diagnostics.columns
    for (number, choice) in choices.enumerated() {
      let label = DisplayWidth.pad("\(number + 1)", to: "\(choices.count)".count, .trailing)
      let note = choice.note.map { Text(zh: "：\($0.zh)", en: ": \($0.en)")[console.language] } ?? ""
      let line = "  \(label)  \(choice.title[console.language])\(note)"
      console.diagnostics.write(ScreenText(DisplayWidth.truncate(line, to: columns - 1)) + "\n")
    }
  }

  private func complain(_ text: Text) {
    console.say(Text(zh: "  \(text.zh)", en: "  \(text.en)"), .yellow)
  }

  private static func index<Value>(of typed: String, in choices: [Choice<Value>]) -> Int? {
    let wanted = folded(typed)
    if let number = Int(wanted), number >= 1, number <= choices.count { return number - 1 }
    return choices.firstIndex { choice in
      [choice.code, choice.title.zh, choice.title.en].contains { folded($0) == wanted }
    }
  }

  /// The text in lower case and half width, without white space at its ends and without invisible characters.
  private static func folded(_ text: String) -> String {
    TextNormalization.typed(text).lowercased()
  }

  private enum Words {
    static let needed = Text(zh: "这一项必须填写", en: "an answer is needed")
    static let number = Text(zh: "编号或名称", en: "Number or name")
    static let yesOrNo = Text(zh: "请回答 y（是）或 n（否）", en: "answer y (yes) or n (no)")

    static func noSuchChoice(_ count: Int) -> Text {
      Text(zh: "没有这一项，请输入 1 到 \(count) 的编号或名称", en: "not on the list: a number from 1 to \(count), or a name")
    }
  }
}

/// One choice of a list.
public struct Choice<Value> {
  public let code: String
  public let title: Text
  /// The words behind the title that are not typed, such as a field's present value; nil for none.
  public let note: Text?
  public let value: Value

  public init(_ code: String, _ title: Text, note: Text? = nil, value: Value) {
    self.code = code
    self.title = title
    self.note = note
    self.value = value
  }
}
