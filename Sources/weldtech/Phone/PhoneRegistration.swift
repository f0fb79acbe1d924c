import Characters
import Companion
import Fieldbook
import FoundationEssentials
import Records
import Terminal

/// A registration that is filled in on a phone, with the fields, suggestions, checks and draft of the
/// terminal's questions. It is confirmed on the laptop.
final class PhoneRegistration {
  private static let maxUnits = 9
  private static let minSearchCharacters = 2
  private static let maxSuggestions = 6

  private var interview: RegistrationInterview
  private let options: PhoneOptions
  private var step = CompanionView.Form.Step.unit
  /// The units that the page lists at present.
  private var units: [KnownUnit] = []

  init(_ interview: RegistrationInterview, _ options: PhoneOptions) {
    self.interview = interview
    self.options = options
  }

  private var workplace: Workplace { interview.workplace }
  private var console: Console { interview.console }
  private var language: Language { console.language }

  // MARK: - Going through

  /// Serves the form until the laptop has confirmed what was filled in.
  /// - Throws: `RegistrationPaused` where the user stops before and answers are kept; `Cancelled` or
  ///   `PromptError` where there are none.
  func run() throws -> RegistrationInterview.Outcome {
    // The draft is stored before the address exists, so that both are found again.
    try interview.keep()
    guard let draft = interview.draft else { throw Cancelled() }
    if interview.answers[.unitName] != nil { step = .fields }
    units = try workplace.fieldbook().units(limit: Self.maxUnits)
    if interview.beginsWalk { try tellUnfinished(besides: draft) }
    let title = Text(zh: "登记", en: "Registration")
    let task = try PhoneTask(
      workplace, options, name: PhoneFolders.registration(draft: draft), title: title, subject: "",
      view: .wait(CompanionView.Wait(text: "")))
    defer { task.stop() }
    do {
      let (registration, code) = try serve(on: task)
      // A walk continues at the same address; a retired welder has no walk.
      if !interview.beginsWalk || registration.welder.condition == .retired {
        task.finish(.done(confirmed))
      }
      return .registered(registration, draft: draft, code: code)
    } catch {
      guard error is Cancelled || error is PromptError else { throw error }
      if interview.answers.input.isEmpty {
        try workplace.fieldbook().dropDraft(draft)
        throw error
      }
      throw RegistrationPaused(
        command: workplace.commandLine([interview.verb, "--draft", "\(draft)"] + options.words))
    }
  }

  private var confirmed: CompanionView.Done {
    CompanionView.Done(
      text: Text(zh: "电脑上已确认，可以放下手机了", en: "Confirmed on the laptop; the phone can be put away")[language])
  }

  /// Tells the user what was left unfinished, because the page offers only a new registration.
  private func tellUnfinished(besides draft: Int) throws {
    let drafts = try workplace.fieldbook().drafts().count { $0.number != draft }
    if drafts > 0 { console.say(DraftTexts.count(drafts)) }
    let open = try workplace.fieldbook().counts()[.open] ?? 0
    guard open > 0 else { return }
    console.say(
      Text(
        zh: "没装完的 \(open) 台：weldtech next 列出，接着装用 weldtech install 记录号 --phone",
        en: "\(open) not finished: `weldtech next` lists them, `weldtech install ID --phone` goes on"))
  }

  private func serve(on task: PhoneTask) throws -> (Registration, LabelCode?) {
    try show(on: task)
    while true {
      guard let action = try task.next() else { continue }
      guard try take(action, on: task) else { continue }
      do {
        while true {
          if let confirmed = try interview.confirm(leadsBack: true) { return confirmed }
        }
      } catch PromptError.back {
        // The laptop gives the form back to the phone.
        step = .fields
        try show(on: task)
      }
    }
  }

  // MARK: - Actions

