import Arguments
import Characters
import Fieldbook
import Files
import FoundationEssentials
import Records
import Terminal

/// `inspect`: compares an installed welder with its record.
enum InspectCommand {
  struct Options {
    var code = ""
    var port: String?
    var label: String?
    var labelPhoto: String?
    var seal: String?
    var output: String?
    var printsAgain = false
  }

  struct Document: Encodable {
    struct Check: Encodable {
      var name: String
      var outcome: InspectionCheck.Outcome
      var recorded: String?
      var found: String?
      var reason: String?
      /// The way in which the label was read, `symbol` or `code`; left out for other checks.
      var givenAs: String?
      /// The difference in words, or why the check was not run; nil for one that passed without reservation.
      var message: String?
    }

    /// A failure to write the record or the page, with the members of an error document.
    struct Problem: Encodable {
      var code: String
      var message: String
      var hint: String

      init(_ failure: Failure, in language: Language) {
        code = failure.code
        message = failure.message[language]
        hint = failure.hint[language]
      }
    }

    var id: InstallationID
    /// The code; null for a record without one.
    var code: Nullable<LabelCode>
    var verdict: Inspection.Verdict
    var source: Inspection.Source
    /// The number of the record's revision that the inspection makes; nil where it was not added to the record.
    var revision: Int?
    var checks: [Check]
    var state: ModuleState?
    /// The path of the page; nil where it could not be written.
    var file: String?
    /// The time that the inspection took; nil where the page of an earlier inspection was made again.
    var seconds: Double?
    /// The first thing that could not be written; nil where all was.
    var error: Problem?
  }

  /// Maximum number of characters of a symbol's text that are kept.
  private static let maxLabelCharacters = 300

  static var command: Command<Workplace> {
    Command(
      "inspect", Text(zh: "检查已安装的焊机与登记是否一致", en: "hold an installed welder against its record"),
      discussion: Text(
        zh:
          "不用打开机壳，也不改动模块。有不一致退出码为 1；模块密钥没能验证为 8，联网后再检查一次。\n--reprint 重新做出最近一次检查的检查记录，不用接模块。",
        en:
          "The case stays closed, and nothing on the module is changed. Exit 1 where something differs;\n8 where nobody could judge the module's proof of its key: inspect again with a network.\n--reprint makes the page of the last inspection again, without a module."
      ),
      options: Options(),
      parameters: { parameters in
        parameters.argument(
          "CODE", \.code, .string,
          Text(zh: "标牌码、扫码得到的网址或记录号", en: "the label's code, the address in its symbol, or the record's id"),
          completion: .dynamic("installations"))
        parameters.port(\.port)
        parameters.option(
          "label", \.label, .string, placeholder: "TEXT",
          Text(zh: "扫描标牌得到的内容，或照标牌写的标牌码", en: "what a scanner reads from the label, or its code as typed"))
        parameters.option(
          "label-photo", \.labelPhoto, .file, Text(zh: "标牌的照片", en: "a photo of the label"))
        parameters.option(
          "seal", \.seal, .string, placeholder: "N", Text(zh: "封条上的编号", en: "the number on the seal"))
        parameters.option(
          "output", \.output, .file, placeholder: "F.pdf",
          Text(
            zh: "检查记录（一页 PDF）写到哪个新文件",
            en: "the new file for the page, a PDF; unless told, beside the record's papers"))
        parameters.flag(
          "reprint", \.printsAgain,
          Text(
            zh: "不检查，只把最近一次检查的检查记录重新做出来", en: "inspect nothing, and make the page of the last inspection again")
        )
      }, run: run)
  }

