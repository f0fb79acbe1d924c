import Drawing

extension GreyImage {
  /// The picture at half its size, each pixel the mean of four, which takes noise away; nil where a side has one pixel.
  var halved: GreyImage? {
    let (width, height) = (widthPixels / 2, heightPixels / 2)
    guard width > 0, height > 0 else { return nil }
    return resized(width, height) { from, column, row in
      let above = 2 * row * widthPixels + 2 * column
      let below = above + widthPixels
      let sum = Int(from[above]) + Int(from[above + 1]) + Int(from[below]) + Int(from[below + 1])
      return UInt8((sum + 2) / 4)
    }
  }

  /// The picture at twice its size, with greys in between, so that modules of two pixels become wide enough for
  /// the decoder.
  var doubled: GreyImage {
    resized(2 * widthPixels, 2 * heightPixels) { from, column, row in
      let (left, top) = (column / 2, row / 2)
      // Each new pixel lies a quarter of an old one from the old one's middle.
      let right = min(max(left + (column % 2 == 0 ? -1 : 1), 0), widthPixels - 1)
      let below = min(max(top + (row % 2 == 0 ? -1 : 1), 0), heightPixels - 1)
      let near = Int(from[top * widthPixels + left])
      let beside = Int(from[top * widthPixels + right]) + Int(from[below * widthPixels + left])
      return UInt8((9 * near + 3 * beside + Int(from[below * widthPixels + right]) + 8) / 16)
    }
  }

  private func resized(
    _ width: Int, _ height: Int, _ grey: (UnsafeBufferPointer<UInt8>, Int, Int) -> UInt8
  ) -> GreyImage {
    let made = [UInt8](unsafeUninitializedCapacity: width * height) { into, count in
      pixels.withUnsafeBufferPointer { from in
        for row in 0..<height {
          for column in 0..<width { into[row * width + column] = grey(from, column, row) }
        }
      }
      count = width * height
    }
    return GreyImage(widthPixels: width, heightPixels: height, pixelsPerMetre: nil, pixels: made)
  }
}