  /// Processes an action of the page.
  /// - Returns: whether everything is filled in, so that the user has to confirm it on the laptop.
  private func take(_ action: CompanionAction, on task: PhoneTask) throws -> Bool {
    switch action.kind {
    case .search(let text):
      // A search for one letter would list every unit to anyone with the address.
      let isLong = TextNormalization.typed(text).count >= Self.minSearchCharacters
      units = try workplace.fieldbook().units(matching: isLong ? text : "", limit: Self.maxUnits)
      try finish(action, on: task)
      return false
    case .unit(.number(let number)):
      guard units.indices.contains(number - 1) else { break }
      interview.answers.forgetUnit()
      interview.answers.set(.unitName, nil)
      interview.answers.set(.unitID, nil)
      interview.answers.take(units[number - 1].owner)
      step = .fields
      try finish(action, on: task)
      return false
    case .unit(.new(let name)):
      if let problem = problem(with: name, for: .unitName) {
        task.refuse(action, problem, fields: [RegistrationField.unitName.path: problem])
        return false
      }
      interview.answers.forgetUnit()
      interview.answers.set(.unitID, nil)
      interview.answers.set(.unitName, name)
      interview.answers.mark(.unit)
      step = .fields
      try finish(action, on: task)
      return false
    case .model(let number):
      let models = try models()
      guard models.indices.contains(number - 1) else { break }
      interview.answers.take(models[number - 1])
      try finish(action, on: task)
      return false
    case .answers(let values):
      let problems = try enter(values)
      try finish(action, problems, on: task)
      return false
    case .submit(let values):
      return try submit(values, action, on: task)
    case .photo, .retake, .finish, .sign: break
    }
    task.refuseOutOfPlace(action)
    return false
  }

  /// Stores what was entered, shows it, and returns the outcome to the page.
  private func finish(_ action: CompanionAction, _ problems: [String: Text] = [:], on task: PhoneTask) throws {
    try interview.keep()
    try show(on: task)
    if let first = problems.sorted(by: { $0.key < $1.key }).first {
      task.refuse(action, first.value, fields: problems)
    } else {
      task.done(action)
    }
  }

  /// Enters values by the paths of their fields; wrong ones are kept in the draft too, so that a page that is loaded again has them.
  /// - Returns: the problems by the paths of the fields; empty where there are none.
  private func enter(_ values: [String: String]) throws -> [String: Text] {
    var problems: [String: Text] = [:]
    let entered = RegistrationField.allCases.filter { $0 != .unitID && values[$0.path] != nil }
    let isOtherMachine = [RegistrationField.brand, .model].contains { field in
      entered.contains(field)
        && TextNormalization.trimmed(values[field.path] ?? "") != interview.answers[field] ?? ""
    }
    if isOtherMachine { interview.answers.forgetModel() }
    for field in entered {
      let text = TextNormalization.trimmed(values[field.path] ?? "")
      interview.answers.set(field, text)
      if !text.isEmpty, let problem = problem(with: text, for: field) { problems[field.path] = problem }
      if let question = RegistrationQuestion(answering: field) { interview.answers.mark(question) }
    }
    if isOtherMachine { try interview.takeModel() }
    return problems
  }

  private func submit(_ values: [String: String], _ action: CompanionAction, on task: PhoneTask) throws -> Bool
  {
    _ = try enter(values)
    if interview.answers[.purpose] == nil, let word = interview.purposeOfIndustry {
      interview.answers.set(.purpose, word, from: .industry)
    }
    do throws(RegistrationRejected) {
      let registration = try Registration(
        interview.answers.input, today: interview.today, drawnBy: workplace.glyphs)
      guard let problem = schemeProblem(of: registration) else {
        step = .waiting
        try? finish(action, on: task)
        console.say(Text(zh: "  手机上已填好，请核对：", en: "  the phone has filled it in:"))
        return true
      }
      try? interview.keep()
      task.refuse(action, problem)
    } catch {
      var problems: [String: Text] = [:]
      for problem in error.problems where problems[problem.path] == nil {
        problems[problem.path] = problem.fault.message(for: RegistrationField(rawValue: problem.path))
      }
      try finish(action, problems, on: task)
    }
    return false
  }

