import Characters
import Fieldbook
import Records
import Terminal

/// The answer without white space at its ends, and in half width where it is then all ASCII, as a number or a
/// sign is.
func plainAnswer(_ text: String) -> String {
  let trimmed = TextNormalization.trimmed(text)
  let typed = TextNormalization.typed(text)
  return typed.allSatisfy(\.isASCII) ? typed : trimmed
}

extension RegistrationInterview {
  /// The maximum number of lines of one list.
  static let maxLines = 9

  // MARK: - One question

  mutating func ask(_ question: RegistrationQuestion) throws {
    switch question {
    case .person: try askPerson()
    case .place: try askPlace()
    case .operators: try askOperators()
    case .machine: try askMachine()
    default: for field in question.fields { try askField(field) }
    }
  }

  /// Asks for one field. Its present value, or what the records suggest, is taken by Enter.
  mutating func askField(_ field: RegistrationField) throws {
    let suggestion = try suggestion(for: field)
    if case .choice(let choices) = field.kind {
      let code = try prompter.choose(
        field.title, choices.map { Choice($0.code, $0.title, value: $0.code) },
        fallback: choices.firstIndex { $0.code == suggestion.value }, note: suggestion.origin?.note)
      answers.set(field, code)
      return
    }
    let isOptional = field.presence == .optional
    let typed = try prompter.text(
      optional(field.question, isOptional, hasValue: suggestion.value != nil), fallback: suggestion.value,
      note: suggestion.origin?.note, mayBeEmpty: isOptional,
      problem: { isOptional && Self.isNothing($0) ? nil : problem(with: $0, for: field) })
    answers.set(field, isOptional && Self.isNothing(typed) ? nil : typed)
  }

  private func suggestion(for field: RegistrationField) throws -> (
    value: String?, origin: RegistrationAnswers.Origin?
  ) {
    if let value = answers[field] { return (value, answers.origins[field]) }
    switch field {
    case .industry:
      let last = try workplace.fieldbook().units(limit: 1).first?.owner.industry
      return last.map { ($0.rawValue, .last) } ?? (nil, nil)
    case .condition: return (Condition.fit.rawValue, nil)
    default: return (nil, nil)
    }
  }

  /// Whether the answer is the sign for 'nothing', which removes a value that is there.
  static func isNothing(_ text: String) -> Bool { ["-", "无"].contains(TextNormalization.typed(text)) }

  private func optional(_ question: Text, _ isOptional: Bool, hasValue: Bool) -> Text {
    guard isOptional else { return question }
    return hasValue
      ? Text(zh: "\(question.zh)（- 清空）", en: "\(question.en) (- for none)")
      : Text(zh: "\(question.zh)（可不填）", en: "\(question.en) (optional)")
  }

  private func problem(with text: String, for field: RegistrationField) -> Text? {
    Registration.problem(with: .string(text), for: field, today: today, drawnBy: workplace.glyphs)?
      .message(for: field)
  }

  /// The first problem of several fields, with the name of the field.
  private func problem(_ parts: [(RegistrationField, String?)]) -> Text? {
    for (field, text) in parts {
      guard let text, let fault = problem(with: text, for: field) else { continue }
      return Text(zh: "\(field.title.zh)：\(fault.zh)", en: "\(field.title.en): \(fault.en)")
    }
    return nil
  }

  private func both(_ first: RegistrationField, _ second: RegistrationField) -> String? {
    let words = [answers[first], answers[second]].compactMap { $0 }
    return words.isEmpty ? nil : words.joined(separator: " ")
  }

  // MARK: - Two fields on one line

