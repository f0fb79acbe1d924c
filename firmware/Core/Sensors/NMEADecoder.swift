/// Decodes the bytes of a satellite receiver one by one: GGA and RMC sentences of NMEA 0183, of any
/// constellation.
///
/// ```
/// $GNGGA,094530.00,4024.60000,N,11001.80000,E,1,09,0.9,1012.0,M,-28.0,M,,*5B CR LF
///  │ │   1         2          3 4           5 6 7        body ┘             └ XOR of the body, two digits of hex
///  │ └ sentence   latitude     longitude      │ satellites
///  └ talker       ddmm.mmmm    dddmm.mmmm     └ quality, 0 without a fix
/// $GNRMC,094530.00,A,4024.60000,N,11001.80000,E,…    the same, one field later; A with a fix, V without
/// ```
///
/// A sentence that is too long, has a wrong checksum or wrong fields changes nothing; the next `$` begins a new
/// one.
public struct NMEADecoder: Sendable {
  public struct Fix: Sendable {
    /// Latitude in millionths of a degree, north positive.
    public var latitude: Int32
    /// Longitude in millionths of a degree, east positive.
    public var longitude: Int32
    /// Number of satellites in use by the last GGA sentence, 0…255; 0 where none has arrived since the fix was
    /// last lost.
    public var satellites: UInt8
  }

  /// Time that a fix is valid when nothing follows it, milliseconds.
  public static var lifetime: UInt64 { 5_000 }

  private var line = TextLine()
  private var isInSentence = false
  private var latest: Fix?
  private var fixedAt: UInt64 = 0

  public init() {}

  /// The position; nil where there was no fix within `lifetime`.
  /// - Parameter now: milliseconds, by the same clock as in `take`.
  public func fix(now: UInt64) -> Fix? { now &- fixedAt <= Self.lifetime ? latest : nil }

  /// Takes one byte that arrived at `now`.
  public mutating func take(_ byte: UInt8, now: UInt64) {
    switch byte {
    case 0x24:
      isInSentence = true
      line.clear()
    case 0x0d, 0x0a:
      if isInSentence, !line.isTooLong { read(now) }
      isInSentence = false
    default:
      if isInSentence { line.append(byte) }
    }
  }

  // MARK: - Sentences

  private mutating func read(_ now: UInt64) {
    // The talker P marks a manufacturer's own sentence: Garmin's PGRMC is no RMC.
    guard sumIsRight, line[0] != 0x50 else { return }
    if line.has("GGA,", at: 2) {
      let quality = field(6)
      guard let first = line.digit(at: quality), line[quality &+ 1] == 0x2c else { return }
      guard (1...5).contains(first) else {
        // Quality 0 means no fix, and 6 to 8 are estimated, typed in or simulated.
        latest = nil
        return
      }
      guard let satellites = line.number(at: field(7)), satellites <= 255 else { return }
      keep(positionAt: 2, satellites: UInt8(truncatingIfNeeded: satellites), now)
    } else if line.has("RMC,", at: 2) {
      switch line[field(2)] {
      case 0x41: keep(positionAt: 3, satellites: latest?.satellites ?? 0, now)
      case 0x56: latest = nil
      default: break
      }
    }
  }

  private mutating func keep(positionAt index: Int, satellites: UInt8, _ now: UInt64) {
    guard let latitude = angle(index, degreeDigits: 2, positive: 0x4e, negative: 0x53),
      let longitude = angle(index &+ 2, degreeDigits: 3, positive: 0x45, negative: 0x57)
    else { return }
    latest = Fix(latitude: latitude, longitude: longitude, satellites: satellites)
    fixedAt = now
  }

  /// Whether the last three characters are `*` and the two digits of the checksum over all characters before
  /// them.
  private var sumIsRight: Bool {
    let end = line.count &- 3
    guard end > 6, line[end] == 0x2a, let high = Self.hexadecimal(line[end &+ 1]),
      let low = Self.hexadecimal(line[end &+ 2])
    else { return false }
    var sum: UInt8 = 0
    for index in 0..<end { sum ^= line[index] }
    return sum == high << 4 | low
  }

  /// The index at which a field begins; the line's end where there are fewer fields.
  @inline(never)
  private func field(_ wanted: Int) -> Int {
    var commas = 0
    for index in 0..<line.count where line[index] == 0x2c {
      commas &+= 1
      if commas == wanted { return index &+ 1 }
    }
    return line.count
  }

  /// The angle in field `index`, whose letter is in the next field, in millionths of a degree; nil where the
  /// fields are not valid.
  @inline(never)
  private func angle(_ index: Int, degreeDigits: Int, positive: UInt8, negative: UInt8) -> Int32? {
    var place = field(index)
    let point = place &+ degreeDigits &+ 2
    var degrees: UInt32 = 0
    // Minutes are read in millionths; the fraction may have fewer digits.
    var minutes: UInt32 = 0
    while place < point {
      guard let digit = line.digit(at: place) else { return nil }
      if place < point &- 2 { degrees = degrees &* 10 &+ digit } else { minutes = minutes &* 10 &+ digit }
      place &+= 1
    }
    guard minutes < 60 else { return nil }
    minutes &*= 1_000_000
    if line[place] == 0x2e {
      place &+= 1
      var weight: UInt32 = 100_000
      while let digit = line.digit(at: place) {
        minutes &+= digit &* weight
        weight /= 10
        place &+= 1
      }
    }
    guard line[place] == 0x2c, line[place &+ 2] == 0x2c else { return nil }
    let letter = line[place &+ 1]
    let value = Int32(truncatingIfNeeded: degrees &* 1_000_000 &+ (minutes &+ 30) / 60)
    guard letter == positive || letter == negative, value <= (degreeDigits == 2 ? 90_000_000 : 180_000_000)
    else { return nil }
    return letter == positive ? value : 0 &- value
  }

  private static func hexadecimal(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte &- 0x30
    case 0x41...0x46: byte &- 0x37
    case 0x61...0x66: byte &- 0x57
    default: nil
    }
  }
}
