import Characters
import Records
import Tables

/// Judges the rows of one sheet. A text that is not understood becomes a problem with its row and cell; nothing
/// is guessed.
struct SurveySheet {
  let header: SurveyHeader
  private(set) var rows: [SurveyRow] = []

  private var cells: MergedCells
  private let list: SurveySource
  private let rules: Rules
  /// The unit's texts of the row before, which several welders of one unit share; nil after a row that was
  /// skipped, other than a repeated header, or could not be read.
  private var unit: [SurveyColumn: Value]?
  /// The texts of the row before, which 同上 repeats; empty where `unit` is nil.
  private var above: [SurveyColumn: Value] = [:]

  /// The facts by which the rows are judged.
  struct Rules {
    /// The last day that a day of purchase may be.
    var today: CalendarDay
    var glyphs: (any GlyphCoverage)?
    /// A function that makes the id of a unit from its name and phone.
    var unitID: (Owner) -> WrittenText
  }

  /// The file of a list.
  struct SurveySource {
    var name: String
    /// SHA-256 of the file, lower-case hex.
    var sha256: String
  }

  fileprivate struct Value: Hashable {
    var text: String
    var kind: Sheet.Cell.Kind
    var cell: CellAddress
  }

  init(_ cells: MergedCells, header: SurveyHeader, of list: SurveySource, by rules: Rules) {
    self.cells = cells
    self.header = header
    self.list = list
    self.rules = rules
    for row in cells.sheet.rows where row.number > header.rows.upperBound {
      rows.append(SurveyRow(number: row.number, outcome: judge(row)))
    }
  }

  /// Releases the cells after the rows are judged, because the cells of a long list take most of the memory.
  mutating func releaseCells() { cells = MergedCells(Sheet(name: cells.sheet.name, rows: [])) }

  /// Releases the rows after they are stored elsewhere.
  mutating func releaseRows() { rows = [] }

  // MARK: - Rows that are no welders

  private mutating func judge(_ row: Sheet.Row) -> SurveyRow.Outcome {
    if let fault = row.fault {
      (unit, above) = (nil, [:])
      return .rejected([SurveyRow.Problem(cell: nil, fault: .line(fault))])
    }
    let values = values(of: row)
    if let skip = skip(row, values) {
      if skip != .header { (unit, above) = (nil, [:]) }
      return .skipped(skip)
    }
    return judge(values, row: row.number)
  }

  private func values(of row: Sheet.Row) -> [SurveyColumn: Value] {
    header.places.reduce(into: [:]) { values, entry in
      guard let cell = cells.cell(row: row.number, column: entry.value),
        cell.kind == .uncalculated || !TextNormalization.typed(cell.text).isEmpty
      else { return }
      // A dash, or a word for nothing, in an optional cell means that there is no value.
      if entry.key.mayBeEmpty, Self.nothing.contains(TextNormalization.folded(cell.text)) { return }
      values[entry.key] = Value(
        text: cell.text, kind: cell.kind, cell: CellAddress(row: row.number, column: entry.value))
    }
  }

  private static let nothing: Set<String> = ["-", "--", "—", "——", "/", "\\", "无", "没有", "暂无", "none", "n/a"]

  private func skip(_ row: Sheet.Row, _ values: [SurveyColumn: Value]) -> SurveyRow.Skip? {
    if header.isRepeated(in: row) { return .header }
    let texts = row.cells.filter { !TextNormalization.typed($0.text).isEmpty }
    if let first = texts.first {
      let word = TextNormalization.folded(first.text)
      let unit = values[.unitName].map { TextNormalization.folded($0.text) } ?? ""
      if [word, unit].contains(where: Self.isSample) { return .sample }
      // A row with at least ten digits in the column of phones is no total and no note.
      let hasPhone = [values[.responsiblePhone], values[.person]].contains { value in
        (value?.text.count { $0.isNumber } ?? 0) >= 10
      }
      if !hasPhone, [word, unit].contains(where: Self.isTotal) { return .total }
      if !hasPhone, isNote(row, texts, word) { return .note }
      if texts.count >= 4, Self.areColumnNumbers(texts) { return .columnNumbers }
    }
    let own = row.cells.contains { cell in
      header.places.contains { $0.value == cell.column && $0.key != .number }
        && (cell.kind == .uncalculated || !TextNormalization.typed(cell.text).isEmpty)
    }
    // A row with only its number, typed or by a formula, was not filled in.
    return own ? nil : .empty
  }

