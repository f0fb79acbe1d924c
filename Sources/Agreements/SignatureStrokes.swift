public import FoundationEssentials
import Records

/// A signature as it was written on a pad, in the format of `sign --signature`.
///
///     {"width": 600, "height": 300, "strokes": [[{"x": 12, "y": 80.5, "t": 0, "p": 0.4}, …], …]}
///
/// x and y in the pad's pixels from its top left, t in milliseconds from the first touch, p the pressure from 0
/// to 1, optional. Other members are ignored. Ink outside the pad is cut at its edge, and a time that steps
/// back counts as equal to the one before it: both are faults of the pad and not of the signatory.
public struct SignatureStrokes: Hashable, Sendable {
  public struct Point: Hashable, Sendable {
    public let x: Double
    public let y: Double
    public let milliseconds: Double
    /// The pressure from 0 to 1; nil where the pad does not measure it.
    public let pressure: Double?
  }

  public static let maxBytes = 4 << 20
  public static let maxStrokes = 1_000
  public static let maxPoints = 50_000
  /// The range of lengths of one side of the pad, pixels, both ends included.
  public static let padPixels = 20.0...20_000
  /// The range of a point's x and of its y, pixels from the pad's top left, both ends included; a point farther
  /// away is no slip of a pen.
  public static let reachPixels = -20_000.0...40_000
  /// The longest time of a signature, milliseconds: one day, since nobody signs for longer.
  public static let maxMilliseconds = 86_400_000.0

  public let widthPixels: Double
  public let heightPixels: Double
  /// The strokes on the pad; strokes without a point are left out.
  public let strokes: [[Point]]

  /// Reads a signature's file.
  /// - Throws: `strokes`, with the first thing that is wrong.
  public init(json: Data) throws(AgreementError) {
    guard json.count <= Self.maxBytes else {
      throw .strokes(path: "$", .tooMany(most: Self.maxBytes))
    }
    let document: Document
    do {
      document = try JSONReader.decode(Document.self, from: json, maxBytes: Self.maxBytes)
    } catch let fault as JSONFault {
      throw .strokes(path: "$", .notJSON(fault))
    } catch {
      let fault = DecodingFault(error)
      throw .strokes(path: fault.path, fault.isMissing ? .missing : .wrongType)
    }
    try Self.check(document.width, within: Self.padPixels, path: "width")
    try Self.check(document.height, within: Self.padPixels, path: "height")
    guard document.strokes.count <= Self.maxStrokes else {
      throw .strokes(path: "strokes", .tooMany(most: Self.maxStrokes))
    }
    guard document.strokes.reduce(0, { $0 + $1.count }) <= Self.maxPoints else {
      throw .strokes(path: "strokes", .tooMany(most: Self.maxPoints))
    }
    for (index, stroke) in document.strokes.enumerated() {
      for (place, point) in stroke.enumerated() {
        let path = "strokes[\(index)][\(place)]"
        try Self.check(point.x, within: Self.reachPixels, path: "\(path).x")
        try Self.check(point.y, within: Self.reachPixels, path: "\(path).y")
        try Self.check(point.t, within: 0...Self.maxMilliseconds, path: "\(path).t")
        if let pressure = point.p { try Self.check(pressure, within: 0...1, path: "\(path).p") }
      }
    }
    widthPixels = document.width
    heightPixels = document.height
    strokes = document.strokes.flatMap { stroke in
      Self.onPad(
        Self.inOrder(stroke), widthPixels: document.width, heightPixels: document.height)
    }
    guard inkPixels >= min(widthPixels, heightPixels) / 10 else {
      throw .strokes(path: "strokes", .noSignature)
    }
  }

  /// The time of the last point, milliseconds from the first touch.
  public var milliseconds: Double { strokes.reduce(0) { max($0, $1.last?.milliseconds ?? 0) } }

  /// The length of the pen's way on the pad, pixels.
  public var inkPixels: Double {
    strokes.reduce(0) { sum, stroke in
      zip(stroke, stroke.dropFirst()).reduce(sum) { length, step in
        let across = step.1.x - step.0.x
        let down = step.1.y - step.0.y
        return length + (across * across + down * down).squareRoot()
      }
    }
  }

  /// The document with the shape alone, from which nobody can tell how the signature was written: no pressure,
  /// every time is 0, the points are evenly spaced, each stroke begins at its left end, and the strokes stand
  /// from left to right. The same strokes give the same bytes.
  public func shape() -> Data {
    let step = max(1, inkPixels / Double(Self.maxPoints / 4))
    let shapes = strokes.map { stroke in
      var line = stroke.map { (x: $0.x, y: $0.y) }
      if let first = line.first, let last = line.last, last < first { line.reverse() }
      return Self.evenlySpaced(line, step: step)
    }
    let ordered = shapes.sorted { left, right in
      guard let one = left.first, let other = right.first else { return left.count < right.count }
      return one < other
    }
    let document = Document(
      width: widthPixels, height: heightPixels,
      strokes: ordered.map { stroke in stroke.map { Document.Point(x: $0.x, y: $0.y, t: 0, p: nil) } })
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    return (try? encoder.encode(document)) ?? Data()
  }

  /// Points along a line at equal distances, its two ends included.
  private static func evenlySpaced(_ line: [(x: Double, y: Double)], step: Double) -> [(x: Double, y: Double)] {
    guard var before = line.first else { return [] }
    var points = [before]
    var left = step
    for point in line.dropFirst() {
      var length = ((point.x - before.x) * (point.x - before.x) + (point.y - before.y) * (point.y - before.y))
        .squareRoot()
      while length >= left, length > 0 {
        let share = left / length
        before = (before.x + (point.x - before.x) * share, before.y + (point.y - before.y) * share)
        points.append(before)
        length -= left
        left = step
      }
      left -= length
      before = point
    }
    if let last = line.last, line.count > 1 { points.append(last) }
    return points
  }

  // MARK: - The document

  private struct Document: Codable {
    struct Point: Codable {
      let x: Double
      let y: Double
      let t: Double
      let p: Double?
    }

    let width: Double
    let height: Double
    let strokes: [[Point]]
  }

  /// The points with times that never step back.
  private static func inOrder(_ stroke: [Document.Point]) -> [Point] {
    var latest = 0.0
    return stroke.map { point in
      latest = max(latest, point.t)
      return Point(x: point.x, y: point.y, milliseconds: latest, pressure: point.p)
    }
  }

  private static func check(_ value: Double, within range: ClosedRange<Double>, path: String)
    throws(AgreementError)
  {
    // Not-a-number lies in no range.
    guard range.contains(value) else {
      throw .strokes(path: path, .outOfRange(lower: range.lowerBound, upper: range.upperBound))
    }
  }
}
