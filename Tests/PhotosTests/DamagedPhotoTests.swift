import CTurboJPEG
import Foundation
import Photos
import TestSupport
import Testing

/// Checks that a separate program accepts or refuses each damaged photo, and stays within its memory.
@Suite struct DamagedPhotoTests {
  /// The number of damaged files; `make soak` tries 10,000.
  private static let count =
    ProcessInfo.processInfo.environment["WELDTECH_DAMAGED_PHOTOS"].flatMap(Int.init) ?? 300
  /// The number of files that one process inspects.
  private static let batch = 100
  /// The maximum memory of the program at its peak, KiB: 300 MiB.
  private static let maxKiB = 300 * 1024

  private static let program: String = {
    let bundle = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    return URL(filePath: bundle).deletingLastPathComponent().appending(path: "photo-program").path()
  }()

  /// Inspects files.
  /// - Returns: the verdicts by the files' names.
  private func inspect(_ files: [String]) throws -> [String: String] {
    let outcome = try RunningProgram(Self.program, ["inspect"] + files).end()
    #expect(outcome.status == 0, "\(outcome.diagnostics)")
    var verdicts: [String: String] = [:]
    for line in outcome.output.split(separator: "\n") {
      let words = line.split(separator: " ", maxSplits: 2).map(String.init)
      if words[0] == "peak" {
        let peak = try #require(Int(words[1]))
        #expect(peak < Self.maxKiB, "\(peak) KiB, \(files.first ?? "")")
      } else {
        verdicts[words[0]] = words[1] + " " + words[2]
      }
    }
    #expect(Set(verdicts.keys) == Set(files.map { URL(filePath: $0).lastPathComponent }))
    #expect(outcome.output.contains("peak "))
    return verdicts
  }

  // MARK: - Originals

  private static func originals() throws -> [(name: String, bytes: Data)] {
    let scene = Scene(seed: 60)
    let pixels = scene.pixels(400, 300)
    let plain = try Picture.jpeg(pixels, 400, 300)
    let told = ExifSketch.phone()
    return [
      ("plain.jpg", plain), ("told.jpg", ExifSketch.jpeg(plain, with: told.block)),
      ("passes.jpg", try Picture.jpeg(pixels, 400, 300, progressive: true, subsampling: TJSAMP_444)),
      (
        "passes-told.jpg",
        ExifSketch.jpeg(
          try Picture.jpeg(pixels, 400, 300, progressive: true),
          with: ExifSketch.phone(isBigEndian: true).block)
      ),
      ("grey.jpg", try Picture.jpeg(pixels, 400, 300, subsampling: TJSAMP_GRAY)),
      ("colours.png", try Picture.png(pixels, 400, 300)),
      ("told.png", ExifSketch.png(try Picture.png(pixels, 400, 300), with: told.tiff)),
      ("interlaced.png", try Picture.interlacedPNG(scene.greys(400, 300), 400, 300)),
    ]
  }

  // MARK: - Damage

  /// Damages a file in one of the ways in which files are damaged, or are made to do damage.
  private static func damage(_ original: Data, _ random: inout SplitMix64) -> Data {
    var bytes = [UInt8](original)
    let isPNG = bytes[1] == UInt8(ascii: "P")
    // Lengths, sizes and the camera's data stand near the beginning.
    let reach = random.next(below: 3) == 0 ? bytes.count : min(bytes.count, 900)
    switch random.next(below: 6) {
    case 0:
      for _ in 0...random.next(below: 8) { bytes[random.next(below: reach)] = UInt8(random.next(below: 256)) }
    case 1: bytes = Array(bytes.prefix(random.next(below: bytes.count)))
    case 2:
      let place = random.next(below: reach)
      bytes.removeSubrange(place..<min(bytes.count, place + 1 + random.next(below: 64)))
    case 3:
      let place = random.next(below: reach)
      let piece = bytes[place..<min(bytes.count, place + 1 + random.next(below: 4_000))]
      bytes.insert(contentsOf: piece, at: random.next(below: reach))
    case 4: resize(&bytes, isPNG: isPNG, &random)
    default:
      for _ in 0...random.next(below: 4) {
        let place = random.next(below: max(1, reach - 4))
        let extreme: [UInt8] = [[0xFF, 0xFF], [0, 0], [0x80, 0], [0x7F, 0xFF], [0, 1]][random.next(below: 5)]
        bytes.replaceSubrange(place..<min(bytes.count, place + 2), with: extreme)
      }
    }
    // Most PNGs get valid checksums again, since a decoder does not look behind a wrong checksum.
    return isPNG && random.next(below: 4) > 0 ? PNGChunks.withChecksums(Data(bytes)) : Data(bytes)
  }

