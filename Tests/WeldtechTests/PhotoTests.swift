import Cryptography
import Fieldbook
import Foundation
import Photos
import Records
import TestSupport
import Testing

@testable import weldtech

/// Checks how `photo` judges photos: when and where they were taken, and whether they were seen before.
@Suite struct PhotoTests {
  private let desk = Desk()
  private let folder = TemporaryFolder()

  init() throws { try desk.setUp() }

  private func file(_ name: String, _ bytes: Data) throws -> String {
    let path = try folder.write(name, bytes)
    // The file was written ten minutes before the laptop's time.
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSince1970: Double(desk.clock.time.secondsSince1970 - 600))],
      ofItemAtPath: path)
    return path
  }

  /// Attaches photos with `--json`, and returns the document.
  private func attach(_ id: String, _ files: String..., reason: String? = nil) throws -> [String: Any] {
    let more = reason.map { ["--reason", $0] } ?? []
    let answer = try desk.run(["--json", "photo", id, "--stage", "before"] + more + files)
    return try #require(try JSONSerialization.jsonObject(with: Data(answer.output.utf8)) as? [String: Any])
  }

  private func codes(_ answer: [String: Any]) -> [String] {
    (answer["remarks"] as? [[String: Any]] ?? []).compactMap { $0["code"] as? String }
  }

  private func photos(of id: String) throws -> [Photo] {
    try desk.fieldbook().installation(matching: id).photos
  }

  // MARK: - Time and place

  @Test func `the camera's time and place are taken down with the photo`() throws {
    let id = try desk.register()
    let photo = ExifSketch.png(try TestPhoto.png(1), with: ExifSketch.phone().tiff)
    let answer = try attach(id, try file("a.png", photo))
    #expect(codes(answer).isEmpty)
    let kept = try #require(try photos(of: id).first)
    #expect(kept.takenAt.description == "2026-11-24T09:20:00+08:00" && kept.takenAtSource == .exif)
    #expect(kept.contradictions == nil && kept.resembles == nil && kept.reason == nil)
    #expect(
      kept.exif
        == PhotoExif(
          takenAt: kept.takenAt, gpsAt: Timestamp("2026-11-24T01:19:30Z"), latitude: 40.4126,
          longitude: 110.0281,
          camera: "HUAWEI P40"))
    let shown = try #require((answer["photos"] as? [[String: Any]])?.first)
    #expect(shown["takenAtSource"] as? String == "exif")
    #expect((shown["exif"] as? [String: Any])?["latitude"] as? Double == 40.4126)
  }

  @Test func `a photo without EXIF has its file's date`() throws {
    let id = try desk.register()
    _ = try attach(id, try file("a.png", try TestPhoto.png(1)))
    let kept = try #require(try photos(of: id).first)
    #expect(kept.takenAt.description == "2026-11-24T09:20:00+08:00")
    #expect(kept.takenAtSource == nil && kept.exif == nil)
    #expect(!String(decoding: try RecordCoding.encode(kept), as: UTF8.self).contains("exif"))
  }

  @Test func `what contradicts the camera is shown and recorded and the file's date is taken`() throws {
    let id = try desk.register()
    var sketch = ExifSketch.phone()
    sketch.text(\.camera, 0x9003, "2026:11:25 09:20:00")
    sketch.rationals(\.gps, 0x0002, [(39, 1), (54, 1), (0, 1)])
    sketch.rationals(\.gps, 0x0004, [(116, 1), (23, 1), (0, 1)])
    let answer = try attach(id, try file("a.png", ExifSketch.png(try TestPhoto.png(1), with: sketch.tiff)))
    #expect(codes(answer) == ["afterClock", "afterFile", "satelliteTime", "outsideBanner"])
    let kept = try #require(try photos(of: id).first)
    #expect(kept.contradictions == [.afterClock, .afterFile, .satelliteTime, .outsideBanner])
    #expect(kept.takenAt.description == "2026-11-24T09:20:00+08:00" && kept.takenAtSource == nil)
    #expect(kept.exif?.takenAt?.description == "2026-11-25T09:20:00+08:00")
    // Each contradiction is told in words, and shown with the record.
    let shown = try desk.run(["show", id]).output
    #expect(shown.contains("later than now") && shown.contains("outside Dalad Banner"), "\(shown)")
    let said = try desk.run(
      ["photo", id, "--stage", "before"]
        + [try file("b.png", ExifSketch.png(try TestPhoto.png(2), with: sketch.tiff))]
    ).diagnostics
    #expect(said.contains("later than now") && said.contains("outside Dalad Banner"), "\(said)")
  }

  @Test func `places of one installation that are far apart contradict each other`() throws {
    let id = try desk.register()
    var other = ExifSketch.phone()
    other.rationals(\.gps, 0x0002, [(40, 1), (26, 1), (0, 1)])
    let near = ExifSketch.png(try TestPhoto.png(1), with: ExifSketch.phone().tiff)
    let far = ExifSketch.png(try TestPhoto.png(2), with: other.tiff)
    // The result is the same in one command as in two.
    #expect(codes(try attach(id, try file("a.png", near), try file("b.png", far))) == ["farFromOthers"])
    let third = ExifSketch.png(try TestPhoto.png(3), with: ExifSketch.phone().tiff)
    #expect(codes(try attach(id, try file("c.png", third))) == ["farFromOthers"])
  }

  // MARK: - Another look

  @Test func `a photo in which nothing is dark is attached with a remark`() throws {
    let id = try desk.register()
    let white = try TestPhoto.white()
    #expect(codes(try attach(id, try file("a.png", white))) == ["bright"])
    #expect(try photos(of: id).count == 1)
  }

  @Test func `somebody at the terminal is asked whether to attach it`() throws {
    let id = try desk.register()
    let path = try file("a.png", try TestPhoto.white())
    let refusal = Script(["n"])
    #expect(throws: PhotoDeclined.self) {
      try desk.run(["photo", id, "--stage", "before", path], script: refusal)
    }
    #expect(refusal.asked.count == 1)
    #expect(try photos(of: id).isEmpty)
    _ = try desk.run(["photo", id, "--stage", "before", path], script: Script(["y"]))
    #expect(try photos(of: id).count == 1)
    // The same photo is not asked about a second time.
    _ = try desk.run(["photo", id, "--stage", "before", path], script: Script([]))
    #expect(try photos(of: id).count == 1)
  }

  // MARK: - The same picture

  @Test func `the same picture in another file is refused for another installation`() throws {
    let (first, second) = (try desk.register(), try desk.register())
    let png = try TestPhoto.png(1)
    _ = try attach(first, try file("a.png", png))
    let other = try file("b.png", TestPhoto.commented(png))
    for more in [[], ["--reason", "r"]] {
      let failure = desk.failure(["photo", second, "--stage", "before"] + more + [other])
      #expect(failure?.code == "photo.same" && failure?.exit == .badData)
      #expect(failure?.message.en.contains(first.prefix(8)) == true)
    }
    #expect(try photos(of: second).isEmpty)
  }

  @Test func `nearly the same picture of another installation needs a reason which is recorded`() throws {
    let (first, second) = (try desk.register(), try desk.register())
    _ = try attach(first, try file("a.png", try TestPhoto.png(1)))
    let twin = try file("b.png", try TestPhoto.png(1, changed: 1))
    let failure = desk.failure(["photo", second, "--stage", "before", twin])
    #expect(failure?.code == "photo.resembles" && failure?.exit == .badData)
    #expect(failure?.hint.en.contains("--reason") == true)
    #expect(try photos(of: second).isEmpty)
    #expect(codes(try attach(second, twin, reason: "two machines side by side")) == ["resembles"])
    let kept = try #require(try photos(of: second).first)
    #expect(kept.reason == "two machines side by side")
    let other = try #require(kept.resembles?.first)
    #expect(other.installation.text == first && other.stage == .before && other.distance <= 42)
    #expect(try other.sha256 == photos(of: first).first?.sha256)
    let shown = try desk.run(["show", second]).output
    #expect(shown.contains("\(first.prefix(8)): two machines side by side"), "\(shown)")
    // A photo that is like no other needs no reason and gets none.
    _ = try attach(second, try file("c.png", try TestPhoto.png(2)), reason: "left over")
    #expect(try photos(of: second).last?.reason == nil)
  }

  @Test func `somebody at the terminal gives the reason or declines`() throws {
    let (first, second) = (try desk.register(), try desk.register())
    _ = try attach(first, try file("a.png", try TestPhoto.png(1)))
    let command = ["photo", second, "--stage", "before", try file("b.png", try TestPhoto.png(1, changed: 1))]
    #expect(throws: PhotoDeclined.self) { try desk.run(command, script: Script(["n"])) }
    #expect(try photos(of: second).isEmpty)
    _ = try desk.run(command, script: Script(["y", "two machines"]))
    #expect(try photos(of: second).first?.reason == "two machines")
  }

  @Test func `nearly the same picture of the same installation is pointed out`() throws {
    let id = try desk.register()
    let first = try file("a.png", try TestPhoto.png(1))
    let twin = try file("b.png", try TestPhoto.png(1, changed: 1))
    #expect(codes(try attach(id, first)).isEmpty)
    #expect(codes(try attach(id, twin)) == ["resembles"])
    let kept = try #require(try photos(of: id).last)
    #expect(kept.resembles?.map(\.installation.text) == [id] && kept.reason == nil)
    // The result is the same in one command as in two.
    let other = try desk.register()
    let pair = [try file("c.png", try TestPhoto.png(2)), try file("d.png", try TestPhoto.png(2, changed: 1))]
    #expect(codes(try attach(other, pair[0], pair[1])) == ["resembles"])
    #expect(try photos(of: other).count == 2)
  }

  @Test func `photos that an earlier program stored are looked at first`() throws {
    let (first, second) = (try desk.register(), try desk.register())
    // An earlier program kept no marks.
    let fieldbook = try desk.fieldbook()
    let bytes = try TestPhoto.png(1)
    let facts = try PhotoInspector.inspect(bytes)
    let id = try #require(InstallationID(first))
    for (kept, isThere) in [(bytes, true), (Data("damaged".utf8), true), (try TestPhoto.png(9), false)] {
      var photo = facts.photo(
        stage: .before, sha256: try fieldbook.files.store(kept), takenAt: desk.clock.time)
      photo.bytes = kept.count
      let lock = try #require(try fieldbook.lock(installation: id))
      defer { lock.release() }
      _ = try fieldbook.append(
        [.photographed(photo)], holding: lock, by: try #require(try fieldbook.setup().technician),
        at: desk.clock.time)
      if !isThere { try FileManager.default.removeItem(atPath: fieldbook.files.path(of: photo.sha256)) }
    }
    #expect(try fieldbook.photosWithoutMarks().count == 3)
    let twin = try file("b.png", try TestPhoto.png(1, changed: 1))
    #expect(desk.failure(["photo", second, "--stage", "before", twin])?.code == "photo.resembles")
    // The file that is missing may come back.
    #expect(try fieldbook.photosWithoutMarks().count == 1)
  }

  @Test func `every photo of practice is like no other`() throws {
    let before = try PhotoInspector.inspect(try SamplePhoto.png(.before))
    let after = try PhotoInspector.inspect(try SamplePhoto.png(.after))
    #expect(before.flaws.isEmpty && after.flaws.isEmpty)
    #expect(before.marks.distance(to: after.marks) == nil)
  }
}
