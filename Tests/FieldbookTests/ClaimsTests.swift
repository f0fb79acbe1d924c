import Cryptography
import Foundation
import Records
import Testing

@testable import Fieldbook

/// Checks that a photo and a seal belong to one installation.
@Suite struct ClaimsTests {
  let home = TestHome()

  private func opened(_ fieldbook: Fieldbook) throws -> InstallationID {
    let id = Sample.id()
    _ = try fieldbook.open(id, Sample.registered(), at: Sample.at(50))
    return id
  }

  private func sealed(_ number: String) -> InstallationEvent {
    .sealed(Seal(number: number, photoSha256: nil, appliedAt: Sample.at(50), previousNumbers: []))
  }

  /// Takes a record up to its label, which comes before the seal.
  private func labelled(_ fieldbook: Fieldbook, _ byte: UInt8) throws -> InstallationID {
    let id = try opened(fieldbook)
    let code = try #require(try fieldbook.installation(id).code)
    let events = try Sample.walk(of: id, code: code, in: fieldbook, key: Sample.key(byte), serial: "M-\(byte)")
    _ = try fieldbook.append(Array(events[..<4]), to: id, by: Sample.technician, at: Sample.at(50))
    return id
  }

  @Test func `strokes of a run that was killed before the record named them do not stay`() throws {
    let fieldbook = try home.ready()
    let id = try opened(fieldbook)
    func strokes(_ words: String) -> (bytes: Data, sha256: String) {
      let bytes = Data(words.utf8)
      return (bytes, SHA256Digest(of: bytes).hex)
    }
    let (killed, kept) = (strokes("the whole course"), strokes("the shape"))
    try fieldbook.beginSigning(id, strokesSha256: killed.sha256)
    _ = try fieldbook.files.store(killed.bytes)
    // The same strokes again are the same attempt.
    try fieldbook.beginSigning(id, strokesSha256: killed.sha256)
    #expect(throws: Never.self) { try fieldbook.files.verify(killed.sha256) }
    try fieldbook.beginSigning(id, strokesSha256: kept.sha256)
    #expect(throws: FieldbookError.fileMissing(sha256: killed.sha256)) {
      try fieldbook.files.verify(killed.sha256)
    }
    // Strokes that a record names stay, also where the note of its signature was left.
    let signed = try Sample.signed(in: fieldbook)
    let named = try #require(signed.agreement?.strokesSha256)
    try fieldbook.beginSigning(signed.id, strokesSha256: named)
    try fieldbook.beginSigning(signed.id, strokesSha256: kept.sha256)
    #expect(throws: Never.self) { try fieldbook.files.verify(named) }
    try fieldbook.endSigning(signed.id)
  }

  @Test func `the same file is not evidence of another installation or stage`() throws {
    let fieldbook = try home.ready()
    let first = try opened(fieldbook)
    let second = try opened(fieldbook)
    let photo = try Sample.photo(.before, "one", in: fieldbook)
    _ = try fieldbook.append(.photographed(photo), to: first, by: Sample.technician, at: Sample.at(50))
    let used = FieldbookError.photoUsed(sha256: photo.sha256, by: first, stage: .before)
    #expect(throws: used) {
      try fieldbook.append(.photographed(photo), to: second, by: Sample.technician, at: Sample.at(50))
    }
    #expect(throws: used) {
      try fieldbook.open(Sample.id(), Sample.registered(retired: "r"), photos: [photo], at: Sample.at(50))
    }
    var after = photo
    after.stage = .after
    let third = try labelled(fieldbook, 3)
    _ = try fieldbook.append(sealed("S-3"), to: third, by: Sample.technician, at: Sample.at(50))
    #expect(throws: used) {
      try fieldbook.append(.photographed(after), to: third, by: Sample.technician, at: Sample.at(50))
    }
    // A photo cannot be evidence of another stage of its own installation either.
    let own = try #require(try fieldbook.installation(third).photos.first)
    var asSeal = own
    asSeal.stage = .after
    #expect(throws: FieldbookError.photoUsed(sha256: own.sha256, by: third, stage: .before)) {
      try fieldbook.append(.photographed(asSeal), to: third, by: Sample.technician, at: Sample.at(50))
    }
  }

  @Test func `a photo from after the work comes with the label at the earliest, and stands for no other step`()
    throws
  {
    let fieldbook = try home.ready()
    let id = try opened(fieldbook)
    let code = try #require(try fieldbook.installation(id).code)
    let events = try Sample.walk(of: id, code: code, in: fieldbook, key: Sample.key(9), serial: "M-9")
    _ = try fieldbook.append(Array(events[..<3]), to: id, by: Sample.technician, at: Sample.at(50))
    let plate = InstallationEvent.photographed(try Sample.photo(.after, "plate", in: fieldbook))
    #expect(throws: FieldbookError.refused(.needs([.label]))) {
      try fieldbook.append(plate, to: id, by: Sample.technician, at: Sample.at(50))
    }
    let changed = try fieldbook.append([events[3], plate], to: id, by: Sample.technician, at: Sample.at(50))
    #expect(changed.has(.after) && changed.nextStep == .seal)
  }

  @Test func `a seal number is used once`() throws {
    let fieldbook = try home.ready()
    let first = try labelled(fieldbook, 1)
    let second = try labelled(fieldbook, 2)
    func seal(_ id: InstallationID, _ number: String) throws {
      _ = try fieldbook.append(sealed(number), to: id, by: Sample.technician, at: Sample.at(50))
    }
    try seal(first, "FT-1")
    for number in ["FT-1", "ft-1"] {
      #expect(throws: FieldbookError.sealUsed(number: number, by: first)) { try seal(second, number) }
    }
    // The present seal can be recorded again, until the module behind it changes.
    try seal(first, "FT-1")
    try seal(first, "FT-2")
    #expect(throws: FieldbookError.sealUsed(number: "FT-1", by: first)) { try seal(first, "FT-1") }
    _ = try fieldbook.append(
      .flashed(
        .init(
          chip: "STM32F405", chipID: nil, firmwareVersion: "1.0.1", firmwareSha256: Sample.firmware,
          skipped: false)), to: first, by: Sample.technician, at: Sample.at(50))
    #expect(throws: FieldbookError.sealUsed(number: "FT-2", by: first)) {
      _ = try fieldbook.append(sealed("FT-2"), to: first, by: Sample.technician, at: Sample.at(50))
    }
  }

  @Test func `a void record lets go of its photos and its seals`() throws {
    let fieldbook = try home.ready()
    let first = try labelled(fieldbook, 1)
    for number in ["FT-1", "FT-2"] {
      _ = try fieldbook.append(sealed(number), to: first, by: Sample.technician, at: Sample.at(50))
    }
    let photo = try #require(try fieldbook.installation(first).photos.first)
    _ = try fieldbook.append(
      .voided(reason: WrittenText(asKept: "x")), to: first, by: Sample.technician, at: Sample.at(50))
    let second = try labelled(fieldbook, 2)
    _ = try fieldbook.append(.photographed(photo), to: second, by: Sample.technician, at: Sample.at(50))
    for number in ["FT-1", "FT-2"] {
      _ = try fieldbook.append(sealed(number), to: second, by: Sample.technician, at: Sample.at(50))
    }
  }

  @Test func `an older fieldbook knows what it has used`() throws {
    let fieldbook = try home.ready()
    let signed = try Sample.signed(in: fieldbook, key: Sample.key(1), at: 48)
    let void = try labelled(fieldbook, 2)
    let photos = try fieldbook.installation(void).photos
    // The migration fills the claims again, although one record with a photo is void, and the body of another
    // is no JSON.
    _ = try fieldbook.append(
      .voided(reason: WrittenText(asKept: "x")), to: void, by: Sample.technician, at: Sample.at(50))
    let broken = try opened(fieldbook)
    try fieldbook.database.execute("UPDATE record SET body = x'7b' WHERE installation = '\(broken)'")
    try fieldbook.rewind(to: "0005")
    let migrated = try home.fieldbook()
    let photo = try #require(signed.photos.first)
    let other = try opened(migrated)
    #expect(throws: FieldbookError.photoUsed(sha256: photo.sha256, by: signed.id, stage: .before)) {
      try migrated.append(.photographed(photo), to: other, by: Sample.technician, at: Sample.at(50))
    }
    let number = try #require(signed.seal?.number)
    #expect(
      try migrated.database.first("SELECT installation FROM seal_use WHERE number = ?", [.text(number)]) {
        $0.text(0)
      } == signed.id.text)
    _ = try migrated.append(
      .photographed(try #require(photos.first)), to: other, by: Sample.technician, at: Sample.at(50))
  }
}
