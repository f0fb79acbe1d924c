import Foundation
import Records
import TestSupport
import Testing

@testable import Fieldbook

/// Checks that survey lists are imported whole or not at all, and that a surveyed welder is registered only
/// once and not delivered before.
@Suite struct SurveyTests {
  let home = TestHome()

  private func row(_ number: Int, unit: String = "树林召汽修") -> InstallationEvent.Surveyed {
    var owner = Sample.registered(unit: WrittenText(asKept: unit)).owner
    owner.unitType = nil
    var welder = Sample.registered().welder
    welder.maxCurrentAmps = Double(200 + number)
    return InstallationEvent.Surveyed(
      owner: owner, welder: welder,
      survey: Survey(
        filledBy: nil, filledByPhone: nil, list: "list.xlsx", row: "\(number)", sha256: Sample.firmware),
      remarks: nil)
  }

  private func known(_ fieldbook: Fieldbook) throws -> Fieldbook.SurveyedWelders {
    try fieldbook.surveyedWelders(withPhones: ["13900000003"])
  }

  /// Imports rows and returns their ids.
  @discardableResult
  private func survey(_ numbers: Range<Int>, in fieldbook: Fieldbook, at second: Int64 = 0) throws
    -> [InstallationID]
  {
    let ids = numbers.map { _ in Sample.id() }
    let orders = zip(ids, numbers).map { Fieldbook.SurveyOrder.new($0, row($1)) }
    try fieldbook.survey(orders, since: known(fieldbook), at: Sample.at(second))
    return ids
  }

  @Test func `rows become surveyed records with no code, which are not delivered`() throws {
    let fieldbook = try home.ready()
    let ids = try survey(0..<3, in: fieldbook)
    #expect(try Set(fieldbook.list(status: .surveyed).map(\.id)) == Set(ids))
    #expect(try fieldbook.codesLeft() == 100 && fieldbook.pendingRecords().isEmpty)
    #expect(try fieldbook.rebuild().repaired == [] && fieldbook.check().faults.isEmpty)
    #expect(try known(fieldbook).welders.map(\.row) == (0..<3).map { row($0) })
    #expect(try fieldbook.surveyedWelders(withPhones: ["13900000009"]).welders.isEmpty)
  }

