import Foundation
import Records
import Testing

@testable import Fieldbook

/// Checks that a record waits for the copies of its photos, and that the originals of the photos wait for the
/// record.
@Suite struct CopiesTests {
  let home = TestHome()

  private func photo(_ contents: String, copied: Bool = true, in fieldbook: Fieldbook) throws -> Photo {
    var photo = try Sample.photo(.before, contents, in: fieldbook)
    if copied {
      let copy = Data("copy of \(contents)".utf8)
      photo.copy = Photo.Copy(sha256: try fieldbook.files.store(copy), bytes: copy.count)
    }
    return photo
  }

  /// Registers a retired welder, whose record closes at once.
  private func retired(_ photos: [Photo], in fieldbook: Fieldbook) throws -> InstallationID {
    let id = Sample.id()
    _ = try fieldbook.open(id, Sample.registered(retired: "机壳带电"), photos: photos, at: Sample.at(0))
    return id
  }

  @Test func `a record is delivered with its copies and its originals follow`() throws {
    let fieldbook = try home.ready()
    let photos =
      try ["one", "two"].map { try photo($0, in: fieldbook) } + [
        try photo("three", copied: false, in: fieldbook)
      ]
    let id = try retired(photos, in: fieldbook)
    let record = try #require(try fieldbook.pendingRecords().first)
    #expect(
      record.files.map(\.sha256.hex) == [photos[0].copy?.sha256, photos[1].copy?.sha256, photos[2].sha256])
    #expect(
      record.files.map(\.filename) == [
        "photo-before-1-copy.jpg", "photo-before-2-copy.jpg", "photo-before-3.jpg",
      ])
    #expect(record.originals.map(\.sha256.hex) == [photos[0].sha256, photos[1].sha256])
    #expect(record.originals.map(\.filename) == ["photo-before-1.jpg", "photo-before-2.jpg"])
    #expect(try fieldbook.fault(of: record) == nil && fieldbook.pendingOriginals().isEmpty)
    let summary = try fieldbook.queueSummary()
    #expect(summary.files == 3 && summary.originals == 2 && summary.originalBytes == 6)
    #expect(throws: FieldbookError.stillPending(id, keys: 0, files: 3)) {
      try fieldbook.acknowledge(record: id, revision: 1, sha256: record.sha256, at: Sample.at(1))
    }
    // An original that went early is not sent again.
    try fieldbook.acknowledge(file: record.originals[0].sha256, of: id, at: Sample.at(1))
    for file in record.files { try fieldbook.acknowledge(file: file.sha256, of: id, at: Sample.at(1)) }
    try fieldbook.acknowledge(record: id, revision: 1, sha256: record.sha256, at: Sample.at(2))
    #expect(try fieldbook.queueSummary().isEmpty && fieldbook.pendingRecords().isEmpty)
    let waiting = PendingOriginal(installation: id, file: record.originals[1])
    #expect(try fieldbook.pendingOriginals() == [waiting] && fieldbook.fault(of: waiting) == nil)
    try fieldbook.acknowledge(file: waiting.file.sha256, of: id, at: Sample.at(3))
    #expect(try fieldbook.pendingOriginals().isEmpty && fieldbook.queueSummary().originals == 0)
  }

  @Test func `a record that an earlier program queued waits for its photos as before`() throws {
    let fieldbook = try home.ready()
    let photo = try photo("one", copied: false, in: fieldbook)
    let id = try retired([photo], in: fieldbook)
    try fieldbook.rewind(to: "0009")
    let again = try home.fieldbook()
    let record = try #require(try again.pendingRecords().first)
    #expect(record.files.map(\.sha256.hex) == [photo.sha256] && record.originals.isEmpty)
    #expect(try again.fault(of: record) == nil)
    #expect(throws: FieldbookError.stillPending(id, keys: 0, files: 1)) {
      try again.acknowledge(record: id, revision: 1, sha256: record.sha256, at: Sample.at(1))
    }
    try again.acknowledge(file: record.files[0].sha256, of: id, at: Sample.at(1))
    try again.acknowledge(record: id, revision: 1, sha256: record.sha256, at: Sample.at(1))
    #expect(try again.pendingRecords().isEmpty && again.pendingOriginals().isEmpty)
  }

  @Test func `originals come in the order of their records`() throws {
    let fieldbook = try home.ready()
    var expected: [String] = []
    for number in 0..<40 {
      let photos = try ["a", "b"].map { try photo("\(number) \($0)", in: fieldbook) }
      _ = try retired(photos, in: fieldbook)
      expected += photos.map(\.sha256)
    }
    for record in try fieldbook.pendingRecords().reversed() {
      for file in record.files { try fieldbook.acknowledge(file: file.sha256, of: record.id, at: Sample.at(1)) }
      try fieldbook.acknowledge(record: record.id, revision: 1, sha256: record.sha256, at: Sample.at(1))
    }
    #expect(try fieldbook.pendingOriginals().map(\.file.sha256.hex) == expected)
  }

  @Test
  func `a record waits for what was replaced, and for a copy that was removed, but not for a lost original`()
    throws
  {
    let fieldbook = try home.ready()
    let id = try retired([try photo("one", in: fieldbook)], in: fieldbook)
    let record = try #require(try fieldbook.pendingRecords().first)
    let (copy, original) = (record.files[0], record.originals[0])
    for (file, name) in [(copy, "photo-before-1-copy.jpg"), (original, "photo-before-1.jpg")] {
      let isCopy = file.sha256 == copy.sha256
      let path = fieldbook.files.path(of: file.sha256.hex)
      let bytes = try Data(contentsOf: URL(filePath: path))
      try Data("other".utf8).write(to: URL(filePath: path))
      #expect(try fieldbook.fault(of: record) == .fileDamaged(name: name, sha256: file.sha256.hex))
      try FileManager.default.removeItem(atPath: path)
      #expect(
        try fieldbook.fault(of: record) == (isCopy ? .fileMissing(name: name, sha256: file.sha256.hex) : nil))
      try bytes.write(to: URL(filePath: path))
      #expect(try fieldbook.fault(of: record) == nil)
    }
    try fieldbook.acknowledge(file: copy.sha256, of: id, at: Sample.at(1))
    try fieldbook.acknowledge(record: id, revision: 1, sha256: record.sha256, at: Sample.at(1))
    let waiting = try #require(try fieldbook.pendingOriginals().first)
    try FileManager.default.removeItem(atPath: fieldbook.files.path(of: original.sha256.hex))
    #expect(
      try fieldbook.fault(of: waiting)
        == .fileMissing(name: "photo-before-1.jpg", sha256: original.sha256.hex))
  }

  @Test func `a photo is attached only together with its copy`() throws {
    let fieldbook = try home.ready()
    var lacking = try photo("one", in: fieldbook)
    lacking.copy = Photo.Copy(sha256: String(repeating: "a", count: 64), bytes: 5)
    #expect(throws: FieldbookError.fileMissing(sha256: String(repeating: "a", count: 64))) {
      try retired([lacking], in: fieldbook)
    }
    var short = try photo("two", in: fieldbook)
    short.copy?.bytes += 1
    #expect(throws: FieldbookError.fileDamaged(sha256: short.copy?.sha256 ?? "")) {
      try retired([short], in: fieldbook)
    }
    #expect(try fieldbook.list().isEmpty && fieldbook.pendingRecords().isEmpty)
  }

  @Test func `a picture that was looked at in an earlier way is looked at again`() throws {
    let fieldbook = try home.ready()
    let photo = try photo("one", in: fieldbook)
    _ = try retired([photo], in: fieldbook)
    #expect(try fieldbook.photosWithoutMarks() == [photo.sha256])
    let old = PictureMarks(pixels: "old", hashes: [UInt8](repeating: 1, count: 320))
    let new = PictureMarks(pixels: "new", hashes: [UInt8](repeating: 2, count: 320))
    try fieldbook.keep(old, of: photo.sha256)
    #expect(try fieldbook.photosWithoutMarks().isEmpty)
    // Kept marks stay until there is a newer method.
    try fieldbook.keep(new, of: photo.sha256)
    #expect(try fieldbook.pictures(like: old, except: "").map(\.isSame) == [true])
    try fieldbook.database.execute("UPDATE photo_mark SET method = 1")
    #expect(try fieldbook.photosWithoutMarks() == [photo.sha256])
    try fieldbook.keep(new, of: photo.sha256)
    #expect(try fieldbook.photosWithoutMarks().isEmpty)
    #expect(try fieldbook.pictures(like: new, except: "").map(\.isSame) == [true])
    #expect(try fieldbook.pictures(like: old, except: "").isEmpty)
  }
}
