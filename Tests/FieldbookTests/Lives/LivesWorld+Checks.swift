import Foundation
import Records
import TestSupport
import Testing

@testable import Fieldbook

/// Checks what has to hold for all lives at each moment.
extension LivesWorld {
  // MARK: - One welder

  /// Compares one record with its count.
  func check(_ place: Int) throws {
    let (count, record) = (notes.welders[place], try record(place))
    let comment: Comment = "welder \(place) of \(home): \(count)"
    #expect(record.status == status(of: count, record), comment)
    #expect(try fieldbook.summary(of: record.id)?.status == record.status, comment)
    #expect(record.history.count == count.entries, comment)
    #expect((record.module?.serialNumber != nil) == count.hasModule, comment)
    let modules =
      (record.retiredModules ?? []).map(\.serialNumber) + [record.module?.serialNumber].compactMap(\.self)
    #expect(modules == count.modules, comment)
    #expect(
      (record.seal?.previousNumbers ?? []) + [record.seal?.number].compactMap(\.self) == count.seals, comment)
    #expect(
      (record.earlierLabels ?? []).map(\.label.template) + [record.label?.template].compactMap(\.self)
        == count.labels, comment)
    #expect(
      (record.earlierOwners ?? []).map(\.owner.unitName.text) + [record.owner.unitName.text] == count.owners,
      comment)
    #expect((record.inspections ?? []).count == count.inspections, comment)
    #expect(
      record.owner.street.text == count.street && record.owner.industry.rawValue == count.industry, comment)
    // The code of a void record that nobody outside knew of belongs to the next record.
    if let code = record.code, count.standing != .void {
      #expect(try fieldbook.label(of: code).events.count { $0.name == .reprinted } == count.reprints, comment)
    }
  }

  /// The status that a record has to have. Whether the platform has acknowledged the record is read from the
  /// record itself.
  private func status(of count: LifeCount, _ record: Installation) -> Installation.Status {
    switch count.standing {
    case .surveyed: .surveyed
    case .begun: .open
    case .installed:
      count.isOutOfUse
        ? .outOfUse : count.isInWork ? .open : record.status == .delivered ? .delivered : .closed
    case .retired: .retired
    case .refused: .refused
    case .void: .void
    }
  }

  // MARK: - The whole laptop

  /// Compares everything with the counts, and checks every closed revision as another laptop's record, each
  /// after the revision before it.
  func checkAll() throws {
    for place in notes.welders.indices {
      try check(place)
      let id = try record(place).id
      #expect(try fieldbook.recordFault(of: id) == nil)
      guard notes.welders[place].standing != .void else { continue }
      let history = try fieldbook.provenHistory(of: id)
      var before: (installation: Installation, sha256: String)?
      for revision in history.revisions {
        let remote = try RemoteRecord(
          revision.body, sha256: revision.sha256, of: id, revision: revision.number)
        if let before { #expect(remote.continues(before.installation, sha256: before.sha256)) }
        before = (remote.installation, revision.sha256)
      }
      #expect(history.revisions.map(\.number) == Array(1..<history.revisions.count + 1))
    }
    #expect(try fieldbook.list(limit: 1_000).count == notes.welders.count, "a welder that nobody registered")
    #expect(try fieldbook.verifyLog().entries == notes.welders.map(\.entries).reduce(0, +))
    #expect(try fieldbook.check().faults.isEmpty)
    #expect(try fieldbook.rebuild().repaired == [])
    try checkLedger()
  }

  // MARK: - The ledger

  private struct Cut {
    var filter = LedgerFilter()
    var includes: (LifeCount) -> Bool = { _ in true }
    var from: Int?
    var to: Int?
  }

  /// The filters whose results are checked: all welders, single properties and periods.
  private var cuts: [Cut] {
    var cuts = [Cut()]
    var cut = Cut()
    cut.filter.street = "展旦召苏木"
    cut.includes = { $0.street == "展旦召苏木" }
    cuts.append(cut)
    cut = Cut()
    cut.filter.industry = .mining
    cut.includes = { $0.industry == "mining" }
    cuts.append(cut)
    cut = Cut()
    cut.filter.department = .housing
    cut.includes = { ["construction", "municipal"].contains($0.industry) }
    cuts.append(cut)
    let first = notes.welders.map(\.recorded).min() ?? today
    let middle = (first + today) / 2
    for (from, to) in [(nil, middle), (middle, nil), ((first + middle) / 2, middle)] as [(Int?, Int?)] {
      cut = Cut()
      cut.filter.from = from.map { CalendarDay(daysSince1970: $0) }
      cut.filter.to = to.map { CalendarDay(daysSince1970: $0) }
      (cut.from, cut.to) = (from, to)
      cuts.append(cut)
    }
    return cuts
  }

  /// Compares rows, figures and units of the ledger with the counts.
  func checkLedger() throws {
    let day = CalendarDay(daysSince1970: today)
    for cut in cuts {
      let counted = LifeFigures(welders: notes.welders, from: cut.from, to: cut.to, today: today)
      let byWelder = counted.byWelder()
      let comment: Comment = "\(home), \(cut.filter)"
      for figure in LedgerFigure.allCases {
        var rows: [String] = []
        try fieldbook.forEachLedgerWelder(cut.filter, in: figure, today: day) { rows.append($0.id.text) }
        let expected = notes.welders.filter {
          cut.includes($0) && byWelder[$0.id]?.contains(figure.rawValue) == true
        }
        #expect(rows.sorted() == expected.map(\.id).sorted(), "\(figure): \(comment)")
      }
      let figures = try fieldbook.ledgerFigures(cut.filter, today: day)
      var cells: [String: [String: Int]] = [:]
      for cell in figures.cells {
        cells["\(cell.street ?? "") \(cell.industry?.rawValue ?? "")"] = Self.figures(cell.counts)
      }
      #expect(cells == counted.sums(where: cut.includes) { "\($0.street) \($0.industry)" }, comment)
      var days: [Int: Int] = [:]
      for welder in notes.welders where cut.includes(welder) && byWelder[welder.id]?.contains("done") == true {
        days[welder.fitted ?? 0, default: 0] += 1
      }
      let found = figures.days.map { ($0.day.daysSince1970, $0.done) }
      #expect(Dictionary(uniqueKeysWithValues: found) == days, comment)
      var units: [String: [String: Int]] = [:]
      try fieldbook.forEachLedgerUnit(cut.filter, today: day) {
        units["\($0.street ?? "") \($0.name ?? "")"] = Self.figures($0.counts)
      }
      // The form by units has no columns for due and overdue welders.
      let sums = counted.sums(where: cut.includes) { "\($0.street) \($0.unit)" }
      #expect(units == sums.mapValues { $0.filter { $0.key != "due" && $0.key != "overdue" } }, comment)
    }
  }

  private static func figures(_ counts: LedgerCounts) -> [String: Int] {
    let all = LedgerFigure.allCases.map { ($0.rawValue, counts[$0]) }
    return Dictionary(uniqueKeysWithValues: all).filter { $0.value != 0 }
  }

  // MARK: - The exports

  /// Compares what the built program prints and exports with the counts.
  func checkExports() throws {
    let bundle = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    let program = URL(filePath: bundle).deletingLastPathComponent().appending(path: "weldtech").path()
    let folder = TemporaryFolder()
    func run(_ arguments: [String]) throws -> [String: Any] {
      let outcome = try RunningProgram(
        program, ["--home", home, "--lang", "zh", "--json", "ledger"] + arguments
      )
      .end()
      #expect(outcome.status == 0, "\(arguments): \(outcome.output)\(outcome.diagnostics)")
      return try Self.object(outcome.outputBytes)
    }
    func export(_ form: String) throws -> [String: Any] {
      let file = folder.file(form + ".json")
      _ = try run(["export", "--form", form, "--output", file])
      return try Self.object(try Data(contentsOf: URL(filePath: file)))
    }

    let stats = try run(["stats"])
    let day = try #require((stats["day"] as? String).flatMap { CalendarDay($0) })
    let counted = LifeFigures(welders: notes.welders, today: day.daysSince1970)
    #expect(Self.numbers(stats["figures"]) == counted.sums { _ in "" }[""] ?? [:], "\(home)")
    let parts = [("streets", "street", \LifeCount.street), ("industries", "industry", \.industry)]
    for (list, key, property) in parts {
      var sums: [String: [String: Int]] = [:]
      for part in stats[list] as? [[String: Any]] ?? [] {
        sums[part[key] as? String ?? ""] = Self.numbers(part["figures"])
      }
      #expect(sums == counted.sums { $0[keyPath: property] }, "\(list) of \(home)")
    }

    let known = counted.byWelder()
    let survey = (try export("survey")["rows"] as? [[String: Any]] ?? []).map { row in
      ["unitName", "responsiblePhone", "street"].map { row[$0] as? String ?? "" }
    }
    let welders = notes.welders.filter { known[$0.id] != nil }.map { [$0.unit, $0.phone, $0.street] }
    #expect(survey.map { "\($0)" }.sorted() == welders.map { "\($0)" }.sorted(), "\(home)")

    let progress = try export("progress")
    #expect((progress["totals"] as? [String: Any])?["known"] as? Int == welders.count, "\(home)")
    var units: [String: [Int]] = [:]
    for row in progress["rows"] as? [[String: Any]] ?? [] {
      let street = (row["note"] as? String ?? "").split(separator: "；").first ?? ""
      units["\(street) \(row["unitName"] ?? "")"] = ["known", "done", "retired"].map { row[$0] as? Int ?? -1 }
    }
    let sums = counted.sums { "\($0.street) \($0.unit)" }
    #expect(
      units == sums.mapValues { sum in ["known", "done", "retired"].map { sum[$0] ?? 0 } }, "\(home)")
  }

  private static func object(_ bytes: Data) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: bytes) as? [String: Any])
  }

  private static func numbers(_ value: Any?) -> [String: Int] {
    (value as? [String: Int] ?? [:]).filter { $0.value != 0 }
  }
}
