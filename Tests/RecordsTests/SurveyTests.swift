import Foundation
import Records
import Testing

/// Checks the life of a record that begins with a row of a survey list.
@Suite struct SurveyTests {
  private static let surveyed = InstallationEvent.Surveyed(
    owner: {
      var owner = Sample.registered().owner
      (owner.unitType, owner.operators, owner.certifiedOperators) = (nil, nil, nil)
      return owner
    }(),
    welder: {
      var welder = Sample.registered().welder
      (welder.brand, welder.model, welder.serialNumber, welder.purchasedOn) = (nil, nil, nil, nil)
      return welder
    }(),
    survey: Survey(
      filledBy: PersonName("诸葛亮"), filledByPhone: nil, list: "树林召镇.xlsx", row: "Sheet1!5",
      sha256: Sample.digest),
    remarks: "门朝南")

  private static let planned = InstallationEvent.planned(
    .init(appointment: Appointment(day: CalendarDay("2026-11-27")!, note: "上午")))

  private static func record() -> Installation {
    Installation(
      id: Sample.installation().id, surveyed: surveyed, at: Sample.at(0), entrySha256: Sample.digest)
  }

  private static func entry(_ event: InstallationEvent, _ seq: Int64) -> LogEntry {
    LogEntry(seq: seq, installation: record().id, at: Sample.at(seq), event: event, sha256: Sample.digest)
  }

  @Test func `a surveyed record has no code, technician, scheme or step, and is read back`() throws {
    let record = Self.record()
    #expect(record.status == .surveyed && record.nextStep == nil && record.revision == 1)
    #expect(
      record.code == nil && record.technician == nil && record.scheme == nil && record.owner.unitType == nil)
    let body = try RecordCoding.encode(record)
    #expect(try RecordCoding.decode(Installation.self, from: body) == record)
    let keys = try JSONDecoder().decode(JSONValue.self, from: body)
    #expect(keys["technician"] == nil && keys["survey"]?["list"] == .string("树林召镇.xlsx"))
    for event in [InstallationEvent.surveyed(Self.surveyed), Self.planned, .planned(.init(appointment: nil))] {
      #expect(try RecordCoding.decode(InstallationEvent.self, from: RecordCoding.encode(event)) == event)
    }
  }

  @Test func `every step of the walk needs the registration first, and planning needs a survey`() {
    let record = Self.record()
    for step in Step.walk {
      #expect(record.refusal(of: step, by: Sample.technician, on: Sample.day) == .surveyed)
    }
    #expect(
      record.refusalOfPlanning == nil && record.refusalOfCorrecting == nil && record.refusalOfRefusing == nil)
    #expect(Sample.installation().refusalOfPlanning == .registered)
    #expect(Sample.installation(.retired).refusalOfPlanning == .retired)
    #expect(Sample.installation(after: Step.walk).refusalOfPlanning == .closed)
  }

  @Test func `the registration opens the record, and what the survey said stays`() {
    var record = Self.record()
    record.apply(Self.planned, at: Sample.at(1), entrySha256: Sample.digest)
    #expect(record.appointment?.day == CalendarDay("2026-11-27"))
    record.apply(.registered(Sample.registered()), at: Sample.at(7), entrySha256: Sample.digest)
    #expect(record.status == .open && record.code == Sample.code && record.nextStep == .photoBefore)
    #expect(record.openedAt == Sample.at(7) && record.technician == Sample.technician)
    #expect(record.welder == Sample.registered().welder && record.owner.unitType == .individual)
    #expect(
      record.survey.filledBy == PersonName("诸葛亮") && record.survey.filledByPhone == Sample.technician.phone)
    #expect(record.survey.row == "Sheet1!5" && record.appointment?.note == "上午")
    #expect(record.history.map(\.event) == ["surveyed", "planned", "registered"])
  }

  @Test func `a retired welder's registration closes the record`() {
    var record = Self.record()
    record.apply(.registered(Sample.registered(.retired)), at: Sample.at(7), entrySha256: Sample.digest)
    #expect(record.status == .retired && record.closedAt == Sample.at(7) && record.code == nil)
    #expect(record.funding == Funding(payer: .owner, reason: .retired))
  }

  @Test func `another row of the list changes only the fields in which it differs`() {
    var record = Self.record()
    record.apply(
      .corrected(.init(changes: correction(of: record) { $0.owner.street = "白塔街道" })), at: Sample.at(1),
      entrySha256: Sample.digest)
    var row = Self.surveyed
    row.welder.maxCurrentAmps = 400
    row.survey.row = "Sheet1!6"
    row.changes = row.fields.changes(since: Self.surveyed.fields)
    record.apply(.surveyed(row), at: Sample.at(2), entrySha256: Sample.digest)
    #expect(record.welder.maxCurrentAmps == 400 && record.owner.street == "白塔街道")
    #expect(record.survey.row == "Sheet1!6" && record.history.last?.changes?.map(\.field) == [.maxCurrentAmps])
  }

  @Test func `replaying gives the record, and a refusal names who wrote it down`() throws {
    let events: [InstallationEvent] = [
      .surveyed(Self.surveyed), Self.planned, .registered(Sample.registered()), Sample.photo(.before),
    ]
    let entries = events.enumerated().map { Self.entry($0.element, Int64($0.offset)) }
    let replayed = try #require(try Installation.replaying(entries) { _ in throw Unasked() })
    #expect(replayed.status == .open && replayed.revision == 1 && replayed.photos.count == 1)
    #expect(try Installation.replaying([Self.entry(Self.planned, 0)]) { _ in throw Unasked() } == nil)

    var refused = InstallationEvent.Refused(reason: "不装", releasesCode: true)
    refused.technician = Sample.technician
    var record = Self.record()
    record.apply(.refused(refused), at: Sample.at(3), entrySha256: Sample.digest)
    #expect(record.status == .refused && record.technician == Sample.technician)
  }

  private struct Unasked: Error {}

  private func correction(of record: Installation, _ change: (inout CorrectableFields) -> Void) -> [FieldChange]
  {
    var fields = record.correctableFields
    change(&fields)
    return fields.changes(since: record.correctableFields)
  }
}
