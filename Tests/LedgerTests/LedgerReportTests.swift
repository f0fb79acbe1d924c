import Foundation
import Records
import TestSupport
import Testing

@testable import Ledger

/// Checks the weeks, the plan's share, and the page of the monthly report.
@Suite struct LedgerReportTests {
  private static func counts(_ known: Int, done: Int, retired: Int = 0) -> LedgerCounts {
    var counts = LedgerCounts()
    counts[.known] = known
    counts[.done] = done
    counts[.retired] = retired
    counts[.outstanding] = known - done - retired
    counts[.fundedByBanner] = done
    return counts
  }

  private static func day(_ text: String) -> CalendarDay { CalendarDay(text)! }

  @Test func `the plan spreads the welders over its 122 days`() {
    for (day, planned) in [
      ("2024-08-31", 0), ("2024-09-01", 10), ("2024-09-02", 20), ("2024-12-30", 1_210), ("2024-12-31", 1_220),
      ("2025-06-01", 1_220),
    ] {
      #expect(LedgerReport.planned(by: Self.day(day), of: 1_220) == planned, "\(day)")
    }
  }

  @Test func `a week begins on Monday, and weeks without work are told too`() {
    let cell = LedgerCell(street: "树林召镇", industry: .mining, counts: Self.counts(1_220, done: 7))
    let report = LedgerReport(
      cells: [cell],
      days: [(Self.day("2024-09-01"), 1), (Self.day("2024-09-02"), 2), (Self.day("2024-09-22"), 4)],
      today: Self.day("2024-10-03"))
    #expect(
      report.weeks.map(\.monday.description) == [
        "2024-08-26", "2024-09-02", "2024-09-09", "2024-09-16", "2024-09-23", "2024-09-30",
      ])
    #expect(
      report.weeks.map(\.done) == [1, 2, 0, 4, 0, 0] && report.weeks.map(\.doneSoFar) == [1, 3, 3, 7, 7, 7])
    #expect(report.weeks.map(\.planned) == [10, 80, 150, 220, 290, 360])
    #expect(report.weeks[0].sunday == Self.day("2024-09-01"))
  }

  @Test func `streets and industries add up to the same total`() {
    let cells = [
      LedgerCell(street: "树林召镇", industry: .mining, counts: Self.counts(5, done: 2)),
      LedgerCell(street: "展旦召苏木", industry: .mining, counts: Self.counts(3, done: 1, retired: 1)),
      LedgerCell(street: nil, industry: nil, counts: Self.counts(1, done: 0)),
    ]
    let report = LedgerReport(cells: cells, days: [], today: Self.day("2024-10-03"))
    #expect(report.total[.known] == 9 && report.weeks.isEmpty)
    #expect(report.streets.map(\.name) == ["", "展旦召苏木", "树林召镇"])
    #expect(report.industries.map(\.industry) == [.mining, nil])
    #expect(report.industries.reduce(0) { $0 + $1.counts[.known] } == 9)
    #expect(report.total.percentDone == 37 && LedgerCounts().percentDone == nil)
  }

  /// Checks the page with one street, with 20, as many as have their own bars, and with 60.
  @Test(arguments: [1, 20, 60])
  func `the report is one page of A4 with every figure on it`(streets: Int) throws {
    let folder = TemporaryFolder()
    let cells = (0..<streets).flatMap { street in
      Industry.allCases.map { industry in
        LedgerCell(
          street: "第\(street + 1)街道", industry: industry, counts: Self.counts(40 + street, done: 30, retired: 3)
        )
      }
    }
    let days = (0..<110).map { (day: CalendarDay(daysSince1970: 19_970 + $0), done: 3 + $0 % 7) }
    let report = LedgerReport(cells: cells, days: days, today: Self.day("2024-12-20"))
    let page = ReportPage(
      report, head: FormHead(reporter: "旗安委办", filledOn: Self.day("2024-12-20"), scope: "苏木镇街道牵头"))
    let pdf = try page.render()
    #expect(try page.render() == pdf)
    let path = try folder.write("report.pdf", pdf)
    let info = try InstalledProgram("pdfinfo").output([path])
    #expect(info.contains("Pages:           1\n") && info.contains("(A4)"))
    let text = try InstalledProgram("pdftotext").output([path, "-"]).filter { !$0.isWhitespace }
    for words in [
      "截至2024年12月20日", "\(report.total[.known])", "\(report.total[.done])", "按应用行业", "汽车维修", "旗安委办", "盖章",
      streets > 20 ? "其余41个" : "第\(streets)街道",
    ] {
      #expect(text.contains(words), "\(words)")
    }
  }
}
