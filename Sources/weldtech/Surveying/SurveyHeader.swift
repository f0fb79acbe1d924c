import Characters
import Tables

/// The header of a survey list, with the place of each column.
struct SurveyHeader {
  /// The maximum number of rows that are searched for the header, without rows that are empty.
  static let maxRows = 30
  /// The maximum number of columns of a list.
  static let maxColumns = 256
  /// The minimum number of known titles by which a row is a header.
  private static let minTitles = 4

  /// The numbers of the header's rows, one or two.
  let rows: ClosedRange<Int>
  /// The place of each column, from 1.
  let places: [SurveyColumn: Int]
  /// The columns whose titles stand twice, in the order of their second places.
  let twice: [(column: SurveyColumn, places: [Int])]
  /// The titles that the dictionary does not have.
  let unused: [String]

  /// The required columns that are missing.
  var missing: [SurveyColumn] {
    SurveyColumn.required.filter { column in
      if places[column] != nil { return false }
      return !([.responsibleName, .responsiblePhone].contains(column) && places[.person] != nil)
    }
  }

  /// Finds the header; nil where no row is a header.
  init?(_ cells: MergedCells) {
    var best: (titles: Int, header: SurveyHeader)?
    let rows = cells.sheet.rows.prefix(Self.maxRows)
    for (index, row) in rows.enumerated() where row.fault == nil {
      let next = rows.dropFirst(index + 1).first
      let candidates =
        [row.number...row.number]
        + (next.map { $0.number == row.number + 1 ? [row.number...$0.number] : [] } ?? [])
      for candidate in candidates {
        let header = SurveyHeader(cells, rows: candidate)
        let titles = header.places.keys.count { ![.number, .quantity].contains($0) }
        // Two rows are a header only where the second has titles that the first lacks, and the first has at
        // least one known title. The line of the reporter above a header has none.
        if candidate.count > 1, SurveyHeader(cells, rows: row.number...row.number).places.isEmpty { continue }
        guard titles >= Self.minTitles, titles > best?.titles ?? 0 else { continue }
        best = (titles, header)
      }
    }
    guard let best else { return nil }
    self = best.header
  }

  private init(_ cells: MergedCells, rows: ClosedRange<Int>) {
    self.rows = rows
    var places: [SurveyColumn: Int] = [:]
    var twice: [(SurveyColumn, [Int])] = []
    var unused: [String] = []
    var exact: Set<SurveyColumn> = []
    /// Whether the last person's column before a bare phone is that of the person who filled in the list.
    var isAfterFilledBy = false
    for place in 1...max(1, min(cells.width, Self.maxColumns)) {
      let titles = Self.titles(of: place, rows, cells)
      guard let shown = titles.first else { continue }
      guard var column = titles.lazy.compactMap({ SurveyColumn(title: $0) }).first else {
        unused.append(TextNormalization.typed(shown))
        continue
      }
      if column == .phone { column = isAfterFilledBy ? .filledByPhone : .responsiblePhone }
      if column == .filledBy || column == .filledByPhone { isAfterFilledBy = true }
      if [.unitName, .responsibleName, .person].contains(column) { isAfterFilledBy = false }
      let isExact = titles.contains { SurveyColumn.plain($0) == SurveyColumn.plain(column.title) }
      guard let first = places[column] else {
        places[column] = place
        if isExact { exact.insert(column) }
        continue
      }
      // The title of 附件1 is preferred to any other word for its column; a second column of row numbers is
      // ignored.
      if column == .number || exact.contains(column) && !isExact {
        unused.append(TextNormalization.typed(shown))
      } else if isExact, exact.insert(column).inserted {
        unused.append(TextNormalization.typed(Self.titles(of: first, rows, cells).first ?? ""))
        places[column] = place
      } else {
        twice.append((column, [first, place]))
      }
    }
    (self.places, self.twice, self.unused) = (places, twice, unused)
  }

  /// The texts that may be the title of a column, the fullest first. In a header of two rows these are both
  /// cells' texts together, the lower text, and the upper text.
  private static func titles(of place: Int, _ rows: ClosedRange<Int>, _ cells: MergedCells) -> [String] {
    let upper = cells.title(row: rows.lowerBound, column: place)
    guard rows.count > 1 else { return upper.map { [$0] } ?? [] }
    let lower = cells.title(row: rows.upperBound, column: place)
    guard let upper, let lower, upper != lower else { return [upper ?? lower].compactMap(\.self) }
    return [upper + lower, lower, upper]
  }

  /// Whether a row has titles of the header again, as at the top of a printed page.
  func isRepeated(in row: Sheet.Row) -> Bool {
    let found = places.count { column, place in
      row[place].flatMap { SurveyColumn(title: $0.text) }.map { $0 == column || $0 == .phone } ?? false
    }
    return found >= Self.minTitles
  }
}

/// The cells of a sheet, where merged cells show the text of their upper left cell.
struct MergedCells {
  let sheet: Sheet
  /// The number of the last column with a text; 0 for an empty sheet.
  let width: Int
  private let rows: [Int: Sheet.Row]
  /// The maximum number of columns of all merged ranges together that are read. Lists that people fill in have
  /// fewer.
  private static let maxMerges = 200_000
  /// The merged ranges by column, each list by ascending rows.
  private let merges: [Int: [CellRange]]

  init(_ sheet: Sheet) {
    self.sheet = sheet
    width = sheet.rows.lazy.compactMap { $0.cells.last?.column }.max() ?? 0
    rows = Dictionary(sheet.rows.map { ($0.number, $0) }) { first, _ in first }
    var (merges, count) = ([Int: [CellRange]](), 0)
    for range in sheet.merges where count < Self.maxMerges {
      for column in range.columns.clamped(to: 1...SurveyHeader.maxColumns) where range.columns.contains(column)
      {
        merges[column, default: []].append(range)
        count += 1
      }
    }
    self.merges = merges.mapValues { $0.sorted { $0.rows.lowerBound < $1.rows.lowerBound } }
  }

  /// The cell of a row of data, or where it is empty, the first cell of the merged range that it belongs to, if
  /// that range begins in the same column.
  func cell(row: Int, column: Int) -> Sheet.Cell? {
    if let cell = rows[row]?[column], !cell.text.isEmpty || cell.kind == .uncalculated { return cell }
    guard let range = range(row: row, column: column), range.columns.lowerBound == column else { return nil }
    return rows[range.rows.lowerBound]?[column]
  }

  /// The text of a cell of a header, whose merged range may also begin in a column to the left.
  func title(row: Int, column: Int) -> String? {
    let own = rows[row]?[column]?.text
    if let own, !own.isEmpty { return own }
    guard let range = range(row: row, column: column) else { return nil }
    let text = rows[range.rows.lowerBound]?[range.columns.lowerBound]?.text
    return text?.isEmpty == false ? text : nil
  }

  /// Whether the cell's merged range is at least three columns wide, as those of titles and notes are.
  func isWide(row: Int, column: Int) -> Bool { (range(row: row, column: column)?.columns.count ?? 1) >= 3 }

  private func range(row: Int, column: Int) -> CellRange? {
    guard let ranges = merges[column] else { return nil }
    // This finds the last range that begins at the row or above it; ranges do not overlap.
    var (low, high) = (0, ranges.count)
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].rows.lowerBound <= row { low = middle + 1 } else { high = middle }
    }
    guard low > 0, ranges[low - 1].rows.contains(row) else { return nil }
    return ranges[low - 1]
  }
}
