import Arguments
import FoundationEssentials
import Records
import Tables
import Terminal

/// Collects a registration from a document, from options that override it, and on a terminal from questions
/// about missing fields.
struct RegistrationForm {
  let workplace: Workplace

  /// Fills the form.
  /// - Throws: `RegistrationRejected` naming every field that is wrong.
  func fill(from file: String?, fields: [RegistrationField: String]) throws -> Registration {
    var values: [RegistrationField: JSONValue] = [:]
    if let file { values = try Registration.values(ofDocument: try document(file)) }
    for (field, text) in fields { values[field] = .string(text) }
    let now = workplace.clock.now()
    // The clock is checked before anybody is asked, because true dates lie in the future of a wrong clock.
    try workplace.fieldbook().checkClock(now)
    let today = now.day
    let glyphs = workplace.glyphs
    guard file == nil, workplace.console.canPrompt else {
      return try Registration(values, today: today, drawnBy: glyphs)
    }
    return try asking {
      try ask(&values, today: today)
      return try finish(&values, today: today)
    }
  }

  /// Checks the answers, and asks again about wrong ones.
  private func finish(_ values: inout [RegistrationField: JSONValue], today: CalendarDay) throws -> Registration
  {
    let glyphs = workplace.glyphs
    while true {
      do {
        return try Registration(values, today: today, drawnBy: glyphs)
      } catch {
        // One wrong field does not lose the other answers, since only wrong ones are asked for again.
        let wrong = error.problems.compactMap { RegistrationField(rawValue: $0.path) }
        guard !wrong.isEmpty else { throw error }
        for problem in error.problems { workplace.console.say(problem.explanation.message, .yellow) }
        for field in wrong { values[field] = nil }
        try ask(&values, fields: wrong, today: today)
      }
    }
  }

  /// Reads the document as UTF-8; an editor on a Chinese Windows may have saved it as GB18030 or UTF-16. Bytes
  /// in none of these encodings stay unchanged, so that the reader can name the place.
  private func document(_ file: String) throws -> Data {
    let limit = Registration.maxDocumentBytes
    let bytes =
      file == "-"
      ? try workplace.readStandardInput(atMost: limit)
      : try workplace.read(file, atMost: limit)
    return (try? TextEncoding.utf8(of: Array(bytes))).map { Data($0) } ?? bytes
  }

  // MARK: - Asking

  /// Reports for a cancelled registration that its answers are lost.
  private func asking(_ body: () throws -> Registration) throws -> Registration {
    do { return try body() } catch is PromptError { throw AnswersLost() }
  }

  private static let asked: [RegistrationField] = [
    .unitName, .unitType, .responsibleName, .responsiblePhone, .street, .community, .industry, .industryNote,
    .operators, .certifiedOperators, .brand, .model, .serialNumber, .weldingProcess, .supply, .sourceType,
    .supplyMaxAmps, .maxCurrentAmps, .maxPowerKilowatts, .purpose, .condition, .retiredReason,
  ]

  private func ask(
    _ values: inout [RegistrationField: JSONValue], fields: [RegistrationField] = asked, today: CalendarDay
  ) throws {
    for field in fields where values[field] == nil && applies(field, to: values) {
      let answer = try ask(field, today: today)
      if !answer.isEmpty { values[field] = .string(answer) }
    }
  }

  private func applies(_ field: RegistrationField, to values: [RegistrationField: JSONValue]) -> Bool {
    switch field {
    case .industryNote: values[.industry] == .string(Industry.other.rawValue)
    case .retiredReason: values[.condition] == .string(Condition.retired.rawValue)
    default: true
    }
  }

  private func ask(_ field: RegistrationField, today: CalendarDay) throws -> String {
    let prompter = workplace.console.prompter
    if case .choice(let choices) = field.kind {
      return try prompter.choose(
        field.title, choices.map { Choice($0.code, $0.title, value: $0.code) },
        fallback: field == .condition ? 0 : nil)
    }
    var title = field.question
    let isOptional = field.presence == .optional
    if isOptional { title = Text(zh: "\(title.zh)（可不填）", en: "\(title.en) (optional)") }
    return try prompter.text(
      title, mayBeEmpty: isOptional,
      problem: {
        Registration.problem(with: .string($0), for: field, today: today, drawnBy: workplace.glyphs)?
          .message(for: field)
      })
  }
}
