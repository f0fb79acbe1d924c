import Arguments
import Drawing
import Labels
import Terminal

/// Options that name a printer for labels, which also go to a file.
struct PrintingOptions {
  var printerName: String?
  var language = LabelPrinter.Language.png
  var device: String?

  /// The option that names a printer.
  var given: String? { printerName != nil ? "printer" : device != nil ? "zpl" : nil }

  /// The printer that the options name; nil where they name none.
  /// - Throws: `LabelError.printerUnknown` before anything is made, or a usage error.
  func destination(format: LabelFormat = .png) throws -> LabelDestination? {
    guard let given else { return nil }
    if printerName != nil, device != nil { throw UsageError.conflictingOptions("--printer", "--zpl") }
    if format != .png { throw UsageError.conflictingOptions("--\(given)", "--format \(format.rawValue)") }
    if let device { return .device(absolutePath(device)) }
    return try printerName.map { .spooler(try LabelPrinter(named: $0), language) }
  }
}

extension Parameters {
  /// Adds the parameters for the template of a label and its dots per inch.
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

  /// Adds the parameters for the damage that the symbol tolerates and for the spreading of the printer's ink.
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

  /// Adds the parameter for the file with the company's key, which stays at the company's desk.
  mutating func tagKey(_ path: WritableKeyPath<Options, String?>, _ help: Text) {
    option("tag-key", path, .file, placeholder: "F", help)
  }

  /// Adds the parameters for a printer that gets the labels besides a file.
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

extension Parameters {
  /// Adds the option for the template of a label that is made in a walk or a repair.
  mutating func labelTemplate(_ path: WritableKeyPath<Options, String>) {
    option(
      "template", path, .string, placeholder: "T", Text(zh: "标牌模板", en: "label template"),
      completion: .dynamic("templates"))
  }
}
