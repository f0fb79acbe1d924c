import CXLSXWriter
import Files
import Glibc

/// Writes a form as a workbook that is printed, signed and stamped: A4 landscape, as wide as the page, the
/// headings on every page. The library keeps one row in memory. The first error is kept until `finish`.
final class FormWorkbook {
  typealias Format = UnsafeMutablePointer<lxw_format>
  typealias Sheet = UnsafeMutablePointer<lxw_worksheet>

  private let form: LedgerForm
  private let head: FormHead
  private let workbook: UnsafeMutablePointer<lxw_workbook>
  private let sheet: Sheet
  private let formats: Formats
  private var row: UInt32 = 0
  private var firstError = LXW_NO_ERROR
  private var isClosed = false

  /// Number of the row of the headings, from 0: attachment, title and the line of the reporter stand above it.
  static let headingRow: UInt32 = 3
  private static let maxRows = 1_048_576

  /// Begins a workbook.
  /// - Parameters:
  ///   - path: the path of the caller's file, into which the workbook is written when it is finished.
  ///   - temporaryFolder: the place of the library's temporary files, which hold names and phones.
  init(_ form: LedgerForm, head: FormHead, path: String, temporaryFolder: String) throws(LedgerError) {
    // Where the folder is missing, the library would use /tmp without an error.
    do throws(FileError) {
      guard try FilePath(temporaryFolder).status().kind == .folder else {
        throw FileError(FilePath(temporaryFolder), .create, ENOTDIR)
      }
    } catch {
      throw .file(error)
    }
    guard let workbook = wt_workbook_new(path, temporaryFolder) else {
      throw .workbook(code: LXW_ERROR_MEMORY_MALLOC_FAILED.rawValue)
    }
    guard let sheet = workbook_add_worksheet(workbook, form.attachment) else {
      lxw_workbook_free(workbook)
      throw .workbook(code: LXW_ERROR_MEMORY_MALLOC_FAILED.rawValue)
    }
    self.form = form
    self.head = head
    self.workbook = workbook
    self.sheet = sheet
    formats = Formats(workbook)
    check(
      wt_workbook_set_properties(
        workbook, form.title, head.reporter ?? "", Int64(head.filledOn.daysSince1970) * 86_400))
    setUp(sheet, widths: form.columns.map(\.width))
    begin()
  }

  deinit { if !isClosed { lxw_workbook_free(workbook) } }

  // MARK: - Writing

  /// Adds a row of the form.
  func add(_ values: [FormValue]) {
    write(values, isSum: false)
  }

  /// Adds the sums and the note below the rows, and writes the file.
  /// - Parameter sums: the sums of 附件2, of which those by street stand on a sheet of their own; nil for 附件1.
  /// - Throws: `tooManyRows`, `workbook`.
  func finish(_ sums: FormSums?) throws(LedgerError) {
    if let all = sums?.all {
      write(
        [
          .text("合计"), .unknown, .unknown, FormValue(all.counts[.known]), FormValue(all.counts[.done]),
          FormValue(all.operators), FormValue(all.certified), FormValue(all.counts[.retired]), .unknown,
          .unknown,
        ], isSum: true)
    }
    let lastColumn = UInt16(form.columns.count - 1)
    merge(sheet, row, 0, lastColumn, form.note, formats.note, height: 24)
    check(worksheet_print_area(sheet, 0, 0, row, lastColumn))
    if let sums { addStreets(sums) }
    isClosed = true
    check(workbook_close(workbook))
    if firstError != LXW_NO_ERROR { throw .workbook(code: firstError.rawValue) }
    if Int(row) >= Self.maxRows { throw .tooManyRows }
  }

  // MARK: - Parts

  private func begin() {
    let last = UInt16(form.columns.count - 1)
    check(worksheet_write_string(sheet, 0, 0, form.attachment, formats.plain))
    // The library accepts rows only in ascending order.
    if form == .progress, !scope.isEmpty { merge(sheet, 0, 2, last, scope, formats.scope) }
    merge(sheet, 1, 0, last, form.title, formats.title, height: 32)
    switch form {
    case .survey:
      let parts = [(0, 9, "填报单位（盖章）：\(head.reporter ?? "")"), (10, Int(last), scope)]
      writeHead(parts, on: sheet, row: 2, widths: form.columns.map(\.width))
    case .progress:
      writeHead(
        progressHead(splitAt: (3, 7), last: Int(last)), on: sheet, row: 2, widths: form.columns.map(\.width))
    }
    row = Self.headingRow
    check(worksheet_set_row(sheet, row, 44, nil))
    for (column, heading) in form.columns.enumerated() {
      check(
        worksheet_write_string(
          sheet, row, UInt16(column), heading.title, heading.isRequired ? formats.required : formats.heading))
    }
    check(worksheet_repeat_rows(sheet, row, row))
    worksheet_freeze_panes(sheet, row + 1, 0)
    row += 1
    if form == .progress { addFooter(to: sheet) }
  }

