import Characters
public import Records
public import Tables

/// The labels that a company's table asks for. Only rows without a fault are in `rows`.
public struct LabelList: Hashable, Sendable {
  public struct Row: Hashable, Sendable {
    /// Line number in the file, from 1.
    public let line: Int
    public let code: LabelCode
    /// Tag that the company's desk made for the code; nil where the list has none.
    public let tag: LabelTag?
    /// Texts by the template's field names, without the code; empty texts are left out.
    public let fields: [String: String]

    public init(line: Int, code: LabelCode, tag: LabelTag?, fields: [String: String]) {
      self.line = line
      self.code = code
      self.tag = tag
      self.fields = fields
    }
  }

  public struct Problem: Error, Hashable, Sendable {
    public enum Fault: Hashable, Sendable {
      case row(CSVProblem.Fault)
      /// No column is called `code` or one of its other names; the value holds the cells of the header.
      case noCodeColumn(found: [String])
      /// Two columns stand for the same field.
      case columnTwice(field: String)
      /// The code has a wrong length or check character; the value is the code that was probably meant, if
      /// there is one.
      case notACode(meant: LabelCode?)
      case codeTwice(firstLine: Int)
      /// The tag is not eight characters of its alphabet.
      case notATag
      /// The tag differs from the one that the key makes.
      case otherTag
      /// The row has no text for a field that the template needs.
      case fieldMissing(field: String)
      /// The text of a field cannot be printed.
      case text(field: String, WrittenText.Fault)
    }

    public let line: Int
    public let fault: Fault

    public init(line: Int, fault: Fault) {
      self.line = line
      self.fault = fault
    }
  }

  public let rows: Rows
  /// The faults of the list, in the order of its lines.
  public let problems: [Problem]
  /// Headers of columns that match no field of the template.
  public let unusedColumns: [String]
  /// Number of `rows` that lack the text of a field, by the field's name; fields that every row fills are left
  /// out.
  public let emptyTexts: [String: Int]
  /// Encoding of the file's text.
  public let encoding: TextEncoding

  /// - Parameters:
  ///   - template: the template whose fields the columns are matched with.
  ///   - defaults: texts for fields that a row leaves empty.
  public init(_ table: CSVTable, for template: LabelTemplate, defaults: [String: String] = [:]) {
    encoding = table.encoding
    var problems = table.problems.map { Problem(line: $0.line, fault: .row($0.fault)) }
    let columns = Columns(table.header.values, fields: template.fieldNames.union(["tag"]))
    unusedColumns = columns.unused
    problems += columns.twice.map { Problem(line: table.header.line, fault: .columnTwice(field: $0)) }
    var emptyTexts: [String: Int] = [:]
    var rows = Rows(fields: template.fieldNames.subtracting(["code"]))
    if let codeColumn = columns.fields["code"] {
      let required = template.requiredFields.filter { $0 != "code" }
      let usedDefaults = defaults.filter { template.fieldNames.contains($0.key) && !$0.value.isEmpty }
      // A list without phone numbers is a choice of the company, not a gap.
      let counted = template.fieldNames.filter {
        $0 != "code" && ($0 != "companyPhone" || columns.fields[$0] != nil)
      }
      var lines: [LabelCode: Int] = [:]
      for row in table.rows {
        var faults: [Problem.Fault] = []
        if let formulas = table.formulas[row.line] {
          faults += columns.fields.values.sorted().compactMap { formulas[$0].map { .row($0) } }
          // A row with a formula is reported for the formula only, since its code may be missing because of it.
          if !faults.isEmpty {
            problems += faults.map { Problem(line: row.line, fault: $0) }
            continue
          }
        }
        let codeText = Self.codeText(row.values[codeColumn])
        let code = LabelCode(written: codeText)
        if let code {
          if let first = lines[code] { faults.append(.codeTwice(firstLine: first)) }
          lines[code] = lines[code] ?? row.line
        } else {
          faults.append(.notACode(meant: LabelCode(meantBy: codeText)))
        }
        var fields = usedDefaults
        let tagText = columns.fields["tag"].map { TextNormalization.trimmed(row.values[$0]) } ?? ""
        let tag = LabelTag(tagText)
        if !tagText.isEmpty, tag == nil { faults.append(.notATag) }
        for (field, column) in columns.fields where field != "code" && field != "tag" {
          do {
            let text = try WrittenText.optional(Self.oneLine(row.values[column]), Self.textShape, drawnBy: nil)
            if let text { fields[field] = text.text }
          } catch { faults.append(.text(field: field, error)) }
        }
        faults += required.filter { name in
          fields[name] == nil && !faults.contains { if case .text(name, _) = $0 { true } else { false } }
        }.map { .fieldMissing(field: $0) }
        problems += faults.map { Problem(line: row.line, fault: $0) }
        if let code, faults.isEmpty {
          rows.append(Row(line: row.line, code: code, tag: tag, fields: fields))
          for field in counted where fields[field] == nil { emptyTexts[field, default: 0] += 1 }
        }
      }
    } else if !table.header.values.isEmpty {
      problems.append(
        Problem(
          line: table.header.line, fault: .noCodeColumn(found: table.header.values.filter { !$0.isEmpty })))
    }
    self.rows = rows
    self.emptyTexts = emptyTexts
    self.problems = problems.sorted { $0.line < $1.line }
  }

  // MARK: - Cells

  /// The shape of a text that can be printed: one line of at most 400 characters. Whether a text fits on its
  /// label is found when the label is drawn.
  public static let textShape = WrittenText.Shape.line(maxCharacters: 400)

  /// A cell in which each tab or line break that a spreadsheet allows has become a space.
  private static func oneLine(_ cell: String) -> String {
    TextNormalization.trimmed(
      String(String.UnicodeScalarView(cell.unicodeScalars.map { $0.value < 0x20 ? " " : $0 })))
  }

  /// A cell with a code, without the apostrophe by which spreadsheets mark text.
  private static func codeText(_ cell: String) -> String {
    let text = oneLine(cell)
    return text.hasPrefix("'") ? String(text.dropFirst()) : text
  }

  // MARK: - Columns

  private struct Columns {
    var fields: [String: Int] = [:]
    var twice: [String] = []
    var unused: [String] = []

    init(_ headers: [String], fields names: Set<String>) {
      let known = Dictionary(names.map { (LabelList.plain($0), $0) }, uniquingKeysWith: { first, _ in first })
      for (column, header) in headers.enumerated() {
        let plain = LabelList.plain(header)
        let field = known[plain] ?? ColumnNames.field[plain]
        guard let field, names.contains(field) else {
          if !plain.isEmpty { unused.append(header) }
          continue
        }
        if fields.updateValue(column, forKey: field) != nil { twice.append(field) }
      }
    }
  }

  /// A header in the form for comparison: half-width, lower case, without spaces, marks and text in brackets.
  private static func plain(_ header: String) -> String {
    TextNormalization.halfWidth(header).lowercased().prefix { $0 != "(" }.filter { $0.isLetter || $0.isNumber }
  }
}

extension LabelTemplate {
  /// The fields that the template shows where they are given; the code comes with the payload.
  public var fieldNames: Set<String> {
    Set(elements.compactMap(\.field)).union(["code"])
  }
}
