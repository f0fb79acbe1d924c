public import Records

/// The values that stand above the rows of a form besides its title.
public struct FormHead: Hashable, Sendable {
  /// 填报单位: the unit that reports and stamps; nil leaves its place empty.
  public var reporter: String?
  /// 填表时间, which is also the moment of creation in the file, so that the same rows make the same bytes.
  public var filledOn: CalendarDay
  /// The scope in a few words, which says which welders the form is about; nil for all welders.
  public var scope: String?

  public init(reporter: String?, filledOn: CalendarDay, scope: String?) {
    self.reporter = reporter
    self.filledOn = filledOn
    self.scope = scope
  }

  /// `filledOn` as an official paper writes it.
  var writtenDay: String {
    let (year, month, day) = filledOn.components
    return "\(year)年\(month)月\(day)日"
  }
}
