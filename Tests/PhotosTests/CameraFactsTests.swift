import Foundation
import Records
import TestSupport
import Testing

@testable import Photos

/// Checks the facts that are read from Exif blocks, which the tests put together by hand.
@Suite struct CameraFactsTests {
  @Test(arguments: [false, true])
  func `reads time zone place and camera from JPEG and PNG in either byte order`(isBigEndian: Bool) throws {
    let sketch = ExifSketch.phone(isBigEndian: isBigEndian)
    for photo in [
      ExifSketch.jpeg(try Picture.jpeg(), with: sketch.block),
      ExifSketch.png(try Picture.png(), with: sketch.tiff),
    ] {
      let facts = try #require(try PhotoInspector.inspect(photo).camera)
      #expect(facts.takenAt(zoneOf: FixedClock())?.description == "2026-11-24T09:20:00+08:00")
      #expect(
        facts.gpsSeconds.map { Timestamp(secondsSince1970: $0, offsetSeconds: 0).description }
          == "2026-11-24T01:19:30+00:00")
      #expect(facts.place == CameraFacts.Place(latitude: 40.4126, longitude: 110.0281))
      #expect(facts.camera == "HUAWEI P40")
      #expect(facts.orientation == 1)
    }
  }

  @Test func `a photo without EXIF has no camera facts`() throws {
    #expect(try PhotoInspector.inspect(try Picture.jpeg()).camera == nil)
    #expect(try PhotoInspector.inspect(try Picture.png()).camera == nil)
  }

  @Test func `a camera that did not write its zone has the laptop's on that day`() throws {
    var sketch = ExifSketch.phone()
    sketch.camera.removeAll { $0.tag == 0x9011 }
    let facts = try #require(CameraFacts(block: sketch.block))
    #expect(facts.offsetSeconds == nil)
    #expect(facts.takenAt(zoneOf: FixedClock())?.description == "2026-11-24T09:20:00+08:00")
    // The general offset (tag 0x9010) is used as well.
    sketch.text(\.camera, 0x9010, "+09:00")
    #expect(
      CameraFacts(block: sketch.block)?.takenAt(zoneOf: FixedClock())?.description
        == "2026-11-24T09:20:00+09:00")
  }

  // MARK: - What no camera would write

  @Test(arguments: [
    "0000:00:00 00:00:00", "2026:02:30 09:30:00", "2026:11:24 25:00:00", "2026:11:24 09:60:00", "",
    "    :  :     :  :  ",
    "2026:11:24", "99999:11:24 09:3", "2026:11-24 09:30:00", "1969:12:31 09:30:00", "２０２６:11:24 09:30:00",
  ])
  func `a date that is none is left out`(text: String) throws {
    var sketch = ExifSketch.phone()
    sketch.text(\.camera, 0x9003, text)
    #expect(try #require(CameraFacts(block: sketch.block)).wallSeconds == nil)
  }

  @Test(arguments: ["+15:00", "-13:00", "+0800", "08:00", "+08:60", "+8:00", "::::::"])
  func `an offset that is none is left out`(text: String) throws {
    var sketch = ExifSketch.phone()
    sketch.text(\.camera, 0x9011, text)
    #expect(try #require(CameraFacts(block: sketch.block)).offsetSeconds == nil)
  }

  @Test func `a place that is none is left out`() throws {
    typealias Rationals = [(UInt32, UInt32)]
    let wrong: [(latitude: Rationals, letter: String)] = [
      ([(0, 0), (0, 0), (0, 0)], "N"), ([(91, 1), (0, 1), (0, 1)], "N"), ([(90, 1), (1, 1), (0, 1)], "N"),
      ([(40, 1), (61, 1), (0, 1)], "N"), ([(40, 1), (0, 1), (61, 1)], "N"), ([(.max, 1), (0, 1), (0, 1)], "N"),
      ([(40, 1), (24, 0), (0, 1)], "N"), ([(40, 1), (24, 1)], "N"), ([], "N"),
      ([(40, 1), (24, 1), (0, 1)], "X"),
      ([(40, 1), (24, 1), (0, 1)], ""),
    ]
    for (latitude, letter) in wrong {
      var sketch = ExifSketch.phone()
      sketch.rationals(\.gps, 0x0002, latitude)
      sketch.text(\.gps, 0x0001, letter)
      #expect(try #require(CameraFacts(block: sketch.block)).place == nil, "\(latitude) \(letter)")
    }
    var nowhere = ExifSketch.phone()
    for tag: UInt16 in [0x0002, 0x0004] { nowhere.rationals(\.gps, tag, [(0, 1), (0, 1), (0, 1)]) }
    #expect(try #require(CameraFacts(block: nowhere.block)).place == nil)
    // Some cameras write decimals in the minutes, and no seconds.
    var minutes = ExifSketch.phone()
    minutes.rationals(\.gps, 0x0002, [(40, 1), (24_756, 1_000), (0, 0)])
    #expect(try #require(CameraFacts(block: minutes.block)).place?.latitude == 40.4126)
  }

  @Test func `a moment of the satellites that is none is left out`() throws {
    for time: [(UInt32, UInt32)] in [
      [(24, 1), (0, 1), (0, 1)], [(1, 1), (60, 1), (0, 1)], [(1, 0), (0, 1), (0, 1)], [(1, 1)],
      [(.max, .max), (.max, 1), (0, 1)],
    ] {
      var sketch = ExifSketch.phone()
      sketch.rationals(\.gps, 0x0007, time)
      #expect(try #require(CameraFacts(block: sketch.block)).gpsSeconds == nil, "\(time)")
    }
  }

  @Test func `a camera's name has visible letters only`() throws {
    var sketch = ExifSketch.phone()
    sketch.text(\.main, 0x010F, "\u{1B}[2JAcme\u{202E}")
    sketch.text(\.main, 0x0110, "  X\u{7}1   pro ")
    #expect(try #require(CameraFacts(block: sketch.block)).camera == "[2JAcme X1 pro")
    sketch.text(\.main, 0x010F, "\u{1}")
    sketch.text(\.main, 0x0110, "")
    #expect(try #require(CameraFacts(block: sketch.block)).camera == nil)
  }

  @Test func `the distance of two places is that on the ground`() {
    let school = CameraFacts.Place(latitude: 40.4126, longitude: 110.0281)
    #expect(abs(school.metres(to: .init(latitude: 40.4126, longitude: 110.0281))) < 0.01)
    // On a sphere of the earth's size, a degree of latitude has 111.2 km, and a degree of longitude 84.7 km at
    // this latitude.
    #expect(abs(school.metres(to: .init(latitude: 41.4126, longitude: 110.0281)) - 111_195) < 50)
    #expect(abs(school.metres(to: .init(latitude: 40.4126, longitude: 111.0281)) - 84_660) < 100)
  }

  // MARK: - Hostile blocks

  @Test func `directories that lead to themselves end`() throws {
    let good = ExifSketch.phone().block
    let facts = try #require(CameraFacts(block: good))
    // Every place of the block in turn becomes an offset to the first directory, to itself and out of the
    // block.
    for place in stride(from: 14, to: good.count - 4, by: 2) {
      for target: [UInt8] in [
        [8, 0, 0, 0], [UInt8((place - 6) & 0xFF), UInt8((place - 6) >> 8), 0, 0], [0xFF, 0xFF, 0xFF, 0xFF],
        [0, 0, 0, 0x80],
      ] {
        var block = good
        block.replaceSubrange(place..<place + 4, with: target)
        guard let seconds = CameraFacts(block: block)?.wallSeconds else { continue }
        #expect(abs(seconds) < 1 << 40)
      }
    }
    #expect(facts.wallSeconds != nil)
  }

  @Test func `a block that is cut anywhere or has any byte turned is read without a trap`() {
    let good = ExifSketch.phone(isBigEndian: true).block
    for length in 0..<good.count { _ = CameraFacts(block: Array(good.prefix(length))) }
    for place in good.indices {
      for value: UInt8 in [0, 1, 0x7F, 0x80, 0xFF] {
        var block = good
        block[place] = value
        guard let place = CameraFacts(block: block)?.place else { continue }
        #expect((-90...90).contains(place.latitude) && (-180...180).contains(place.longitude))
      }
    }
  }

  @Test func `entries that all claim the same bytes are not copied without end`() {
    // The 5,000 entries claim 4,000 bytes each, together 20 MB.
    let sketch = ExifSketch()
    var block = Array("Exif\0\0II".utf8) + sketch.two(42) + sketch.four(8) + sketch.two(5_000)
    for tag in 0..<5_000 {
      block += sketch.two(UInt16(0x9000 + tag)) + sketch.two(7) + sketch.four(4_000) + sketch.four(8)
    }
    block += sketch.four(0)
    #expect(block.count < 65_536)
    #expect(CameraFacts(block: block)?.wallSeconds == nil)
  }
}