  /// The words of the head that say which welders the form is about; empty for all welders.
  private var scope: String { head.scope.map { "范围：\($0)" } ?? "" }

  /// Writes the scope and the page number at the foot of every printed page, where the form has a scope.
  private func addFooter(to sheet: Sheet) {
    guard !scope.isEmpty else { return }
    // An ampersand begins a code in a footer, and two ampersands stand for one.
    let words = scope.utf8.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: false)
    let text = "&L" + words.map { String(Substring($0)) }.joined(separator: "&&") + Self.pageNumber
    // Excel refuses a longer footer; the scope is then left out here, since it stands in the head as well.
    if text.unicodeScalars.count <= Self.maxFooter { check(worksheet_set_footer(sheet, text)) }
  }

  private static let pageNumber = "&C第 &P 页，共 &N 页"
  private static let maxFooter = 200

  /// The head of 附件2 and of its sums: the reporting unit, the day, and the place for the signature.
  /// - Parameter splitAt: the last columns of the first two places.
  private func progressHead(splitAt: (Int, Int), last: Int) -> [(Int, Int, String)] {
    [
      (0, splitAt.0, "填表单位（盖章）：\(head.reporter ?? "")"),
      (splitAt.0 + 1, splitAt.1, "填表时间：\(head.writtenDay)"),
      (splitAt.1 + 1, last, "主要负责人签字："),
    ]
  }

  /// Writes the line of the head, high enough for the longest of its texts.
  private func writeHead(
    _ parts: [(first: Int, last: Int, text: String)], on sheet: Sheet, row: UInt32, widths: [Double]
  ) {
    var lines = 1
    for part in parts {
      // The head is set a little larger than the rows.
      let width = widths[part.first...part.last].reduce(0, +) * 11 / 12
      lines = max(lines, Self.lines(of: part.text, width: width))
    }
    check(worksheet_set_row(sheet, row, max(36, Double(min(lines, Self.maxLines)) * 17 + 4), nil))
    for part in parts { merge(sheet, row, UInt16(part.first), UInt16(part.last), part.text, formats.head) }
  }

  /// The widths of the columns of the sums by street, in digits.
  private static let streetWidths: [Double] = [30, 10, 12, 17, 14, 22, 18, 22]

  private func addStreets(_ sums: FormSums) {
    guard let sheet = workbook_add_worksheet(workbook, "分苏木镇街道") else {
      return check(LXW_ERROR_MEMORY_MALLOC_FAILED)
    }
    let last = UInt16(FormSums.columns.count)
    setUp(sheet, widths: Self.streetWidths)
    check(worksheet_write_string(sheet, 0, 0, form.attachment, formats.plain))
    if !scope.isEmpty { merge(sheet, 0, 2, last, scope, formats.scope) }
    merge(sheet, 1, 0, last, "\(form.title)（分苏木镇、街道）", formats.title, height: 32)
    writeHead(progressHead(splitAt: (2, 4), last: Int(last)), on: sheet, row: 2, widths: Self.streetWidths)
    addFooter(to: sheet)
    var row = Self.headingRow
    check(worksheet_set_row(sheet, row, 44, nil))
    for (column, title) in (["苏木镇、街道"] + FormSums.columns.map(\.title)).enumerated() {
      check(worksheet_write_string(sheet, row, UInt16(column), title, formats.heading))
    }
    check(worksheet_repeat_rows(sheet, row, row))
    row += 1
    let streets = sums.streets.map { ($0.name.isEmpty ? "未填" : $0.name, $0.line, false) }
    for (street, line, isSum) in streets + [("合计", sums.all, true)] {
      let name = FormValue.cellText(street)
      check(
        worksheet_set_row(
          sheet, row, Self.height(ofLines: Self.lines(of: name, width: Self.streetWidths[0])), nil))
      check(worksheet_write_string(sheet, row, 0, name, isSum ? formats.sum : formats.text))
      for (column, part) in FormSums.columns.enumerated() {
        let format = isSum ? formats.sum : formats.number
        if let value = part.value(line) {
          check(worksheet_write_number(sheet, row, UInt16(column + 1), Double(value), format))
        } else {
          check(worksheet_write_blank(sheet, row, UInt16(column + 1), format))
        }
      }
      row += 1
    }
    check(worksheet_print_area(sheet, 0, 0, row - 1, last))
  }

  private func write(_ values: [FormValue], isSum: Bool) {
    // LibreOffice and printers do not fit a row to its text by themselves.
    check(worksheet_set_row(sheet, row, height(of: values), nil))
    var place: UInt16 = 0
    for (column, value) in zip(form.columns, values) {
      let format = isSum ? formats.sum : column.kind == .text ? formats.text : formats.number
      switch value {
      case .text(let text): check(worksheet_write_string(sheet, row, place, text, format))
      case .number(let number): check(worksheet_write_number(sheet, row, place, number, format))
      case .unknown: check(worksheet_write_blank(sheet, row, place, format))
      }
      place += 1
    }
    row += 1
  }

  /// The height of a row in points, in which each text has the lines that it needs, up to `maxLines`.
  private func height(of values: [FormValue]) -> Double {
    var lines = 1
    for (column, value) in zip(form.columns, values) {
      guard case .text(let text) = value else { continue }
      lines = max(lines, Self.lines(of: text, width: column.width))
    }
    return Self.height(ofLines: lines)
  }

  private static func height(ofLines lines: Int) -> Double { Double(min(lines, maxLines)) * 15.5 + 4 }

  /// The number of lines of a text in a column.
  /// - Parameter width: the column's width in digits.
  static func lines(of text: String, width: Double) -> Int {
    var lines = 1
    var used = 0.0
    for scalar in text.unicodeScalars {
      if scalar == "\n" {
        (lines, used) = (lines + 1, 0)
        continue
      }
      // A Chinese character is a little wider than two digits of the sheet's own type.
      let advance = scalar.value < 0x1100 ? 1.05 : 2.1
      used += advance
      if used > width + 0.3 { (lines, used) = (lines + 1, advance) }
    }
    return lines
  }

  /// The maximum number of lines of a row, at which a page still has room for several rows.
  private static let maxLines = 20

  /// Writes a text over several cells of a row.
  private func merge(
    _ sheet: Sheet, _ row: UInt32, _ first: UInt16, _ last: UInt16, _ text: String, _ format: Format?,
    height: Double? = nil
  ) {
    if let height { check(worksheet_set_row(sheet, row, height, nil)) }
    check(worksheet_merge_range(sheet, row, first, row, last, FormValue.cellText(text), format))
  }

  private func setUp(_ sheet: Sheet, widths: [Double]) {
    worksheet_set_landscape(sheet)
    worksheet_set_paper(sheet, 9)
    worksheet_set_margins(sheet, 0.4, 0.4, 0.55, 0.6)
    worksheet_center_horizontally(sheet)
    worksheet_fit_to_pages(sheet, 1, 0)
    check(worksheet_set_footer(sheet, Self.pageNumber))
    for (column, width) in widths.enumerated() {
      check(worksheet_set_column(sheet, UInt16(column), UInt16(column), width, nil))
    }
  }

  private func check(_ error: lxw_error) {
    if firstError == LXW_NO_ERROR { firstError = error }
  }

  // MARK: - Looks

  /// The formats of cells, which the workbook owns.
  private struct Formats {
    let plain, title, head, scope, heading, required, text, number, sum, note: Format?

    init(_ workbook: UnsafeMutablePointer<lxw_workbook>) {
      func format(_ size: Double, isBold: Bool = false, _ change: (Format) -> Void = { _ in }) -> Format? {
        guard let format = workbook_add_format(workbook) else { return nil }
        format_set_font_name(format, "宋体")
        format_set_font_size(format, size)
        format_set_align(format, UInt8(LXW_ALIGN_VERTICAL_CENTER.rawValue))
        if isBold { format_set_bold(format) }
        change(format)
        return format
      }
      func centred(_ format: Format) { format_set_align(format, UInt8(LXW_ALIGN_CENTER.rawValue)) }
      func ruled(_ format: Format) {
        format_set_border(format, UInt8(LXW_BORDER_THIN.rawValue))
        format_set_text_wrap(format)
      }
      plain = format(11)
      title = format(18, isBold: true, centred)
      head = format(12) { format_set_text_wrap($0) }
      scope = format(11) {
        format_set_align($0, UInt8(LXW_ALIGN_RIGHT.rawValue))
        format_set_text_wrap($0)
      }
      heading = format(11, isBold: true) {
        centred($0)
        ruled($0)
      }
      required = format(11, isBold: true) {
        centred($0)
        ruled($0)
        format_set_font_color($0, 0x0000FF)
      }
      text = format(11) {
        ruled($0)
        // The format '@' keeps a text that looks like a number as it was typed.
        format_set_num_format($0, "@")
      }
      number = format(11) {
        centred($0)
        ruled($0)
      }
      sum = format(11, isBold: true) {
        centred($0)
        ruled($0)
      }
      note = format(11) { format_set_text_wrap($0) }
    }
  }
}
