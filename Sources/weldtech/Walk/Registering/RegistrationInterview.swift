import Arguments
import Fieldbook
import Records
import Terminal

/// Asks for a registration on the terminal: first the unit, then what the records cannot answer, then a summary. Every
/// answer is on disk before the next question is asked.
struct RegistrationInterview {
  enum Outcome {
    /// The registration was confirmed. `draft` is the number of its draft, and `code` that of the plate in
    /// hand; each is nil where there is none.
    case registered(Registration, draft: Int?, code: LabelCode?)
    /// The user goes on with an open installation instead.
    case goOn(InstallationID)
  }

  let workplace: Workplace
  /// The name of the command that the user typed, which continues after a break.
  let verb: String
  /// Whether a whole walk follows: open installations are offered beside the units, and the phone keeps its page.
  let beginsWalk: Bool
  /// Whether the summary is confirmed by the code of the plate in hand.
  let asksForPlate: Bool
  var answers = RegistrationAnswers()
  /// The number of the draft with the answers; nil before the first answer.
  var draft: Int?
  /// The questions in the order in which they were answered, for the way back.
  private var trail: [RegistrationQuestion] = []
  /// The questions that are asked again although they have an answer.
  var again: Set<RegistrationQuestion> = []

  init(workplace: Workplace, verb: String, beginsWalk: Bool, asksForPlate: Bool) {
    self.workplace = workplace
    self.verb = verb
    self.beginsWalk = beginsWalk
    self.asksForPlate = asksForPlate
  }

  var console: Console { workplace.console }
  var prompter: Prompter { Prompter(console, goesBack: true) }
  var today: CalendarDay { workplace.clock.now().day }

  // MARK: - Going through

  /// Asks until the summary is confirmed.
  /// - Throws: `RegistrationPaused` where the user stops and answers are kept; `PromptError` where there are none.
  mutating func run() throws -> Outcome {
    do {
      while true {
        if let question = nextQuestion() {
          if let id = try answer(question) { return .goOn(id) }
        } else if let (registration, code) = try confirm() {
          return .registered(registration, draft: draft, code: code)
        }
      }
    } catch let error as PromptError {
      guard let draft else { throw error }
      throw RegistrationPaused(command: workplace.commandLine([verb, "--draft", "\(draft)"]))
    }
  }

  private mutating func nextQuestion() -> RegistrationQuestion? {
    for question in RegistrationQuestion.allCases where answers.needs(question) {
      if again.remove(question) != nil { return question }
      if !question.isAskedFirst || answers.asked.contains(question) { continue }
      if answers.covers(question) {
        answers.mark(question)
        if question == .machine { try? takeModel() }
        continue
      }
      if question == .purpose, let word = purposeOfIndustry {
        answers.set(.purpose, word, from: .industry)
        answers.mark(question)
        continue
      }
      return question
    }
    return nil
  }

  /// The industry as a welder's purpose; nil where it says nothing of what is welded.
  var purposeOfIndustry: String? {
    guard let industry = answers[.industry].flatMap({ Industry(rawValue: $0) }) else { return nil }
    switch industry {
    case .other, .flexibleWork: return nil
    default: return industry.word
    }
  }

  /// Asks one question and keeps the answer.
  /// - Returns: the open installation that the user goes on with instead; nil otherwise.
  private mutating func answer(_ question: RegistrationQuestion) throws -> InstallationID? {
    do {
      if question == .unit {
        if let id = try askUnit() { return id }
      } else {
        try ask(question)
      }
      answers.mark(question)
      trail.removeAll { $0 == question }
      trail.append(question)
      try keep()
    } catch PromptError.back {
      goBack(from: question)
    }
    return nil
  }

  private mutating func goBack(from question: RegistrationQuestion?) {
    if let question {
      trail.removeAll { $0 == question }
      again.insert(question)
    }
    if let last = trail.popLast() {
      again.insert(last)
    } else {
      console.say(
        Text(zh: "  前面没有问题了；Ctrl-C 退出", en: "  there is no question before this one; Ctrl-C leaves"), .yellow)
    }
  }

