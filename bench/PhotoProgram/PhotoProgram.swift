import Cryptography
import Fieldbook
import FoundationEssentials
import Glibc
import Photos
import Records

/// Does for `bench/photos` and for the tests of damaged photos what `weldtech photo` does, without an installation.
///
///     photo-program inspect FILE…          a line for each file: accepted or refused, and why; then the peak of
///                                          memory
///     photo-program copy FOLDER FILE…      the upload copies of the files, FOLDER/1.jpg and so on, with a watermark
///     photo-program distances FILE FILE…   the distance of the first picture to each other one, or - where it is far
///     photo-program pairs FILE…            the pairs that are near, by the numbers of their files from 0, and their
///                                          distance
///     photo-program fill HOME COUNT        a fieldbook with so many pictures, from a seed
///     photo-program find HOME              the time for one search through them, loading included, as JSON
@main
enum PhotoProgram {
  static func main() {
    let arguments = Array(CommandLine.arguments.dropFirst())
    do {
      switch (arguments.first, arguments.count) {
      case ("inspect"?, 2...): inspect(arguments.dropFirst())
      case ("copy"?, 3...): try copy(arguments.dropFirst(2), into: arguments[1])
      case ("distances"?, 3...): try distances(arguments[1], to: arguments.dropFirst(2))
      case ("pairs"?, 2...): try pairs(arguments.dropFirst())
      case ("fill"?, 3):
        guard let count = Int(arguments[2]), count > 0 else { fail("COUNT is a number from 1") }
        try fill(arguments[1], count: count)
      case ("find"?, 2): try find(arguments[1])
      default:
        fail(
          "usage: inspect FILE… | copy FOLDER FILE… | distances FILE FILE… | pairs FILE… | fill HOME COUNT | find HOME"
        )
      }
    } catch {
      fail("\(error)")
    }
  }

  private static func fail(_ message: String) -> Never {
    let line = Array("photo-program: \(message)\n".utf8)
    _ = write(2, line, line.count)
    exit(1)
  }

  // MARK: - Files

  private static func inspect(_ files: some Sequence<String>) {
    let copies = UploadCopy()
    for file in files {
      let name = file.split(separator: "/").last ?? ""
      do throws(PhotoError) {
        let photo = try PhotoInspector.prepare(fileAt: file)
        let facts = photo.facts
        do { _ = try copy(of: photo, by: copies) } catch { fail("\(name): no copy: \(error)") }
        let flaws = facts.flaws.map(\.rawValue).joined(separator: ",")
        print(
          "\(name) accepted \(facts.widthPixels)x\(facts.heightPixels) \(Int(facts.sharpness ?? 0)) [\(flaws)]")
      } catch {
        print("\(name) refused \(error)")
      }
    }
    let peak = peakKiB()
    if peak == 0 { fail("this system does not tell the peak of memory") }
    print("peak \(peak) KiB")
  }

  // MARK: - Copies

  private static func copy(_ files: some Sequence<String>, into folder: String) throws {
    let copies = UploadCopy()
    for (number, file) in files.enumerated() {
      let bytes = try copy(of: PhotoInspector.prepare(fileAt: file), by: copies)
      try bytes.write(to: URL(filePath: "\(folder)/\(number + 1).jpg"))
    }
  }

  /// The copy of a photo with the longest watermark that there is.
  private static func copy(of photo: PreparedPhoto, by copies: UploadCopy) throws -> Data {
    guard let id = InstallationID("01234567-89ab-4cde-8f01-23456789abcd"),
      let code = LabelCode("150621-00A000-X")
    else { fail("the id or the code is none") }
    let sha256 = SHA256Digest(of: photo.bytes).hex
    var described = photo.facts.photo(
      stage: .before, sha256: sha256, takenAt: Timestamp(secondsSince1970: 1_795_000_000, offsetSeconds: 28_800)
    )
    described.exif = PhotoExif(takenAt: nil, gpsAt: nil, latitude: 40.4126, longitude: 110.0281, camera: nil)
    return try copies.jpeg(
      of: photo, watermark: Watermark(code: code, id: id, photo: described), sha256: sha256)
  }

  /// The peak of this process's resident memory, KiB; 0 where the system does not tell it. The system's count
  /// of used resources would begin with the parent's.
  private static func peakKiB() -> Int {
    guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8) else { return 0 }
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return line?.split(separator: " ").compactMap { Int($0) }.first ?? 0
  }

  private static func distances(_ first: String, to others: some Sequence<String>) throws {
    let one = try PhotoInspector.inspect(fileAt: first).facts.marks
    for other in others {
      let distance = one.distance(to: try PhotoInspector.inspect(fileAt: other).facts.marks)
      print(distance.map { "\($0)" } ?? "-")
    }
  }

  private static func pairs(_ files: some Sequence<String>) throws {
    let all = try files.map { try PhotoInspector.inspect(fileAt: $0).facts.marks }
    for (first, one) in all.enumerated() {
      for (second, other) in all.enumerated().dropFirst(first + 1) {
        if let distance = one.distance(to: other) { print("\(first) \(second) \(distance)") }
      }
    }
  }

  // MARK: - A fieldbook

  /// Numbers that look random and are the same in every run.
  private struct Generator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
      return mixed ^ (mixed >> 31)
    }

    mutating func marks() -> PictureMarks {
      let hashes = (0..<PictureMarks.hashCount * PictureMarks.hashBytes).map { _ in
        UInt8(truncatingIfNeeded: next())
      }
      return PictureMarks(pixels: SHA256Digest(of: Data(hashes)).hex, hashes: hashes)
    }
  }

  private static func fill(_ home: String, count: Int) throws {
    let fieldbook = try Fieldbook(home: home)
    var generator = Generator(state: 20_261_129)
    let marks = (0..<count).map { _ in generator.marks() }
    try fieldbook.keep(marks.map { ($0, of: $0.pixels) })
  }

  private static func find(_ home: String) throws {
    var generator = Generator(state: 7)
    let marks = generator.marks()
    let opened = ContinuousClock.now
    let processorBefore = clock()
    let fieldbook = try Fieldbook(home: home)
    let found = try fieldbook.pictures(like: marks, except: marks.pixels)
    let processor = Double(clock() - processorBefore) / 1000
    let whole = milliseconds(ContinuousClock.now - opened)
    print("{\"milliseconds\":\(whole),\"processorMilliseconds\":\(processor),\"found\":\(found.count)}")
  }

  private static func milliseconds(_ duration: Duration) -> Double {
    Double(duration.components.attoseconds) / 1e15 + Double(duration.components.seconds) * 1000
  }
}
