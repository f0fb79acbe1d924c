import CExif
import Drawing
public import FoundationEssentials
import Glibc
public import Records

/// The facts that a camera wrote into a photo, without those that no camera would write.
public struct CameraFacts: Hashable, Sendable {
  /// The moment by the camera's clock, seconds of local time since midnight of 1 January 1970; nil where the
  /// camera wrote none.
  public let wallSeconds: Int64?
  /// The offset of the camera's time zone, seconds east of Greenwich, whole minutes; nil where the camera wrote
  /// none.
  public let offsetSeconds: Int?
  /// The moment by the satellites' clock, seconds since 1970-01-01T00:00:00Z; nil where the camera wrote none.
  public let gpsSeconds: Int64?
  /// The latitude and longitude in degrees, north and east positive, to six decimal places; nil where the
  /// camera wrote none.
  public let place: Place?
  /// The make and model in visible ASCII; nil where the camera wrote neither.
  public let camera: String?
  /// The orientation of the stored picture, 1 to 8 as Exif defines it; 1 for a picture that is stored upright.
  public let orientation: Int

  public struct Place: Hashable, Sendable {
    public let latitude: Double
    public let longitude: Double

    public init(latitude: Double, longitude: Double) {
      self.latitude = latitude
      self.longitude = longitude
    }

    /// The distance to another place on a sphere of the earth's size, metres.
    public func metres(to other: Place) -> Double {
      let radians = Double.pi / 180
      let north = (other.latitude - latitude) * radians
      let east = (other.longitude - longitude) * radians * cos((latitude + other.latitude) / 2 * radians)
      return 6_371_000 * (north * north + east * east).squareRoot()
    }
  }

  // MARK: - Reading

  /// Reads the facts that the camera wrote; nil where the file has no Exif block, or an unreadable one.
  /// - Parameter bytes: a JPEG or PNG.
  public init?(of bytes: Data) {
    guard let block = ExifBlock.find(in: bytes) else { return nil }
    self.init(block: block)
  }

  /// Reads a block that begins with `Exif`, two zeros and the header of a TIFF.
  init?(block: [UInt8]) {
    var exif = wt_exif()
    guard wt_exif_read(block, block.count, &exif) == 1 else { return nil }
    wallSeconds = Self.wallSeconds(Self.text(&exif.taken_at))
    offsetSeconds = Self.offset(Self.text(&exif.offset))
    gpsSeconds = Self.gpsSeconds(date: Self.text(&exif.gps_date), time: exif.gps_time)
    place = Self.place(exif)
    camera = Self.camera(make: Self.text(&exif.make), model: Self.text(&exif.model))
    orientation = exif.orientation == 0 ? 1 : Int(exif.orientation)
  }

  /// The moment of the photo by the camera's clock; nil where the camera wrote none.
  /// - Parameter clock: the laptop's clock, whose time zone is used where the camera did not write one.
  public func takenAt(zoneOf clock: any Clock) -> Timestamp? {
    guard let wallSeconds else { return nil }
    if let offsetSeconds {
      return Timestamp(secondsSince1970: wallSeconds - Int64(offsetSeconds), offsetSeconds: offsetSeconds)
    }
    // The offset on that day may differ from today's, as in winter and summer.
    let near = clock.moment(wallSeconds - Int64(clock.now().offsetSeconds))
    return clock.moment(wallSeconds - Int64(near.offsetSeconds))
  }

  // MARK: - Judging

  /// The bytes of a C array of characters up to its 0.
  private static func text<Characters>(_ characters: inout Characters) -> [UInt8] {
    withUnsafeBytes(of: &characters) { Array($0.prefix { $0 != 0 }) }
  }

  /// Reads `2026:11:29 09:30:00`; some cameras write hyphens in the date or a T behind the date.
  private static func wallSeconds(_ text: [UInt8]) -> Int64? {
    guard text.count >= 19, let day = day(text[0..<10]),
      text[10] == UInt8(ascii: " ") || text[10] == UInt8(ascii: "T"),
      text[13] == UInt8(ascii: ":"), text[16] == UInt8(ascii: ":"), let hour = number(text[11..<13]),
      let minute = number(text[14..<16]), let second = number(text[17..<19]), hour < 24, minute < 60,
      second < 61
    else { return nil }
    return Int64(day.daysSince1970) * 86_400 + Int64(hour * 3600 + minute * 60 + second)
  }