  private static func isSample(_ word: String) -> Bool {
    ["示例", "样例", "例如", "例:", "(示例", "(例", "【示例", "[示例", "填写示例", "填报示例"].contains { word.hasPrefix($0) }
      || word == "例" || word.hasSuffix("(示例)") || word.hasSuffix("(样例)")
  }

  private static func isTotal(_ word: String) -> Bool {
    ["合计", "总计", "小计", "共计", "汇总"].contains { word.hasPrefix($0) }
  }

  /// The words with which the lines above and below a table begin.
  private static let noteWords = [
    "注:", "注1", "备注:", "说明:", "填表说明", "填报说明", "填写说明", "填报单位", "填表单位", "填表时间", "填报时间", "填表日期", "填报日期",
    "主要负责人签字", "负责人签字", "审核人", "审核:", "制表", "填表人:", "填报人:", "联系人:", "联系电话:", "一家多个焊机", "蓝色", "附件", "单位(盖章)",
    "(盖章)", "盖章", "复核", "审批", "经办人:", "单位负责人:", "分管领导", "主要负责人:", "日期:",
  ]
  /// The words for places to sign or to stamp, which are in no name of a unit.
  private static let signWords = ["签字", "签名", "签章", "盖章", "公章"]

  private func isNote(_ row: Sheet.Row, _ texts: [Sheet.Cell], _ word: String) -> Bool {
    if Self.noteWords.contains(where: { word.hasPrefix($0) }) { return true }
    if Self.signWords.contains(where: { word.contains($0) }) { return true }
    guard texts.count == 1, let only = texts.first, only.kind == .text else { return false }
    return cells.isWide(row: row.number, column: only.column)
      || header.places[.unitName] != only.column && only.column == 1
  }

  private static func areColumnNumbers(_ texts: [Sheet.Cell]) -> Bool {
    let numbers = texts.map { Int(TextNormalization.typed($0.text).filter { !"()".contains($0) }) }
    guard let first = numbers.first, let start = first, start == 1 else { return false }
    return numbers.enumerated().allSatisfy { $0.element == start + $0.offset }
  }

  // MARK: - Welders

  private mutating func judge(_ own: [SurveyColumn: Value], row: Int) -> SurveyRow.Outcome {
    let values = sharing(repeating(own))
    above = values
    unit = values.filter { $0.key.isOfUnit }
    var reading = Reading(values: values, header: header, row: row)
    var fields = reading.fields()
    let person = reading.survey(rules.glyphs)
    if let name = values[.responsibleName] ?? values[.person], fields[.responsibleName] == nil,
      name.kind == .text
    {
      fields[.responsibleName] = .string(name.text)
    }
    do throws(RegistrationRejected) {
      let registration = try Registration(fields, isSurveyed: true, today: rules.today, drawnBy: rules.glyphs)
      guard reading.problems.isEmpty else { return .rejected(reading.problems) }
      var owner = registration.owner
      owner.unitID = rules.unitID(owner)
      let name = cells.sheet.name
      return .welder(
        InstallationEvent.Surveyed(
          owner: owner, welder: registration.welder,
          survey: Survey(
            filledBy: person.name, filledByPhone: person.phone, list: list.name,
            row: name.isEmpty ? "\(row)" : "\(name)!\(row)", sha256: list.sha256),
          remarks: registration.remarks))
    } catch {
      reading.add(error.problems)
      return .rejected(reading.problems)
    }
  }

