import CTurboJPEG
import Cryptography
import Drawing
import Foundation
import Records
import TestSupport
import Testing

@testable import Photos

/// Checks the copies that are uploaded in place of photos, which Pillow opens.
@Suite struct UploadCopyTests {
  private let folder = TemporaryFolder(isInMemory: true)
  private static let id = InstallationID("01234567-89ab-4cde-8f01-23456789abcd")!
  private static let code = LabelCode("150621-00A000-X")!

  private func watermark(_ stage: Photo.Stage = .before, place: Bool = true) -> Watermark {
    var photo = Photo(
      stage: stage, sha256: "", bytes: 1, mediaType: "image/jpeg",
      takenAt: Timestamp(secondsSince1970: 1_795_000_000, offsetSeconds: 28_800), widthPixels: 1,
      heightPixels: 1)
    if place {
      photo.exif = PhotoExif(takenAt: nil, gpsAt: nil, latitude: 40.4126, longitude: 110.0281, camera: nil)
    }
    return Watermark(code: Self.code, id: Self.id, photo: photo)
  }

  /// Makes the copy of a file and writes it into the folder.
  @discardableResult
  private func copy(_ bytes: Data, to name: String, _ watermark: Watermark? = nil) throws -> Data {
    let copy = try UploadCopy().jpeg(
      of: try PhotoInspector.prepare(bytes), watermark: watermark ?? self.watermark(),
      sha256: SHA256Digest(of: bytes).hex)
    try folder.write(name, copy)
    return copy
  }

  private func python(_ script: String, _ arguments: String...) throws -> [Substring] {
    try InstalledProgram("python").output(["-c", script, folder.path] + arguments).split(separator: "\n")
  }

  private static let hasPeers = InstalledProgram("python").isInstalled

  // MARK: - What it is

  @Test(.enabled(if: hasPeers, "the peers are missing: scripts/setup peers"))
  func `a copy is a small upright JPEG that names its original and says nothing else`() throws {
    let told = ExifSketch.phone()
    let wide = Scene(seed: 1).pixels(2_400, 1_350)
    let originals: [(String, Data, String)] = [
      ("wide", ExifSketch.jpeg(try Picture.jpeg(wide, 2_400, 1_350), with: told.block), "1600x900"),
      ("passes", try Picture.jpeg(wide, 2_400, 1_350, progressive: true, subsampling: TJSAMP_444), "1600x900"),
      ("small", try Picture.jpeg(640, 480), "640x480"),
      ("grey", try Picture.jpeg(1_700, 400, subsampling: TJSAMP_GRAY), "1600x376"),
      ("png", ExifSketch.png(try Picture.png(1_000, 2_000), with: told.tiff), "800x1600"),
      ("interlaced", try Picture.interlacedPNG(Scene(seed: 2).greys(300, 240), 300, 240), "300x240"),
    ]
    for (name, bytes, _) in originals { try copy(bytes, to: name + ".jpg") }
    let script = """
      import os, sys
      from PIL import Image
      for name in sorted(os.listdir(sys.argv[1])):
          picture = Image.open(f"{sys.argv[1]}/{name}")
          picture.load()
          segments = [kind for kind, _ in picture.applist]
          print(name, f"{picture.width}x{picture.height}", picture.format, picture.mode, len(picture.getexif()),
                ",".join(segments), picture.info["comment"].decode().replace(" ", "_"), "progressive" in picture.info)
      """
    let said = try python(script)
    #expect(said.count == originals.count)
    for (name, bytes, size) in originals {
      let comment = "copy_of_sha256:\(SHA256Digest(of: bytes).hex)"
      #expect(said.contains("\(name).jpg \(size) JPEG RGB 0 APP0,COM \(comment) False"), "\(name): \(said)")
    }
  }

  @Test(.enabled(if: hasPeers, "the peers are missing: scripts/setup peers"), arguments: ["jpg", "png"])
  func `a copy stands upright however the camera was held`(kind: String) throws {
    let scene = Scene(seed: 5)
    try folder.write("scene", try Picture.png(scene.pixels(600, 400), 600, 400))
    let stored = try python(
      """
      import sys
      from PIL import Image
      upright = Image.open(sys.argv[1] + "/scene").convert("RGB")
      turn = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}
      for orientation in range(1, 9):
          stored = upright.transpose(Image.Transpose(turn[orientation])) if orientation > 1 else upright
          exif = Image.Exif()
          exif[0x0112] = orientation
          stored.save(f"{sys.argv[1]}/{orientation}.{sys.argv[2]}", exif=exif)
          print(orientation)
      """, kind)
    try #require(stored.count == 8)
    for number in 1...8 {
      try copy(
        try Data(contentsOf: URL(filePath: "\(folder.path)/\(number).\(kind)")), to: "\(number)-copy.jpg")
    }
    // The part above the watermark equals the original, upright picture.
    let said = try python(
      """
      import sys
      from PIL import Image, ImageChops, ImageStat
      above = (0, 0, 600, 300)
      upright = Image.open(sys.argv[1] + "/scene").convert("RGB").crop(above)
      for orientation in range(1, 9):
          copy = Image.open(f"{sys.argv[1]}/{orientation}-copy.jpg")
          # Colours have half the resolution, so that they are compared in a tenth of the size.
          greys = [picture.convert("L") for picture in (copy.crop(above), upright)]
          colours = [picture.resize((60, 30), Image.Resampling.BOX) for picture in (copy.crop(above), upright)]
          differences = [max(ImageStat.Stat(ImageChops.difference(*pair)).mean) for pair in (greys, colours)]
          print(orientation, copy.size, differences[0] < 4 and differences[1] < 4 or differences)
      """)
    #expect(said == (1...8).map { "\($0) (600, 400) True" }.map { $0[...] })
  }

