import CShrink

/// A photo in colours, small enough to be its upload copy: its longer side has `UploadCopy.longerSidePixels`, a smaller photo
/// its own.
public struct CopyPicture: Sendable {
  let width: Int
  let height: Int
  /// Y, Cb and Cr of each pixel as JFIF defines them, a byte each, the top row first.
  var samples: [UInt8]

  static let bytesPerPixel = 3

  init(width: Int, height: Int, samples: [UInt8]) {
    self.width = width
    self.height = height
    self.samples = samples
  }

  /// Takes a picture from C and frees it; nil where there is none in colours.
  init?(taking shrunk: wt_shrunk) {
    guard let start = shrunk.samples else { return nil }
    defer { wt_shrunk_free(start) }
    guard shrunk.channels == Self.bytesPerPixel else { return nil }
    width = Int(shrunk.width)
    height = Int(shrunk.height)
    samples = Array(UnsafeBufferPointer(start: start, count: width * height * Self.bytesPerPixel))
  }

  /// Darkens the rows from `top` on and writes over them, in greys only, so that the colours do not matter.
  /// - Parameters:
  ///   - top: The first row of the band, 0 or more.
  ///   - darkness: The share of a pixel that the band hides, 0 to 256 of 256.
  ///   - letters: The band with its letters as ink; it is as wide as the picture, and rows below the picture are ignored.
  mutating func lay(_ letters: [UInt8], from top: Int, darkness: Int) {
    let (width, rows) = (width, min(height - top, letters.count / max(1, width)))
    guard top >= 0, rows > 0 else { return }
    samples.withUnsafeMutableBufferPointer { samples in
      letters.withUnsafeBufferPointer { letters in
        for pixel in 0..<width * rows {
          let at = (top * width + pixel) * Self.bytesPerPixel
          let ink = 255 - Int(letters[pixel])
          let behind = Int(samples[at]) * (256 - darkness) / 256
          samples[at] = UInt8(clamping: (behind * (255 - ink) + 255 * ink + 127) / 255)
          for colour in 1...2 {
            let kept = (Int(samples[at + colour]) - 128) * (256 - darkness) / 256
            samples[at + colour] = UInt8(clamping: 128 + kept * (255 - ink) / 255)
          }
        }
      }
    }
  }
}
