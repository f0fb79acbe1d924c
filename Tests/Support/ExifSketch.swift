public import Foundation

/// An EXIF block as a camera writes it, put together by hand from the specification (CIPA DC-008, TIFF 6.0). A
/// test can also make one that is wrong.
public struct ExifSketch {
  public struct Entry {
    public let tag: UInt16
    public let type: UInt16
    public let count: UInt32
    /// The values, in the block's byte order.
    public let bytes: [UInt8]

    public init(tag: UInt16, type: UInt16, count: UInt32, bytes: [UInt8]) {
      self.tag = tag
      self.type = type
      self.count = count
      self.bytes = bytes
    }
  }

  public var isBigEndian = false
  public var main: [Entry] = []
  public var camera: [Entry] = []
  public var gps: [Entry] = []

  public init(isBigEndian: Bool = false) { self.isBigEndian = isBigEndian }

  /// The EXIF data of a phone's photo: taken on 24 November 2026 at 09:20 in China, at 40.4126° N 110.0281° E,
  /// upright.
  public static func phone(isBigEndian: Bool = false) -> ExifSketch {
    var sketch = ExifSketch(isBigEndian: isBigEndian)
    sketch.text(\.main, 0x010F, "HUAWEI")
    sketch.text(\.main, 0x0110, "HUAWEI P40")
    sketch.short(\.main, 0x0112, 1)
    sketch.text(\.camera, 0x9003, "2026:11:24 09:20:00")
    sketch.text(\.camera, 0x9011, "+08:00")
    sketch.text(\.gps, 0x0001, "N")
    sketch.rationals(\.gps, 0x0002, [(40, 1), (24, 1), (4536, 100)])
    sketch.text(\.gps, 0x0003, "E")
    sketch.rationals(\.gps, 0x0004, [(110, 1), (1, 1), (4116, 100)])
    sketch.rationals(\.gps, 0x0007, [(1, 1), (19, 1), (30, 1)])
    sketch.text(\.gps, 0x001D, "2026:11:24")
    return sketch
  }

  // MARK: - Entries

  /// Adds an entry, and removes an earlier entry with the same tag.
  public mutating func put(_ directory: WritableKeyPath<ExifSketch, [Entry]>, _ entry: Entry) {
    self[keyPath: directory].removeAll { $0.tag == entry.tag }
    self[keyPath: directory].append(entry)
  }

  public mutating func text(_ directory: WritableKeyPath<ExifSketch, [Entry]>, _ tag: UInt16, _ text: String) {
    let bytes = Array(text.utf8) + [0]
    put(directory, Entry(tag: tag, type: 2, count: UInt32(bytes.count), bytes: bytes))
  }

  public mutating func short(_ directory: WritableKeyPath<ExifSketch, [Entry]>, _ tag: UInt16, _ value: UInt16)
  {
    put(directory, Entry(tag: tag, type: 3, count: 1, bytes: two(value)))
  }

  public mutating func rationals(
    _ directory: WritableKeyPath<ExifSketch, [Entry]>, _ tag: UInt16, _ values: [(UInt32, UInt32)]
  ) {
    put(
      directory,
      Entry(
        tag: tag, type: 5, count: UInt32(values.count), bytes: values.flatMap { four($0.0) + four($0.1) }))
  }

  // MARK: - The block

  /// The EXIF block: `Exif`, two zero bytes, and the TIFF data.
  public var block: [UInt8] { Array("Exif\0\0".utf8) + tiff }

  /// The TIFF data: the header, the directories one after the other, and then the values of more than four
  /// bytes.
  public var tiff: [UInt8] {
    func size(_ entries: Int) -> Int { entries == 0 ? 0 : 6 + 12 * entries }
    let pointers = (camera.isEmpty ? 0 : 1) + (gps.isEmpty ? 0 : 1)
    let cameraAt = 8 + size(main.count + pointers)
    let gpsAt = cameraAt + size(camera.count)
    var first = main
    if !camera.isEmpty { first.append(Entry(tag: 0x8769, type: 4, count: 1, bytes: four(UInt32(cameraAt)))) }
    if !gps.isEmpty { first.append(Entry(tag: 0x8825, type: 4, count: 1, bytes: four(UInt32(gpsAt)))) }
    var directories: [UInt8] = []
    var values: [UInt8] = []
    let valuesAt = gpsAt + size(gps.count)
    for directory in [first, camera, gps] where !directory.isEmpty {
      directories += two(UInt16(directory.count))
      for entry in directory.sorted(by: { $0.tag < $1.tag }) {
        directories += two(entry.tag) + two(entry.type) + four(entry.count)
        if entry.bytes.count <= 4 {
          directories += entry.bytes + [UInt8](repeating: 0, count: 4 - entry.bytes.count)
        } else {
          directories += four(UInt32(valuesAt + values.count))
          values += entry.bytes
        }
      }
      directories += four(0)
    }
    return Array((isBigEndian ? "MM" : "II").utf8) + two(42) + four(8) + directories + values
  }

  public func two(_ value: UInt16) -> [UInt8] {
    withUnsafeBytes(of: isBigEndian ? value.bigEndian : value.littleEndian) { Array($0) }
  }

  public func four(_ value: UInt32) -> [UInt8] {
    withUnsafeBytes(of: isBigEndian ? value.bigEndian : value.littleEndian) { Array($0) }
  }

  // MARK: - In a photo

  /// The JPEG with the block as its first segment.
  public static func jpeg(_ jpeg: Data, with block: [UInt8]) -> Data {
    let length = block.count + 2
    return jpeg.prefix(2) + [0xFF, 0xE1, UInt8(length >> 8), UInt8(length & 0xFF)] + block + jpeg.dropFirst(2)
  }

  public static func png(_ png: Data, with tiff: [UInt8]) -> Data {
    PNGChunks.inserting("eXIf", Data(tiff), into: png)
  }
}
