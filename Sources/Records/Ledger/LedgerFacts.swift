/// The facts that decide in which figures a welder counts.
public struct LedgerFacts: Hashable, Sendable {
  /// When something happened, as the period of a filter sees it.
  public enum Moment: Hashable, Sendable {
    /// The event happens after the period's end, or never.
    case notYet
    case beforePeriod, inPeriod
  }

  public var status: Installation.Status
  public var payer: Funding.Payer?
  public var recorded: Moment
  public var fitted: Moment
  public var retired: Moment
  /// The last day that is in time for a new welder; nil where the welder was not new, or nobody knows when it
  /// was bought.
  public var dueOn: CalendarDay?

  /// Makes the facts of a welder, or of several that count alike.
  /// - Parameters:
  ///   - filter: the period by which the days are judged; without a period every event counts as in it.
  ///   - recordedOn: the day of the record's first event.
  ///   - fittedOn: the day of the first signature; any day where there is no period, or nobody has signed.
  ///   - isFitted: whether somebody has signed.
  ///   - retiredOn: the day of the retirement.
  public init(
    status: Installation.Status, payer: Funding.Payer?, recordedOn: CalendarDay?, fittedOn: CalendarDay?,
    isFitted: Bool, retiredOn: CalendarDay?, boughtOn: CalendarDay? = nil, in filter: LedgerFilter
  ) {
    self.status = status
    self.payer = payer
    recorded = filter.moment(of: recordedOn)
    fitted = isFitted ? filter.moment(of: fittedOn) : .notYet
    retired = status == .retired ? filter.moment(of: retiredOn) : .notYet
    dueOn = boughtOn.flatMap(DueDate.lastDay(ofWelderBoughtOn:))
  }

  /// The figures in which the welder counts; none where it does not count at all.
  /// - Parameter today: the day by which `due` and `overdue` are told apart.
  public func figures(on today: CalendarDay) -> [LedgerFigure] {
    guard status != .void, recorded != .notYet else { return [] }
    if status == .retired, retired != .notYet {
      return retired == .inPeriod ? [.known, .retired] : [.known]
    }
    // A welder that was retired after the period counts as what it was before.
    if fitted != .notYet, status != .refused {
      var figures: [LedgerFigure] = [.known]
      if fitted == .inPeriod {
        figures.append(.done)
        if let payer { figures.append(payer == .banner ? .fundedByBanner : .fundedByOwner) }
      }
      if status == .outOfUse { figures.append(.outOfUse) }
      return figures
    }
    var figures: [LedgerFigure] = [.known, .outstanding]
    switch status {
    case .surveyed: figures.append(.surveyed)
    case .refused: figures.append(.refused)
    default: figures.append(.begun)
    }
    if let dueOn { figures.append(dueOn < today ? .overdue : .due) }
    return figures
  }
}

extension LedgerFilter {
  /// Whether the filter has a first or a last day.
  public var hasPeriod: Bool { from != nil || to != nil }

  /// The moment of an event, as the period sees it.
  /// - Parameter day: the day of the event; nil where the record is too damaged to say.
  public func moment(of day: CalendarDay?) -> LedgerFacts.Moment {
    guard hasPeriod else { return .inPeriod }
    guard let day else { return .notYet }
    if let to, day > to { return .notYet }
    if let from, day < from { return .beforePeriod }
    return .inPeriod
  }
}