  @Test func `the same photo gives the same copy`() throws {
    let bytes = try Picture.jpeg(1_800, 1_200)
    #expect(try copy(bytes, to: "one.jpg") == copy(bytes, to: "other.jpg"))
    #expect(try copy(bytes, to: "one.jpg") != copy(bytes, to: "other.jpg", watermark(.after)))
  }

  @Test func `greys and colours come from one decoding and the greys do not depend on the copy`() throws {
    for bytes in [try Picture.jpeg(1_900, 1_300), try Picture.png(1_000, 700)] {
      let prepared = try PhotoInspector.prepare(bytes)
      let inspected = try PhotoInspector.inspect(bytes)
      #expect(prepared.facts == inspected)
    }
  }

  // MARK: - Watermark

  @Test(.enabled(if: hasPeers, "the peers are missing: scripts/setup peers"))
  func `a watermark can be read on a white and on a black picture and hides no more than an eighth`() throws {
    for (name, grey) in [("white", UInt8(255)), ("black", 0), ("grey", 128)] {
      let pixels = [UInt8](repeating: grey, count: 2_000 * 1_500 * 3)
      try copy(try Picture.jpeg(pixels, 2_000, 1_500), to: name + ".jpg")
    }
    let said = try python(
      """
      import os, sys
      from PIL import Image
      for name in sorted(os.listdir(sys.argv[1])):
          copy = Image.open(f"{sys.argv[1]}/{name}").convert("L")
          first = copy.getpixel((800, 5))
          rows = [y for y in range(copy.height) if any(abs(copy.getpixel((x, y)) - first) > 20 for x in range(0, 1600, 3))]
          band = copy.crop((0, min(rows), copy.width, copy.height))
          greys = sorted(band.get_flattened_data() if hasattr(band, "get_flattened_data") else band.getdata())
          letters = sum(grey > 230 for grey in greys) / len(greys)
          # Contrast of white to the band by WCAG's formula.
          linear = lambda grey: ((grey / 255 + 0.055) / 1.055) ** 2.4
          contrast = 1.05 / (linear(greys[len(greys) // 2]) + 0.05)
          # The picture is still seen behind the letters.
          print(name, min(rows) / copy.height > 0.875, 0.02 < letters < 0.3, contrast > 4.5, greys[len(greys) // 2])
      """)
    // Only the last value of each line, the grey behind the letters, depends on the picture.
    #expect(
      said.map { $0.split(separator: " ").dropLast().joined(separator: " ") }
        == ["black.jpg True True True", "grey.jpg True True True", "white.jpg True True True"], "\(said)")
    let behind = said.compactMap { $0.split(separator: " ").last.flatMap { Int($0) } }
    #expect(
      behind.count == 3 && behind[0] < 5 && (36...46).contains(behind[1]) && (76...86).contains(behind[2]),
      "\(said)")
  }

  @Test func `the watermark has code stage time and place and never a name`() {
    let full = watermark(.after)
    #expect(full.title == "150621-00A000-X　安装后")
    #expect(full.time == "2026年11月18日 19:06")
    #expect(full.place == "北纬 40.41260°　东经 110.02810°")
    var photo = Photo(
      stage: .seal, sha256: "", bytes: 1, mediaType: "image/jpeg",
      takenAt: Timestamp(secondsSince1970: 1_795_000_000, offsetSeconds: 28_800), widthPixels: 1,
      heightPixels: 1)
    photo.takenAtSource = .clock
    photo.exif = PhotoExif(takenAt: nil, gpsAt: nil, latitude: -0.000004, longitude: -73.5, camera: nil)
    let bare = Watermark(code: nil, id: Self.id, photo: photo)
    #expect(bare.title == "记录 01234567　封条")
    #expect(bare.time.hasSuffix(" 附上"))
    #expect(bare.place == "南纬 0.00000°　西经 73.50000°")
    #expect(watermark(place: false).place == nil)
  }

  @Test func `a picture of any shape has a watermark that fits`() throws {
    for (width, height, small) in [
      (240, 240, (240, 240)), (240, 4_000, (96, 1_600)), (4_000, 240, (1_600, 96)),
    ] {
      let copy = try copy(try Picture.jpeg(width, height), to: "copy.jpg")
      let picture = try GreyImage(jpeg: copy)
      #expect((picture.widthPixels, picture.heightPixels) == small)
    }
  }
}
