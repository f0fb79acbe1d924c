import Cryptography
import Foundation
import Records
import Testing

@testable import Fieldbook

@Suite struct WalkTests {
  let home = TestHome()

  @Test func `keeps a record from registration to signature`() throws {
    let fieldbook = try home.ready()
    let id = Sample.id()
    let opened = try fieldbook.open(id, Sample.registered(), at: Sample.at(0))
    #expect(opened.code == Sample.code("00A000"))
    #expect(opened.status == .open)
    let events = try Sample.walk(of: id, code: opened.code!, in: fieldbook, key: Sample.key(1))
    for (index, event) in events.enumerated() {
      let before = try fieldbook.installation(id)
      let after = try fieldbook.append(event, to: id, by: Sample.technician, at: Sample.at(Int64(index)))
      #expect(after != before)
      #expect(try home.fieldbook().installation(id) == after, "read by another connection")
      #expect(try fieldbook.list().first?.next == after.nextStep)
    }
    let signed = try fieldbook.append(
      .signed(try Sample.agreement(in: fieldbook)), to: id, by: Sample.technician, at: Sample.at(20))
    #expect(signed.status == .closed)
    #expect(signed.nextStep == nil)

    let record = try #require(try fieldbook.pendingRecords().first)
    #expect(record.body == (try RecordCoding.encode(signed)))
    #expect(record.sha256 == SHA256Digest(of: record.body).hex)
    #expect(record.revision == 1)
    #expect(record.previousSha256 == nil)
    #expect(
      record.files.map(\.filename) == [
        "photo-before-1.jpg", "photo-after-1.jpg", "agreement.pdf", "signature.json",
      ])
    for file in record.files { #expect(try fieldbook.files.contents(of: file.sha256.hex).count == file.bytes) }
    #expect(try fieldbook.verifyLog().entries == 10)
    #expect(try fieldbook.rebuild() == .init(installations: 1, repaired: []))
  }

