import Characters
import Fieldbook
import Records
import Terminal

/// Asks the first question, which unit it is. It offers the units of late, and the drafts and installations
/// that were left unfinished.
struct UnitQuestion {
  enum Answer {
    /// The unit that was chosen before.
    case same
    case draft(RegistrationDraft)
    case open(InstallationID)
    case unit(KnownUnit)
    case new(String)
  }

  private enum Line {
    case draft(RegistrationDraft)
    case open(Installation)
    case unit(KnownUnit)
  }

  private static let maxDrafts = 3
  private static let maxOpen = 5
  private static let maxUnits = 7
  /// The time after its last change within which a unit, a draft or an open installation is taken by Enter,
  /// seconds: half a day.
  private static let recentSeconds: Int64 = 43_200

  let workplace: Workplace
  let beginsWalk: Bool
  /// The draft that is being answered, which is not offered.
  let ownDraft: Int?

  private var console: Console { workplace.console }
  private var prompter: Prompter { Prompter(console, goesBack: true) }

  // MARK: - Asking

  /// Asks until it is clear which unit it is.
  /// - Parameter current: the name of the unit that was chosen before; nil for none.
  func ask(current: String?) throws -> Answer {
    while true {
      let lines = try lines()
      show(lines)
      let fallback = current ?? lines.firstIndex(where: isRecent).map { "\($0 + 1)" }
      let typed = try prompter.text(question(lines), fallback: fallback, normalize: plainAnswer)
      if let current, typed == current { return .same }
      if let number = Int(typed), lines.indices.contains(number - 1) { return answer(lines[number - 1]) }
      if let number = Int(typed), lines.indices.contains(-number - 1) {
        if case .draft(let draft) = lines[-number - 1] { try drop(draft) }
        continue
      }
      if let answer = try search(typed) { return answer }
    }
  }

  private func question(_ lines: [Line]) -> Text {
    lines.isEmpty
      ? Text(zh: "单位（企业/店铺）名称", en: "unit name")
      : Text(zh: "编号，或新单位名称（姓名、电话、街道也可查）", en: "number, new name, or part of name or phone")
  }

  /// Looks for known units with the text in a name, a phone or a street, and asks which of them it is.
  /// - Returns: nil where the question is asked again.
  private func search(_ text: String) throws -> Answer? {
    let found = try workplace.fieldbook().units(matching: text, limit: RegistrationInterview.maxLines + 1)
    let canBeName = text.contains(where: \.isLetter)
    let fault = Registration.problem(
      with: .string(text), for: .unitName, today: nil, drawnBy: workplace.glyphs)
    if found.isEmpty {
      guard canBeName, fault == nil else {
        complain(
          fault?.message ?? Text(zh: "没有这个编号，也没有找到这样的单位", en: "there is no such number, and no such unit"))
        return nil
      }
      return .new(text)
    }
    let shown = Array(found.prefix(RegistrationInterview.maxLines))
    console.say(Text(zh: "找到的单位：", en: "Units that were found:"))
    console.numbered(shown.map(line))
    if canBeName {
      console.numbered([Text(zh: "新单位：\(text)", en: "a new unit: \(text)")[console.language]], from: 0)
    }
    if found.count > shown.count {
      console.say(Text(zh: "  还有更多，多写几个字再找", en: "  there are more: write more of it"), .dim)
    }
    let same = shown.firstIndex { $0.owner.unitName.text == text }
    let typed: String
    do {
      typed = try prompter.text(
        Text(zh: "编号", en: "number"), fallback: (same ?? (canBeName ? nil : 0)).map { "\($0 + 1)" },
        normalize: plainAnswer,
        problem: {
          guard let number = Int($0) else { return nil }
          return shown.indices.contains(number - 1) || number == 0 && canBeName
            ? nil : Text(zh: "没有这个编号", en: "there is no such number")
        })
    } catch PromptError.back { return nil }
    // Any other text starts a new search.
    guard let number = Int(typed) else { return try search(typed) }
    if number == 0 {
      if let fault { complain(fault.message) }
      return fault == nil ? .new(text) : nil
    }
    return .unit(shown[number - 1])
  }

  private func complain(_ text: Text) { console.say(Text(zh: "  \(text.zh)", en: "  \(text.en)"), .yellow) }

