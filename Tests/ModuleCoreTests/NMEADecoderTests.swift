import TestSupport
import Testing

@testable import ModuleCore

/// Checks sentences from receivers, sound ones and damaged ones.
@Suite struct NMEADecoderTests {
  static let position = "GNGGA,094530.00,4024.60000,N,11001.80000,E,1,09,0.9,1012.0,M,-28.0,M,,"

  private static func take(_ texts: String..., now: UInt64 = 0) -> NMEADecoder.Fix? {
    var decoder = NMEADecoder()
    for byte in texts.joined().utf8 { decoder.take(byte, now: now) }
    return decoder.fix(now: now)
  }

  /// The sentence with `$`, checksum and line end.
  static func sentence(_ body: String) -> String {
    let sum = body.utf8.reduce(0, ^)
    let digits = String(sum, radix: 16, uppercase: true)
    return "$\(body)*\(digits.count == 1 ? "0" : "")\(digits)\r\n"
  }

  struct Expected: Sendable {
    var body: String
    var latitude: Int32
    var longitude: Int32
    var satellites: UInt8
  }

  @Test(arguments: [
    Expected(body: position, latitude: 40_410_000, longitude: 110_030_000, satellites: 9),
    // The sentences have other constellations, qualities and hemispheres, fractions of other lengths, and no
    // field after the satellites.
    Expected(
      body: "BDGGA,,3352.1234,S,15112.5,W,2,4,", latitude: -33_868_723, longitude: -151_208_333, satellites: 4),
    Expected(
      body: "GPGGA,1,0000.000001,N,00000.0000001,E,5,12,", latitude: 0, longitude: 0, satellites: 12),
    Expected(
      body: "GPGGA,1,9000,N,18000,W,4,00,", latitude: 90_000_000, longitude: -180_000_000, satellites: 0),
    Expected(
      body: "GPGGA,1,4024.99999999,N,11059.999999,E,1,99,", latitude: 40_416_667, longitude: 111_000_000,
      satellites: 99),
    Expected(
      body: "GNRMC,094530.00,A,4024.60000,N,11001.80000,E,0.01,,251126,,,A", latitude: 40_410_000,
      longitude: 110_030_000, satellites: 0),
  ])
  func `a position is read to the millionth of a degree`(expected: Expected) throws {
    let fix = try #require(Self.take(Self.sentence(expected.body)))
    #expect(fix.latitude == expected.latitude && fix.longitude == expected.longitude)
    #expect(fix.satellites == expected.satellites)
  }

  @Test func `the sum of a published sentence is right, and lower-case digits and a bare line feed do`() {
    // The sentence is the example of gpsd's NMEA description.
    let published = "$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*47"
    #expect(Self.take(published, "\r\n")?.latitude == 48_117_300)
    #expect(Self.take("$GPGGA,1,1000,N,01000,E,1,4,*7d".lowercasedSum, "\n")?.latitude == 10_000_000)
  }

  @Test(arguments: [
    // The sentences are cut off, garbled or too long.
    "", "\r\n", "$\r\n", "$*00\r\n", "$GNGGA*5F\r\n", "*5B\r\n",
    sentence(position).replacing("4024", with: "4025"), sentence(position).replacing("*", with: ""),
    String(sentence(position).dropFirst()), String(sentence(position).dropLast(2)),
    String(sentence(position).dropLast(3)) + "\r\n",
    sentence(position + String(repeating: "0", count: 60)),
    // The sentences are of another kind, or a manufacturer's own that look similar.
    sentence("GPGLL,4024.6,N,11001.8,E,1,A"), sentence("PGRMC,A,4024.6,N,11001.8,E,1"),
    sentence("PXGGA,1,1000,N,01000,E,1,4,"), sentence("GNRMC"), sentence("GNGGA,"),
    // The sentences have empty, wrong or additional fields.
    sentence("GPGGA,1,,,,,0,00,,,M,,M,,"), sentence("GPGGA,1,1000,N,01000,E,6,4,"),
    sentence("GPGGA,1,1000,N,01000,E,11,4,"), sentence("GPGGA,1,1000,N,01000,E,,4,"),
    sentence("GPGGA,1,1000,N,01000,E,1,,"), sentence("GPGGA,1,1000,N,01000,E,1,256,"),
    sentence("GPGGA,1,1060,N,01000,E,1,4,"), sentence("GPGGA,1,9000.01,N,01000,E,1,4,"),
    sentence("GPGGA,1,1000,N,18000.01,E,1,4,"), sentence("GPGGA,1,1000,E,01000,E,1,4,"),
    sentence("GPGGA,1,1000,N,01000,N,1,4,"), sentence("GPGGA,1,1000,,01000,E,1,4,"),
    sentence("GPGGA,1,100,N,01000,E,1,4,"), sentence("GPGGA,1,10000,N,01000,E,1,4,"),
    sentence("GPGGA,1,-100,N,01000,E,1,4,"), sentence("GPGGA,1,10.00,N,01000,E,1,4,"),
    sentence("GPGGA,1,1000.0.0,N,01000,E,1,4,"), sentence("GPGGA,1,1000,NN,01000,E,1,4,"),
    sentence("GNRMC,1,V,1000,N,01000,E,"), sentence("GNRMC,1,,1000,N,01000,E,"),
  ])
  func `what is malformed gives no fix`(text: String) {
    #expect(Self.take(text) == nil)
  }