  private static func day(_ text: ArraySlice<UInt8>) -> CalendarDay? {
    let bytes = Array(text)
    guard bytes.count == 10, bytes[4] == bytes[7],
      bytes[4] == UInt8(ascii: ":") || bytes[4] == UInt8(ascii: "-"),
      let year = number(bytes[0..<4]), let month = number(bytes[5..<7]), let day = number(bytes[8..<10])
    else { return nil }
    return CalendarDay(year: year, month: month, day: day)
  }

  /// Reads an offset such as `+08:00`, or `Z`, as seconds, from 12 hours west to 14 hours east; nil for any
  /// other text.
  private static func offset(_ text: [UInt8]) -> Int? {
    if text == [UInt8(ascii: "Z")] { return 0 }
    guard text.count == 6, text[0] == UInt8(ascii: "+") || text[0] == UInt8(ascii: "-"),
      text[3] == UInt8(ascii: ":"),
      let hours = number(text[1..<3]), let minutes = number(text[4..<6]), minutes < 60
    else { return nil }
    let seconds = (hours * 3600 + minutes * 60) * (text[0] == UInt8(ascii: "-") ? -1 : 1)
    return (-12 * 3600...14 * 3600).contains(seconds) ? seconds : nil
  }

  private static func gpsSeconds(date: [UInt8], time: (Double, Double, Double)) -> Int64? {
    // A comparison with not-a-number is false.
    guard let day = day(date[...]), time.0 >= 0, time.0 < 24, time.1 >= 0, time.1 < 60, time.2 >= 0, time.2 < 61
    else { return nil }
    return Int64(day.daysSince1970) * 86_400 + Int64(time.0 * 3600 + time.1 * 60 + time.2)
  }

  private static func place(_ exif: wt_exif) -> Place? {
    guard let latitude = degrees(exif.latitude, max: 90), let longitude = degrees(exif.longitude, max: 180),
      let north = sign(exif.latitude_ref, "N", "S"), let east = sign(exif.longitude_ref, "E", "W"),
      // A camera without a fix writes zeros.
      latitude != 0 || longitude != 0
    else { return nil }
    return Place(latitude: north * latitude, longitude: east * longitude)
  }

  private static func degrees(_ parts: (Double, Double, Double), max: Double) -> Double? {
    // Cameras that write no seconds leave 0/0 in their place.
    let seconds = parts.2.isNaN ? 0 : parts.2
    guard parts.0 >= 0, parts.0 <= max, parts.1 >= 0, parts.1 <= 60, seconds >= 0, seconds <= 60 else {
      return nil
    }
    let degrees = parts.0 + parts.1 / 60 + seconds / 3600
    return degrees <= max ? (degrees * 1_000_000).rounded() / 1_000_000 : nil
  }

  private static func sign(_ letter: CChar, _ positive: Unicode.Scalar, _ negative: Unicode.Scalar) -> Double? {
    switch UInt8(bitPattern: letter) {
    case UInt8(ascii: positive): 1
    case UInt8(ascii: negative): -1
    default: nil
    }
  }

  private static func camera(make: [UInt8], model: [UInt8]) -> String? {
    let words = [make, model].map { bytes in
      String(decoding: bytes.filter { (0x20...0x7E).contains($0) }, as: UTF8.self)
        .split(separator: " ").joined(separator: " ")
    }.filter { !$0.isEmpty }
    // Many models begin with the make.
    if words.count == 2, words[1].lowercased().hasPrefix(words[0].lowercased()) { return words[1] }
    return words.isEmpty ? nil : words.joined(separator: " ")
  }

  private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
    var number = 0
    for digit in digits {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
      number = 10 * number + Int(digit - UInt8(ascii: "0"))
    }
    return number
  }
}
