import Arguments
import Cryptography
import Drawing
import Files
import Glibc
import Labels
import Records
import Terminal

extension LabelBatchCommand {
  /// Checks the options against each other before anything is read.
  /// - Throws: `UsageError`, `LabelError.printerUnknown`.
  static func check(_ options: Options) throws -> (LabelMaker.Settings, LabelDestination?) {
    if options.pages.isMirrored, options.pages.isLaser {
      throw UsageError.conflictingOptions("--mirror", "--laser")
    }
    let settings = LabelMaker.Settings(
      dotsPerInch: options.dpi, correction: options.correction.flatMap(QRSymbol.Correction.init(rawValue:)),
      printGainMillimetres: options.printGain, format: LabelFormat(rawValue: options.format) ?? .png,
      inks: options.pages.inks)
    if options.isPDF, let option = options.printing.given {
      throw UsageError.conflictingOptions("--\(option)", "--format pdf")
    }
    if !options.isPDF, !options.isPreview, let option = options.pages.unfit(for: settings.format) {
      throw UsageError.conflictingOptions("--\(option)", "--format \(options.format)")
    }
    return (settings, options.isPreview ? nil : try options.printing.destination(format: settings.format))
  }

  /// Makes the request to the label shop from the options.
  /// - Throws: `UsageError`, `LabelError`.
  static func request(
    for labels: LabelRequests, _ options: Options, template: LabelTemplate, settings: LabelMaker.Settings,
    destination: LabelDestination?, output: String
  ) throws -> LabelShop.Request {
    let form: LabelShop.Request.Form
    if options.isPDF {
      form = .pages(
        LabelShop.Pages(
          file: try regularFile(output), layout: try options.pages.layout(for: template),
          verification: LabelSheets.Verification(rawValue: options.pages.verify) ?? .sample,
          isForPrintShop: options.pages.isForPrintShop))
    } else {
      form = .files(folder: output)
    }
    return LabelShop.Request(
      labels: labels, template: template, settings: settings, form: form, destination: destination,
      reason: options.reason, workers: options.jobs ?? processorCount,
      formerDigest: formerDigest(of: labels, options))
  }

  /// The path of the file of pages, with links resolved. A pipe or a device is refused, since delivered files
  /// are read back.
  private static func regularFile(_ output: String) throws -> String {
    let kind = try? FilePath(output).status().kind
    guard kind == nil || kind == .regular, let target = FilePath(absolutePath(output)).endOfLinks else {
      throw UsageError.badValue(
        parameter: "--output", expected: .described(Text(zh: "普通文件", en: "a regular file")))
    }
    return String(validating: target.bytes, as: UTF8.self) ?? absolutePath(output)
  }

  private static var processorCount: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

  /// Has the label shop fulfil a request and shows its progress.
  static func fulfil(_ request: LabelShop.Request, began: ContinuousClock.Instant, _ workplace: Workplace)
    throws
    -> LabelShop.Outcome
  {
    let display = ProgressDisplay(for: workplace.console, now: { ContinuousClock.now - began })
    var isShown = false
    do {
      let outcome = try workplace.labelShop().fulfil(request) { event in
        switch event {
        case .began(let labels):
          isShown = true
          display.begin(
            Text(zh: "制作标牌", en: "making labels"), total: labels, unit: .items(Text(zh: "块", en: "labels")))
        case .made(let labels): display.advance(to: labels)
        }
      }
      if isShown { display.finish() }
      return outcome
    } catch {
      if isShown { display.fail() }
      throw error
    }
  }

  // MARK: - Orders of older programs

  /// The digest of a request as programs before version 1 of `RequestDigest` computed it: over Swift's default
  /// description of the options for pages, which is spelled out here.
  static func formerDigest(of labels: LabelRequests, _ options: Options) -> String {
    func quoted(_ text: String) -> String { text.debugDescription }
    func optional(_ text: String?) -> String { text.map { "Optional(\($0))" } ?? "nil" }
    let pages = options.pages
    let described =
      "PageOptions(sheet: \(optional(pages.sheet.map(quoted))), margin: \(optional(pages.margin.map { "\($0)" })), "
      + "gutter: \(optional(pages.gutter.map { "\($0)" })), order: \(quoted(pages.order)), "
      + "startAt: \(optional(pages.startAt.map { "\($0)" })), isMirrored: \(pages.isMirrored), "
      + "isLaser: \(pages.isLaser), cut: \(optional(pages.cut.map(quoted))), white: \(quoted(pages.white)), "
      + "choke: \(pages.choke), verify: \(quoted(pages.verify)))"
    let design = [
      options.template, options.format, "\(options.dpi ?? 0)", options.correction ?? "",
      "\(options.printGain ?? -1)", described,
    ]
    var hasher = SHA256Hasher()
    // No text contains a zero byte.
    for text in design { hasher.update(Array(text.utf8) + [0]) }
    for label in labels {
      hasher.update(Array(label.payload.text.utf8) + [0])
      for (name, value) in label.fields.sorted(by: { $0.key < $1.key }) {
        hasher.update(Array(name.utf8) + [0] + Array(value.utf8) + [0])
      }
    }
    return hasher.finish().hex
  }
}
