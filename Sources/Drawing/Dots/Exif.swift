public import FoundationEssentials

/// Reads from a JPEG how its camera was held (tag 0x0112 of Exif 2.32, 4.6.4).
public enum Exif {
  /// - Parameter file: A JPEG or PNG.
  /// - Returns: 1 to 8, as the tag has it; 1 where the file does not say.
  public static func orientation(of file: Data) -> Int {
    let bytes = [UInt8](file.prefix(1 << 20))
    let tiff = bytes.starts(with: [0xFF, 0xD8]) ? tiff(ofJPEG: bytes) : tiff(ofPNG: bytes)
    return tiff.flatMap { orientation(tiff: $0) } ?? 1
  }

  /// Goes through the segments in front of the first scan.
  private static func tiff(ofJPEG bytes: [UInt8]) -> ArraySlice<UInt8>? {
    var index = 2
    while index + 4 <= bytes.count, bytes[index] == 0xFF {
      let marker = bytes[index + 1]
      // Any number of FF may stand in front of a marker.
      if marker == 0xFF {
        index += 1
        continue
      }
      guard marker != 0xDA, marker != 0xD9 else { return nil }
      let end = index + 2 + Int(bytes[index + 2]) << 8 + Int(bytes[index + 3])
      guard end >= index + 4, end <= bytes.count else { return nil }
      let body = bytes[index + 4..<end]
      if marker == 0xE1, body.starts(with: Array("Exif\0\0".utf8)) { return body.dropFirst(6) }
      index = end
    }
    return nil
  }

  private static func tiff(ofPNG bytes: [UInt8]) -> ArraySlice<UInt8>? {
    var index = 8
    while index + 12 <= bytes.count {
      let length = bytes[index..<index + 4].reduce(0) { $0 << 8 | Int($1) }
      let end = index + 8 + length
      guard end + 4 <= bytes.count else { return nil }
      if bytes[index + 4..<index + 8].elementsEqual("eXIf".utf8) { return bytes[index + 8..<end] }
      index = end + 4
    }
    return nil
  }

  private static func orientation(tiff: ArraySlice<UInt8>) -> Int? {
    let isLittle = tiff.starts(with: Array("II".utf8))
    guard isLittle || tiff.starts(with: Array("MM".utf8)) else { return nil }
    func number(at offset: Int, bytes count: Int) -> Int? {
      guard offset >= 0, offset + count <= tiff.count else { return nil }
      let part = tiff.dropFirst(offset).prefix(count)
      return (isLittle ? Array(part.reversed()) : Array(part)).reduce(0) { $0 << 8 | Int($1) }
    }
    guard number(at: 2, bytes: 2) == 42, let directory = number(at: 4, bytes: 4),
      let count = number(at: directory, bytes: 2)
    else { return nil }
    for entry in 0..<count {
      let place = directory + 2 + entry * 12
      guard let tag = number(at: place, bytes: 2) else { return nil }
      if tag == 0x0112 { return number(at: place + 8, bytes: 2).flatMap { (1...8).contains($0) ? $0 : nil } }
    }
    return nil
  }
}

extension GreyImage {
  /// The picture turned the way in which it is to be seen.
  /// - Parameter orientation: As `Exif.orientation` has it, 1 to 8.
  public func upright(from orientation: Int) -> GreyImage {
    guard (2...8).contains(orientation) else { return self }
    let (width, height) = (widthPixels, heightPixels)
    let isOnItsSide = orientation >= 5
    let (across, down) = isOnItsSide ? (height, width) : (width, height)
    let turned = [UInt8](unsafeUninitializedCapacity: pixels.count) { into, count in
      pixels.withUnsafeBufferPointer { from in
        for y in 0..<down {
          for x in 0..<across {
            let (column, row) =
              switch orientation {
              case 2: (width - 1 - x, y)
              case 3: (width - 1 - x, height - 1 - y)
              case 4: (x, height - 1 - y)
              case 5: (y, x)
              case 6: (y, height - 1 - x)
              case 7: (width - 1 - y, height - 1 - x)
              default: (width - 1 - y, x)
              }
            into[y * across + x] = from[row * width + column]
          }
        }
      }
      count = pixels.count
    }
    return GreyImage(widthPixels: across, heightPixels: down, pixelsPerMetre: pixelsPerMetre, pixels: turned)
  }
}