  private func drop(_ draft: RegistrationDraft) throws {
    let isSure = try prompter.confirm(
      Text(zh: "删除“\(title(of: draft).zh)”已填的内容", en: "delete what was answered of '\(title(of: draft).en)'"),
      fallback: false)
    if isSure { try workplace.fieldbook().dropDraft(draft.number) }
  }

  // MARK: - The lines

  private func lines() throws -> [Line] {
    let fieldbook = try workplace.fieldbook()
    let drafts = try fieldbook.drafts(limit: Self.maxDrafts + 1).filter { $0.number != ownDraft }
    var lines = drafts.prefix(Self.maxDrafts).map { Line.draft($0) }
    if beginsWalk {
      // A record that cannot be read hides no other.
      lines += try fieldbook.list(status: .open, limit: Self.maxOpen).compactMap { row in
        (try? fieldbook.installation(row.id)).map { .open($0) }
      }
    }
    return lines + (try fieldbook.units(limit: Self.maxUnits).map { .unit($0) })
  }

  private func answer(_ line: Line) -> Answer {
    switch line {
    case .draft(let draft): .draft(draft)
    case .open(let installation): .open(installation.id)
    case .unit(let unit): .unit(unit)
    }
  }

  private func isRecent(_ line: Line) -> Bool {
    let moment =
      switch line {
      case .draft(let draft): draft.changedAt
      case .open(let installation): installation.openedAt
      case .unit(let unit): unit.lastOpenedAt
      }
    return workplace.clock.now().secondsSince1970 - moment.secondsSince1970 < Self.recentSeconds
  }

  private func show(_ lines: [Line]) {
    var number = 1
    for (title, part) in [
      (
        Text(zh: "没登记完的（-编号 删除）：", en: "Not registered yet (-number deletes):"),
        lines.filter { if case .draft = $0 { true } else { false } }
      ),
      (
        Text(zh: "没装完的，接着装：", en: "Not finished, to go on with:"),
        lines.filter { if case .open = $0 { true } else { false } }
      ),
      (
        Text(zh: "已有单位，再登记一台：", en: "Known units, for another welder:"),
        lines.filter { if case .unit = $0 { true } else { false } }
      ),
    ] where !part.isEmpty {
      console.say(title, .bold)
      console.numbered(part.map(text), from: number)
      number += part.count
    }
  }

  private func text(of line: Line) -> String {
    switch line {
    case .draft(let draft):
      return "\(title(of: draft)[console.language])  \(draft.changedAt.screenText)"
    case .open(let installation):
      let welder = installation.welder
      let machine = [welder.brand?.text, welder.model?.text, welder.serialNumber?.text].compactMap { $0 }
      let next = installation.nextStep.map { "▸ \($0.title[console.language])" }
      return ([installation.owner.unitName.text, machine.joined(separator: " "), next].compactMap { $0 })
        .joined(separator: "  ")
    case .unit(let unit): return self.line(unit)
    }
  }

  private func line(_ unit: KnownUnit) -> String { unit.line(in: console.language) }

  private func title(of draft: RegistrationDraft) -> Text {
    let answers = RegistrationAnswers(draft.answers)
    let machine = [answers[.brand], answers[.model], answers[.serialNumber]].compactMap { $0 }
    let unit = answers[.unitName]
    let rest = machine.isEmpty ? "" : "  " + machine.joined(separator: " ")
    return Text(zh: (unit ?? "还没写单位") + rest, en: (unit ?? "no unit yet") + rest)
  }
}

extension KnownUnit {
  /// The unit in one line, as lists show it.
  /// - Parameter masksPerson: whether name and phone are masked, for a list that others may see.
  func line(in language: Language, masksPerson: Bool = false) -> String {
    let place = [owner.street.text, owner.community?.text].compactMap { $0 }.joined(separator: " ")
    let count = Text(zh: "\(welders) 台", en: welders == 1 ? "1 welder" : "\(welders) welders")
    let (name, phone) = (owner.responsibleName, owner.responsiblePhone)
    return [
      owner.unitName.text, masksPerson ? "\(name.masked) \(phone.masked)" : "\(name.full) \(phone.full)", place,
      count[language],
    ].joined(separator: "  ")
  }
}
