import Arguments
import Fieldbook
import Records
import Terminal

/// `labels hand-out`, `labels spoil` and `labels stock`: follow labels after printing.
enum LabelStockCommands {
  struct HandOutOptions {
    var codes: [String] = []
    var recipient: String?
  }

  struct SpoilOptions {
    var codes: [String] = []
    var reason: String?
  }

  struct StockOptions {
    var codes: [String] = []
  }

  struct Changed: Encodable {
    var codes: [LabelCode]
    var state: LabelState
  }

  struct Stock: Encodable {
    struct Counts: Encodable {
      var waiting: Int
      var printing: Int
      var printed: Int
      var printedElsewhere: Int
      var reprinted: Int
      var inStock: Int
      var handedOut: Int
      var bound: Int
      var spoiled: Int
    }

    struct Label: Encodable {
      var code: LabelCode
      /// State of the label; null where no label of the code is known here.
      var state: String?
      var payload: String?
      var installation: InstallationID?
      var history: [Event]
    }

    struct Event: Encodable {
      var event: StockedLabel.Event.Name
      var at: Timestamp
      var note: String?
    }

    var counts: Counts
    var balanced: Bool
    var labels: [Label]?
  }

  static var commands: [Command<Workplace>] {
    [
      Command(
        "hand-out", Text(zh: "把库存标牌发给某人", en: "hand labels from stock to somebody"), options: HandOutOptions(),
        parameters: { parameters in
          parameters.arguments("CODE", \.codes, .string, codesHelp)
          parameters.option(
            "to", \.recipient, .string, placeholder: "NAME", Text(zh: "发给谁", en: "whose they are now"))
        }, run: handOut),
      Command(
        "spoil", Text(zh: "标牌报废，写明原因", en: "write labels off, with the reason"), options: SpoilOptions(),
        parameters: { parameters in
          parameters.arguments("CODE", \.codes, .string, codesHelp)
          parameters.option(
            "reason", \.reason, .string, placeholder: "TEXT", Text(zh: "为什么报废", en: "what happened to them"))
        }, run: spoil),
      Command(
        "stock",
        Text(zh: "核对标牌库存：印制、发放、绑定、报废", en: "reconcile the labels: printed, handed out, bound, spoiled"),
        options: StockOptions(),
        parameters: { parameters in
          parameters.arguments(
            "CODE", \.codes, .string, Text(zh: "这些标牌的来龙去脉", en: "the history of these codes, too"),
            isRequired: false)
        }, run: stock),
    ]
  }

  static let codesHelp = Text(
    zh: "标牌码；CODE+N 是从它起连续 N 个", en: "a code; CODE+N is N in a row from it on")

  // MARK: - Running

  static func handOut(_ options: HandOutOptions, _ workplace: Workplace) throws -> Int32 {
    let change = Change(
      state: .handedOut, option: "to", question: Text(zh: "发给谁", en: "handed to whom"), shape: .title,
      done: { Text(zh: "已发放 \($0) 块标牌", en: "\($0) labels handed out") })
    return try record(change, of: options.codes, given: options.recipient, workplace) {
      try $0.handOut($1, to: $2, at: $3)
    }
  }

  static func spoil(_ options: SpoilOptions, _ workplace: Workplace) throws -> Int32 {
    let change = Change(
      state: .spoiled, option: "reason", question: Text(zh: "报废原因", en: "why they are written off"),
      shape: .note,
      done: { Text(zh: "已报废 \($0) 块标牌", en: "\($0) labels written off") })
    return try record(change, of: options.codes, given: options.reason, workplace) {
      try $0.spoil($1, reason: $2, at: $3)
    }
  }

  /// A change of labels' state, for which the user gives a text: the recipient or the reason.
  private struct Change {
    let state: LabelState
    /// The option of the text, without its hyphens.
    let option: String
    /// The question for a text that was not given.
    let question: Text
    let shape: WrittenText.Shape
    /// The message after the change, by the number of labels.
    let done: (Int) -> Text
  }

  /// Records a change of the given codes' labels in the fieldbook, by `deed`, and prints the new state.
  private static func record(
    _ change: Change, of words: [String], given: String?, _ workplace: Workplace,
    by deed: (Fieldbook, [LabelCode], String, Timestamp) throws -> Void
  ) throws -> Int32 {
    let console = workplace.console
    let codes = try codes(words)
    let text = try console.need(given, option: change.option) {
      try workplace.ask(change.question, as: change.shape)
    }
    let kept = try workplace.written(text, as: change.shape, option: change.option)
    try deed(workplace.fieldbook(), codes, kept.text, workplace.clock.now())
    try console.answer(Changed(codes: codes, state: change.state)) { console.put(change.done(codes.count)) }
    return ExitCode.done.rawValue
  }

