import Drawing

extension GreyImage {
  /// Whether nearly all pixels are black or white, as in a rendered page, so that one threshold tells them apart.
  var isBlackAndWhite: Bool {
    let between = pixels.withUnsafeBufferPointer { pixels in
      pixels.reduce(into: 0) { count, grey in if grey > 64 && grey < 192 { count += 1 } }
    }
    return between * 8 < pixels.count
  }

  /// Whether the picture has a finder pattern of a QR symbol at any angle: along a row and along a column through
  /// its middle, dark and light runs have lengths of 1:1:3:1:1. A mirrored symbol has the same patterns. The
  /// threshold is mid-grey, so that the picture has to be black and white.
  var hasFinderPattern: Bool {
    pixels.withUnsafeBufferPointer { pixels in
      for row in 0..<heightPixels {
        var runs = FinderRuns()
        let start = row * widthPixels
        for column in 0...widthPixels {
          let isDark = column < widthPixels && pixels[start + column] < 128
          guard let middle = runs.add(isDark, at: column) else { continue }
          if hasFinderPattern(pixels, column: middle, row: row) { return true }
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
    return FinderRuns.isFinder(lengths[0], lengths[1], lengths[2], lengths[3], lengths[4])
  }
}

/// The latest runs of dark and light pixels of a row.
private struct FinderRuns {
  private var lengths = (0, 0, 0, 0, 0)
  private var start = 0
  private var wasDark = false

  /// Adds a pixel.
  /// - Returns: the middle of a finder pattern that ends before this pixel; nil where none does.
  mutating func add(_ isDark: Bool, at column: Int) -> Int? {
    guard isDark != wasDark else { return nil }
    defer { (wasDark, start) = (isDark, column) }
    lengths = (lengths.1, lengths.2, lengths.3, lengths.4, column - start)
    guard wasDark, Self.isFinder(lengths.0, lengths.1, lengths.2, lengths.3, lengths.4) else { return nil }
    return column - lengths.4 - lengths.3 - (lengths.2 + 1) / 2
  }

  /// Whether the lengths are 1:1:3:1:1, each to half a module and a pixel.
  static func isFinder(_ a: Int, _ b: Int, _ c: Int, _ d: Int, _ e: Int) -> Bool {
    let total = a + b + c + d + e
    guard total >= 7, a > 0, b > 0, c > 0, d > 0, e > 0 else { return false }
    // All lengths are compared in sevenths of a pixel.
    let tolerance = total / 2 + 7
    return abs(7 * c - 3 * total) <= 2 * tolerance
      && [a, b, d, e].allSatisfy { abs(7 * $0 - total) <= tolerance }
  }
}
