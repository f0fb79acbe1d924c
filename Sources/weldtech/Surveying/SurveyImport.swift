import Characters
import Cryptography
import Fieldbook
import FoundationEssentials
import Records
import Tables

/// Imports a survey list: reads its sheets, judges their rows, compares them with what was imported before, and stores what is new.
struct SurveyImport {
  /// A sheet of the list.
  struct JudgedSheet {
    /// The sheet's name; empty for a CSV.
    var name: String
    var isHidden: Bool
    /// The sheet's header and rows; nil where the sheet is left out.
    var judged: SurveySheet?
    /// The number of hidden rows below the header, which are read like the others.
    var hiddenRows: Int
    /// The reason why the sheet is left out; nil where it is read.
    var omission: Omission?
  }

  /// The reason why a sheet of a workbook is left out.
  enum Omission: String {
    case hidden, empty
    /// No row has the titles of a survey list.
    case noHeader
    /// The sheet is a sample or an explanation, by its name.
    case sample
  }

  /// A row of the list with its outcome.
  struct Row {
    enum Outcome {
      case skipped(SurveyRow.Skip)
      case rejected([SurveyRow.Problem])
      case new(InstallationID, InstallationEvent.Surveyed)
      case same(InstallationID)
      case changed(Fieldbook.SurveyedWelder, InstallationEvent.Surveyed)
      /// All fields but the phone or the unit's name are those of a welder that no row of the list has any
      /// more.
      case corrected(Fieldbook.SurveyedWelder, InstallationEvent.Surveyed)
      case registered(InstallationID)
    }

    /// The sheet's name; empty for a CSV.
    var sheet: String
    var number: Int
    var outcome: Outcome
  }

  let path: String
  /// The list's name without its folder.
  let name: String
  /// SHA-256 of the file, lower-case hex.
  let sha256: String
  /// The sheets with their headers, without rows; these are in `rows`.
  private(set) var sheets: [JudgedSheet]
  private(set) var rows: [Row]
  /// The appointments that an earlier version of the list made and that no row has any more.
  let missing: [Fieldbook.SurveyedWelder]
  /// The streets in the rows that are no place of the Banner, each once.
  let unknownStreets: [String]
  private let known: Fieldbook.SurveyedWelders

  /// The maximum size of a CSV, bytes, and the maximum number of its rows.
  private static let csvLimits = CSVTable.Limits(bytes: 8 << 20, rows: 100_000)

  /// Reads and judges a list; nothing is stored.
  /// - Parameters:
  ///   - sheet: the only sheet to be read; nil reads every one that is a survey list and not hidden.
  ///   - encoding: the encoding of a CSV that the user named; nil finds it.
  /// - Throws: `SurveyListRefused`, `FileFailure`, `FieldbookError`, `Cancelled`.
  init(_ path: String, sheet wanted: String?, encoding: TextEncoding?, _ workplace: Workplace) throws {
    self.path = path
    name = String(
      path.utf8.split(separator: UInt8(ascii: "/")).last.map { String(decoding: $0, as: UTF8.self) } ?? path)
    let now = workplace.clock.now()
    // The clock is checked before the days of the list are.
    try workplace.fieldbook().checkClock(now)
    let data = try workplace.tables.read(path, Workbook.Limits().bytes)
    sha256 = SHA256Digest(of: data).hex
    let rules = SurveySheet.Rules(today: now.day, glyphs: workplace.glyphs, unitID: Walk.unitID(of:))
    let source = SurveySheet.SurveySource(name: name, sha256: sha256)
    do {
      sheets = try Self.sheets([UInt8](data), wanted, encoding, source, rules, workplace)
    } catch let fault as TableFault {
      throw SurveyListRefused(file: path, reason: .noTable(fault))
    } catch let reason as SurveyListRefused.Reason {
      throw SurveyListRefused(file: path, reason: reason)
    }
    guard sheets.contains(where: { $0.judged != nil }) else {
      throw SurveyListRefused(file: path, reason: .noHeader(sheets.map(\.name).filter { !$0.isEmpty }))
    }
    var welders: [InstallationEvent.Surveyed] = []
    for judged in sheets.compactMap(\.judged) {
      for case .welder(let surveyed) in judged.rows.map(\.outcome) { welders.append(surveyed) }
    }
    for index in sheets.indices { sheets[index].judged?.releaseCells() }
    known = try workplace.fieldbook().surveyedWelders(
      withPhones: Set(welders.map(\.owner.responsiblePhone.full)),
      orUnits: Set(welders.map { TextNormalization.folded($0.owner.unitName.text) }),
      orStreets: Set(welders.map(\.owner.street.text)))
    let matches = SurveyMatching.matches(of: welders, with: known.welders)
    rows = Self.rows(of: sheets, matches)
    for index in sheets.indices { sheets[index].judged?.releaseRows() }
    missing = Self.missing(
      among: known.welders, welders, matches, list: (name, sha256, sheet: wanted))
    unknownStreets = welders.map(\.owner.street.text).filter { !BannerStreet.isKnown($0) }
      .reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }

