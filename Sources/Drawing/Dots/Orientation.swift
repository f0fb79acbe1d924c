import CExif
public import FoundationEssentials

/// The turn after which a stored picture stands upright (tag 0x0112 of Exif 2.32, 4.6.4).
public struct Orientation: Hashable, Sendable {
  /// The number of the tag, 1 to 8; 1 is a picture that stands upright as it is.
  public let number: Int

  /// Takes a number of the tag; any number but 1 to 8 is taken as 1.
  public init(_ number: Int) { self.number = (1...8).contains(number) ? number : 1 }

  /// Reads the orientation from what the camera wrote into a JPEG or PNG; 1 where the file does not say.
  public init(of file: Data) {
    var exif = wt_exif()
    let isRead = ExifBlock.find(in: file).map { wt_exif_read($0, $0.count, &exif) == 1 } ?? false
    self.init(isRead ? Int(exif.orientation) : 1)
  }

  /// Whether the stored picture lies on its side, so that width and height change places.
  public var isOnItsSide: Bool { number >= 5 }

  /// Turns a picture upright.
  /// - Parameters:
  ///   - pixels: the stored picture, row after row without gaps, `width` × `height` × `bytesPerPixel` bytes.
  ///   - bytesPerPixel: 1 to 4.
  /// - Returns: the pixels of the upright picture, whose width is `height` where `isOnItsSide`.
  public func upright(_ pixels: [UInt8], width: Int, height: Int, bytesPerPixel: Int) -> [UInt8] {
    guard number != 1, pixels.count == width * height * bytesPerPixel else { return pixels }
    // The pixel at the upright picture's top left, and the way to its neighbours on the right and below, in
    // stored pixels.
    let (start, right, below) =
      switch number {
      case 2: (width - 1, -1, width)
      case 3: (width * height - 1, -1, -width)
      case 4: (width * (height - 1), 1, -width)
      case 5: (0, width, 1)
      case 6: (width * (height - 1), -width, 1)
      case 7: (width * height - 1, -width, -1)
      default: (width - 1, width, -1)
      }
    let (across, down) = isOnItsSide ? (height, width) : (width, height)
    return [UInt8](unsafeUninitializedCapacity: pixels.count) { into, count in
      pixels.withUnsafeBufferPointer { from in
        for y in 0..<down {
          var at = start + y * below
          for _ in 0..<across {
            for byte in 0..<bytesPerPixel { into[count + byte] = from[at * bytesPerPixel + byte] }
            count += bytesPerPixel
            at += right
          }
        }
      }
    }
  }
}

extension GreyImage {
  /// The picture turned upright.
  public func upright(from orientation: Orientation) -> GreyImage {
    let turned = orientation.upright(pixels, width: widthPixels, height: heightPixels, bytesPerPixel: 1)
    let (width, height) =
      orientation.isOnItsSide ? (heightPixels, widthPixels) : (widthPixels, heightPixels)
    return GreyImage(widthPixels: width, heightPixels: height, pixelsPerMetre: pixelsPerMetre, pixels: turned)
  }
}