  static func run(_ options: Options, _ workplace: Workplace) throws -> Int32 {
    if options.printsAgain { return try printAgain(options, workplace) }
    let began = ContinuousClock.now
    let inspector = try workplace.inspector()
    try checkReference(options.code)
    let output = try options.output.map { try openPage($0, workplace) }
    let given = try label(options, workplace)
    let found = try RecordSource(workplace: workplace).find(options.code)
    let label = try given ?? askLabel(workplace)
    let seal = try options.seal.map(SealCommand.sealNumber) ?? askSeal(workplace)
    let port = try workplace.choosePort(options.port)
    let outcome = try InspectionRun(workplace: workplace, port: port, label: label, sealNumber: seal)
      .inspect(found, by: inspector)

    // The findings are shown first, even where the page cannot be written.
    var problems = outcome.failure.map { [notKept($0)] } ?? []
    var file: String?
    do {
      let name = name(of: outcome.inspection)
      file = try write(outcome.page, to: output, of: outcome.installation, named: name, workplace)
    } catch {
      problems.append(notPrinted(error, outcome, options))
    }
    try answer(outcome, file: file, seconds: ContinuousClock.now - began, problems.first, workplace.console)
    if let problem = problems.first {
      for other in problems.dropFirst() { workplace.console.say(other.message, .yellow) }
      // The JSON document contains the problem.
      if workplace.console.isJSON { return problem.exit.rawValue }
      throw problem
    }
    return switch outcome.inspection.verdict {
    case .asRecorded: ExitCode.done.rawValue
    case .differs: ExitCode.failed.rawValue
    case .notProven: ExitCode.pending.rawValue
    }
  }