  /// The appointments of earlier versions of a list that no row has any more. A list is an earlier version
  /// where it has the same name, or where one of its rows is found in this list. Welders in streets that this
  /// list does not name are left out.
  private static func missing(
    among known: [Fieldbook.SurveyedWelder], _ rows: [InstallationEvent.Surveyed],
    _ matches: [SurveyMatching.Match], list: (name: String, sha256: String, sheet: String?)
  ) -> [Fieldbook.SurveyedWelder] {
    let met = Set(matches.compactMap(\.id))
    let streets = Set(rows.map(\.owner.street.text))
    let versions = Set(known.filter { met.contains($0.id) }.compactMap(\.row.survey.sha256))
    return known.filter { welder in
      let survey = welder.row.survey
      guard welder.status == .surveyed, !met.contains(welder.id), survey.sha256 != list.sha256,
        streets.contains(welder.row.owner.street.text)
      else { return false }
      if let sheet = list.sheet, survey.row?.hasPrefix(sheet + "!") != true { return false }
      return survey.list == list.name || survey.sha256.map(versions.contains) ?? false
    }
  }

  private static func rows(of sheets: [JudgedSheet], _ matches: [SurveyMatching.Match]) -> [Row] {
    var matches = matches[...]
    // Lists of records are sorted by the moment of the first event and then by id, so that ascending ids keep
    // the order of the rows.
    var ids = matches.filter { $0.id == nil }.map { _ in InstallationID(UUID()) }.sorted { $0.text < $1.text }[
      ...]
    return sheets.flatMap { sheet in
      (sheet.judged?.rows ?? []).map { row in
        let outcome: Row.Outcome
        switch row.outcome {
        case .skipped(let skip): outcome = .skipped(skip)
        case .rejected(let problems): outcome = .rejected(problems)
        case .welder(var surveyed):
          switch matches.popFirst() {
          case .same(let id)?: outcome = .same(id)
          case .registered(let id)?: outcome = .registered(id)
          case .changed(let welder, let changes)?:
            surveyed.changes = changes
            outcome = .changed(welder, surveyed)
          case .corrected(let welder, let changes)?:
            surveyed.changes = changes
            outcome = .corrected(welder, surveyed)
          case .new?, nil: outcome = .new(ids.popFirst() ?? InstallationID(UUID()), surveyed)
          }
        }
        return Row(sheet: sheet.name, number: row.number, outcome: outcome)
      }
    }
  }

  // MARK: - The sheets

  private static func sheets(
    _ bytes: [UInt8], _ wanted: String?, _ encoding: TextEncoding?, _ source: SurveySheet.SurveySource,
    _ rules: SurveySheet.Rules, _ workplace: Workplace
  ) throws -> [JudgedSheet] {
    switch try workplace.tables.contents(of: bytes) {
    case .csv(let text):
      if let wanted { throw SurveyListRefused.Reason.noSheet(wanted, names: []) }
      let sheet: Sheet
      do throws(CSVError) {
        sheet = try Sheet(csv: text, encoding: encoding, limits: csvLimits).withoutGuards
      } catch { throw TableFault.csv(error) }
      return [try judge(sheet, isWanted: true, source, rules)]
    case .workbook(let workbook):
      let names = workbook.entries.map(\.name)
      if let wanted, !names.contains(wanted) { throw SurveyListRefused.Reason.noSheet(wanted, names: names) }
      var sheets: [JudgedSheet] = []
      for (index, entry) in workbook.entries.enumerated() where wanted == nil || entry.name == wanted {
        if workplace.isInterrupted { throw Cancelled() }
        if wanted == nil, let omission = omission(of: entry) {
          sheets.append(
            JudgedSheet(name: entry.name, isHidden: entry.isHidden, hiddenRows: 0, omission: omission))
          continue
        }
        let sheet: Sheet
        do throws(WorkbookError) { sheet = try workbook.sheet(at: index) } catch {
          throw TableFault.workbook(error)
        }
        sheets.append(try judge(sheet, isWanted: wanted != nil, source, rules))
      }
      return sheets
    }
  }