  /// The row's texts, with the text of the row before in place of each 同上.
  private func repeating(_ own: [SurveyColumn: Value]) -> [SurveyColumn: Value] {
    own.reduce(into: [:]) { values, entry in
      let (column, value) = entry
      guard ["同上", "同上行", "〃"].contains(TextNormalization.folded(value.text)) else {
        values[column] = value
        return
      }
      values[column] = above[column].map { Value(text: $0.text, kind: $0.kind, cell: value.cell) }
    }
  }

  /// The row's texts, completed by the unit's texts of the row before where the unit is written once for
  /// several welders: the name, the person and the phone are each missing or the same, and where the name is
  /// missing, the same holds for street, community and industry.
  private func sharing(_ own: [SurveyColumn: Value]) -> [SurveyColumn: Value] {
    guard let unit else { return own }
    func isSame(_ column: SurveyColumn) -> Bool {
      guard let text = own[column]?.text else { return true }
      return unit[column].map { TextNormalization.folded($0.text) == TextNormalization.folded(text) } ?? false
    }
    let identity: [SurveyColumn] = [.unitName, .responsibleName, .responsiblePhone, .person]
    guard identity.allSatisfy(isSame) else { return own }
    // A row without a name that has another street, community or industry is another unit, whose name is
    // missing.
    let place: [SurveyColumn] = [.street, .community, .industry]
    guard own[.unitName] != nil || place.allSatisfy(isSame) else { return own }
    return own.merging(unit) { own, _ in own }
  }
}

/// Reads the texts of one row into the fields of a registration, and collects the problems.
private struct Reading {
  let values: [SurveyColumn: SurveySheet.Value]
  let header: SurveyHeader
  let row: Int
  var problems: [SurveyRow.Problem] = []
  /// The texts in the cell of the phone besides the phone that is kept.
  private var phoneNotes: [String] = []

  init(values: [SurveyColumn: SurveySheet.Value], header: SurveyHeader, row: Int) {
    (self.values, self.header, self.row) = (values, header, row)
  }

  // MARK: - Fields

  mutating func fields() -> [RegistrationField: JSONValue] {
    var fields: [RegistrationField: JSONValue] = [:]
    var notes: [RegistrationField: String] = [:]
    var others: [RegistrationField] = []
    for column in SurveyColumn.allCases {
      guard let value = values[column] else { continue }
      if value.kind == .uncalculated {
        if column != .number { problems.append(.init(cell: value.cell, fault: .uncalculated)) }
        continue
      }
      if value.kind == .error, column != .number {
        problems.append(.init(cell: value.cell, fault: .formulaError(value.text)))
        continue
      }
      switch column {
      case .number, .filledBy, .filledByPhone, .phone: break
      case .quantity: checkQuantity(value)
      case .person:
        let person = SplitAnswer.person(Self.oneLine(value.text).replacing(/[\/,，、:：;；]/, with: " "))
        fields[.responsibleName] = fields[.responsibleName] ?? .string(person.name)
        if let typed = person.phone, fields[.responsiblePhone] == nil {
          let phone = SurveyPhone(typed)
          fields[.responsiblePhone] = .string(phone.number)
          phoneNotes += phone.notes
        }
      default:
        guard let field = column.field, let read = read(value, as: field) else { continue }
        if case .choice(let code, let note) = read {
          fields[field] = .string(code)
          notes[field] = note
          if code == "other" { others.append(field) }
        } else if case .value(let json) = read {
          fields[field] = json
        }
      }
    }
    let remark = values[.remarks].flatMap { $0.kind == .error || $0.kind == .uncalculated ? nil : $0 }
    explain(others, notes, remark, &fields)
    return fields
  }

