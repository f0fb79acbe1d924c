/// 填表人, the person who filled in the survey row, and where the row stands.
public struct Survey: Hashable, Sendable, Codable {
  /// The name of whoever filled in the row; nil where the list does not say it.
  public var filledBy: PersonName?
  public var filledByPhone: PhoneNumber?
  /// The name of the list's file; nil where the welder was on no list.
  public var list: String?
  /// The row in the list: the name of the sheet and the number of the row, `Sheet1!5`, or the number of the
  /// line where the list has no sheets.
  public var row: String?
  /// SHA-256 of the list's file, lower-case hex.
  public var sha256: String?

  public init(
    filledBy: PersonName?, filledByPhone: PhoneNumber?, list: String? = nil, row: String? = nil,
    sha256: String? = nil
  ) {
    self.filledBy = filledBy
    self.filledByPhone = filledByPhone
    self.list = list
    self.row = row
    self.sha256 = sha256
  }
}

/// The day on which a surveyed welder is to be fitted.
public struct Appointment: Hashable, Sendable, Codable {
  public var day: CalendarDay
  public var note: WrittenText?

  public init(day: CalendarDay, note: WrittenText?) {
    self.day = day
    self.note = note
  }
}

extension InstallationEvent {
  /// A row of a survey list: an appointment without a technician, a code or a scheme.
  ///
  /// The first event opens the record. A later one says that the list has another row for the welder now, and
  /// its `changes` are applied to the record, whose fields may have been corrected by hand since.
  public struct Surveyed: Hashable, Sendable, Codable {
    /// The unit as the row has it.
    public var owner: Owner
    /// The welder as the row has it.
    public var welder: Welder
    public var survey: Survey
    public var remarks: WrittenText?
    /// The fields in which the row differs from the one before; nil for the first row.
    public var changes: [FieldChange]?

    public init(
      owner: Owner, welder: Welder, survey: Survey, remarks: WrittenText?, changes: [FieldChange]? = nil
    ) {
      self.owner = owner
      self.welder = welder
      self.survey = survey
      self.remarks = remarks
      self.changes = changes
    }

    /// The fields of the row.
    public var fields: CorrectableFields {
      CorrectableFields(owner: owner, welder: welder, retiredReason: nil, remarks: remarks)
    }
  }

  /// The appointment of a surveyed welder was made, moved or, with nil, taken back.
  public struct Planned: Hashable, Sendable, Codable {
    public var appointment: Appointment?

    public init(appointment: Appointment?) { self.appointment = appointment }
  }
}
