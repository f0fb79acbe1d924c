import CPNG
import CTurboJPEG
import Drawing
import Foundation
import Records
import Testing

@testable import Photos

/// Pictures with something in every block.
private enum Picture {
  static func pixels(_ width: Int, _ height: Int) -> [UInt8] {
    var state: UInt32 = 1
    return (0..<width * height * 3).map { index in
      state = state &* 1_664_525 &+ 1_013_904_223
      return UInt8(truncatingIfNeeded: index / 97 + index % width / 3) &+ UInt8(state >> 29)
    }
  }

  static func jpeg(_ width: Int = 640, _ height: Int = 480, progressive: Bool = false) throws -> Data {
    let handle = try #require(tjInitCompress())
    defer { tjDestroy(handle) }
    var bytes: UnsafeMutablePointer<UInt8>?
    var size: UInt = 0
    let result = tjCompress2(
      handle, pixels(width, height), Int32(width), 0, Int32(height), Int32(TJPF_RGB.rawValue), &bytes, &size,
      Int32(TJSAMP_420.rawValue), 85, progressive ? TJFLAG_PROGRESSIVE : 0)
    try #require(result == 0)
    defer { tjFree(bytes) }
    return Data(bytes: try #require(bytes), count: Int(size))
  }

  static func png(_ width: Int = 640, _ height: Int = 480) throws -> Data {
    var bytes: UnsafeMutablePointer<UInt8>?
    var size = 0
    let pixels = pixels(width, height)
    var rows: [UInt8] = []
    for row in 0..<height {
      rows.append(0)
      rows += pixels[row * width * 3..<(row + 1) * width * 3]
    }
    let packed = try #require(PDFWriter.pack(rows))
    let status = wt_png_frame(
      packed, packed.count,
      wt_png_size(width: UInt32(width), height: UInt32(height), pixels_per_metre_x: 0, pixels_per_metre_y: 0),
      wt_png_layout_rgb, &bytes, &size)
    try #require(status == wt_png_ok)
    defer { wt_png_free(bytes) }
    return Data(bytes: try #require(bytes), count: size)
  }
}

@Suite struct PhotoInspectorTests {
  @Test(arguments: [(640, 480, false), (640, 480, true), (241, 1201, false), (1600, 1200, true)])
  func tellsTypeAndSizeOfAJPEG(width: Int, height: Int, progressive: Bool) throws {
    let bytes = try Picture.jpeg(width, height, progressive: progressive)
    let facts = try PhotoInspector.inspect(bytes)
    #expect(
      facts
        == PhotoFacts(mediaType: "image/jpeg", bytes: bytes.count, widthPixels: width, heightPixels: height))
  }

  @Test func tellsTypeAndSizeOfAPNG() throws {
    let bytes = try Picture.png(300, 400)
    #expect(
      try PhotoInspector.inspect(bytes)
        == PhotoFacts(mediaType: "image/png", bytes: bytes.count, widthPixels: 300, heightPixels: 400))
  }

  @Test(arguments: [false, true]) func callsAJPEGTruncatedWhereverItIsCut(progressive: Bool) throws {
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

  @Test func callsAPNGTruncatedWhereverItIsCut() throws {
    let bytes = try Picture.png()
    for cut in (1..<16).map({ bytes.count * $0 / 16 }) + [
      8, 12, 23, 24, 33, 40, bytes.count - 12, bytes.count - 1,
    ] {
      #expect(throws: PhotoError.truncated(mediaType: "image/png"), "\(cut)") {
        try PhotoInspector.inspect(bytes.prefix(cut))
      }
    }
  }

  @Test func acceptsAPhotoWithSomethingAppended() throws {
    let bytes = try Picture.jpeg() + Data("SEFT".utf8)
    #expect(try PhotoInspector.inspect(bytes).bytes == bytes.count)
  }

  @Test func acceptsAPhotoWithAThumbnailInItsHeader() throws {
    // The thumbnail has an end marker of its own, which is not the photo's.
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

  @Test func callsAPhotoCorruptWithAPieceMissingOrABitFlipped() throws {
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
  func namesWhatIsNoPhoto(text: String, kind: FileKind) {
    #expect(throws: PhotoError.notAPhoto(kind)) { try PhotoInspector.inspect(Data(text.utf8)) }
  }

  @Test func refusesEmptyTooLargeAndTooSmall() throws {
    #expect(throws: PhotoError.empty) { try PhotoInspector.inspect(Data()) }
    let limit = PhotoInspector.mostBytes
    #expect(throws: PhotoError.tooLarge(bytes: limit + 1, largest: limit)) {
      try PhotoInspector.inspect(Data(count: limit + 1))
    }
    for bytes in [try Picture.jpeg(239, 400), try Picture.png(239, 400)] {
      #expect(throws: PhotoError.tooSmall(widthPixels: 239, heightPixels: 400, least: 240)) {
        try PhotoInspector.inspect(bytes)
      }
    }
  }

  @Test func refusesAPictureThatWouldUnpackToTooMuch() throws {
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

  @Test func survivesAnyDamage() throws {
    var random = SystemRandomNumberGenerator()
    for original in [try Picture.jpeg(), try Picture.jpeg(progressive: true), try Picture.png(256, 256)] {
      for round in 0..<300 {
        var bytes = original
        // Mostly in the headers, where lengths and sizes stand.
        let reach = round % 3 == 0 ? bytes.count : 700
        for _ in 0..<Int.random(in: 1...8, using: &random) {
          bytes[Int.random(in: 3..<reach, using: &random)] = UInt8.random(in: 0...255, using: &random)
        }
        if round % 4 == 0 { bytes = bytes.prefix(Int.random(in: 1..<bytes.count, using: &random)) }
        _ = try? PhotoInspector.inspect(bytes)
      }
    }
    for length in 0..<200 {
      let rubbish = Data((0..<length).map { _ in UInt8.random(in: 0...255, using: &random) })
      _ = try? PhotoInspector.inspect(rubbish)
      _ = try? PhotoInspector.inspect(Data([0xFF, 0xD8, 0xFF]) + rubbish)
      _ = try? PhotoInspector.inspect(Data([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) + rubbish)
    }
  }

  @Test func readsAFileAndNamesTheOneItCannotRead() throws {
    let path = NSTemporaryDirectory() + "photo-\(UUID())"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let jpeg = try Picture.jpeg()
    try jpeg.write(to: URL(fileURLWithPath: path))
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
  }
}
