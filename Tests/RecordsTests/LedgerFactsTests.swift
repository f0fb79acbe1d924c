import Records
import Testing

/// Checks in which figures a welder counts.
@Suite struct LedgerFactsTests {
  private static let today = CalendarDay("2024-11-20")!

  private func figures(
    _ status: Installation.Status, payer: Funding.Payer = .banner, recorded: String = "2024-08-05",
    fitted: String? = nil, retired: String? = nil, bought: String? = nil, from: String? = nil, to: String? = nil
  ) -> [LedgerFigure] {
    var filter = LedgerFilter()
    filter.from = from.flatMap { CalendarDay($0) }
    filter.to = to.flatMap { CalendarDay($0) }
    return LedgerFacts(
      status: status, payer: payer, recordedOn: CalendarDay(recorded),
      fittedOn: fitted.flatMap { CalendarDay($0) }, isFitted: fitted != nil,
      retiredOn: retired.flatMap { CalendarDay($0) }, boughtOn: bought.flatMap { CalendarDay($0) }, in: filter
    ).figures(on: Self.today)
  }

  @Test func `each outcome counts in its line of the table and no other`() {
    #expect(figures(.surveyed) == [.known, .outstanding, .surveyed])
    #expect(figures(.open) == [.known, .outstanding, .begun])
    #expect(figures(.refused) == [.known, .outstanding, .refused])
    for status in [Installation.Status.closed, .delivered, .open] {
      #expect(figures(status, fitted: "2024-09-10") == [.known, .done, .fundedByBanner])
    }
    #expect(
      figures(.outOfUse, payer: .owner, fitted: "2024-09-10") == [.known, .done, .fundedByOwner, .outOfUse])
    #expect(figures(.retired, retired: "2024-09-10") == [.known, .retired])
    // A welder that was fitted and scrapped later no longer counts as done.
    #expect(figures(.retired, fitted: "2024-09-10", retired: "2024-10-10") == [.known, .retired])
    #expect(figures(.void) == [] && figures(.void, fitted: "2024-09-10") == [])
  }

  @Test func `every welder is known and is done, retired or outstanding, and nothing twice`() {
    for status in Installation.Status.allCases where status != .void {
      for fitted in [nil, "2024-09-10"] {
        let figures = figures(status, fitted: fitted, retired: status == .retired ? "2024-10-01" : nil)
        #expect(Set(figures).count == figures.count && figures.first == .known)
        #expect(figures.count { [.done, .retired, .outstanding].contains($0) } == 1, "\(status)")
        #expect(
          figures.count { [.surveyed, .begun, .refused].contains($0) }
            == (figures.contains(.outstanding) ? 1 : 0))
      }
    }
  }

  @Test func `a new welder is due on the fifteenth day after its purchase and overdue on the next`() {
    #expect(figures(.open, bought: "2024-11-05").contains(.due))
    #expect(figures(.open, bought: "2024-11-04").contains(.overdue))
    #expect(figures(.surveyed, bought: "2024-07-24").contains(.overdue))
    // Nobody had to fit a module before the plan.
    #expect(figures(.open, bought: "2024-07-23") == [.known, .outstanding, .begun])
    #expect(!figures(.closed, fitted: "2024-11-10", bought: "2024-10-01").contains(.overdue))
  }

  @Test func `a period shows what was known at its end and what happened in it`() {
    let fitted = "2024-10-10"
    #expect(figures(.closed, fitted: fitted, to: "2024-08-04") == [])
    #expect(figures(.closed, fitted: fitted, to: "2024-10-09") == [.known, .outstanding, .begun])
    #expect(figures(.closed, fitted: fitted, to: "2024-10-10") == [.known, .done, .fundedByBanner])
    #expect(figures(.closed, fitted: fitted, from: "2024-10-10") == [.known, .done, .fundedByBanner])
    #expect(figures(.closed, fitted: fitted, from: "2024-10-11") == [.known])
    #expect(figures(.retired, retired: fitted, from: "2024-10-11") == [.known])
    #expect(figures(.retired, retired: fitted, to: "2024-10-09") == [.known, .outstanding, .begun])
    #expect(
      figures(.retired, fitted: "2024-09-01", retired: fitted, to: "2024-10-09")
        == [.known, .done, .fundedByBanner])
  }

  @Test func `departments lead the industries of section two`() {
    var filter = LedgerFilter()
    #expect(filter.industries == nil)
    filter.department = .housing
    #expect(filter.industries == [.construction, .municipal])
    filter.industry = .mining
    #expect(filter.industries == [])
    for industry in Industry.allCases {
      #expect(industry.isUnderIndustryDepartment == (industry.department != .street))
    }
  }
}
