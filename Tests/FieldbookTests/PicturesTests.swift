import Foundation
import Records
import TestSupport
import Testing

@testable import Fieldbook

/// Checks that the fieldbook recognises a picture, whatever its file is.
@Suite struct PicturesTests {
  let home = TestHome()

  /// The marks of an invented picture, of which `turned` bits of each hash are inverted.
  private func marks(_ seed: UInt64, pixels: String? = nil, turned: Int = 0) -> PictureMarks {
    var random = SplitMix64(seed: seed)
    var hashes = (0..<320).map { _ in UInt8(random.next(below: 256)) }
    // The whole picture's bits are turned, and those of each of its parts.
    for bit in 0..<turned {
      for hash in 0..<10 { hashes[32 * hash + bit % 32] ^= 1 << UInt8(bit / 32) }
    }
    return PictureMarks(pixels: pixels ?? "pixels \(seed) \(turned)", hashes: hashes)
  }

  private func opened(_ fieldbook: Fieldbook) throws -> InstallationID {
    let id = Sample.id()
    _ = try fieldbook.open(id, Sample.registered(), at: Sample.at(50))
    return id
  }

  private func attach(
    _ contents: String, _ marks: PictureMarks?, to id: InstallationID, in fieldbook: Fieldbook,
    reason: WrittenText? = nil
  ) throws -> Photo {
    var photo = try Sample.photo(.before, contents, in: fieldbook)
    photo.reason = reason
    try fieldbook.keep(marks, of: photo.sha256)
    _ = try fieldbook.append(.photographed(photo), to: id, by: Sample.technician, at: Sample.at(50))
    return photo
  }

  @Test func `the same picture in another file is not evidence of another installation`() throws {
    let fieldbook = try home.ready()
    let (first, second) = (try opened(fieldbook), try opened(fieldbook))
    let photo = try attach("one", marks(1, pixels: "same"), to: first, in: fieldbook)
    // The picture is refused even with a reason, and also where it has no hashes.
    for other in [marks(2, pixels: "same"), PictureMarks(pixels: "same", hashes: nil)] {
      let error = #expect(throws: FieldbookError.self) {
        try attach("two \(other.hashes?.count ?? 0)", other, to: second, in: fieldbook, reason: "r")
      }
      guard case .pictureUsed(_, first, .before) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
    }
    #expect(try fieldbook.installation(second).photos.isEmpty)
    // The picture may be attached again in its own installation and step.
    _ = try attach("three", marks(1, pixels: "same"), to: first, in: fieldbook)
    // A record that is voided releases its pictures.
    let lock = try #require(try fieldbook.lock(installation: first))
    defer { lock.release() }
    try fieldbook.void("r", holding: lock, by: Sample.technician, at: Sample.at(50))
    _ = try attach("four", marks(1, pixels: "same"), to: second, in: fieldbook)
    #expect(try fieldbook.pictures(like: marks(1, pixels: "same"), except: photo.sha256).count == 1)
  }

  @Test func `nearly the same picture of another installation needs a reason`() throws {
    let fieldbook = try home.ready()
    let (first, second) = (try opened(fieldbook), try opened(fieldbook))
    let one = try attach("one", marks(1), to: first, in: fieldbook)
    let near = PhotoResemblance(
      installation: first, stage: .before, sha256: one.sha256, distance: PictureMarks.maxDistance)
    let twin = marks(1, turned: PictureMarks.maxDistance)
    #expect(try fieldbook.pictures(like: twin, except: "").map(\.resemblance) == [near])
    let two = try Sample.photo(.before, "two", in: fieldbook)
    #expect(throws: FieldbookError.photoResembles(sha256: two.sha256, near)) {
      try attach("two", twin, to: second, in: fieldbook)
    }
    _ = try attach("two", twin, to: second, in: fieldbook, reason: "two machines side by side")
    #expect(try fieldbook.installation(second).history.last?.reason == "two machines side by side")
    // A picture with one more inverted bit is another picture.
    let far = marks(1, turned: PictureMarks.maxDistance + 1)
    #expect(!(try fieldbook.pictures(like: far, except: "").map(\.resemblance.sha256).contains(one.sha256)))
    // A similar picture of the same installation needs no reason.
    _ = try attach("three", marks(2), to: first, in: fieldbook)
    _ = try attach("four", marks(2, turned: 3), to: first, in: fieldbook)
  }

  @Test func `the nearest of several is named first and the photo itself never`() throws {
    let fieldbook = try home.ready()
    let id = try opened(fieldbook)
    var digests: [Int: String] = [:]
    for turned in [9, 0, 30, 4] {
      digests[turned] = try attach("\(turned)", marks(5, turned: turned), to: id, in: fieldbook).sha256
    }
    _ = try attach("other", marks(6), to: id, in: fieldbook)
    _ = try attach("unreadable", nil, to: id, in: fieldbook)
    let found = try fieldbook.pictures(like: marks(5), except: try #require(digests[0]))
    #expect(found.map(\.resemblance.distance) == [4, 9, 30])
    #expect(found.map(\.resemblance.sha256) == [4, 9, 30].map { digests[$0] })
    #expect(try fieldbook.pictures(like: marks(5), except: "").first?.isSame == true)
  }

  @Test func `a part of a picture is found in the whole and the whole in a part`() throws {
    let fieldbook = try home.ready()
    let id = try opened(fieldbook)
    let (whole, part) = (marks(7), marks(8))
    // The fourth part of the picture `whole` is the whole of the picture `crop`.
    let hashes = try #require(whole.hashes)
    var cropped = try #require(part.hashes)
    cropped.replaceSubrange(0..<32, with: hashes[(4 * 32)..<(5 * 32)])
    let crop = PictureMarks(pixels: "crop", hashes: cropped)
    _ = try attach("whole", whole, to: id, in: fieldbook)
    #expect(try fieldbook.pictures(like: crop, except: "").map(\.resemblance.distance) == [0])
    _ = try attach("crop", crop, to: id, in: fieldbook)
    #expect(try fieldbook.pictures(like: whole, except: "").count == 2)
  }

  @Test func `photos that were never looked at are listed until they are`() throws {
    let fieldbook = try home.ready()
    let id = try opened(fieldbook)
    let photo = try Sample.photo(.before, "old", in: fieldbook)
    _ = try fieldbook.append(.photographed(photo), to: id, by: Sample.technician, at: Sample.at(50))
    #expect(try fieldbook.photosWithoutMarks() == [photo.sha256])
    try fieldbook.keep(nil, of: photo.sha256)
    #expect(try fieldbook.photosWithoutMarks().isEmpty)
    // A photo that was first kept without marks stays without them.
    try fieldbook.keep(marks(1), of: photo.sha256)
    #expect(try fieldbook.pictures(like: marks(1), except: "").isEmpty)
  }
}