  /// Keeps the answers on disk.
  mutating func keep() throws {
    draft = try workplace.fieldbook().keep(answers.draft, asDraft: draft, at: workplace.clock.now())
  }

  /// Goes on with the answers of a draft.
  mutating func load(_ kept: RegistrationDraft) {
    let before = answers
    answers = RegistrationAnswers(kept.answers)
    for field in before.given { answers.give(field, before[field] ?? "") }
    draft = kept.number
    // The way back leads to what was typed, not to what was taken over.
    trail = RegistrationQuestion.allCases.filter { question in
      answers.asked.contains(question) && question.fields.allSatisfy { answers.origins[$0] == nil }
    }
  }

  // MARK: - The summary

  /// Shows all answers, and takes the confirmation or the number of a line to change. Where plates come from stock, the
  /// code of the one in hand is the confirmation, so that a scanner does both.
  /// - Parameter leadsBack: whether `<` throws `PromptError.back` in place of asking the question before, as where the answers came
  ///   from a page.
  /// - Returns: the checked registration and the plate's code; nil where something is to be asked again.
  mutating func confirm(leadsBack: Bool = false) throws -> (Registration, LabelCode?)? {
    let summary = RegistrationSummary(answers: answers)
    summary.show(on: console)
    // A retired welder takes no plate.
    let takesPlate = asksForPlate && !answers.isRetired
    let plates = PlateReader(workplace: workplace)
    var code: LabelCode?
    let typed: String
    do {
      typed = try prompter.text(
        takesPlate
          ? Text(
            zh: "扫描手上的标牌即登记（也可输入标牌码或照片路径）；编号改这一行；< 退回",
            en:
              "scan the plate in hand to register (or type its code, or a photo's path); a number changes its line, < goes back"
          )
          : Text(zh: "回车登记；编号改这一行；< 退回", en: "Enter registers, a number changes its line, < goes back"),
        mayBeEmpty: !takesPlate, normalize: plainAnswer,
        problem: { answer in
          if summary.question(numbered: answer) != nil { return nil }
          guard takesPlate, Int(answer) == nil else { return RegistrationSummary.noSuchLine }
          do { code = try plates.code(answered: answer) } catch { return explain(error).message }
          return nil
        })
    } catch PromptError.back {
      if leadsBack { throw PromptError.back }
      goBack(from: nil)
      return nil
    }
    if let question = summary.question(numbered: typed) {
      // Going back leaves the line as it was.
      do { try change(question) } catch PromptError.back {}
      return nil
    }
    return try checked().map { ($0, code) }
  }

  private mutating func change(_ question: RegistrationQuestion) throws {
    if question == .unit { try askField(.unitName) } else { try ask(question) }
    answers.mark(question)
    try keep()
  }

  /// Checks all answers together, and asks again for wrong ones.
  private mutating func checked() throws -> Registration? {
    let registration: Registration
    do {
      registration = try Registration(answers.input, today: today, drawnBy: workplace.glyphs)
    } catch {
      let wrong = error.problems.compactMap { RegistrationField(rawValue: $0.path) }
        .compactMap { RegistrationQuestion(answering: $0) }
      guard !wrong.isEmpty else { throw error }
      for problem in error.problems { console.say(problem.explanation.message, .yellow) }
      again = Set(wrong)
      return nil
    }
    guard registration.welder.condition == .fit else { return registration }
    do {
      _ = try workplace.catalogue().scheme(for: registration.welder)
    } catch {
      let failure = explain(error)
      console.say(failure.message, .yellow)
      console.say(failure.hint, .yellow)
      return nil
    }
    return registration
  }
}

/// The error that the registration was left before its record was opened; its answers are kept.
struct RegistrationPaused: Error {
  /// The command that continues the registration, as it is typed.
  let command: String
}

extension RegistrationPaused: Explained {
  var failure: Failure {
    Failure(
      code: "cancelled",
      message: Text(zh: "已取消，填过的内容都留着", en: "cancelled; what was answered is kept"),
      hint: Text(zh: "接着填：\(command)", en: "go on with it: \(command)"), exit: .cancelled)
  }
}