  /// Explains each 其他 of the row by the note in its own cell, or else by the remark.
  private mutating func explain(
    _ others: [RegistrationField], _ notes: [RegistrationField: String], _ remark: SurveySheet.Value?,
    _ fields: inout [RegistrationField: JSONValue]
  ) {
    for field in others where field != .industry && notes[field] == nil && remark == nil {
      problems.append(.init(cell: values[column(of: field)]?.cell, fault: .otherNeedsNote(field)))
    }
    var rest = remark?.text
    if others.contains(.industry) {
      if let note = notes[.industry] {
        fields[.industryNote] = .string(note)
      } else if let remark {
        let parts = Self.industryNote(in: remark.text)
        fields[.industryNote] = .string(Self.oneLine(parts.note))
        rest = parts.rest
        // A remark that only explains the industry is not kept as the welder's remark, unless it has to explain
        // another field as well.
        if rest == nil, others.contains(where: { $0 != .industry && notes[$0] == nil }) { rest = remark.text }
      } else {
        problems.append(.init(cell: values[.industry]?.cell, fault: .otherNeedsNote(.industry)))
        // This keeps the registration from naming the same problem again.
        fields[.industryNote] = .string("其他")
      }
    }
    // Notes for which the record has no field of their own are kept as remarks.
    let kept =
      others.filter { $0 != .industry }.compactMap { field in
        notes[field].map { "\(column(of: field).title)：\($0)" }
      } + phoneNotes.map { "\(SurveyColumn.responsiblePhone.title)：\($0)" }
    let remarks = [rest].compactMap(\.self) + kept
    fields[.remarks] = remarks.isEmpty ? nil : .string(remarks.joined(separator: "；"))
  }

  /// The part of a remark that explains the industry, and the other parts. This program's own form has both in
  /// one cell, separated by `；`, and a part about another column begins with that column's title.
  private static func industryNote(in remark: String) -> (note: String, rest: String?) {
    let parts = remark.split(separator: "；", omittingEmptySubsequences: false).map(String.init)
    let titles = SurveyColumn.allCases.map { $0.title + "：" }
    let place = parts.firstIndex { part in !part.isEmpty && !titles.contains { part.hasPrefix($0) } }
    guard let place else { return (remark, nil) }
    let others = parts[..<place] + parts[(place + 1)...]
    return (parts[place], others.isEmpty ? nil : others.joined(separator: "；"))
  }

  private enum Read {
    case choice(String, note: String?)
    case value(JSONValue)
  }

  /// Reads a text as the value of a field; nil where a problem was added.
  private mutating func read(_ value: SurveySheet.Value, as field: RegistrationField) -> Read? {
    switch field.kind {
    case .choice:
      if field == .supply, SurveyWords.namesBothSupplies(value.text) {
        return fail(value, .several(field, text: Self.oneLine(value.text)))
      }
      switch SurveyWords.meaning(of: value.text, in: field) {
      case .choice(let code, let note): return .choice(code, note: note)
      case .several: return fail(value, .several(field, text: Self.oneLine(value.text)))
      // The registration refuses the word and names the known ones.
      case .unknown: return .value(.string(value.text))
      }
    case .phone:
      guard let typed = Self.phone(value) else { return fail(value, .roundedPhone(text: value.text)) }
      let phone = SurveyPhone(typed)
      phoneNotes += phone.notes
      return .value(.string(phone.number))
    case .amount, .count:
      if value.kind == .number, let number = Double(value.text) { return .value(.number(number)) }
      return .value(.string(Self.oneLine(value.text)))
    case .text(.paragraph): return .value(.string(value.text))
    case .text, .name, .day: return .value(.string(Self.oneLine(value.text)))
    }
  }

  private mutating func fail(_ value: SurveySheet.Value, _ fault: SurveyRow.Problem.Fault) -> Read? {
    problems.append(.init(cell: value.cell, fault: fault))
    return nil
  }

  private mutating func checkQuantity(_ value: SurveySheet.Value) {
    guard let number = try? WrittenNumber.read(value.text.replacing("台", with: ""), unit: .people), number == 1
    else {
      problems.append(.init(cell: value.cell, fault: .quantity(TextNormalization.typed(value.text))))
      return
    }
  }

  // MARK: - Phones and texts

