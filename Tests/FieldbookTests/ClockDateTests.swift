import Foundation
import Records
import Testing

@testable import Fieldbook

/// Checks that a wrong clock is noticed before it dates anything.
@Suite struct ClockDateTests {
  let home = TestHome()

  @Test func `no event is dated before the last one of this laptop`() throws {
    let fieldbook = try home.ready()
    let id = Sample.id()
    _ = try fieldbook.open(id, Sample.registered(), at: Sample.at(100))
    let photo = try Sample.photo(.before, "p", in: fieldbook)
    let behind = FieldbookError.clockBehind(now: Sample.at(99), newest: Sample.at(100))
    #expect(throws: behind) {
      try fieldbook.append(.photographed(photo), to: id, by: Sample.technician, at: Sample.at(99))
    }
    #expect(throws: behind) { try fieldbook.open(Sample.id(), Sample.registered(), at: Sample.at(99)) }
    let lock = try #require(try fieldbook.lock(installation: id))
    #expect(throws: behind) {
      try fieldbook.void(WrittenText(asKept: "x"), holding: lock, by: Sample.technician, at: Sample.at(99))
    }
    #expect(try fieldbook.verifyLog().entries == 1 && fieldbook.codesLeft() == 99)
    // The same second, and the same moment in another time zone, are not before the last event.
    let elsewhere = Timestamp(secondsSince1970: Sample.at(100).secondsSince1970, offsetSeconds: 0)
    _ = try fieldbook.append(.photographed(photo), to: id, by: Sample.technician, at: elsewhere)
  }

  @Test(arguments: ["1969-12-31T23:59:59Z", "1970-01-01T00:00:00Z", "2024-07-23T23:59:59+08:00"])
  func `a clock before there was such work is refused`(text: String) throws {
    let fieldbook = try home.ready()
    let seconds = text.hasPrefix("1969") ? -1 : try #require(Timestamp(text)).secondsSince1970
    let now = Timestamp(secondsSince1970: seconds, offsetSeconds: 28_800)
    #expect(throws: FieldbookError.clockImplausible(now)) {
      try fieldbook.open(Sample.id(), Sample.registered(), at: now)
    }
    #expect(throws: FieldbookError.clockImplausible(now)) {
      try fieldbook.acceptClock(reason: WrittenText(asKept: "x"), at: now)
    }
    #expect(try fieldbook.list().isEmpty)
  }

  @Test func `a clock that had jumped ahead is accepted in the chain`() throws {
    let fieldbook = try home.ready()
    let id = Sample.id()
    let ahead = Sample.at(400_000_000)
    _ = try fieldbook.open(id, Sample.registered(technician: Self.longLived), at: ahead)
    #expect(throws: FieldbookError.clockBehind(now: Sample.at(5), newest: ahead)) {
      try fieldbook.open(Sample.id(), Sample.registered(), at: Sample.at(5))
    }
    #expect(try fieldbook.acceptClock(reason: WrittenText(asKept: "钮扣电池"), at: Sample.at(6)) == ahead)
    #expect(try fieldbook.acceptClock(reason: WrittenText(asKept: "again"), at: Sample.at(6)) == nil)
    _ = try fieldbook.open(Sample.id(), Sample.registered(), at: Sample.at(7))

    // The acceptance is an ordinary entry of the log, but about no installation.
    #expect(try fieldbook.verifyLog().entries == 3)
    #expect(try fieldbook.rebuild() == .init(installations: 2, repaired: []))
    let entry = try #require(
      try fieldbook.database.first("SELECT installation, name, body, at FROM event WHERE seq = 2") {
        ($0.text(0), $0.text(1), $0.blob(2), $0.text(3))
      })
    #expect(entry.0 == "laptop" && entry.1 == "clockAccepted" && entry.3 == Sample.at(6).description)
    let kept = try RecordCoding.decode(ClockAcceptance.self, from: entry.2)
    #expect(kept.facts.reason.text == "钮扣电池" && kept.facts.previous == ahead.description)
    // The entries on both sides of it are still linked.
    let photo = try Sample.photo(.before, "p", in: fieldbook)
    _ = try fieldbook.append(.photographed(photo), to: id, by: Self.longLived, at: Sample.at(8))
    #expect(try fieldbook.provenRecord(of: id).photos.count == 1)
  }

  /// The clock is read when an event is written, so that two simultaneous events cannot get the wrong order.
  @Test func `asks for the time inside the transaction`() throws {
    let fieldbook = try home.ready()
    let id = Sample.id()
    func now() -> Timestamp {
      #expect(throws: FieldbookError.store(.busy)) {
        try Fieldbook(home: home.path, busyMilliseconds: 0).addBlock(Sample.block("00B000", 1))
      }
      return Sample.at(1)
    }
    _ = try fieldbook.open(id, Sample.registered(), at: now())
    let photo = try Sample.photo(.before, "p", in: fieldbook)
    _ = try fieldbook.append(.photographed(photo), to: id, by: Sample.technician, at: now())
  }

  private static let longLived = Technician(
    name: PersonName("张三"), phone: PhoneNumber("13800000001")!, company: "达旗焊安", certificate: "T-1",
    certificateExpires: CalendarDay("2099-01-01")!)
}
