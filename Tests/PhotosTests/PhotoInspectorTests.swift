import CTurboJPEG
import Foundation
import Records
import TestSupport
import Testing

@testable import Photos

@Suite struct PhotoInspectorTests {
  @Test(arguments: [(640, 480, false), (640, 480, true), (241, 1201, false), (1600, 1200, true)])
  func `tells type and size of a JPEG`(width: Int, height: Int, progressive: Bool) throws {
    let bytes = try Picture.jpeg(width, height, progressive: progressive)
    let facts = try PhotoInspector.inspect(bytes)
    #expect(facts.mediaType == "image/jpeg" && facts.bytes == bytes.count)
    #expect(facts.widthPixels == width && facts.heightPixels == height)
  }

  @Test func `tells type and size of a PNG`() throws {
    let bytes = try Picture.png(300, 400)
    let facts = try PhotoInspector.inspect(bytes)
    #expect(facts.mediaType == "image/png" && facts.bytes == bytes.count)
    #expect(facts.widthPixels == 300 && facts.heightPixels == 400)
  }

  @Test(arguments: [false, true]) func `calls a JPEG truncated wherever it is cut`(progressive: Bool) throws {
    let bytes = try Picture.jpeg(progressive: progressive)
    for sixteenth in 1..<16 {
      #expect(throws: PhotoError.truncated(mediaType: "image/jpeg"), "\(sixteenth)/16") {
        try PhotoInspector.inspect(bytes.prefix(bytes.count * sixteenth / 16))
      }
    }
    for cut in [3, 4, 5, 20, 100, 200, 600, bytes.count - 2, bytes.count - 1] {
      #expect(throws: PhotoError.truncated(mediaType: "image/jpeg"), "\(cut)") {
        try PhotoInspector.inspect(bytes.prefix(cut))
      }
    }
  }

  @Test func `calls a PNG truncated wherever it is cut`() throws {
    let bytes = try Picture.png()
    for cut in (1..<16).map({ bytes.count * $0 / 16 }) + [
      8, 12, 23, 24, 33, 40, bytes.count - 12, bytes.count - 1,
    ] {
      #expect(throws: PhotoError.truncated(mediaType: "image/png"), "\(cut)") {
        try PhotoInspector.inspect(bytes.prefix(cut))
      }
    }
  }

  @Test func `accepts a photo with something appended`() throws {
    let bytes = try Picture.jpeg() + Data("SEFT".utf8)
    #expect(try PhotoInspector.inspect(bytes).bytes == bytes.count)
  }

  @Test func `accepts a photo with a thumbnail in its header`() throws {
    // The thumbnail has an end marker of its own, which is not the end of the photo.
    let photo = try Picture.jpeg()
    let thumbnail = try Picture.jpeg(64, 48)
    let length = UInt16(thumbnail.count + 8)
    let segment =
      Data([0xFF, 0xE1, UInt8(length >> 8), UInt8(length & 255)]) + Data("Exif\0\0".utf8) + thumbnail
    let bytes = photo.prefix(2) + segment + photo.dropFirst(2)
    #expect(try PhotoInspector.inspect(bytes).widthPixels == 640)
    #expect(throws: PhotoError.truncated(mediaType: "image/jpeg")) {
      try PhotoInspector.inspect(bytes.prefix(bytes.count / 2))
    }
  }

  @Test func `calls a photo corrupt with a piece missing or a bit flipped`() throws {
    let jpeg = try Picture.jpeg()
    for piece in [2, 4000, 20_000] {
      #expect(throws: PhotoError.corrupt(mediaType: "image/jpeg")) {
        try PhotoInspector.inspect(jpeg.prefix(jpeg.count / 2) + jpeg.suffix(piece))
      }
    }
    var png = try Picture.png()
    png[png.count / 2] ^= 1
    #expect(throws: PhotoError.corrupt(mediaType: "image/png")) { try PhotoInspector.inspect(png) }
  }

  @Test(
    arguments: [
      ("\0\0\0\u{18}ftypheic\0\0\0\0", FileKind.heic), ("\0\0\0\u{18}ftypmif1", .heic),
      ("\0\0\0\u{18}ftypavif", .avif), ("\0\0\0\u{18}ftypisom", .video), ("RIFF\0\0\0\0WEBPVP8 ", .webp),
      ("GIF89a", .gif), ("BM\0\0", .bmp), ("II*\0", .tiff), ("MM\0*", .tiff), ("%PDF-1.7", .pdf),
      ("PK\u{3}\u{4}", .zip), ("\u{FEFF} <!DOCTYPE html>", .html), ("<html>", .html), ("hello", .other),
      ("\0", .other), ("RIFF", .other),
    ])
  func `names what is no photo`(text: String, kind: FileKind) {
    #expect(throws: PhotoError.notAPhoto(kind)) { try PhotoInspector.inspect(Data(text.utf8)) }
  }

  @Test func `refuses empty too large and too small`() throws {
    #expect(throws: PhotoError.empty) { try PhotoInspector.inspect(Data()) }
    let limit = PhotoInspector.maxBytes
    #expect(throws: PhotoError.tooLarge(bytes: limit + 1, largest: limit)) {
      try PhotoInspector.inspect(Data(count: limit + 1))
    }
    for bytes in [try Picture.jpeg(239, 400), try Picture.png(239, 400)] {
      #expect(throws: PhotoError.tooSmall(widthPixels: 239, heightPixels: 400, least: 240)) {
        try PhotoInspector.inspect(bytes)
      }
    }
  }

  @Test func `refuses a picture that would unpack to too much`() throws {
    var png = try Picture.png()
    png.replaceSubrange(16..<24, with: [0, 0, 0xFF, 0xDC, 0, 0, 0xFF, 0xDC])
    #expect(throws: PhotoError.tooManyPixels(widthPixels: 65500, heightPixels: 65500, most: 120_000_000)) {
      try PhotoInspector.inspect(png)
    }
    png.replaceSubrange(16..<24, with: [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF])
    #expect(throws: PhotoError.self) { try PhotoInspector.inspect(png) }
    png.replaceSubrange(16..<24, with: [0, 0, 0, 0, 0, 0, 1, 0])
    #expect(throws: PhotoError.corrupt(mediaType: "image/png")) { try PhotoInspector.inspect(png) }
  }

  @Test func `survives any damage`() throws {
    var random = SplitMix64(seed: 19)
    for original in [try Picture.jpeg(), try Picture.jpeg(progressive: true), try Picture.png(256, 256)] {
      for round in 0..<700 {
        var bytes = original
        // Two thirds of the rounds change only the headers, where lengths and sizes stand.
        let reach = round % 3 == 0 ? bytes.count : 700
        for _ in 0...random.next(below: 8) {
          bytes[3 + random.next(below: reach - 3)] = UInt8(random.next(below: 256))
        }
        if round % 4 == 0 { bytes = bytes.prefix(1 + random.next(below: bytes.count - 1)) }
        guard let facts = try? PhotoInspector.inspect(bytes) else { continue }
        #expect(round % 4 != 0 || bytes.count > original.count - 2, "a photo that was cut is refused")
        #expect(min(facts.widthPixels, facts.heightPixels) >= PhotoInspector.minPixels)
        #expect(facts.widthPixels * facts.heightPixels <= PhotoInspector.maxPixels)
      }
    }
    for length in 0..<200 {
      let rubbish = Data((0..<length).map { _ in UInt8(random.next(below: 256)) })
      for head: [UInt8] in [[], [0xFF, 0xD8, 0xFF], [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]] {
        #expect(throws: PhotoError.self) { try PhotoInspector.inspect(Data(head) + rubbish) }
      }
    }
  }

  // MARK: - Warnings, by what they mean

  @Test(arguments: ["photo-samsung-sos.jpg", "photo-stray-bytes.jpg"])
  func `accepts a picture that is whole though its header is odd`(name: String) throws {
    let bytes = try Data(
      contentsOf: URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../Fixtures/Photos/\(name)"))
    let facts = try PhotoInspector.inspect(bytes)
    #expect((facts.widthPixels, facts.heightPixels) == (640, 480))
    #expect(throws: PhotoError.truncated(mediaType: "image/jpeg")) {
      try PhotoInspector.inspect(bytes.prefix(bytes.count - 2))
    }
    #expect(throws: PhotoError.corrupt(mediaType: "image/jpeg")) {
      try PhotoInspector.inspect(bytes.prefix(bytes.count / 2) + bytes.suffix(4_000))
    }
  }

  @Test func `accepts stray bytes behind the picture and another version of JFIF`() throws {
    var bytes = try Picture.jpeg()
    let end = bytes.suffix(2)
    #expect(try PhotoInspector.inspect(bytes.dropLast(2) + Data(count: 24) + end).widthPixels == 640)
    try #require(bytes[6..<10].elementsEqual("JFIF".utf8))
    bytes[11] = 9
    #expect(try PhotoInspector.inspect(bytes).widthPixels == 640)
  }

  @Test func `refuses a picture that leaves much of its data over`() throws {
    // The header states half of the height: all blocks decode, and half of the data are never read.
    var bytes = try Picture.jpeg()
    let frame = try #require(bytes.firstRange(of: Data([0xFF, 0xC0])))
    bytes.replaceSubrange(frame.upperBound + 3..<frame.upperBound + 5, with: [0, 240])
    #expect(throws: PhotoError.corrupt(mediaType: "image/jpeg")) { try PhotoInspector.inspect(bytes) }
  }

  // MARK: - Memory

  @Test(arguments: [(TJSAMP_444, 3.0), (TJSAMP_420, 1.5)])
  func `refuses from the header what would take too much memory and names the size that fits`(
    subsampling: TJSAMP, samplesPerPixel: Double
  ) throws {
    let small = try Picture.jpeg(progressive: true, subsampling: subsampling)
    let frame = try #require(small.firstRange(of: Data([0xFF, 0xC2])))
    func sized(_ width: Int, _ height: Int) -> Data {
      var bytes = small
      bytes.replaceSubrange(
        frame.upperBound + 3..<frame.upperBound + 7,
        with: [height >> 8, height, width >> 8, width].map(UInt8.init(truncatingIfNeeded:)))
      return bytes
    }
    // The picture has 119 megapixels of two bytes a sample.
    let refusal = #expect(throws: PhotoError.self) { try PhotoInspector.inspect(sized(12_600, 9_450)) }
    guard case .tooMuchMemory(let wide, let high, let width, let height)? = refusal else {
      Issue.record("\(String(describing: refusal))")
      return
    }
    #expect((wide, high) == (12_600, 9_450))
    let bytes = Double(width * height) * samplesPerPixel * 2
    #expect((0.95...1).contains(bytes / Double(PhotoInspector.maxMemoryBytes - small.count)))
    // A picture of the size that fits is read, and is found corrupt because its data belong to a smaller
    // picture.
    #expect(throws: PhotoError.corrupt(mediaType: "image/jpeg")) {
      try PhotoInspector.inspect(sized(width, height))
    }
  }

  @Test func `refuses a picture of passes without end`() throws {
    let bytes = try Picture.jpeg(progressive: true)
    let first = try #require(bytes.firstRange(of: Data([0xFF, 0xDA])))
    // The pass repeats known coefficients over and over.
    let second = try #require(bytes[first.upperBound...].firstRange(of: Data([0xFF, 0xDA])))
    let pass = bytes[first.lowerBound..<second.lowerBound]
    let many = bytes[..<second.lowerBound] + (0..<200).flatMap { _ in pass } + bytes[second.lowerBound...]
    #expect(throws: PhotoError.corrupt(mediaType: "image/jpeg")) { try PhotoInspector.inspect(many) }
  }

  @Test func `reads a file and names the one it cannot read`() throws {
    let folder = TemporaryFolder()
    let jpeg = try Picture.jpeg()
    let path = try folder.write("photo", jpeg)
    let (bytes, facts) = try PhotoInspector.inspect(fileAt: path)
    #expect(bytes == jpeg)
    let photo = facts.photo(
      stage: .before, sha256: "00", takenAt: Timestamp(secondsSince1970: 0, offsetSeconds: 0))
    #expect(photo.widthPixels == 640)
    #expect(photo.bytes == jpeg.count)
    #expect(throws: PhotoError.unreadable(path: "/nowhere", errno: ENOENT)) {
      try PhotoInspector.inspect(fileAt: "/nowhere")
    }
    #expect(throws: PhotoError.unreadable(path: "/", errno: EISDIR)) { try PhotoInspector.inspect(fileAt: "/") }
    #expect(throws: PhotoError.unreadable(path: "/dev/zero", errno: EINVAL)) {
      try PhotoInspector.inspect(fileAt: "/dev/zero")
    }
    let pipe = folder.file("pipe")
    #expect(mkfifo(pipe, 0o600) == 0)
    #expect(throws: PhotoError.unreadable(path: pipe, errno: EINVAL)) {
      try PhotoInspector.inspect(fileAt: pipe)
    }
  }
}