  @Test func `a list in which one row cannot be stored is not stored at all`() throws {
    let fieldbook = try home.ready()
    let ids = try survey(0..<1, in: fieldbook)
    let orders: [Fieldbook.SurveyOrder] = [.new(Sample.id(), row(7)), .new(ids[0], row(8))]
    #expect(throws: FieldbookError.alreadyOpen(ids[0])) {
      try fieldbook.survey(orders, since: known(fieldbook), at: Sample.at(1))
    }
    #expect(try fieldbook.list().map(\.id) == ids && fieldbook.verifyLog().entries == 1)
  }

  @Test func `a list is refused where another one was imported since it was looked at`() throws {
    let fieldbook = try home.ready()
    let before = try known(fieldbook)
    try survey(0..<1, in: fieldbook)
    #expect(throws: FieldbookError.surveyGoneOn) {
      try fieldbook.survey([.new(Sample.id(), row(0))], since: before, at: Sample.at(1))
    }
    let ids = try fieldbook.list().map(\.id)
    let present = try known(fieldbook)
    _ = try fieldbook.open(ids[0], Sample.registered(), at: Sample.at(2))
    #expect(throws: FieldbookError.surveyGoneOn) {
      try fieldbook.survey([.changed(ids[0], row(1))], since: present, at: Sample.at(3))
    }
  }

  @Test func `registering a surveyed record opens it once, with its code and its own time`() throws {
    let fieldbook = try home.ready()
    let id = try survey(0..<1, in: fieldbook)[0]
    let opened = try fieldbook.open(id, Sample.registered(), at: Sample.at(60))
    #expect(opened.id == id && opened.status == .open && opened.code == Sample.code("00A000"))
    #expect(try fieldbook.summary(of: id)?.openedAt == Sample.at(60))
    #expect(try fieldbook.rebuild().repaired == [] && fieldbook.provenRecord(of: id) == opened)
    #expect(throws: FieldbookError.alreadyOpen(id)) {
      try fieldbook.open(id, Sample.registered(), at: Sample.at(61))
    }
    #expect(try known(fieldbook).welders.map(\.status) == [.open])
  }

  @Test func `a surveyed record goes the whole walk and is delivered with its survey`() throws {
    let fieldbook = try home.ready()
    let id = try survey(0..<1, in: fieldbook)[0]
    let opened = try fieldbook.open(id, Sample.registered(), at: Sample.at(1))
    let code = try #require(opened.code)
    let events = try Sample.walk(of: id, code: code, in: fieldbook, key: Sample.key(1))
    _ = try fieldbook.append(events, to: id, by: Sample.technician, at: Sample.at(5))
    let agreement = try Sample.agreement(in: fieldbook)
    let signed = try fieldbook.append(.signed(agreement), to: id, by: Sample.technician, at: Sample.at(9))
    #expect(signed.status == .closed && signed.revision == 1)
    let pending = try #require(try fieldbook.pendingRecords().first)
    let sent = try RecordCoding.decode(Installation.self, from: pending.body)
    #expect(sent == signed && sent.survey.list == "list.xlsx" && sent.history.first?.event == "surveyed")
    #expect(try fieldbook.provenHistory(of: id).revisions.count == 1)
  }

  @Test func `a company's office plans, corrects and voids what is surveyed, and nothing else`() throws {
    let fieldbook = try home.ready()
    let ids = try survey(0..<2, in: fieldbook)
    let planned = InstallationEvent.planned(
      .init(appointment: Appointment(day: CalendarDay("2026-11-30")!, note: nil)))
    let record = try fieldbook.append(planned, to: ids[0], by: nil, at: Sample.at(1))
    #expect(record.appointment?.day == CalendarDay("2026-11-30"))
    #expect(throws: FieldbookError.refused(.surveyed)) {
      try fieldbook.append(
        .refused(.init(reason: "不装", releasesCode: false)), to: ids[0], by: nil, at: Sample.at(2))
    }
    _ = try fieldbook.open(ids[0], Sample.registered(), at: Sample.at(3))
    #expect(throws: FieldbookError.refused(.registered)) {
      try fieldbook.append(planned, to: ids[0], by: Sample.technician, at: Sample.at(4))
    }
    #expect(throws: FieldbookError.refused(.registered)) {
      try fieldbook.append(.voided(reason: "错"), to: ids[0], by: nil, at: Sample.at(4))
    }
    let void = try fieldbook.append(.voided(reason: "已搬走"), to: ids[1], by: nil, at: Sample.at(5))
    #expect(void.status == .void)
    #expect(try fieldbook.pendingRecords().isEmpty, "a cancelled appointment is not delivered")
  }

  @Test func `an owner who refuses before the registration is delivered, with the technician who was told`()
    throws
  {
    let fieldbook = try home.ready()
    let id = try survey(0..<1, in: fieldbook)[0]
    _ = try fieldbook.append(
      .refused(.init(reason: "不装", releasesCode: false)), to: id, by: Sample.technician, at: Sample.at(1))
    let sent = try RecordCoding.decode(
      Installation.self, from: try #require(try fieldbook.pendingRecords().first).body)
    #expect(sent.status == .refused && sent.technician == Sample.technician && sent.code == nil)
    #expect(try fieldbook.rebuild().repaired == [])
  }

  @Test func `a retired welder of a list closes there and then`() throws {
    let fieldbook = try home.ready()
    let id = try survey(0..<1, in: fieldbook)[0]
    let photo = try Sample.photo(.before, "old", in: fieldbook)
    let retired = try fieldbook.open(id, Sample.registered(retired: "机壳带电"), photos: [photo], at: Sample.at(1))
    #expect(retired.status == .retired)
    #expect(try fieldbook.pendingRecords().map(\.id) == [id] && fieldbook.rebuild().repaired == [])
  }
}