  /// The reason why no installation scheme fits the welder; nil where one fits, and for a retired welder.
  private func schemeProblem(of registration: Registration) -> Text? {
    guard registration.welder.condition == .fit else { return nil }
    do {
      _ = try workplace.catalogue().scheme(for: registration.welder)
      return nil
    } catch {
      let failure = explain(error)
      return Text(
        zh: "\(failure.message.zh)。\(failure.hint.zh)", en: "\(failure.message.en). \(failure.hint.en)")
    }
  }

  private func problem(with text: String, for field: RegistrationField) -> Text? {
    Registration.problem(with: .string(text), for: field, today: interview.today, drawnBy: workplace.glyphs)?
      .message(for: field)
  }

  private func models() throws -> [KnownModel] {
    try workplace.fieldbook().models(ofUnit: interview.answers[.unitID], limit: RegistrationInterview.maxLines)
  }

  // MARK: - The view

  private func show(on task: PhoneTask) throws {
    task.show(.form(try form()))
  }

  private func form() throws -> CompanionView.Form {
    switch step {
    case .unit:
      return CompanionView.Form(
        step: step,
        lines: units.enumerated().map {
          CompanionView.Form.Line(number: $0 + 1, text: $1.line(in: language, masksPerson: true))
        })
    case .fields:
      return CompanionView.Form(
        step: step,
        models: try models().enumerated().map {
          CompanionView.Form.Line(number: $0 + 1, text: $1.line(in: language))
        }, groups: try groups())
    case .waiting:
      return CompanionView.Form(
        step: step,
        summary: RegistrationSummary(answers: interview.answers).lines.map {
          CompanionView.Form.SummaryLine(
            title: $0.question.title[language], value: $0.value[language], note: $0.note?[language])
        })
    }
  }

  private func groups() throws -> [CompanionView.Form.Group] {
    let places = try workplace.fieldbook().places(limit: RegistrationInterview.maxLines)
    func group(_ title: Text, _ fields: [RegistrationField]) -> CompanionView.Form.Group {
      CompanionView.Form.Group(
        title: title[language], fields: fields.filter(isShown).map { field($0, places: places) })
    }
    let all = RegistrationField.allCases.filter { $0 != .unitID }
    return [
      group(Text(zh: "单位", en: "Unit"), all.filter { $0.path.hasPrefix("owner.") }),
      group(Text(zh: "电焊机", en: "Welder"), all.filter { $0.path.hasPrefix("welder.") || $0 == .retiredReason }),
      group(Text(zh: "其他", en: "More"), [.remarks]),
    ]
  }

  /// Whether a field belongs to this registration.
  private func isShown(_ field: RegistrationField) -> Bool {
    switch field {
    case .industryNote: interview.answers.needs(.industryNote)
    case .retiredReason: interview.answers.needs(.retiredReason)
    default: true
    }
  }

  private func field(_ field: RegistrationField, places: [KnownPlace]) -> CompanionView.Form.Field {
    let (kind, choices, unit): (CompanionView.Form.Field.Kind, [RegistrationField.Choice], String?) =
      switch field.kind {
      case .text: (.text, [], nil)
      case .name: (.name, [], nil)
      case .phone: (.phone, [], nil)
      case .choice(let choices): (.choice, choices, nil)
      case .amount(_, let unit): (.amount, [], unit.rawValue)
      case .count: (.count, [], nil)
      case .day: (.day, [], nil)
      }
    let value = interview.answers[field] ?? (field == .condition ? Condition.fit.rawValue : nil)
    let suggestions: [String] =
      switch field {
      case .street: Self.distinct(places.map(\.street))
      case .community: Self.distinct(places.compactMap(\.community))
      default: []
      }
    return CompanionView.Form.Field(
      path: field.path, title: field.title[language], kind: kind,
      choices: choices.map { CompanionView.Form.Field.Choice(code: $0.code, title: $0.title[language]) },
      unit: unit, isRequired: field.presence != .optional, value: value,
      note: interview.answers.origins[field]?.note[language],
      problem: interview.answers[field].flatMap { problem(with: $0, for: field)?[language] },
      suggestions: suggestions)
  }

  private static func distinct(_ texts: [String]) -> [String] {
    var seen: Set<String> = []
    return Array(texts.filter { seen.insert($0).inserted }.prefix(maxSuggestions))
  }
}