  /// Shows the stock, and exits with 1 where the numbers do not balance.
  static func stock(_ options: StockOptions, _ workplace: Workplace) throws -> Int32 {
    let fieldbook = try workplace.fieldbook()
    let counts = try fieldbook.labelCounts()
    let labels = try codes(options.codes).map { try fieldbook.label(of: $0) }
    let document = Stock(
      counts: Stock.Counts(
        waiting: counts.waiting, printing: counts.printing, printed: counts.printed,
        printedElsewhere: counts.printedElsewhere, reprinted: counts.reprinted, inStock: counts.inStock,
        handedOut: counts.handedOut, bound: counts.bound, spoiled: counts.spoiled),
      balanced: counts.isBalanced, labels: labels.isEmpty ? nil : labels.map(row))
    let console = workplace.console
    try console.answer(document) {
      show(counts, on: console)
      for label in labels { show(label, on: console) }
    }
    return counts.isBalanced ? ExitCode.done.rawValue : ExitCode.failed.rawValue
  }

  // MARK: - Codes

  private static let maxInARow = 10_000

  /// The given codes, each once, in the order in which they were given.
  /// - Throws: `CodeMistyped`, `UsageError`.
  static func codes(_ words: [String]) throws -> [LabelCode] {
    var seen: Set<LabelCode> = []
    return try words.flatMap(row).filter { seen.insert($0).inserted }
  }

  private static func row(_ word: String) throws -> [LabelCode] {
    let parts = word.split(separator: "+", maxSplits: 1, omittingEmptySubsequences: false)
    let text = String(parts[0])
    guard parts.count == 2 else { return [try labelCode(text)] }
    guard let first = LabelCode(written: text) else { throw CodeMistyped(text: text, row: "+\(parts[1])") }
    guard let count = Int(parts[1]), (1...maxInARow).contains(count),
      let block = CodeBlock(region: first.region, first: first.serial, count: count)
    else { throw UsageError.badValue(parameter: "CODE+N", expected: .integer(1...maxInARow)) }
    return (0..<count).compactMap { block.code(at: $0) }
  }

  // MARK: - Showing

  private static func row(_ label: StockedLabel) -> Stock.Label {
    Stock.Label(
      code: label.code, state: state(of: label)?.name, payload: label.payload, installation: label.installation,
      history: label.events.map { Stock.Event(event: $0.name, at: $0.at, note: $0.note) })
  }

  /// The state of a label for users: a bound label is no longer in stock or handed out.
  private static func state(of label: StockedLabel) -> (name: String, words: Text)? {
    if label.installation != nil, label.state != .printing {
      return label.state == nil && label.events.isEmpty
        ? ("bound", Text(zh: "已绑定，不是本机印的", en: "bound; not printed here"))
        : ("bound", Text(zh: "已绑定", en: "bound"))
    }
    return label.state.map { ($0.rawValue, words(for: $0)) }
  }

  private static func words(for state: LabelState) -> Text {
    switch state {
    case .printing: Text(zh: "印制中断", en: "being printed")
    case .printed: Text(zh: "在库", en: "in stock")
    case .handedOut: Text(zh: "已发放", en: "handed out")
    case .spoiled: Text(zh: "已报废", en: "spoiled")
    }
  }

  private static func show(_ counts: LabelCounts, on console: Console) {
    let rows: [(Text, Int)] = [
      (Text(zh: "待印", en: "waiting for a label"), counts.waiting),
      (Text(zh: "印制中", en: "being printed"), counts.printing),
      (Text(zh: "本机印过", en: "printed here"), counts.printed),
      (Text(zh: "别处印的", en: "printed elsewhere"), counts.printedElsewhere),
      (Text(zh: "补印", en: "reprinted"), counts.reprinted), (Text(zh: "在库", en: "in stock"), counts.inStock),
      (Text(zh: "已发放", en: "handed out"), counts.handedOut), (Text(zh: "已绑定", en: "bound"), counts.bound),
      (Text(zh: "已报废", en: "spoiled"), counts.spoiled),
    ]
    console.facts(rows.map { ($0.0, String($0.1)) })
    let made = counts.printed + counts.printedElsewhere
    let there = counts.inStock + counts.handedOut + counts.bound + counts.spoiled + counts.reprinting
    if counts.isBalanced {
      console.put(Text(zh: "账实相符：\(made) 块标牌都有去向", en: "balanced: \(made) labels, each accounted for"))
    } else {
      console.put(
        Text(
          zh: "账实不符：印过 \(made) 块，找得到 \(there) 块",
          en: "not balanced: \(made) labels made, \(there) accounted for"))
    }
  }

  private static func show(_ label: StockedLabel, on console: Console) {
    let state = state(of: label)?.words ?? Text(zh: "没有标牌", en: "no label")
    console.heading(Text(zh: "\(label.code)  \(state.zh)", en: "\(label.code)  \(state.en)"))
    for event in label.events {
      let what: Text =
        switch event.name {
        case .printed: Text(zh: "印制", en: "printed")
        case .reprinted: Text(zh: "补印", en: "reprinted")
        case .handedOut: Text(zh: "发放", en: "handed out")
        case .spoiled: Text(zh: "报废", en: "spoiled")
        }
      let note = event.note.map { Text(zh: "：\($0)", en: ": \($0)") } ?? Text(verbatim: "")
      console.put(
        Text(
          zh: "  \(event.at.screenText) \(what.zh)\(note.zh)",
          en: "  \(event.at.screenText) \(what.en)\(note.en)"))
    }
    if let id = label.installation {
      console.put(Text(zh: "  安装记录 \(id)", en: "  installation \(id)"))
    }
  }
}