  @Test func `refuses a step out of order and leaves no trace`() throws {
    let fieldbook = try home.ready()
    let id = Sample.id()
    let opened = try fieldbook.open(id, Sample.registered(), at: Sample.at(0))
    let events = try Sample.walk(of: id, code: opened.code!, in: fieldbook, key: Sample.key(1))
    for event in events.dropFirst().filter({ $0.name != "handedOver" && $0.name != "photographed" }) {
      #expect(throws: FieldbookError.self, "\(event.name)") {
        try fieldbook.append(event, to: id, by: Sample.technician, at: Sample.at(1))
      }
    }
    #expect(throws: FieldbookError.refused(.needs([.photoBefore]))) {
      try fieldbook.append(events[1], to: id, by: Sample.technician, at: Sample.at(1))
    }
    #expect(try fieldbook.verifyLog().entries == 1)
    #expect(try fieldbook.installation(id) == opened)
  }

  @Test func `appends all events of a call or none`() throws {
    let fieldbook = try home.ready()
    let id = Sample.id()
    let opened = try fieldbook.open(id, Sample.registered(), at: Sample.at(0))
    let events = try Sample.walk(of: id, code: opened.code!, in: fieldbook, key: Sample.key(1))
    #expect(throws: FieldbookError.refused(.needs([.flash]))) {
      try fieldbook.append([events[0], events[2]], to: id, by: Sample.technician, at: Sample.at(1))
    }
    #expect(try fieldbook.installation(id).photos.isEmpty)
  }

  @Test func `refuses everything with an expired certificate`() throws {
    let fieldbook = try home.ready()
    let day = Sample.expired.certificateExpires
    #expect(throws: FieldbookError.refused(.certificateExpired(day))) {
      try fieldbook.open(Sample.id(), Sample.registered(technician: Sample.expired), at: Sample.at(0))
    }
    let id = Sample.id()
    _ = try fieldbook.open(id, Sample.registered(), at: Sample.at(0))
    for event in [
      InstallationEvent.photographed(try Sample.photo(.before, "b", in: fieldbook)), .voided(reason: "x"),
    ] {
      #expect(throws: FieldbookError.refused(.certificateExpired(day))) {
        try fieldbook.append(event, to: id, by: Sample.expired, at: Sample.at(1))
      }
    }
    #expect(try fieldbook.codesLeft() == 99)
  }

  @Test func `refuses an event whose file is not there or is another size`() throws {
    let fieldbook = try home.ready()
    let id = Sample.id()
    _ = try fieldbook.open(id, Sample.registered(), at: Sample.at(0))
    var photo = try Sample.photo(.before, "before", in: fieldbook)
    photo.bytes += 1
    #expect(throws: FieldbookError.fileDamaged(sha256: photo.sha256)) {
      try fieldbook.append(.photographed(photo), to: id, by: Sample.technician, at: Sample.at(1))
    }
    photo.sha256 = String(repeating: "0", count: 64)
    #expect(throws: FieldbookError.fileMissing(sha256: photo.sha256)) {
      try fieldbook.append(.photographed(photo), to: id, by: Sample.technician, at: Sample.at(1))
    }
    photo.sha256 = "../../fieldbook.sqlite"
    #expect(throws: FieldbookError.notADigest) {
      try fieldbook.append(.photographed(photo), to: id, by: Sample.technician, at: Sample.at(1))
    }
  }

  @Test func `refuses a pairing whose key is not committed`() throws {
    let fieldbook = try home.ready()
    let id = Sample.id()
    let opened = try fieldbook.open(id, Sample.registered(), at: Sample.at(0))
    let events = try Sample.walk(of: id, code: opened.code!, in: fieldbook, key: Sample.key(1))
    _ = try fieldbook.append(Array(events[..<2]), to: id, by: Sample.technician, at: Sample.at(1))
    let other = Sample.key(2)
    try fieldbook.prepare(other, for: id, moduleSerial: "M-1")
    #expect(throws: FieldbookError.keyUnknown(keyID: other.keyID)) {
      try fieldbook.append(
        .paired(.init(serialNumber: "M-1", keyID: other.keyID, imei: nil, iccid: nil)), to: id,
        by: Sample.technician, at: Sample.at(2))
    }
  }

  @Test func `refuses a label of another code`() throws {
    let fieldbook = try home.ready()
    let id = Sample.id()
    let code = try #require(try fieldbook.open(id, Sample.registered(), at: Sample.at(0)).code)
    let events = try Sample.walk(of: id, code: Sample.code("00A001"), in: fieldbook, key: Sample.key(1))
    _ = try fieldbook.append(Array(events[..<3]), to: id, by: Sample.technician, at: Sample.at(1))
    #expect(throws: FieldbookError.refused(.otherCode(code))) {
      try fieldbook.append(events[3], to: id, by: Sample.technician, at: Sample.at(2))
    }
  }

  @Test func `refuses a number that no document holds`() throws {
    let fieldbook = try home.ready()
    let id = Sample.id()
    let opened = try fieldbook.open(id, Sample.registered(), at: Sample.at(0))
    let events = try Sample.walk(of: id, code: opened.code!, in: fieldbook, key: Sample.key(1))
    _ = try fieldbook.append(Array(events[..<3]), to: id, by: Sample.technician, at: Sample.at(1))
    var report = Sample.report()
    report.steps[0].measured = .nan
    #expect(throws: FieldbookError.unencodable(event: "tested")) {
      try fieldbook.append(.tested(report), to: id, by: Sample.technician, at: Sample.at(2))
    }
  }

  // MARK: - Retired and void

  @Test func `closes and queues a retired welder at once without a code`() throws {
    let fieldbook = try home.ready()
    let id = Sample.id()
    let photo = try Sample.photo(.before, "rust", in: fieldbook)
    #expect(throws: FieldbookError.retiredNeedsPhoto) {
      try fieldbook.open(id, Sample.registered(retired: "机壳带电"), at: Sample.at(0))
    }
    #expect(throws: FieldbookError.retiredTakesNoCode) {
      try fieldbook.open(
        id, Sample.registered(code: Sample.code("00Z000"), retired: "机壳带电"), photos: [photo], at: Sample.at(0))
    }
    let retired = try fieldbook.open(
      id, Sample.registered(retired: "机壳带电"), photos: [photo], at: Sample.at(0))
    #expect(retired.status == .retired)
    #expect(retired.code == nil)
    #expect(try fieldbook.pendingRecords().map(\.files.count) == [1])
    #expect(try fieldbook.codesLeft() == 100)
    #expect(throws: FieldbookError.refused(.retired)) {
      try fieldbook.append(.photographed(photo), to: id, by: Sample.technician, at: Sample.at(1))
    }
    #expect(try fieldbook.rebuild().repaired == [])
  }

  @Test func `frees the code of a void record that nobody knows of`() throws {
    let fieldbook = try home.ready(codes: 1)
    let first = Sample.id()
    let code = try fieldbook.open(first, Sample.registered(), at: Sample.at(0)).code
    #expect(throws: FieldbookError.codesExhausted(left: 0)) {
      try fieldbook.open(Sample.id(), Sample.registered(), at: Sample.at(0))
    }
    let void = try fieldbook.append(
      .voided(reason: "twice"), to: first, by: Sample.technician, at: Sample.at(1))
    #expect(void.status == .void)
    #expect(try fieldbook.pendingRecords().isEmpty)
    #expect(try fieldbook.codesLeft() == 1)
    let second = Sample.id()
    #expect(try fieldbook.open(second, Sample.registered(), at: Sample.at(2)).code == code)
    #expect(try fieldbook.resolve(try #require(code).description) == second)
    #expect(throws: FieldbookError.refused(.void)) {
      try fieldbook.append(.voided(reason: "again"), to: first, by: Sample.technician, at: Sample.at(3))
    }
  }

  @Test func `queues a void record whose module may hold a key`() throws {
    let fieldbook = try home.ready(codes: 1)
    let id = Sample.id()
    _ = try fieldbook.open(id, Sample.registered(), at: Sample.at(0))
    try fieldbook.prepare(Sample.key(1), for: id, moduleSerial: "M-1")
    _ = try fieldbook.append(.voided(reason: "sold"), to: id, by: Sample.technician, at: Sample.at(1))
    #expect(try fieldbook.pendingRecords().map(\.id) == [id])
    #expect(try fieldbook.codesLeft() == 0)
  }

  @Test func `makes a second revision of a closed record that is made void`() throws {
    let fieldbook = try home.ready()
    let signed = try Sample.signed(in: fieldbook)
    let first = try #require(try fieldbook.pendingRecords().first)
    let void = try fieldbook.append(
      .voided(reason: "wrong unit"), to: signed.id, by: Sample.technician, at: Sample.at(5))
    #expect(void.status == .void)
    #expect(void.revision == 2)
    #expect(void.previousSha256 == first.sha256)
    #expect(void.closedAt == signed.closedAt)
    let pending = try fieldbook.pendingRecords()
    #expect(pending.map(\.revision) == [1, 2])
    #expect(pending.first?.body == first.body)
    #expect(pending.last?.previousSha256 == first.sha256)
    #expect(try fieldbook.rebuild().repaired == [])
  }
}
