import Characters
import Fieldbook
import FoundationEssentials
import Records
import Tables
import Terminal

/// Collects a registration from options, a document, a draft and a surveyed record, of which the first that has
/// a value counts, and on a terminal from questions about what is missing.
struct RegistrationForm {
  /// What the command line says of the registration.
  struct Request {
    var from: String?
    var fields: [RegistrationField: String] = [:]
    /// The number of the draft to go on with.
    var draft: Int?
    /// The surveyed record that is registered; nil for a new one.
    var survey: Installation?
    /// Whether there are questions that lead to an open installation instead of a registration.
    var beginsWalk = false
    /// Whether the code of a plate in hand is asked for.
    var asksForPlate = false
    /// The name of the command that the user typed.
    var verb = "register"
    /// The phone on which the fields are filled in; nil asks on the terminal.
    var phone: PhoneOptions?
  }

  let workplace: Workplace

  /// Collects the registration.
  /// - Throws: `RegistrationRejected` naming every field that is wrong; `RegistrationPaused`, `FieldbookError.draftGone`.
  func fill(_ request: Request) throws -> RegistrationInterview.Outcome {
    var values: [RegistrationField: JSONValue] = [:]
    if let file = request.from { values = try Registration.values(ofDocument: try document(file)) }
    let surveyed = request.survey?.correctableFields.values ?? [:]
    let now = workplace.clock.now()
    // The clock is checked before anybody is asked, because true dates lie in the future of a wrong clock.
    try workplace.fieldbook().checkClock(now)
    let draft = try request.draft.map { try workplace.fieldbook().draft($0) }
    guard request.from == nil, workplace.console.canPrompt else {
      if let draft { values.merge(RegistrationAnswers(draft.answers).input) { given, _ in given } }
      values.merge(surveyed) { given, _ in given }
      for (field, text) in request.fields { values[field] = .string(text) }
      return .registered(
        try Registration(values, today: now.day, drawnBy: workplace.glyphs), draft: draft?.number, code: nil)
    }
    try refuseWrong(request.fields, today: now.day)
    var interview = RegistrationInterview(
      workplace: workplace, verb: request.verb, beginsWalk: request.beginsWalk,
      asksForPlate: request.asksForPlate)
    for (field, text) in request.fields { interview.answers.give(field, field.code(of: text)) }
    if let surveyed = request.survey { interview.answers.take(surveyed: surveyed) }
    if let draft { interview.load(draft) }
    if let phone = request.phone { return try PhoneRegistration(interview, phone).run() }
    return try interview.run()
  }

  /// Refuses wrong values of options before anybody answers a question.
  private func refuseWrong(_ fields: [RegistrationField: String], today: CalendarDay) throws {
    let problems = RegistrationField.allCases.compactMap { field -> FieldProblem? in
      guard let text = fields[field], !text.isEmpty else { return nil }
      return Registration.problem(
        with: .string(text), for: field, today: today, drawnBy: workplace.glyphs
      ).map { FieldProblem(path: field.path, fault: $0) }
    }
    if !problems.isEmpty { throw RegistrationRejected(problems: problems) }
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
}

extension RegistrationField {
  /// The code of a choice that was written as the plan's word, or as the code in capital or small letters; any
  /// other text stays as it is.
  fileprivate func code(of text: String) -> String {
    guard case .choice(let choices) = kind else { return text }
    let word = TextNormalization.typed(text)
    return choices.first { $0.word == word || $0.code.lowercased() == word.lowercased() }?.code ?? text
  }
}