  @Test func `noise and cut sentences before a good one do no harm`() {
    let good = Self.sentence(Self.position)
    for length in 0..<good.utf8.count {
      #expect(Self.take("\u{7f}*,\r$$", String(good.prefix(length)), good)?.satellites == 9, "\(length)")
    }
    #expect(Self.take(String(repeating: "x", count: 500), good) != nil)
    #expect(Self.take("$", String(repeating: "x", count: 500), good) != nil)
  }

  @Test func `a malformed sentence leaves the last fix, and a receiver that has lost it says so`() throws {
    let good = Self.sentence(Self.position)
    #expect(Self.take(good, Self.sentence("GPGGA,1,1060,N,01000,E,1,4,")) != nil)
    #expect(Self.take(good, Self.sentence("GPGGA,1,,,,,0,00,")) == nil)
    #expect(Self.take(good, Self.sentence("GNRMC,1,V,,,,,")) == nil)
    // An RMC changes the position and keeps the number of satellites.
    let moved = try #require(Self.take(good, Self.sentence("GNRMC,1,A,1000,N,01000,E,")))
    #expect(moved.latitude == 10_000_000 && moved.satellites == 9)
  }

  @Test func `a fix that nothing follows is forgotten`() {
    var decoder = NMEADecoder()
    for byte in Self.sentence(Self.position).utf8 { decoder.take(byte, now: 1_000) }
    #expect(decoder.fix(now: 1_000 + NMEADecoder.lifetime) != nil)
    #expect(decoder.fix(now: 1_001 + NMEADecoder.lifetime) == nil)
  }

  /// Single wrong, lost or doubled bytes never give a position that was not sent.
  @Test func `a sentence with a byte changed is refused or says the same`() {
    var generator = SplitMix64(seed: 4)
    let good = Array(Self.sentence(Self.position).utf8)
    for _ in 0..<20_000 {
      var bytes = good
      let index = Int.random(in: 0..<bytes.count, using: &generator)
      switch UInt8.random(in: 0...2, using: &generator) {
      case 0: bytes[index] = UInt8.random(in: 0...255, using: &generator)
      case 1: bytes.remove(at: index)
      default: bytes.insert(bytes[index], at: index)
      }
      var decoder = NMEADecoder()
      for byte in bytes + [0x0a] { decoder.take(byte, now: 0) }
      guard let fix = decoder.fix(now: 0) else { continue }
      #expect(fix.latitude == 40_410_000 && fix.longitude == 110_030_000 && fix.satellites == 9, "\(bytes)")
    }
  }

  @Test func `no bytes make it trap`() {
    var generator = SplitMix64(seed: 5)
    var decoder = NMEADecoder()
    let alphabet = Array("$*,.\r\n0123456789ABCDEFGNRMCPVWSE".utf8)
    for now: UInt64 in 0..<200_000 {
      decoder.take(alphabet[Int.random(in: 0..<alphabet.count, using: &generator)], now: now)
    }
  }
}

extension String {
  /// The right checksum in lower case replaces the last two characters.
  fileprivate var lowercasedSum: String {
    let body = dropFirst().prefix { $0 != "*" }
    return "$\(body)*" + String(UInt16(body.utf8.reduce(0, ^)) | 0x100, radix: 16).dropFirst()
  }
}