  private mutating func askPerson() throws {
    // What an option gave is not asked for.
    if answers[.responsibleName] != nil, answers[.responsiblePhone] == nil {
      return try askField(.responsiblePhone)
    }
    if answers[.responsibleName] == nil, answers[.responsiblePhone] != nil {
      return try askField(.responsibleName)
    }
    let typed = try prompter.text(
      Text(zh: "责任人姓名和电话", en: "responsible person and phone"),
      fallback: both(.responsibleName, .responsiblePhone), note: answers.origins[.responsibleName]?.note,
      problem: {
        let person = SplitAnswer.person($0)
        return problem([(.responsibleName, person.name), (.responsiblePhone, person.phone)])
      })
    let person = SplitAnswer.person(typed)
    answers.set(.responsibleName, person.name)
    if let phone = person.phone {
      answers.set(.responsiblePhone, phone)
    } else {
      try askField(.responsiblePhone)
    }
  }

  private mutating func askPlace() throws {
    let places = try workplace.fieldbook().places(limit: Self.maxLines)
    let names = places.map { [$0.street, $0.community].compactMap { $0 }.joined(separator: " ") }
    let current = both(.street, .community)
    let title = Text(zh: "所属街道/苏木镇、社区", en: "street or sumu, community")
    list(title, names)
    let typed = try prompter.text(
      names.isEmpty
        ? Text(zh: "\(title.zh)（社区可不填）", en: "\(title.en) (community optional)")
        : Text(zh: "编号，或直接写", en: "number, or write it"),
      fallback: current ?? names.first, note: current == nil ? RegistrationAnswers.Origin.last.note : nil,
      normalize: { Self.picked(plainAnswer($0), from: names) },
      problem: {
        let place = SplitAnswer.place($0)
        return Self.isStrayNumber($0, names.count)
          ?? problem([(.street, place.street), (.community, place.community)])
      })
    let known = names.firstIndex(of: typed).map { places[$0] }
    let place = SplitAnswer.place(typed)
    answers.set(.street, known?.street ?? place.street)
    answers.set(.community, known.map(\.community) ?? place.community)
  }

  private mutating func askOperators() throws {
    let typed = try prompter.text(
      Text(zh: "从业人员数量、其中已取证（如 3 2，可不填）", en: "people who weld there, of them certified (like 3 2, optional)"),
      fallback: both(.operators, .certifiedOperators), mayBeEmpty: true,
      problem: {
        if Self.isNothing($0) { return nil }
        let numbers = SplitAnswer.numbers($0)
        if let problem = problem([(.operators, numbers.first), (.certifiedOperators, numbers.second)]) {
          return problem
        }
        guard let all = ValueTypes.people(numbers.first),
          let certified = numbers.second.flatMap(ValueTypes.people),
          certified > all
        else { return nil }
        return problemOfMore
      })
    let numbers = SplitAnswer.numbers(typed)
    answers.set(.operators, Self.isNothing(typed) ? nil : numbers.first)
    answers.set(.certifiedOperators, Self.isNothing(typed) ? nil : numbers.second)
  }

  private var problemOfMore: Text {
    let fault = FieldProblem.Fault.moreThan(.operators).message
    let title = RegistrationField.certifiedOperators.title
    return Text(zh: title.zh + fault.zh, en: "\(title.en): \(fault.en)")
  }

  private enum ValueTypes {
    static func people(_ text: String) -> Int? {
      (try? WrittenNumber.read(text, unit: .people)).flatMap { Int(exactly: $0) }
    }
  }

  // MARK: - The machine

