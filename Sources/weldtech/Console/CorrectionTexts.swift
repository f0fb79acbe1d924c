import Records
import Terminal

/// The words for a correction: its fields, their values, and what has to be done again.
enum CorrectionTexts {
  /// The nameplate's values that stay as they were although the model is another, and that may have been taken
  /// from the model's name; nil where the model stays, or where all of these values were corrected with it.
  static func keptRatings(of welder: Welder, _ changes: [FieldChange]) -> Text? {
    let corrected = Set(changes.map(\.field))
    guard corrected.contains(.model) else { return nil }
    let values: [(RegistrationField, String)] = [
      (.weldingProcess, welder.weldingProcess.word), (.sourceType, welder.sourceType.word),
      (.supplyMaxAmps, "\(WrittenNumber.text(of: welder.supplyMaxAmps)) A"),
      (.maxCurrentAmps, "\(WrittenNumber.text(of: welder.maxCurrentAmps)) A"),
      (.maxPowerKilowatts, welder.maxPowerKilowatts.map { "\(WrittenNumber.text(of: $0)) kW" } ?? "–"),
    ]
    let kept = values.filter { !corrected.contains($0.0) }
    guard !kept.isEmpty else { return nil }
    return Text(
      zh: "型号改了，下面几项仍是原来的，请对照铭牌，不对的一并更正："
        + kept.map { "\($0.0.title.zh) \($0.1)" }.joined(separator: "，"),
      en:
        "the model is another; these stay as they were, so hold them against the nameplate and correct what is wrong: "
        + kept.map { "\($0.0.title.en) \($0.1)" }.joined(separator: ", "))
  }

  /// A value of a field as a person reads it. Names and phone numbers are masked, as everywhere but in `show --full`.
  static func value(_ value: JSONValue?, of field: RegistrationField) -> Text {
    guard let value else { return Text(zh: "（空）", en: "(empty)") }
    switch (field.kind, value) {
    case (.name, .string(let text)): return Text(verbatim: PersonName(WrittenText(asKept: text)).masked)
    case (.phone, .string(let text)): return Text(verbatim: PhoneNumber(text)?.masked ?? "–")
    case (.choice(let choices), .string(let code)):
      return choices.first { $0.code == code }?.title ?? Text(verbatim: code)
    case (.amount(_, let unit), .number(let number)): return Text(verbatim: "\(plain(number)) \(unit.rawValue)")
    case (_, .number(let number)): return Text(verbatim: plain(number))
    case (_, .string(let text)): return Text(verbatim: text)
    default: return Text(verbatim: "–")
    }
  }

  /// Writes the changed fields, one on each line, with the earlier and the new value.
  static func put(_ changes: [FieldChange], of id: InstallationID, to console: Console) {
    let language = console.language
    console.table(
      [Text(zh: "项目", en: "field"), Text(zh: "原来", en: "was"), Text(zh: "改为", en: "is")],
      changes.filter { $0.field != .unitID || changes.count == 1 }.map { change in
        [
          change.field.title[language], value(change.from, of: change.field)[language],
          value(change.to, of: change.field)[language],
        ]
      })
    let masked = changes.contains { change in
      switch change.field.kind {
      case .name, .phone: true
      default: false
      }
    }
    if masked {
      console.say(
        Text(
          zh: "姓名和电话没有写全，核对用 weldtech show \(id.text.prefix(8)) --full",
          en: "names and phones are masked; whole: weldtech show \(id.text.prefix(8)) --full"))
    }
  }

  /// Names a step that a correction has made outdated, and the reason.
  static func redo(_ step: Step) -> Text {
    switch step {
    case .label:
      Text(
        zh: "标牌：上面印的内容变了（标牌码不变），重做一块换上",
        en: "the label: its words have changed (its code has not); make one anew")
    case .test: Text(zh: "功能测试：技术方案和合格范围变了，重测", en: "the test: scheme and limits have changed")
    case .handover:
      Text(
        zh: "培训交接：从业人员数变了，重新确认培训人数和备注",
        en: "the handover: the number of operators has changed, so confirm the count and the note anew")
    case .sign: Text(zh: "签字：所有权人签的是更正前的内容，要重签", en: "the signature: the owner signed what stood there before")
    default: step.title
    }
  }
}
