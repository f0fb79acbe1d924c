import CShrink
import Cryptography
import Drawing
import FoundationEssentials
import Records

/// A photo in greys, small enough to be judged quickly: the longer side has at most `longerSidePixels` pixels.
struct SmallPicture {
  static let longerSidePixels = 512

  let width: Int
  let height: Int
  /// The grey of each pixel in a byte, 0 for black, the top row first.
  let greys: [UInt8]

  init(width: Int, height: Int, greys: [UInt8]) {
    self.width = width
    self.height = height
    self.greys = greys
  }

  /// Takes a picture from C and frees it; nil where C returned no picture in greys.
  init?(taking shrunk: wt_shrunk) {
    guard let start = shrunk.samples else { return nil }
    defer { wt_shrunk_free(start) }
    guard shrunk.channels == 1 else { return nil }
    width = Int(shrunk.width)
    height = Int(shrunk.height)
    greys = Array(UnsafeBufferPointer(start: start, count: width * height))
  }

  // MARK: - Judging

  /// The variance of the Laplacian, which is low where no edge is sharp; nil for a picture with a side below 3
  /// pixels.
  var sharpness: Double? {
    guard width >= 3, height >= 3 else { return nil }
    var sum = 0
    var squares = 0
    greys.withUnsafeBufferPointer { greys in
      for y in 1..<(height - 1) {
        for x in 1..<(width - 1) {
          let at = y * width + x
          let edge =
            Int(greys[at - 1]) + Int(greys[at + 1]) + Int(greys[at - width]) + Int(greys[at + width])
            - 4 * Int(greys[at])
          sum += edge
          squares += edge * edge
        }
      }
    }
    let count = Double((width - 2) * (height - 2))
    let mean = Double(sum) / count
    return Double(squares) / count - mean * mean
  }

  /// The range of greys, 0 to 255, without the darkest and the brightest fiftieth of the picture.
  var range: (darkest: Int, brightest: Int) {
    var counts = [Int](repeating: 0, count: 256)
    for grey in greys { counts[Int(grey)] += 1 }
    let few = greys.count / 50
    func reached(_ order: some Sequence<Int>) -> Int {
      var left = few
      for grey in order {
        left -= counts[grey]
        if left < 0 { return grey }
      }
      return 0
    }
    return (reached(0...255), reached((0...255).reversed()))
  }

  // MARK: - Recognising

  /// The marks by which the picture is recognised again.
  /// - Parameters:
  ///   - orientation: the photo's orientation, 1 to 8 as Exif defines it. The hashes are of the upright
  ///     picture, since programs that forward photos turn them and drop the orientation.
  ///   - widthPixels: the width of the whole photo as it is stored.
  ///   - heightPixels: the height of the whole photo as it is stored.
  func marks(orientation: Int, widthPixels: Int, heightPixels: Int) -> PictureMarks {
    let digest = SHA256Digest(of: Data("\(widthPixels)×\(heightPixels)\n".utf8) + Data(greys))
    return PictureMarks(pixels: digest.hex, hashes: upright(Orientation(orientation)).hashes)
  }

  private func upright(_ orientation: Orientation) -> SmallPicture {
    let turned = orientation.upright(greys, width: width, height: height, bytesPerPixel: 1)
    let (across, down) = orientation.isOnItsSide ? (height, width) : (width, height)
    return SmallPicture(width: across, height: down, greys: turned)
  }

  /// The hashes of the whole picture and of nine parts with 95 % of its sides, 32 bytes each; nil for a picture
  /// of almost one grey.
  var hashes: [UInt8]? {
    let sums = AreaSums(of: self)
    let whole = sums.cells(x: 0, y: 0, width: Double(width), height: Double(height))
    let mean = whole.reduce(0, +) / Double(whole.count)
    let spread = whole.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(whole.count)
    guard spread >= 4 else { return nil }
    var hashes = Self.hash(whole)
    for row in 0..<3 {
      for column in 0..<3 {
        hashes += Self.hash(
          sums.cells(
            x: 0.025 * Double(column) * Double(width), y: 0.025 * Double(row) * Double(height),
            width: 0.95 * Double(width), height: 0.95 * Double(height)))
      }
    }
    return hashes
  }

  /// Computes a hash of 16 rows of 16 bits. Each bit says whether the next of a row's 17 cells is brighter, by
  /// more than rounding errors.
  private static func hash(_ cells: [Double]) -> [UInt8] {
    (0..<32).map { index in
      let row = index / 2 * 17 + index % 2 * 8
      return (0..<8).reduce(0) { cells[row + $1] + 0.001 < cells[row + $1 + 1] ? $0 | 1 << UInt8($1) : $0 }
    }
  }
}

/// The sums of a picture's greys over all rectangles at its top left corner, from which the sum over any
/// rectangle follows at once.
private struct AreaSums {
  private let width: Int
  private let height: Int
  private let sums: [Int]

  init(of picture: SmallPicture) {
    width = picture.width
    height = picture.height
    let step = width + 1
    var sums = [Int](repeating: 0, count: step * (height + 1))
    for y in 0..<height {
      var line = 0
      for x in 0..<width {
        line += Int(picture.greys[y * width + x])
        sums[(y + 1) * step + x + 1] = sums[y * step + x + 1] + line
      }
    }
    self.sums = sums
  }

  /// The mean greys of 16 rows of 17 cells, into which a rectangle of the picture is divided.
  func cells(x: Double, y: Double, width: Double, height: Double) -> [Double] {
    var cells: [Double] = []
    let (cellWidth, cellHeight) = (width / 17, height / 16)
    for row in 0..<16 {
      for column in 0..<17 {
        let (left, right) = (x + Double(column) * cellWidth, x + Double(column + 1) * cellWidth)
        let (top, bottom) = (y + Double(row) * cellHeight, y + Double(row + 1) * cellHeight)
        let sum = upTo(right, bottom) - upTo(left, bottom) - upTo(right, top) + upTo(left, top)
        cells.append(sum / (cellWidth * cellHeight))
      }
    }
    return cells
  }

  /// The sum of the greys left of `x` and above `y`; a part of a pixel counts in proportion.
  private func upTo(_ x: Double, _ y: Double) -> Double {
    let (column, row) = (min(max(Int(x), 0), width - 1), min(max(Int(y), 0), height - 1))
    let (right, below) = (x - Double(column), y - Double(row))
    let at = row * (width + 1) + column
    let (first, second) = (Double(sums[at]), Double(sums[at + 1]))
    let (third, fourth) = (Double(sums[at + width + 1]), Double(sums[at + width + 2]))
    return first * (1 - right) * (1 - below) + second * right * (1 - below) + third * (1 - right) * below
      + fourth * right * below
  }
}
