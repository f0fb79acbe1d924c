import Foundation
import TestSupport

/// An artificial scene, made from a seed, that can be photographed several times: large areas, edges and a fine
/// grain.
struct Scene {
  private let columns = 24
  private let rows = 18
  private let areas: [Double]
  private let seed: UInt64

  init(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    areas = (0..<25 * 19).map { _ in Double(random.next(below: 220)) + 15 }
    self.seed = seed
  }

  /// The ways in which a photo of the scene differs from the plain one.
  struct Shot {
    /// The part of the scene's width and height that is cut off at each side, 0 to below 0.5.
    var cut = 0.0
    var brightness = 1.0
    /// The width, in columns, over which an edge is spread; more than 0.
    var blur = 0.1
    /// The part of the scene's height that a bar along the bottom hides, as a watermark does, 0 to 1.
    var bar = 0.0
  }

  /// The greys of a photo, 0 to 255.
  func greys(_ width: Int, _ height: Int, _ shot: Shot = Shot()) -> [UInt8] {
    var greys: [UInt8] = []
    greys.reserveCapacity(width * height)
    for y in 0..<height {
      let v = shot.cut + (Double(y) + 0.5) / Double(height) * (1 - 2 * shot.cut)
      for x in 0..<width {
        let u = shot.cut + (Double(x) + 0.5) / Double(width) * (1 - 2 * shot.cut)
        let grey = v > 1 - shot.bar ? 250 : value(u * Double(columns), v * Double(rows), shot.blur)
        greys.append(UInt8(max(0, min(255, grey * shot.brightness))))
      }
    }
    return greys
  }

  /// The red, green and blue of each pixel of a photo.
  func pixels(_ width: Int, _ height: Int, _ shot: Shot = Shot()) -> [UInt8] {
    greys(width, height, shot).flatMap { [$0, $0, UInt8(255 - Int($0) / 2)] }
  }

  private func value(_ x: Double, _ y: Double, _ blur: Double) -> Double {
    let (column, row) = (min(Int(x), columns - 1), min(Int(y), rows - 1))
    let (right, below) = (step(x - Double(column), blur), step(y - Double(row), blur))
    func area(_ column: Int, _ row: Int) -> Double { areas[row * (columns + 1) + column] }
    return area(column, row) * (1 - right) * (1 - below) + area(column + 1, row) * right * (1 - below)
      + area(column, row + 1) * (1 - right) * below + area(column + 1, row + 1) * right * below
  }

  /// A step that rises from 0 to 1 around the middle, over the width of the blur.
  private func step(_ place: Double, _ blur: Double) -> Double { min(1, max(0, (place - 0.5) / blur + 0.5)) }
}