  /// The reason why a sheet is left out without being read; nil where it is read.
  private static func omission(of entry: Workbook.Entry) -> Omission? {
    if entry.isHidden { return .hidden }
    return ["示例", "样例", "样表", "填表说明", "填写说明", "模板"].contains { entry.name.contains($0) } ? .sample : nil
  }

  private static func judge(
    _ sheet: Sheet, isWanted: Bool, _ source: SurveySheet.SurveySource, _ rules: SurveySheet.Rules
  ) throws -> JudgedSheet {
    var judged = JudgedSheet(name: sheet.name, isHidden: sheet.isHidden, hiddenRows: 0)
    let cells = MergedCells(sheet)
    guard let header = SurveyHeader(cells) else {
      judged.omission = sheet.rows.isEmpty ? .empty : .noHeader
      return judged
    }
    if let twice = header.twice.first {
      throw SurveyListRefused.Reason.columnTwice(
        twice.column, sheet: sheet.name,
        places: twice.places.map { CellAddress(row: header.rows.upperBound, column: $0) })
    }
    guard header.missing.isEmpty else {
      throw SurveyListRefused.Reason.columnsMissing(
        header.missing, sheet: sheet.name, row: header.rows.lowerBound, unused: header.unused)
    }
    judged.judged = SurveySheet(cells, header: header, of: source, by: rules)
    judged.hiddenRows = sheet.rows.count { $0.isHidden && $0.number > header.rows.upperBound }
    return judged
  }

  // MARK: - Storing

  /// A row that differs from what was recorded of its welder.
  struct ChangedRow {
    /// The index of the row among all rows, from 0.
    let index: Int
    let row: Row
    let surveyed: InstallationEvent.Surveyed
    /// Whether the row differs only in its phone or the unit's name from a welder that the list has no more, so
    /// that it may be another welder.
    let mayBeNew: Bool
  }

  /// The decision about a changed row.
  enum Decision {
    case accept, keep
    /// The row is another welder.
    case add
  }

  /// The rows that differ from what was recorded of their welders.
  var changedRows: [ChangedRow] {
    rows.enumerated().compactMap { index, row in
      switch row.outcome {
      case .changed(_, let surveyed):
        ChangedRow(index: index, row: row, surveyed: surveyed, mayBeNew: false)
      case .corrected(_, let surveyed):
        ChangedRow(index: index, row: row, surveyed: surveyed, mayBeNew: true)
      case .skipped, .rejected, .new, .same, .registered: nil
      }
    }
  }

  /// Turns the changed rows that are other welders into new rows.
  /// - Parameter decisions: the decisions about rows, by their indices among all rows.
  mutating func apply(_ decisions: [Int: Decision]) {
    for index in rows.indices where decisions[index] == .add {
      if case .corrected(_, var surveyed) = rows[index].outcome {
        surveyed.changes = nil
        rows[index].outcome = .new(InstallationID(UUID()), surveyed)
      }
    }
  }

  /// Stores all new rows and the accepted changed rows, in one transaction.
  /// - Parameter decisions: the decisions about changed rows, by their indices among all rows.
  /// - Throws: `FieldbookError`.
  func store(_ decisions: [Int: Decision], _ workplace: Workplace) throws {
    let orders = rows.enumerated().compactMap { index, row -> Fieldbook.SurveyOrder? in
      switch row.outcome {
      case .new(let id, let surveyed): .new(id, surveyed)
      case .changed(let welder, let surveyed), .corrected(let welder, let surveyed):
        decisions[index] == .accept ? .changed(welder.id, surveyed) : nil
      case .skipped, .rejected, .same, .registered: nil
      }
    }
    try workplace.fieldbook().survey(orders, since: known, at: workplace.clock.now())
  }
}

/// The error that a file is no survey list.
struct SurveyListRefused: Error {
  enum Reason: Error {
    case noTable(TableFault)
    /// No row has the titles of a survey list; the value holds the names of the sheets.
    case noHeader([String])
    /// The file has no sheet of the name that an option gives.
    case noSheet(String, names: [String])
    /// Required columns are missing.
    case columnsMissing([SurveyColumn], sheet: String, row: Int, unused: [String])
    /// Two columns have the same title.
    case columnTwice(SurveyColumn, sheet: String, places: [CellAddress])
  }

  let file: String
  let reason: Reason
}
