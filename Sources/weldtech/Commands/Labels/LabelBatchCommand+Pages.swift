import Arguments
import Labels
import Terminal

extension LabelBatchCommand {
  /// Options for PDF pages only.
  struct PageOptions {
    var sheet: String?
    var margin: Double?
    var gutter: Double?
    var order = SheetLayout.FillOrder.rows.rawValue
    var startAt: Int?
    var isMirrored = false
    var isLaser = false
    var cut: String?
    var white = "White"
    var choke = 0.75
    var verify = LabelSheets.Verification.sample.rawValue

    /// Whether a print shop gets a ticket and a proof with the pages.
    var isForPrintShop: Bool { sheet != nil || isMirrored || isLaser }

    /// The first given option that does not apply to labels in files of their own, which are on no sheet; a PNG
    /// has only one ink.
    func unfit(for format: LabelFormat) -> String? {
      if sheet != nil { return "sheet" }
      if startAt != nil { return "start-at" }
      if format == .png, isMirrored { return "mirror" }
      if format == .png, cut != nil { return "cut" }
      return nil
    }

    var inks: LabelInks {
      LabelInks(
        process: isMirrored ? .mirrored : isLaser ? .laser : .print,
        cutName: cut ?? (isMirrored || isLaser ? "CutContour" : nil), whiteName: white, chokePoints: choke)
    }

    /// The places of labels according to these options.
    /// - Throws: `UsageError`, `LabelError.sheetTooSmall`, `LabelError.startOutOfRange`.
    func layout(for template: LabelTemplate) throws -> SheetLayout {
      guard let name = sheet else {
        if startAt != nil { throw UsageError.missing(option: "sheet") }
        return try SheetLayout(template: template, sheet: nil)
      }
      guard let size = SheetLayout.Sheet.size(named: name) else {
        throw UsageError.badValue(
          parameter: "--sheet",
          expected: .described(Text(zh: "a4、a3 或 宽x高（毫米）", en: "a4, a3 or WIDTHxHEIGHT in millimetres")))
      }
      return try SheetLayout(
        template: template,
        sheet: .init(
          widthMillimetres: size.width, heightMillimetres: size.height, marginMillimetres: margin ?? 10,
          gutterMillimetres: gutter ?? 4, order: SheetLayout.FillOrder(rawValue: order) ?? .rows,
          startAt: startAt ?? 1))
    }
  }

  static func pageParameters(_ parameters: inout Parameters<Options>) {
    parameters.option(
      "sheet", \.pages.sheet, .string(suggesting: ["a4", "a3"]), placeholder: "a4|a3|WxH",
      Text(zh: "PDF 拼版的纸张，毫米；不写每页一块", en: "impose the PDF on such sheets, mm; unless told, one label a page"))
    parameters.option(
      "margin", \.pages.margin, .double(0...100), placeholder: "MM",
      Text(zh: "版边留给裁切和套准标记（一般 10）", en: "left for crop and registration marks (usual: 10)"))
    parameters.option(
      "gutter", \.pages.gutter, .double(0...50), placeholder: "MM",
      Text(zh: "标牌之间的间隔（一般 4）", en: "between labels (usual: 4)"))
    parameters.option(
      "order", \.pages.order, .choice(of: SheetLayout.FillOrder.allCases.map(\.rawValue)),
      placeholder: "rows|columns", Text(zh: "先横后竖或先竖后横", en: "fill by rows or by columns"))
    parameters.option(
      "start-at", \.pages.startAt, .int(1...10_000), placeholder: "N",
      Text(zh: "第一版从第几位开始", en: "first position used on the first sheet"))
    parameters.flag(
      "mirror", \.pages.isMirrored,
      Text(zh: "镜像，印在透明亚克力背面，白色专色垫底", en: "mirrored, for the back of clear acrylic, with a white under-base"))
    parameters.flag(
      "laser", \.pages.isLaser, Text(zh: "反相，激光雕刻用，发丝切割线", en: "inverted for a laser, with hairline cuts"))
    parameters.option(
      "cut", \.pages.cut, .string, placeholder: "NAME",
      Text(
        zh: "切割线的专色名（--mirror、--laser 时为 CutContour）",
        en: "the cut's spot colour (CutContour with --mirror and --laser)"))
    parameters.option(
      "white", \.pages.white, .string, placeholder: "NAME", Text(zh: "白色专色名", en: "the white's spot colour"))
    parameters.option(
      "choke", \.pages.choke, .double(LabelInks.chokes), placeholder: "PT",
      Text(zh: "白色缩进多少点", en: "points by which the white stays inside"))
    parameters.option(
      "verify", \.pages.verify, .choice(of: LabelSheets.Verification.allCases.map(\.rawValue)),
      placeholder: "sample|pages",
      Text(zh: "成品 PDF 每二十页回读一页，或每页都回读", en: "render and read one finished page in twenty, or every page"))
  }
}