  private mutating func askMachine() throws {
    let models = try workplace.fieldbook().models(ofUnit: answers[.unitID], limit: Self.maxLines)
    let names = models.map(\.name)
    let current = both(.brand, .model)
    let example = Text(zh: "（如 瑞凌 ZX7-315）", en: " (like Jasic ZX7-315)")
    let title = Text(zh: "焊机品牌、型号\(example.zh)", en: "brand and model of the welder\(example.en)")
    list(title, models.map { $0.line(in: console.language) })
    let suggested = models.first.flatMap { $0.isOfUnit ? $0.name : nil }
    let typed = try prompter.text(
      names.isEmpty ? title : Text(zh: "编号，或直接写", en: "number, or write it"),
      fallback: current ?? suggested,
      note: current == nil ? Text(zh: "同本单位上一台", en: "as this unit's last") : nil, mayBeEmpty: true,
      normalize: { Self.picked(plainAnswer($0), from: names) },
      problem: {
        let machine = SplitAnswer.machine($0)
        return Self.isStrayNumber($0, names.count)
          ?? problem([(.brand, machine.brand), (.model, machine.model)])
      })
    guard typed != current else { return }
    answers.forgetModel()
    let machine = SplitAnswer.machine(typed)
    answers.set(.brand, nil)
    answers.set(.model, nil)
    if let index = names.firstIndex(of: typed) { return answers.take(models[index]) }
    answers.set(.brand, machine.brand)
    answers.set(.model, machine.model)
    try takeModel()
  }

  /// Takes over what the records, or else the rules of naming, say of the model that was given.
  mutating func takeModel() throws {
    guard let model = answers[.model] else { return }
    if let known = try workplace.fieldbook().model(brand: answers[.brand], model: model) {
      answers.take(known)
    } else if let name = WelderModelName(model) {
      answers.take(name)
    }
  }

  // MARK: - The unit

  /// Asks which unit it is.
  /// - Returns: the open installation that the user goes on with instead; nil otherwise.
  mutating func askUnit() throws -> InstallationID? {
    let question = UnitQuestion(workplace: workplace, beginsWalk: beginsWalk, ownDraft: draft)
    switch try question.ask(current: answers[.unitName]) {
    case .same: break
    case .draft(let kept): load(kept)
    case .open(let id): return id
    case .unit(let unit):
      answers.forgetUnit()
      answers.set(.unitName, nil)
      answers.set(.unitID, nil)
      answers.take(unit.owner)
      again.subtract(RegistrationQuestion.ofOwner)
    case .new(let name):
      answers.forgetUnit()
      answers.set(.unitID, nil)
      answers.set(.unitName, name)
    }
    return nil
  }

  // MARK: - Lists

  /// Shows a list with numbers.
  private func list(_ title: Text, _ lines: [String]) {
    guard !lines.isEmpty else { return }
    console.say(Text(zh: title.zh + "：", en: title.en + ":"))
    console.numbered(lines)
  }

  /// The line of the list that a number names; any other answer stays as it is.
  static func picked(_ answer: String, from lines: [String]) -> String {
    guard let number = Int(answer), lines.indices.contains(number - 1) else { return answer }
    return lines[number - 1]
  }

  private static func isStrayNumber(_ answer: String, _ count: Int) -> Text? {
    guard count > 0, Int(answer) != nil else { return nil }
    return Text(zh: "没有这一项，编号是 1 到 \(count)", en: "not on the list, whose numbers are 1 to \(count)")
  }
}

extension KnownModel {
  /// The brand and the model in one line.
  var name: String { [welder.brand?.text, welder.model?.text].compactMap { $0 }.joined(separator: " ") }

  /// The model in one line, as lists show it.
  func line(in language: Language) -> String {
    let process = RegistrationField.Choice(welder.weldingProcess).title[language]
    let supply = RegistrationField.Choice(welder.supply).title[language]
    return "\(name)  \(process) \(supply) \(plain(welder.maxCurrentAmps)) A"
  }
}

extension Console {
  /// Shows lines with their numbers on stderr, each cut at the window's width.
  func numbered(_ lines: [String], from first: Int = 1) {
    let width = "\(first + lines.count - 1)".count
    for (index, line) in lines.enumerated() {
      let number = DisplayWidth.pad("\(first + index)", to: width, .trailing)
      let text = DisplayWidth.printable("  \(number)  \(line)")
      diagnostics.write(ScreenText(DisplayWidth.truncate(text, to: diagnostics.columns - 1)) + "\n")
    }
  }
}
