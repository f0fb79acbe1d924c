import Drawing

extension GreyImage {
  /// Whether nearly all pixels are black or white, as in a rendered page, so that one threshold tells them apart.
  var isBlackAndWhite: Bool {
    let between = pixels.withUnsafeBufferPointer { pixels in
      var (count, index) = (0, 0)
      while index < pixels.count {
        if pixels[index] > 64, pixels[index] < 192 { count += 1 }
        index += 1
      }
      return count
    }
    return between * 8 < pixels.count
  }

  /// Whether the picture has a finder pattern of a QR symbol at any angle: along a row and along a column through
  /// its middle, dark and light runs have lengths of 1:1:3:1:1. A mirrored symbol has the same patterns. The
  /// threshold is mid-grey, so that the picture has to be black and white.
  var hasFinderPattern: Bool {
    pixels.withUnsafeBufferPointer { pixels in
      // The middle of a pattern is three modules high, so that every second row meets it.
      for row in stride(from: 0, to: heightPixels, by: 2) {
        let line = UnsafeBufferPointer(rebasing: pixels[row * widthPixels..<(row + 1) * widthPixels])
        var runs = FinderRuns()
        var start = 0
        while start < widthPixels {
          let isDark = line[start] < 128
          var end = start + 1
          while end < widthPixels, (line[end] < 128) == isDark { end += 1 }
          runs.append(end - start)
          if isDark, runs.areFinder, hasFinderPattern(pixels, column: runs.middle(before: end), row: row) {
            return true
          }
          start = end
        }
      }
      return false
    }
  }

  /// Whether the column through a pixel has the lengths of a finder pattern around it.
  private func hasFinderPattern(_ pixels: UnsafeBufferPointer<UInt8>, column: Int, row: Int) -> Bool {
    var lengths = [0, 0, 0, 0, 0]
    for (direction, order) in [(-1, [2, 1, 0]), (1, [2, 3, 4])] {
      var y = direction < 0 ? row : row + 1
      for (place, run) in order.enumerated() {
        while y >= 0, y < heightPixels, (pixels[y * widthPixels + column] < 128) == (place != 1) {
          lengths[run] += 1
          y += direction
        }
      }
    }
    return FinderRuns(lengths).areFinder
  }
}

/// The lengths of five successive runs of dark and light pixels, of which the last one is dark.
private struct FinderRuns {
  private var lengths = (0, 0, 0, 0, 0)

  init() {}

  init(_ lengths: [Int]) { self.lengths = (lengths[0], lengths[1], lengths[2], lengths[3], lengths[4]) }

  /// Adds a run and drops the first of the five.
  mutating func append(_ length: Int) { lengths = (lengths.1, lengths.2, lengths.3, lengths.4, length) }

  /// The middle of the third run, where the fifth ends before `end`.
  func middle(before end: Int) -> Int { end - lengths.4 - lengths.3 - (lengths.2 + 1) / 2 }

  /// Whether the lengths are 1:1:3:1:1, each to half a module and a pixel.
  var areFinder: Bool {
    let (a, b, c, d, e) = lengths
    let total = a + b + c + d + e
    guard a > 0, b > 0, c > 0, d > 0, e > 0, total >= 7 else { return false }
    // All lengths are compared in sevenths of a pixel.
    let tolerance = total / 2 + 7
    return abs(7 * c - 3 * total) <= 2 * tolerance && abs(7 * a - total) <= tolerance
      && abs(7 * b - total) <= tolerance && abs(7 * d - total) <= tolerance && abs(7 * e - total) <= tolerance
  }
}