  /// The phone in a cell, which the list saved as a number with a point or an exponent, or as a text; nil where
  /// digits were lost.
  static func phone(_ value: SurveySheet.Value) -> String? {
    let typed = TextNormalization.typed(value.text).lowercased()
    let parts = typed.split(separator: "e", omittingEmptySubsequences: false)
    if parts.count == 2, let exponent = Int(parts[1]), exponent > 0 {
      let digits = parts[0].filter { $0 != "." }
      let fraction =
        parts[0].split(separator: ".", omittingEmptySubsequences: false).dropFirst().first?.count ?? 0
      guard digits.allSatisfy({ $0.isASCII && $0.isNumber }), fraction == exponent else { return nil }
      return digits
    }
    for end in [".0", ".00"] where typed.hasSuffix(end) { return String(typed.dropLast(end.count)) }
    return typed
  }

  /// The text on one line: a line break between two ASCII characters becomes a blank, and any other is removed.
  static func oneLine(_ text: String) -> String {
    guard text.utf8.contains(where: { $0 == 0x0A || $0 == 0x0D }) else { return text }
    let lines = text.split(whereSeparator: \.isNewline).map { TextNormalization.trimmed(String($0)) }
    return lines.filter { !$0.isEmpty }.reduce("") { joined, line in
      guard let last = joined.unicodeScalars.last, let first = line.unicodeScalars.first else {
        return joined + line
      }
      return joined + (last.isASCII && first.isASCII ? " " : "") + line
    }
  }

  // MARK: - Who filled it in

  mutating func survey(_ glyphs: (any GlyphCoverage)?) -> (name: PersonName?, phone: PhoneNumber?) {
    var (name, phone): (PersonName?, PhoneNumber?) = (nil, nil)
    var typedPhone = values[.filledByPhone]
    if let value = values[.filledBy], value.kind == .text {
      let person = SplitAnswer.person(Self.oneLine(value.text))
      if typedPhone == nil, let phone = person.phone {
        typedPhone = SurveySheet.Value(text: phone, kind: .text, cell: value.cell)
      }
      do {
        name = PersonName(try WrittenText(person.name, .name, drawnBy: glyphs))
      } catch {
        if let fault = FieldProblem.Fault(error) {
          problems.append(.init(cell: value.cell, fault: .filledBy(fault)))
        }
      }
    }
    if let value = typedPhone {
      phone = Self.phone(value).flatMap { PhoneNumber(SurveyPhone($0).number) }
      if phone == nil {
        problems.append(
          .init(cell: value.cell, fault: .filledByPhone, digits: value.text.count(where: \.isNumber)))
      }
    }
    return (name, phone)
  }

  // MARK: - Problems

  private func column(of field: RegistrationField) -> SurveyColumn {
    SurveyColumn.allCases.first { $0.field == field } ?? .remarks
  }

  /// Adds the problems of the registration, each with the cell of its field, except for cells that have a
  /// problem already.
  mutating func add(_ found: [FieldProblem]) {
    let known = Set(problems.compactMap(\.cell))
    for problem in found {
      guard let field = RegistrationField(rawValue: problem.path) else { continue }
      let column = column(of: field == .industryNote ? .industry : field)
      let isOfPerson = [.responsibleName, .responsiblePhone].contains(column)
      let place = header.places[column] ?? (isOfPerson ? header.places[.person] : nil)
      // A text that is shared with the row above has the cell of that row.
      let value = values[column] ?? (isOfPerson ? values[.person] : nil)
      let cell = value?.cell ?? place.map { CellAddress(row: row, column: $0) }
      if let cell, known.contains(cell) { continue }
      let text = isOfPerson || field == .industryNote ? nil : value.map { Self.oneLine($0.text) }
      problems.append(
        .init(
          cell: cell, fault: .field(field, problem.fault), text: text,
          digits: column == .responsiblePhone ? value.map { $0.text.count(where: \.isNumber) } : nil))
    }
    problems.sort { ($0.cell?.column ?? 0, $0.cell?.row ?? 0) < ($1.cell?.column ?? 0, $1.cell?.row ?? 0) }
  }
}
