import Arguments
import Records
import Terminal

/// Asks how many operators were trained and how the operating rules were settled; Enter takes the number of
/// operators that is registered, and the answer about the rules of the last handover.
struct HandoverQuestions {
  let workplace: Workplace
  let installation: Installation
  /// The number of trained operators that an option gave; nil asks for it or counts `trainees`.
  var trained: Int?
  /// The operating rules that an option gave; nil asks for them.
  var rules: OperatingRules?
  /// The note that an option gave; nil for none.
  var note: WrittenText?
  /// The names of those who were trained; nil where none was given.
  var trainees: [PersonName]?

  private var console: Console { workplace.console }
  private var prompter: Prompter { Prompter(console, goesBack: true) }

  /// Makes the handover from options and answers.
  /// - Throws: `UsageError` where an option is missing and nobody can be asked; `TraineesDiffer` where more are named than
  ///   were trained.
  func handover() throws -> Handover {
    var given = self
    while true {
      do {
        let trained = try console.need(given.trained ?? trainees?.count, option: "trained") { try askTrained() }
        if let named = trainees?.count, named > trained { throw TraineesDiffer(named: named, trained: trained) }
        given.trained = trained
        if let operators = installation.owner.operators, trained > operators {
          console.say(
            Text(
              zh: "  培训人数 \(trained) 比登记的从业人员 \(operators) 多，请核对；登记错了用 weldtech correct 更正",
              en:
                "  \(trained) trained are more than the \(operators) operators on record; `weldtech correct` mends the record"
            ), .yellow)
        }
        let rules = try console.need(given.rules, option: "rules") { try askRules() }
        given.rules = rules
        if Handover.needsNote(trained: trained, of: installation.owner), given.note == nil, console.canPrompt {
          let written: WrittenText = try workplace.written(try askNote(), as: .note, option: "note")
          given.note = written
        }
        return Handover(trainedOperators: trained, operatingRules: rules, note: given.note, trainees: trainees)
      } catch PromptError.back {
        // Without an answer in this step, there is no question to go back to.
        if given.trained == trained { console.sayNoWayBack() }
        (given.trained, given.rules) = given.rules == rules ? (trained, rules) : (given.trained, rules)
      }
    }
  }

  private func askTrained() throws -> Int {
    let registered = installation.owner.operators.map(String.init)
    let text = try prompter.text(
      Text(zh: "培训了多少作业人员", en: "operators trained"), fallback: registered,
      note: Text(zh: "登记的从业人员", en: "as registered"),
      problem: {
        ValueType<Int>.people($0, within: 0...10_000) == nil
          ? FieldProblem.Fault.outOfRange(lower: 0, upper: 10_000, unit: "").message : nil
      })
    return ValueType<Int>.people(text, within: 0...10_000) ?? 0
  }

  private func askRules() throws -> OperatingRules {
    let choices = [
      Choice(
        "existing", Text(zh: OperatingRules.existing.word, en: "existing rules looked through"),
        value: OperatingRules.existing),
      Choice("drafted", Text(zh: OperatingRules.drafted.word, en: "drafted on the spot"), value: .drafted),
    ]
    let last = try workplace.fieldbook().lastOperatingRules()
    return try prompter.choose(
      Text(zh: "操作规程", en: "operating rules"), choices, fallback: choices.firstIndex { $0.value == last },
      note: Text(zh: "同上次", en: "as the last time"))
  }

  private func askNote() throws -> String {
    try prompter.text(
      Text(zh: "登记了从业人员却没有培训，请写明原因", en: "the unit has operators and none was trained: write why"),
      problem: { workplace.problem(with: $0, as: .note) })
  }
}

extension Handover {
  /// Whether a note has to say why nobody was trained although people weld at the unit.
  static func needsNote(trained: Int, of owner: Owner) -> Bool { trained == 0 && (owner.operators ?? 0) > 0 }
}

/// The error that nobody was trained in a unit with operators, and no note says why.
struct HandoverNeedsNote: Error {
  let operators: Int
}

extension HandoverNeedsNote: Explained {
  var failure: Failure {
    Failure(
      code: "handover.note",
      message: Text(
        zh: "登记了 \(operators) 名从业人员，培训人数却是 0", en: "the unit has \(operators) operators, and none was trained"),
      hint: Text(zh: "用 --note 写明原因", en: "say why by --note"), exit: .badData)
  }
}

extension Console {
  /// Says that no question leads back from here, since the step before is on record.
  func sayNoWayBack() {
    say(
      Text(
        zh: "  前面没有可改的，已经记录的不能退回；Ctrl-C 退出，以后可以接着装",
        en: "  nothing before this can be changed, what is on record stays; Ctrl-C leaves, and it goes on later"
      ),
      .yellow)
  }

  /// Calls `ask` until it returns an answer; for the first question of a step, from which nothing leads back.
  func asking<Answer>(_ ask: () throws -> Answer) throws -> Answer {
    while true {
      do { return try ask() } catch PromptError.back { sayNoWayBack() }
    }
  }
}
