import CShrink
import Drawing

/// A photo in colours, small enough to be its upload copy: the longer side has at most
/// `UploadCopy.longerSidePixels` pixels.
public struct CopyPicture: Sendable {
  let width: Int
  let height: Int
  /// The Y, Cb and Cr of each pixel as JFIF defines them, a byte each, the top row first.
  let samples: [UInt8]

  static let bytesPerPixel = 3

  init(width: Int, height: Int, samples: [UInt8]) {
    self.width = width
    self.height = height
    self.samples = samples
  }

  /// Takes a picture from C and frees it; nil where C returned no picture in colours.
  init?(taking shrunk: wt_shrunk) {
    guard let start = shrunk.samples else { return nil }
    defer { wt_shrunk_free(start) }
    guard shrunk.channels == Self.bytesPerPixel else { return nil }
    width = Int(shrunk.width)
    height = Int(shrunk.height)
    samples = Array(UnsafeBufferPointer(start: start, count: width * height * Self.bytesPerPixel))
  }

  /// The lowest rows of the picture, darkened, with white letters over them.
  /// - Parameters:
  ///   - letters: the band with its letters as ink; it is as wide as the picture and at most as high.
  ///   - darkness: the share of a pixel that the band hides, 0 to 256 of 256.
  func band(_ letters: GreyImage, darkness: Int) -> CopyPicture {
    let rows = min(height, letters.heightPixels)
    let first = (height - rows) * width * Self.bytesPerPixel
    let band = [UInt8](unsafeUninitializedCapacity: width * rows * Self.bytesPerPixel) { band, count in
      samples.withUnsafeBufferPointer { samples in
        letters.pixels.withUnsafeBufferPointer { letters in
          for pixel in 0..<width * rows {
            let ink = 255 - Int(letters[pixel])
            let behind = Int(samples[first + count]) * (256 - darkness) / 256
            band[count] = UInt8(clamping: (behind * (255 - ink) + 255 * ink + 127) / 255)
            for colour in 1...2 {
              let kept = (Int(samples[first + count + colour]) - 128) * (256 - darkness) / 256
              band[count + colour] = UInt8(clamping: 128 + kept * (255 - ink) / 255)
            }
            count += Self.bytesPerPixel
          }
        }
      }
    }
    return CopyPicture(width: width, height: rows, samples: band)
  }

  /// Lends the picture to C, which does not change it.
  func withShrunk<Answer>(_ body: (inout wt_shrunk) -> Answer) -> Answer {
    samples.withUnsafeBufferPointer { samples in
      var shrunk = wt_shrunk(
        width: UInt32(width), height: UInt32(height), channels: UInt32(Self.bytesPerPixel),
        samples: UnsafeMutablePointer(mutating: samples.baseAddress))
      return body(&shrunk)
    }
  }
}
