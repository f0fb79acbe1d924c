import Arguments
import Records
import Terminal

/// `correct`: mends a slip of the registration.
enum CorrectCommand {
  struct Options {
    var ids: [String] = []
    var fields: [RegistrationField: String] = [:]
    var reason: String?
    var date: String?
    var note: String?
  }

  struct Document: Encodable {
    var id: InstallationID
    /// The code of the label; null for a retired welder.
    var code: Nullable<LabelCode>
    var status: Installation.Status
    var revision: Int
    /// The fields that have another value now; empty where the correction changed nothing.
    var changes: [FieldChange]
    /// The steps that have to be done again because of the correction.
    var redo: [Step]
    /// The scheme by which the welder is fitted now; left out for a retired one.
    var scheme: SchemeReference?
    var funding: Funding
    /// The day on which a surveyed welder is to be fitted; left out where none is settled.
    var appointment: Appointment?
    var next: Step?
  }

  static var command: Command<Workplace> {
    Command(
      "correct", Text(zh: "更正登记写错的内容", en: "mend a slip of the registration"),
      discussion: Text(
        zh:
          "只写要改的项目；写空（--community \"\"）就清空可不填的项目。\n--date 和 --note 预约调研过的焊机的安装日期（--date \"\" 取消预约）；一家的几台可以一次写完。\n签字以后更正的，记录成为新的一版，所有权人要重新签字，以前的协议仍保留。\n更正以后要重做的事（标牌、测试、签字）会列出来，next 也会提示。",
        en:
          "Name only the fields to be changed; an empty value (--community \"\") empties an\noptional one. --date and --note settle the day on which a surveyed welder is fitted;\n--date \"\" takes it back. After the signature the record becomes a new revision, which the\nowner signs again; the earlier agreement is kept. What has to be done again\n(label, test, signature) is listed, and `next` leads to it."
      ),
      options: Options(),
      parameters: { parameters in
        parameters.arguments(
          "ID", \.ids, .string,
          Text(
            zh: "记录号、记录号的前几位（至少 4 位）或标牌码；可以写几个，都照样改",
            en:
              "id of the installation, its first characters (4 at least), or its label code; several are corrected alike"
          ),
          completion: .dynamic("installations"))
        for field in RegistrationField.allCases {
          parameters.option(
            field.optionName, \.fields[field], field.valueType, placeholder: field.placeholder, field.title)
        }
        parameters.option(
          "date", \.date, .string, placeholder: "YYYY-MM-DD",
          Text(zh: "调研过的焊机预约哪天安装", en: "the day on which a surveyed welder is to be fitted"))
        parameters.option(
          "note", \.note, .string, placeholder: "TEXT", Text(zh: "预约的备注", en: "a note on the appointment"))
        parameters.option(
          "reason", \.reason, .string, placeholder: "TEXT",
          Text(zh: "更正后与另一条记录是同一台焊机时，写明原因", en: "why, where another record has the corrected welder"))
      }, run: run)
  }

  /// The corrections of several records, in the order in which the records were named.
  private struct Documents: Encodable { var installations: [Document] }

  static func run(_ options: Options, _ workplace: Workplace) throws -> Int32 {
    let console = workplace.console
    // All records are checked before the first one is changed.
    let installations = try options.ids.map { reference in
      let installation = try workplace.installation(forCorrecting: reference)
      workplace.concerned = installation.id
      if let refusal = installation.refusalOfCorrecting { throw StepRefused(step: nil, refusal: refusal) }
      return installation
    }
    var fields = options.fields
    let isPlanning = options.date != nil || options.note != nil
    if fields.isEmpty, !isPlanning {
      guard installations.count == 1, let installation = installations.first else { throw NothingToCorrect() }
      fields = try ask(about: installation, workplace)
    }
    let order = Walk.CorrectionOrder(
      fields: fields, day: options.date, note: options.note,
      duplicateReason: try workplace.written(options.reason, as: .note, option: "reason"))
    var documents: [Document] = []
    for installation in installations {
      workplace.concerned = installation.id
      let outcome = try workplace.step(on: installation) { walk, locked in try walk.correct(locked, order) }
      let document = document(of: outcome)
      documents.append(document)
      if installations.count == 1 {
        try console.answer(document) { put(outcome, to: console) }
      } else if !console.isJSON {
        console.heading(Text(verbatim: "\(installation.id.text.prefix(8))  \(installation.owner.unitName)"))
        put(outcome, to: console)
      }
    }
    if documents.count > 1, console.isJSON { try console.answer(Documents(installations: documents)) {} }
    return ExitCode.done.rawValue
  }

  private static func document(of outcome: Walk.CorrectionOutcome) -> Document {
    let changed = outcome.installation
    return Document(
      id: changed.id, code: Nullable(changed.code), status: changed.status, revision: changed.revision,
      changes: outcome.changes, redo: outcome.redo, scheme: changed.scheme, funding: changed.funding,
      appointment: changed.appointment, next: changed.nextStep)
  }

