/// The strokes of an invented owner's name, 王大山, as if written on a pad of 900 × 360 pixels. They are built
/// from control points, so that the practice needs no recording of a real person.
enum SampleSignature {
  struct Document: Encodable {
    struct Sample: Encodable {
      var x: Double
      var y: Double
      var t: Double
      var p: Double
    }

    var width: Double
    var height: Double
    var strokes: [[Sample]]
  }

  /// Makes the signature.
  /// - Parameter variant: the number of the signature. Each number gives slightly different strokes, because
  ///   nobody writes twice in exactly the same way and strokes that were used before are refused.
  static func document(variant: Int = 0) -> Document {
    var time = 0.0
    let strokes = curves.enumerated().map { index, curve in
      time += 120  // The pen is in the air between two strokes.
      var curve = curve
      let shift = Double((variant * (index + 3)) % 17)
      (curve.control.x, curve.control.y) = (curve.control.x + shift, curve.control.y - shift)
      return samples(along: curve, from: &time)
    }
    return Document(width: 900, height: 360, strokes: strokes)
  }

  /// Samples a quadratic curve every 12 ms; the pressure is highest in the middle, as with a real pen.
  private static func samples(along curve: Curve, from time: inout Double) -> [Document.Sample] {
    let count = 18
    return (0...count).map { index in
      let u = Double(index) / Double(count)
      let v = 1 - u
      time += 12
      return Document.Sample(
        x: v * v * curve.start.x + 2 * v * u * curve.control.x + u * u * curve.end.x,
        y: v * v * curve.start.y + 2 * v * u * curve.control.y + u * u * curve.end.y,
        t: time, p: 0.35 + 0.5 * 4 * u * v)
    }
  }

  private typealias Point = (x: Double, y: Double)
  private typealias Curve = (start: Point, control: Point, end: Point)

  private static let curves: [Curve] = [
    // These strokes are the character 王.
    ((95, 92), (160, 82), (232, 84)),
    ((108, 176), (165, 166), (222, 168)),
    ((164, 90), (172, 180), (166, 268)),
    ((72, 278), (160, 262), (262, 264)),
    // These strokes are the character 大.
    ((340, 148), (420, 132), (520, 130)),
    ((430, 62), (428, 200), (326, 300)),
    ((432, 150), (462, 240), (548, 296)),
    // These strokes are the character 山.
    ((706, 70), (712, 160), (708, 258)),
    ((622, 150), (612, 250), (630, 268)),
    ((630, 268), (710, 262), (798, 260)),
    ((796, 142), (804, 210), (800, 284)),
  ]
}