  /// Gives the picture another size, up to the largest that its header can state.
  private static func resize(_ bytes: inout [UInt8], isPNG: Bool, _ random: inout SplitMix64) {
    let sides = (0..<2).map { _ in 1 + random.next(below: [700, 5_000, 12_000, 65_500][random.next(below: 4)]) }
    if isPNG {
      guard bytes.count > 30 else { return }
      for (index, side) in sides.enumerated() {
        bytes.replaceSubrange(16 + 4 * index..<20 + 4 * index, with: PNGChunks.bigEndian(UInt32(side)))
      }
      if random.next(below: 2) == 0 { bytes[24] = [1, 2, 4, 8, 16][random.next(below: 5)] }
      if random.next(below: 2) == 0 { bytes[25] = [0, 2, 3, 4, 6][random.next(below: 5)] }
      if random.next(below: 2) == 0 { bytes[28] = 1 }
    } else if let frame = bytes.indices.dropLast(9).first(where: {
      bytes[$0] == 0xFF && (bytes[$0 + 1] == 0xC0 || bytes[$0 + 1] == 0xC2)
    }) {
      let stated = sides.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
      bytes.replaceSubrange(frame + 5..<frame + 9, with: stated)
    }
  }

  // MARK: - Tests

  @Test func `damaged files are accepted or refused within 300 MiB`() throws {
    let originals = try Self.originals()
    var accepted = 0
    var refused: Set<String> = []
    for first in stride(from: 0, to: Self.count, by: Self.batch) {
      let folder = TemporaryFolder(isInMemory: true)
      let files = try (first..<min(first + Self.batch, Self.count)).map { number in
        var random = SplitMix64(seed: UInt64(number))
        let original = originals[random.next(below: originals.count)]
        return try folder.write("\(number)-\(original.name)", Self.damage(original.bytes, &random))
      }
      for (file, verdict) in try inspect(files) {
        if verdict.hasPrefix("accepted ") {
          accepted += 1
        } else {
          #expect(verdict.hasPrefix("refused "), "\(file): \(verdict)")
          refused.insert(String(verdict.dropFirst(8).prefix { $0.isLetter || $0 == "." }))
        }
      }
    }
    // Some files must be accepted, and at least four kinds of refusal occur; otherwise the test has tried too
    // little.
    #expect(accepted > Self.count / 20 && refused.count >= 4, "\(accepted) accepted, \(refused)")
  }

  @Test func `whole originals are accepted`() throws {
    let folder = TemporaryFolder()
    let verdicts = try inspect(try Self.originals().map { try folder.write($0.name, $0.bytes) })
    for (file, verdict) in verdicts { #expect(verdict.hasPrefix("accepted 400x300 "), "\(file): \(verdict)") }
  }

  @Test func `a camera's words that would take much memory do not get it`() throws {
    // The 4,900 entries claim 55,000 bytes each, together about 270 MB.
    let sketch = ExifSketch()
    var block = Array("Exif\0\0II".utf8) + sketch.two(42) + sketch.four(8) + sketch.two(4_900)
    for tag in 0..<4_900 {
      block += sketch.two(UInt16(0x1000 + tag)) + sketch.two(7) + sketch.four(55_000) + sketch.four(8)
    }
    block += sketch.four(0)
    let folder = TemporaryFolder()
    let file = try folder.write("greedy.jpg", ExifSketch.jpeg(try Picture.jpeg(), with: block))
    let verdict = try #require(try inspect([file])["greedy.jpg"])
    #expect(verdict.hasPrefix("accepted 640x480 "))
  }

  @Test func `the largest pictures that are admitted stay within 300 MiB`() throws {
    let folder = TemporaryFolder(isInMemory: true)
    // Black compresses well, so that a small file has the largest size: 112 million coefficients of two bytes
    // in all three colours together.
    let (width, height) = (7_040, 5_280)
    let black = [UInt8](repeating: 30, count: width * height * 3)
    let passes = try Picture.jpeg(black, width, height, progressive: true, subsampling: TJSAMP_444)
    let plain = try Picture.jpeg(black, width, height)
    let interlaced = try Picture.interlacedPNG(of: 30, width, 3 * height)
    let verdicts = try inspect([
      try folder.write("passes.jpg", passes), try folder.write("plain.jpg", plain),
      try folder.write("interlaced.png", interlaced),
    ])
    #expect(verdicts["passes.jpg"]?.hasPrefix("accepted 7040x5280 ") == true, "\(verdicts)")
    #expect(verdicts["plain.jpg"]?.hasPrefix("accepted 7040x5280 ") == true, "\(verdicts)")
    #expect(verdicts["interlaced.png"]?.hasPrefix("accepted 7040x15840 ") == true, "\(verdicts)")
  }
}
