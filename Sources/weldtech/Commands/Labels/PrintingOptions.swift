import Arguments
import Drawing
import Fieldbook
import Labels
import Records
import Terminal

/// The place that labels go to besides a file.
struct PrintingOptions {
  var printerName: String?
  var language = LabelPrinter.Language.png
  var device: String?

  /// The option that names a printer.
  var given: String? { printerName != nil ? "printer" : device != nil ? "zpl" : nil }

  /// The printer or device that was named.
  /// - Throws: `LabelError.printerUnknown` before anything is made; a usage error.
  func destination(format: LabelFormat = .png) throws -> LabelDestination? {
    guard let given else { return nil }
    if printerName != nil, device != nil { throw UsageError.conflictingOptions("--printer", "--zpl") }
    if format != .png { throw UsageError.conflictingOptions("--\(given)", "--format \(format.rawValue)") }
    if let device { return .device(absolutePath(device)) }
    return try printerName.map { .spooler(try LabelPrinter(named: $0), language) }
  }
}

extension Parameters {
  /// Adds the template by which a label is made, and its dots per inch.
  mutating func template(
    _ template: WritableKeyPath<Options, String>, resolution: WritableKeyPath<Options, Int?>
  ) {
    option(
      "template", template, .string, placeholder: "T", Text(zh: "模板", en: "template"),
      completion: .dynamic("templates"))
    option(
      "dpi", resolution, .int(LabelMaker.resolutions), placeholder: "N",
      Text(zh: "分辨率；不写用模板的", en: "dots per inch; unless told, the template's"))
  }

  /// Adds the damage that the symbol is to stand, and the printer's effect on it.
  mutating func ink(
    correction: WritableKeyPath<Options, String?>, gain: WritableKeyPath<Options, Double?>
  ) {
    option(
      "correction", correction, .choice(of: QRSymbol.Correction.allCases.map(\.rawValue)),
      placeholder: "L|M|Q|H",
      Text(
        zh: "二维码最低纠错级别；不写用模板的（一般为 Q）", en: "least error correction; unless told, the template's, usually Q")
    )
    option(
      "print-gain", gain, .double(LabelMaker.printGains), placeholder: "MM",
      Text(
        zh: "油墨在每条边扩散多少毫米，制图时减去", en: "millimetres by which ink spreads at each edge, taken off beforehand")
    )
  }

  mutating func printing(_ path: WritableKeyPath<Options, PrintingOptions>) {
    option(
      "printer", path.appending(path: \.printerName), .string, placeholder: "NAME",
      Text(zh: "同时送到这台打印机（CUPS 名称）", en: "send it to this printer, too (its name in CUPS)"))
    option(
      "printer-language", path.appending(path: \.language), .choice, placeholder: "png|zpl",
      Text(zh: "打印机的语言：png 由系统转换，zpl 逐点直送", en: "what it is sent: png by the system's filters, zpl dot for dot")
    )
    option(
      "zpl", path.appending(path: \.device), .file, placeholder: "F|/dev/usb/lp0",
      Text(zh: "同时以 ZPL 写到这台打印机的设备或文件末尾", en: "write it as ZPL to a printer's device, or to a file's end, too"))
  }
}

/// An order of labels while it is being printed.
final class LabelRun {
  private let fieldbook: Fieldbook
  private let clock: any Clock
  let job: LabelJob

  fileprivate init(fieldbook: Fieldbook, clock: any Clock, job: LabelJob) {
    self.fieldbook = fieldbook
    self.clock = clock
    self.job = job
  }

  /// Counts labels that are whole and on disk, or with the spooler.
  func count(_ labels: [Fieldbook.PrintedLabel]) throws {
    try fieldbook.markPrinted(labels, in: job, at: clock.now())
  }

  /// Notes files that labels share, by their names in the order's folder.
  func addFiles(_ files: [String: String]) throws { try fieldbook.addLabelFiles(files, of: job) }
}

/// The error that another order of labels is being made on this laptop.
struct LabelsBusy: Error {}

extension Workplace {
  var printerDraft: String { "\(home)/printing" }

  /// Records an order, makes it by `body`, and closes it: labels that `body` did not count are as if they had not
  /// been ordered, unless the program is killed; then the same order goes on where it stood.
  /// - Parameter staysOpen: an order that fails can be taken up again with the same output, mended or not.
  /// - Throws: `LabelsBusy`, `FieldbookError` where a label may not be made, and what `body` throws.
  func printing(
    _ order: Fieldbook.LabelOrder, staysOpen: Bool = false, _ body: (LabelRun) throws -> Void
  ) throws {
    let fieldbook = try fieldbook()
    guard let lock = try fieldbook.lock(.labels) else { throw LabelsBusy() }
    defer { lock.release() }
    let job = try fieldbook.beginLabels(order, at: clock.now())
    do {
      try body(LabelRun(fieldbook: fieldbook, clock: clock, job: job))
    } catch {
      if staysOpen { try fieldbook.leaveLabels(job) } else { try fieldbook.endLabels(job, at: clock.now()) }
      throw error
    }
    try fieldbook.endLabels(job, at: clock.now())
  }
}

extension LabelsBusy: Explained {
  var failure: Failure {
    Failure(
      code: "labels.busy",
      message: Text(zh: "另一个 weldtech 正在印标牌", en: "another weldtech is making labels at the moment"),
      hint: Text(zh: "等它结束再试", en: "wait for it to finish and try again"))
  }
}
