public import Records
public import Tables

/// The labels that a company's table asks for. Only what is wholly right is in `rows`.
public struct LabelList: Hashable, Sendable {
  public struct Row: Hashable, Sendable {
    /// In the file; the first is 1.
    public let line: Int
    public let code: LabelCode
    /// From the company's desk; nil where the list brings none.
    public let tag: LabelTag?
    /// What the template shows besides the code, by its field names; empty values are left out.
    public let fields: [String: String]
  }

  public struct Problem: Error, Hashable, Sendable {
    public enum Fault: Hashable, Sendable {
      case row(CSVProblem.Fault)
      /// No column is called `code` or one of its other names.
      case noCodeColumn
      /// Two columns stand for the same field.
      case columnTwice(field: String)
      /// Wrong length or wrong check character.
      case notACode
      case codeTwice(firstLine: Int)
      /// Not eight characters of a tag's alphabet.
      case notATag
      /// Not the one that the key makes.
      case otherTag
      /// The template cannot do without it.
      case fieldMissing(field: String)
    }

    public let line: Int
    public let fault: Fault

    public init(line: Int, fault: Fault) {
      self.line = line
      self.fault = fault
    }
  }

  public let rows: Rows
  /// In the order of their lines, all of them.
  public let problems: [Problem]
  /// Headers that stand for no field of the template.
  public let unusedColumns: [String]

  /// - Parameter template: whose fields the columns are looked for.
  public init(_ table: CSVTable, for template: LabelTemplate) {
    var problems = table.problems.map { Problem(line: $0.line, fault: .row($0.fault)) }
    let columns = Columns(table.header.values, fields: template.fieldNames.union(["tag"]))
    unusedColumns = columns.unused
    problems += columns.twice.map { Problem(line: table.header.line, fault: .columnTwice(field: $0)) }
    var rows = Rows(fields: template.fieldNames.subtracting(["code"]))
    if let codeColumn = columns.fields["code"] {
      let required = template.requiredFields.filter { $0 != "code" }
      var lines: [LabelCode: Int] = [:]
      for row in table.rows {
        var faults: [Problem.Fault] = []
        let code = LabelCode(TextNormalization.trimmed(row.values[codeColumn]))
        if let code {
          if let first = lines[code] { faults.append(.codeTwice(firstLine: first)) }
          lines[code] = lines[code] ?? row.line
        } else {
          faults.append(.notACode)
        }
        var fields: [String: String] = [:]
        let tagText = columns.fields["tag"].map { TextNormalization.trimmed(row.values[$0]) } ?? ""
        let tag = LabelTag(tagText)
        if !tagText.isEmpty, tag == nil { faults.append(.notATag) }
        for (field, column) in columns.fields where field != "code" && field != "tag" {
          let value = TextNormalization.trimmed(row.values[column])
          if !value.isEmpty { fields[field] = value }
        }
        faults += required.filter { fields[$0] == nil }.map { .fieldMissing(field: $0) }
        problems += faults.map { Problem(line: row.line, fault: $0) }
        if let code, faults.isEmpty { rows.append(Row(line: row.line, code: code, tag: tag, fields: fields)) }
      }
    } else if !table.header.values.isEmpty {
      problems.append(Problem(line: table.header.line, fault: .noCodeColumn))
    }
    self.rows = rows
    self.problems = problems.sorted { $0.line < $1.line }
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
        let field = known[plain] ?? LabelList.otherNames[plain]
        guard let field, names.contains(field) else {
          if !plain.isEmpty { unused.append(header) }
          continue
        }
        if fields.updateValue(column, forKey: field) != nil { twice.append(field) }
      }
    }
  }

  /// A header as it is compared: half-width, lower case, without spaces, marks and what stands in brackets.
  private static func plain(_ header: String) -> String {
    TextNormalization.halfWidth(header).lowercased().prefix { $0 != "(" }.filter { $0.isLetter || $0.isNumber }
  }

  /// What companies' tables call the columns; the field's own name is always one.
  private static let otherNames: [String: String] = {
    let names: [String: [String]] = [
      "code": [
        "code", "labelcode", "serial", "编码", "标牌编码", "标牌号", "专属码", "电焊机专属码", "二维码", "二维码编码", "赋码", "码号",
      ],
      "tag": ["tag", "防伪码", "防伪标记", "校验标记"],
      "unitName": [
        "unit", "unitname", "company", "name", "单位", "单位名称", "名称", "企业名称", "商户名称", "使用单位", "使用单位名称", "店名",
      ],
      "street": [
        "street", "town", "townstreet", "township", "街道", "苏木镇", "苏木镇街道", "镇街", "镇街道", "乡镇", "所在镇街", "所属镇街",
        "所属苏木镇",
      ],
    ]
    return names.reduce(into: [:]) { result, entry in for name in entry.value { result[name] = entry.key } }
  }()
}

extension LabelTemplate {
  /// The fields that it shows where they are given; the code comes with the payload.
  public var fieldNames: Set<String> {
    Set(elements.compactMap { if case .text(let text) = $0.content { text.field } else { nil } })
      .union(["code"])
  }
}