  /// Refuses a text that can be neither the beginning of an id nor a label code.
  /// - Throws: `CodeMistyped`.
  private static func checkReference(_ text: String) throws {
    let hyphens = [8, 13, 18, 23]
    let mayBeID = TextNormalization.typed(text).lowercased().utf8.enumerated().allSatisfy { place, byte in
      hyphens.contains(place)
        ? byte == UInt8(ascii: "-") : (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
    }
    if !mayBeID { _ = try labelCode(text) }
  }

  // MARK: - The page

  private typealias Page = (path: String, file: CommandOutput)

  /// Opens the path of `--output` before the work. The page replaces no file that has contents, because a page
  /// is evidence that somebody may have signed.
  /// - Throws: `UsageError`, `PageTaken`, `FileFailure.unwritable`, `Cancelled`.
  private static func openPage(_ path: String, _ workplace: Workplace) throws -> Page {
    if path.isEmpty { throw UsageError.empty(option: "output") }
    // A link counts as a taken name, wherever it leads. A pipe is refused, because the program would wait for
    // its reader.
    if let status = try? FilePath(path).status(followsLinks: false) {
      switch status.kind {
      case .regular where status.byteCount == 0, .characterDevice: break
      default: throw PageTaken(path: path)
      }
    }
    return (path, try workplace.openOutput(path))
  }

  /// Writes a page to the path that was given, or else beside the papers of the record.
  /// - Returns: the path.
  private static func write(
    _ page: Data, to output: Page?, of installation: Installation, named name: String, _ workplace: Workplace
  ) throws -> String {
    guard let output else {
      // An earlier page may have been signed since, so that a different page gets another name.
      var number = 1
      var file = workplace.documentPath(of: installation, named: "\(name).pdf")
      while (try? FilePath(file).status(followsLinks: false)) != nil {
        if (try? workplace.read(file, atMost: page.count)) == page { return file }
        number += 1
        file = workplace.documentPath(of: installation, named: "\(name)-\(number).pdf")
      }
      try workplace.writeSynced(page, to: file)
      return file
    }
    try output.file.write(page)
    try output.file.finish(isSynced: true)
    return output.path
  }

  /// The name of a page's file without its ending. It contains the time of the inspection, because the number
  /// of the revision may change until delivery.
  private static func name(of inspection: Inspection) -> String {
    "inspection-\(inspection.inspectedAt.description.prefix(19).filter { $0 != "-" && $0 != ":" })"
  }

  /// Makes the page of the last inspection on this laptop again.
  private static func printAgain(_ options: Options, _ workplace: Workplace) throws -> Int32 {
    let given = [
      ("port", options.port), ("label", options.label), ("label-photo", options.labelPhoto),
      ("seal", options.seal),
    ].first { $0.1 != nil }
    if let given { throw UsageError.conflictingOptions("--reprint", "--\(given.0)") }
    try checkReference(options.code)
    let output = try options.output.map { try openPage($0, workplace) }
    let installation = try lastInspected(options.code, workplace)
    guard let inspection = installation.inspections?.last else { throw NeverInspected(reference: options.code) }
    let file = try write(
      InspectionRun.page(of: inspection, installation), to: output, of: installation,
      named: name(of: inspection), workplace)
    let console = workplace.console
    try console.answer(
      document(installation, inspection, revision: installation.revision, file: file, console)
    ) {
      let time = inspection.inspectedAt.screenText
      console.put(Text(zh: "\(time) 的检查记录：\(file)", en: "page of \(time): \(file)"))
      InspectionTexts.put(inspection.verdict, to: console)
    }
    return ExitCode.done.rawValue
  }

  /// The record with the latest inspection that this laptop has: its own, or the one that it has queued for the
  /// platform.
  private static func lastInspected(_ reference: String, _ workplace: Workplace) throws -> Installation {
    let visited = try workplace.fieldbook().lastVisited(reference)
    let own = try own(reference, workplace)
    let candidates = [own, visited].compactMap(\.self).filter { $0.inspections?.isEmpty == false }
    let last = candidates.max { left, right in
      guard let earlier = left.inspections?.last, let later = right.inspections?.last else { return false }
      return earlier.inspectedAt < later.inspectedAt
    }
    guard let last else { throw NeverInspected(reference: reference) }
    return last
  }

  /// The record that this laptop has; nil where it has none.
  private static func own(_ reference: String, _ workplace: Workplace) throws -> Installation? {
    do {
      return try workplace.fieldbook().installation(matching: reference)
    } catch FieldbookError.notFound {
      return nil
    }
  }

  // MARK: - What could not be written

  private static func notKept(_ error: any Error) -> Failure {
    explain(error).within(
      Text(zh: "检查结果没有写进安装记录：", en: "the inspection is not on record: "))
  }

  private static func notPrinted(
    _ error: any Error, _ outcome: InspectionRun.Outcome, _ options: Options
  ) -> Failure {
    var failure = explain(error).within(Text(zh: "检查记录没有写成：", en: "the page is not written: "))
    let cure = failure.hint
    let reference = ShellWord.quoted(outcome.installation.code?.description ?? options.code)
    failure.hint =
      outcome.revision == nil
      ? Text(zh: "\(cure.zh)，再检查一次", en: "\(cure.en); then inspect again")
      : Text(
        zh: "检查结果已记下。\(cure.zh)，再运行 weldtech inspect \(reference) --reprint",
        en: "the inspection is on record. \(cure.en); then `weldtech inspect \(reference) --reprint`")
    return failure
  }

  // MARK: - What is read at the welder

  /// The label as it was given; nil where it was not.
  private static func label(_ options: Options, _ workplace: Workplace) throws -> InspectionFindings.Label? {
    if options.label != nil, options.labelPhoto != nil {
      throw UsageError.conflictingOptions("--label", "--label-photo")
    }
    if let text = options.label { return try typed(text) }
    if let photo = options.labelPhoto { return try label(onPhoto: photo, workplace) }
    // A text with a slash is an address that was scanned from the label. A bare code may have been typed from a
    // list.
    let isScanned = options.code.contains("/") && LabelCode(written: options.code) != nil
    return isScanned ? .texts([harmless(TextNormalization.typed(options.code))]) : nil
  }

  /// Reads the label on a photo.
  static func label(onPhoto photo: String, _ workplace: Workplace) throws -> InspectionFindings.Label {
    var texts: [String] = []
    for text in try PlateReader(workplace: workplace).texts(onPhoto: photo).map(harmless)
    where !texts.contains(text) {
      texts.append(text)
    }
    return texts.isEmpty ? .unreadable : .texts(texts)
  }

  /// The label of a text that was scanned or typed: an address is from its symbol, anything else is its code.
  /// - Throws: `CodeMistyped` for a code that nobody printed.
  private static func typed(_ text: String) throws -> InspectionFindings.Label {
    let plain = harmless(TextNormalization.typed(text))
    return plain.contains("/") ? .texts([plain]) : .code(try labelCode(plain))
  }

  /// Makes the text of a symbol from anybody harmless: cuts it to a bounded length and replaces invisible
  /// characters.
  private static func harmless(_ text: String) -> String {
    var kept = String.UnicodeScalarView()
    for scalar in text.unicodeScalars.prefix(4 * maxLabelCharacters) {
      switch scalar.properties.generalCategory {
      case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator:
        kept.append("\u{FFFD}")
      default: kept.append(scalar)
      }
    }
    return String(String(kept).prefix(maxLabelCharacters))
  }

  private static func askLabel(_ workplace: Workplace) throws -> InspectionFindings.Label {
    guard workplace.console.canPrompt else { return .notGiven }
    let text = try workplace.console.prompter.text(
      Text(zh: "扫描标牌，或照标牌写标牌码（可不填）", en: "scan the label, or type its code (optional)"), mayBeEmpty: true,
      problem: { text in
        do {
          if !text.isEmpty { _ = try typed(text) }
          return nil
        } catch { return explain(error).message }
      })
    return text.isEmpty ? .notGiven : try typed(text)
  }

  private static func askSeal(_ workplace: Workplace) throws -> String? {
    guard workplace.console.canPrompt else { return nil }
    let text = try workplace.console.prompter.text(
      Text(zh: "封条编号（可不填）", en: "seal number (optional)"), mayBeEmpty: true,
      problem: {
        $0.isEmpty || (try? SealCommand.sealNumber($0)) != nil ? nil : SealMistyped().failure.message
      })
    return text.isEmpty ? nil : try SealCommand.sealNumber(text)
  }

  // MARK: - Telling

  private static func document(
    _ installation: Installation, _ inspection: Inspection, revision: Int?, file: String?, _ console: Console
  ) -> Document {
    Document(
      id: installation.id, code: Nullable(installation.code), verdict: inspection.verdict,
      source: inspection.source, revision: revision,
      checks: inspection.checks.map { check in
        Document.Check(
          name: check.name, outcome: check.outcome, recorded: check.recorded, found: check.found,
          reason: check.reason, givenAs: check.givenAs,
          message: InspectionTexts.words(of: check)?[console.language])
      },
      state: inspection.state, file: file)
  }

  private static func answer(
    _ outcome: InspectionRun.Outcome, file: String?, seconds: Duration, _ problem: Failure?, _ console: Console
  ) throws {
    let inspection = outcome.inspection
    var document = document(
      outcome.installation, inspection, revision: outcome.revision, file: file, console)
    let (whole, parts) = seconds.components
    document.seconds = Double(whole) + Double(parts / 1_000_000_000_000_000) / 1000
    document.error = problem.map { Document.Problem($0, in: console.language) }
    try console.answer(document) {
      InspectionTexts.put(inspection.checks, to: console)
      if let file { console.put(Text(zh: "检查记录：\(file)", en: "page: \(file)")) }
      if outcome.revision != nil {
        let isChanged = inspection.checks.contains { $0.why == .recordChanged }
        console.say(
          isChanged
            ? Text(
              zh: "本机的安装记录没有改动；检查结果记到平台的记录上，weldtech sync 上传",
              en:
                "this laptop's record stays as it is; the inspection goes on the platform's: `weldtech sync` delivers it"
            )
            : Text(zh: "已记入安装记录，weldtech sync 上传", en: "it is on record; `weldtech sync` delivers it"))
      } else if outcome.failure == nil {
        console.say(
          Text(
            zh: "检查结果没有写进安装记录：记录和写入时不一样，保留现状并报告公司",
            en:
              "the inspection is not added to the record, which is not as it was written: leave it as it is and report it"
          ), .yellow)
      }
      if inspection.verdict == .notProven {
        console.say(
          InspectionTexts.remedy(forUnproven: inspection.checks.first { $0.topic == .key }?.why), .yellow)
      }
      InspectionTexts.put(inspection.verdict, to: console)
    }
  }
}

/// The error that there is a file of the page's name, which a page does not replace.
struct PageTaken: Error {
  let path: String
}

/// The error that this laptop has no inspection of the welder.
struct NeverInspected: Error {
  let reference: String
}
