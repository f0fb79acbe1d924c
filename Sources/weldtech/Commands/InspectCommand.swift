import Arguments
import Characters
import FoundationEssentials
import Labels
import Records
import Terminal

/// `inspect`: holds an installed welder against its record.
enum InspectCommand {
  struct Options {
    var code = ""
    var port: String?
    var label: String?
    var labelPhoto: String?
    var seal: String?
    var output: String?
  }

  struct Document: Encodable {
    struct Check: Encodable {
      var name: String
      var outcome: InspectionCheck.Outcome
      var recorded: String?
      var found: String?
      var reason: String?
      /// The difference in words, or why the check was not run; nil for one that passed.
      var message: String?
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
    /// The path of the page.
    var file: String
    var seconds: Double
  }

  private static let maxPhotoBytes = 256 << 20
  /// The number of characters of a symbol's text that are kept.
  private static let maxLabelCharacters = 300

  static var command: Command<Workplace> {
    Command(
      "inspect", Text(zh: "检查已安装的焊机与登记是否一致", en: "hold an installed welder against its record"),
      discussion: Text(
        zh:
          "不用打开机壳，也不改动模块。有不一致退出码为 1；模块密钥没能验证为 8，联网后再检查一次。",
        en:
          "The case stays closed, and nothing on the module is changed. Exit 1 where something differs;\n8 where nobody could judge the module's proof of its key: inspect again with a network."
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
            zh: "检查记录（一页 PDF）写到哪里", en: "where the page goes, a PDF; unless told, beside the record's papers"))
      }, run: run)
  }

  static func run(_ options: Options, _ workplace: Workplace) throws -> Int32 {
    let began = ContinuousClock.now
    let inspector = try workplace.inspector()
    let output = try options.output.map { ($0, try workplace.openOutput($0)) }
    let given = try label(options, workplace)
    let found = try RecordSource(workplace: workplace).find(options.code)
    let label = try given ?? askLabel(workplace)
    let seal = try options.seal.map(SealCommand.sealNumber) ?? askSeal(workplace)
    let port = try workplace.choosePort(options.port)
    let outcome = try InspectionRun(workplace: workplace, port: port, label: label, sealNumber: seal)
      .inspect(found, by: inspector)

    let file = output?.0 ?? workplace.documentPath(of: outcome.installation, named: name(of: outcome))
    if let output {
      try output.1.write(outcome.page)
      try output.1.finish(isSynced: true)
    } else {
      try workplace.writeSynced(outcome.page, to: file)
    }
    try answer(outcome, file: file, seconds: ContinuousClock.now - began, workplace.console)
    return switch outcome.inspection.verdict {
    case .asRecorded: ExitCode.done.rawValue
    case .differs: ExitCode.failed.rawValue
    case .notProven: ExitCode.pending.rawValue
    }
  }

  // MARK: - What is read at the welder

  /// The label as it was given; nil where it was not.
  private static func label(_ options: Options, _ workplace: Workplace) throws -> InspectionFindings.Label? {
    if options.label != nil, options.labelPhoto != nil {
      throw UsageError.conflictingOptions("--label", "--label-photo")
    }
    if let text = options.label { return .texts([try typed(text)]) }
    if let photo = options.labelPhoto {
      let bytes = try workplace.read(photo, atMost: maxPhotoBytes)
      var texts: [String] = []
      do {
        for text in try LabelPicture.texts(in: bytes).map(harmless) where !texts.contains(text) {
          texts.append(text)
        }
      } catch let error as LabelError {
        throw PictureRefused(file: photo, error: error)
      }
      return texts.isEmpty ? .unreadable : .texts(texts)
    }
    // An address was scanned from the label; a code may have been typed from a list.
    let isScanned = options.code.contains("/") && LabelCode(written: options.code) != nil
    return isScanned ? .texts([harmless(TextNormalization.typed(options.code))]) : nil
  }

  /// The text of a label as it was scanned or typed.
  /// - Throws: `CodeMistyped` for a code that nobody printed.
  private static func typed(_ text: String) throws -> String {
    let plain = harmless(TextNormalization.typed(text))
    if !plain.contains("/") { return try labelCode(plain).description }
    return plain
  }

  /// The text of a symbol, which may be anybody's: bounded, and without characters that are not seen.
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
          _ = text.isEmpty ? text : try typed(text)
          return nil
        } catch { return explain(error).message }
      })
    return text.isEmpty ? .notGiven : .texts([try typed(text)])
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

  /// The name of the page's file, by the local time of the inspection and the revision that it makes.
  private static func name(of outcome: InspectionRun.Outcome) -> String {
    let time = outcome.inspection.inspectedAt.description.prefix(19).filter { $0 != "-" && $0 != ":" }
    return "inspection-\(time)\(outcome.revision.map { "-\($0)" } ?? "").pdf"
  }

  private static func answer(
    _ outcome: InspectionRun.Outcome, file: String, seconds: Duration, _ console: Console
  ) throws {
    let inspection = outcome.inspection
    let (whole, parts) = seconds.components
    let document = Document(
      id: outcome.installation.id, code: Nullable(outcome.installation.code), verdict: inspection.verdict,
      source: inspection.source, revision: outcome.revision,
      checks: inspection.checks.map { check in
        Document.Check(
          name: check.name, outcome: check.outcome, recorded: check.recorded, found: check.found,
          reason: check.reason, message: InspectionTexts.words(of: check)?[console.language])
      },
      state: inspection.state, file: file,
      seconds: Double(whole) + Double(parts / 1_000_000_000_000_000) / 1000)
    try console.answer(document) {
      InspectionTexts.put(inspection, to: console)
      console.put(Text(zh: "检查记录：\(file)", en: "page: \(file)"))
      guard outcome.revision != nil else {
        return console.say(
          Text(
            zh: "检查结果没有写进安装记录：记录和写入时不一样，保留现状并报告公司",
            en:
              "the inspection is not added to the record, which is not as it was written: leave it as it is and report it"
          ), .yellow)
      }
      console.say(Text(zh: "已记入安装记录，weldtech sync 上传", en: "it is on record; `weldtech sync` delivers it"))
      if inspection.verdict == .notProven {
        console.say(
          Text(zh: "联网后再检查一次，验证模块密钥", en: "inspect again with a network, to have the key proven"), .yellow)
      }
    }
  }
}
