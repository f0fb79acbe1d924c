import Foundation
import Records
import TestSupport
import Testing

@testable import Fieldbook

@Suite struct DuplicateTests {
  let home = TestHome()

  private func registered(_ brand: WrittenText?, _ number: WrittenText?, retired reason: WrittenText? = nil)
    -> InstallationEvent.Registered
  {
    var registered = Sample.registered(retired: reason)
    registered.welder.brand = brand
    registered.welder.serialNumber = number
    return registered
  }

  @Test func `the same welder is opened again only with a reason, which its event names with the other record`()
    throws
  {
    let fieldbook = try home.ready()
    let first = try fieldbook.open(Sample.id(), registered("瑞凌 Riland", "W-0012a"), at: Sample.at(0))
    #expect(first.history.first?.duplicate == nil)
    let same = registered("瑞凌　RILAND", "ｗ-00 12A")
    #expect(throws: FieldbookError.welderKnown([first.id])) {
      try fieldbook.open(Sample.id(), same, at: Sample.at(1))
    }
    #expect(try fieldbook.list().map(\.id) == [first.id], "nothing of the refused one stays")
    #expect(try fieldbook.codesLeft() == 99)
    let second = try fieldbook.open(Sample.id(), same, duplicateReason: "铭牌是翻新的", at: Sample.at(2))
    #expect(second.history.first?.duplicate == Duplicate(installations: [first.id], reason: "铭牌是翻新的"))
    guard case .registered(let event)? = try fieldbook.events(of: second.id).first?.event else {
      Issue.record("the first event is the registration")
      return
    }
    #expect(event.duplicate?.installations == [first.id])
    #expect(throws: FieldbookError.welderKnown([second.id, first.id])) {
      try fieldbook.open(Sample.id(), registered(nil, "W-0012A"), at: Sample.at(3))
    }
    _ = try fieldbook.open(Sample.id(), registered("沪工", "W-0012A"), at: Sample.at(3))
    for number in [nil, "无", "-"] as [WrittenText?] {
      for _ in 0..<2 { _ = try fieldbook.open(Sample.id(), registered("瑞凌", number), at: Sample.at(4)) }
    }
  }

  @Test func `a reason without a duplicate is not kept`() throws {
    let fieldbook = try home.ready()
    let opened = try fieldbook.open(
      Sample.id(), registered("瑞凌", "W-1"), duplicateReason: "x", at: Sample.at(0))
    #expect(opened.history.first?.duplicate == nil)
  }

  @Test func `retired welders count, void and refused records do not`() throws {
    let fieldbook = try home.ready()
    let photo = try Sample.photo(.before, "rust", in: fieldbook)
    let retired = try fieldbook.open(
      Sample.id(), registered("瑞凌", "R-1", retired: "漏电"), photos: [photo], at: Sample.at(0))
    #expect(throws: FieldbookError.welderKnown([retired.id])) {
      try fieldbook.open(Sample.id(), registered("瑞凌", "R-1"), at: Sample.at(1))
    }
    let endings: [InstallationEvent] = [
      .voided(reason: "x"), .refused(.init(reason: "x", releasesCode: false)),
    ]
    for event in endings {
      let opened = try fieldbook.open(Sample.id(), registered("瑞凌", "W-7"), at: Sample.at(2))
      _ = try fieldbook.append(event, to: opened.id, by: Sample.technician, at: Sample.at(2))
    }
    _ = try fieldbook.open(Sample.id(), registered("瑞凌", "W-7"), at: Sample.at(3))
  }

  @Test func `a correction to another record's welder wants a reason, too`() throws {
    let fieldbook = try home.ready()
    let first = try fieldbook.open(Sample.id(), registered("瑞凌", "W-1"), at: Sample.at(0))
    let second = try fieldbook.open(Sample.id(), registered("瑞凌", "W-2"), at: Sample.at(0))
    var fields = second.correctableFields
    fields.welder.serialNumber = "w-1"
    var correction = InstallationEvent.Corrected(changes: fields.changes(since: second.correctableFields))
    #expect(throws: FieldbookError.welderKnown([first.id])) {
      try fieldbook.append(.corrected(correction), to: second.id, by: Sample.technician, at: Sample.at(1))
    }
    correction.duplicate = Duplicate(installations: [first.id], reason: "铭牌相同")
    let changed = try fieldbook.append(
      .corrected(correction), to: second.id, by: Sample.technician, at: Sample.at(1))
    #expect(changed.history.last?.duplicate?.reason == "铭牌相同")
  }

  @Test func `the same module in another record wants a reason, and the same in its own none`() throws {
    let fieldbook = try home.ready()
    let first = try Sample.signed(in: fieldbook, key: Sample.key(1))
    let serial = try #require(first.module?.serialNumber)
    let second = try fieldbook.open(Sample.id(), Sample.registered(), at: Sample.at(10))
    let key = Sample.key(2)
    let events = try Sample.walk(of: second.id, code: second.code!, in: fieldbook, key: key, serial: serial)
    _ = try fieldbook.append(Array(events.prefix(2)), to: second.id, by: Sample.technician, at: Sample.at(11))
    var paired = InstallationEvent.Paired(serialNumber: serial, keyID: key.keyID, imei: nil, iccid: nil)
    func pair() throws -> Installation {
      try fieldbook.append(.paired(paired), to: second.id, by: Sample.technician, at: Sample.at(12))
    }
    #expect(throws: FieldbookError.moduleKnown(serialNumber: serial, [first.id])) { try pair() }
    paired.duplicate = try fieldbook.duplicate(ofModule: serial, otherThan: second.id, reason: "原焊机已报废")
    #expect(try pair().history.last?.duplicate?.installations == [first.id])
    paired.duplicate = nil
    _ = try pair()
  }
}
