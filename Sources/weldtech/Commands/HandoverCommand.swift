import Agreements
import Arguments
import Records
import Terminal

/// `handover`: records that operators were trained and that operating rules were settled.
enum HandoverCommand {
  struct Options {
    var id = ""
    var trained: Int?
    var rules: OperatingRules?
    var note: String?
    var trainees: [String] = []
    var printedRules: String?

    /// Whether no option describes a handover, so that only the page is wanted.
    var isForPageOnly: Bool { trained == nil && rules == nil && note == nil && trainees.isEmpty }
  }

  struct Document: Encodable {
    var id: InstallationID
    var handover: Handover?
    /// The path of the page with the operating rules; nil where none was asked for.
    var rulesPage: String?
  }

  static var command: Command<Workplace> {
    Command(
      "handover", Text(zh: "记录操作培训和操作规程", en: "record training and operating rules"), options: Options(),
      parameters: { parameters in
        parameters.installation(\.id)
        parameters.option(
          "trained", \.trained, .people(0...10_000), placeholder: "N",
          Text(zh: "培训了多少作业人员", en: "how many operators were trained"))
        parameters.option(
          "rules", \.rules, .choice, placeholder: "drafted|existing",
          Text(zh: "操作规程：现场制定或已有", en: "operating rules: drafted on the spot, or existing"))
        parameters.option(
          "note", \.note, .string, placeholder: "TEXT",
          Text(zh: "备注（有从业人员而培训 0 人时必填）", en: "a note (needed where operators are there and none was trained)"))
        parameters.trainees(\.trainees)
        parameters.option(
          "print-rules", \.printedRules, .file, placeholder: "F.pdf",
          Text(zh: "另存一页操作规程，供单位张贴", en: "write a page of operating rules for the unit to hang up"))
      }, run: run)
  }

  static func run(_ options: Options, _ workplace: Workplace) throws -> Int32 {
    let console = workplace.console
    let installation = try workplace.installation(forStepOn: options.id)
    if let file = options.printedRules, installation.handover != nil, options.isForPageOnly {
      try writeRules(to: file, for: installation, workplace)
      return try answer(installation, rulesPage: file, isRecorded: false, console)
    }
    let handover = try HandoverQuestions(
      workplace: workplace, installation: installation, trained: options.trained, rules: options.rules,
      note: try workplace.written(options.note, as: .note, option: "note"),
      trainees: try trainees(options.trainees, workplace)
    ).handover()
    // The page is written first, so that no handover is recorded where the page cannot be written.
    if let file = options.printedRules { try writeRules(to: file, for: installation, workplace) }
    let changed = try workplace.step(on: installation) { walk, locked in try walk.handOver(locked, handover) }
    return try answer(changed, rulesPage: options.printedRules, isRecorded: true, console)
  }

  private static func writeRules(to file: String, for installation: Installation, _ workplace: Workplace) throws
  {
    guard let technician = installation.technician else {
      throw StepRefused(step: .handover, refusal: .surveyed)
    }
    let rules = OperatingRulesPage(
      try workplace.operatingRules(), unit: installation.owner.unitName,
      company: technician.company, phone: try workplace.fieldbook().setup().companyPhone,
      day: workplace.clock.now().day)
    try workplace.writePaper(try rules.render(), to: file)
  }

  private static func answer(
    _ installation: Installation, rulesPage: String?, isRecorded: Bool, _ console: Console
  ) throws -> Int32 {
    try console.answer(
      Document(id: installation.id, handover: installation.handover, rulesPage: rulesPage)
    ) {
      if isRecorded { console.put(Text(zh: "培训交接已记录", en: "handover recorded")) }
      if let rulesPage {
        console.put(Text(zh: "操作规程：\(rulesPage)", en: "operating rules: \(rulesPage)"))
      }
    }
    return ExitCode.done.rawValue
  }

  /// Reads the names of those who were trained; nil where none was given.
  static func trainees(_ names: [String], _ workplace: Workplace) throws -> [PersonName]? {
    let read = try names.map { PersonName(try workplace.written($0, as: .name, option: "trainee")) }
    return read.isEmpty ? nil : read
  }
}

/// The error that more people are named than were trained.
struct TraineesDiffer: Error {
  let named: Int
  let trained: Int
}

extension Parameters {
  /// Adds the option for the names of those who were trained.
  mutating func trainees(_ path: WritableKeyPath<Options, [String]>) {
    options(
      "trainee", path, .string, placeholder: "NAME",
      Text(zh: "受训人员姓名", en: "the name of somebody who was trained"))
  }
}