  // MARK: - Asking

  /// Asks which field is wrong and what it should say.
  private static func ask(about installation: Installation, _ workplace: Workplace) throws
    -> [RegistrationField: String]
  {
    let console = workplace.console
    guard console.canPrompt else { throw NothingToCorrect() }
    let present = installation.correctableFields
    let fields = RegistrationField.allCases.filter { field in
      field != .condition && field != .unitID && (field != .retiredReason || installation.status == .retired)
    }
    while true {
      let field = try console.prompter.choose(
        Text(zh: "更正哪一项", en: "which field is wrong"),
        fields.map { field in
          Choice(
            field.optionName, field.title, note: CorrectionTexts.value(present.value(of: field), of: field),
            value: field)
        })
      do { return [field: try answer(field, workplace)] } catch PromptError.back { continue }
    }
  }

  static func answer(_ field: RegistrationField, _ workplace: Workplace) throws -> String {
    let prompter = Prompter(workplace.console, goesBack: true)
    if case .choice(let choices) = field.kind {
      return try prompter.choose(field.title, choices.map { Choice($0.code, $0.title, value: $0.code) })
    }
    let isOptional = field.presence == .optional
    let question =
      isOptional
      ? Text(zh: "\(field.question.zh)，改为（不填就清空）", en: "\(field.question.en), correctly (nothing empties it)")
      : Text(zh: "\(field.question.zh)，改为", en: "\(field.question.en), correctly")
    let today = workplace.clock.now().day
    return try prompter.text(
      question, mayBeEmpty: isOptional,
      problem: {
        Registration.problem(with: .string($0), for: field, today: today, drawnBy: workplace.glyphs)?
          .message(for: field)
      })
  }

  // MARK: - Telling

  private static func put(_ outcome: Walk.CorrectionOutcome, to console: Console) {
    let record = outcome.installation
    if outcome.isPlanned {
      if let appointment = record.appointment {
        let note = appointment.note.map { "  \($0)" } ?? ""
        console.put(
          Text(
            zh: "预约 \(appointment.day)\(note)：\(record.owner.unitName)",
            en: "appointment on \(appointment.day)\(note): \(record.owner.unitName)"))
      } else {
        console.put(Text(zh: "预约取消了", en: "the appointment is taken back"))
      }
      if outcome.changes.isEmpty { return }
    }
    guard !outcome.changes.isEmpty else {
      return console.put(Text(zh: "与记录里的相同，没有改动", en: "the record says so already; nothing was changed"))
    }
    CorrectionTexts.put(outcome.changes, of: record.id, to: console)
    if let kept = CorrectionTexts.keptRatings(of: record.welder, outcome.changes) {
      console.paragraph(kept)
    }
    if outcome.hasOtherScheme, let scheme = record.scheme {
      console.put(
        Text(
          zh: "技术方案改为 \(scheme.name)，接线和合格范围：", en: "the scheme is \(scheme.name) now; wiring and limits:"))
      console.put("  weldtech schemes \(scheme.name)")
    }
    if outcome.hasOtherFunding {
      console.put(Text(zh: "出资改为：\(record.funding.title.zh)", en: "funding is now: \(record.funding.title.en)"))
    }
    if !outcome.redo.isEmpty {
      console.put(Text(zh: "因此要重做：", en: "to be done again:"))
      for step in outcome.redo {
        let reason = CorrectionTexts.redo(step)
        console.paragraph(Text(zh: "  · \(reason.zh)", en: "  · \(reason.en)"))
      }
    }
    if record.revision > 1 {
      console.paragraph(
        record.status == .retired
          ? Text(
            zh: "记录成为第 \(record.revision) 版，等待上传", en: "the record is revision \(record.revision) and queued")
          : Text(
            zh: "记录成为第 \(record.revision) 版，重新签字后上传；以前签的协议仍然保留",
            en:
              "the record is revision \(record.revision), delivered once it is signed; the earlier agreement is kept"
          ))
    }
    if let next = record.nextStep, let need = NextCommand.need(of: record) {
      console.put(
        Text(zh: "下一步：\(next.title.zh)。\(need.what.zh)：", en: "next: \(next.title.en). \(need.what.en):"))
      console.put("  " + need.command[console.language])
    }
  }
}

/// The error that no correction is given and nobody can be asked.
struct NothingToCorrect: Error {}

extension NothingToCorrect: Explained {
  var failure: Failure {
    Failure(
      code: "usage.option.missing",
      message: Text(zh: "没有写要更正哪一项", en: "no field is named that is to be corrected"),
      hint: Text(
        zh: "例如 weldtech correct ID --model ZX7-400；weldtech correct --help 列出各项",
        en: "such as weldtech correct ID --model ZX7-400; `weldtech correct --help` lists the fields"),
      exit: .usage)
  }
}
