extension SignatureStrokes {
  /// Cuts a stroke to the pad: a pen slips over the edge, and what is drawn beyond the edge is no ink. A stroke
  /// that leaves the pad and comes back becomes more than one; where it crosses the edge, time and pressure are
  /// interpolated.
  static func onPad(_ stroke: [Point], widthPixels width: Double, heightPixels height: Double) -> [[Point]] {
    func isOnPad(_ point: Point) -> Bool { (0...width).contains(point.x) && (0...height).contains(point.y) }
    if stroke.allSatisfy(isOnPad) { return stroke.isEmpty ? [] : [stroke] }
    var parts: [[Point]] = []
    var part: [Point] = []
    if let first = stroke.first, isOnPad(first) { part = [first] }
    for (from, to) in zip(stroke, stroke.dropFirst()) {
      guard let share = Self.shareOnPad(from, to, width: width, height: height) else { continue }
      if share.lowerBound > 0 || part.isEmpty {
        if !part.isEmpty { parts.append(part) }
        part = [Self.between(from, to, share.lowerBound, width: width, height: height)]
      }
      if share.upperBound > share.lowerBound {
        part.append(
          share.upperBound < 1 ? Self.between(from, to, share.upperBound, width: width, height: height) : to)
      }
      if share.upperBound < 1 {
        parts.append(part)
        part = []
      }
    }
    if !part.isEmpty { parts.append(part) }
    return parts
  }

  /// The part of the way from one point to another that lies on the pad, as shares from 0 to 1; nil where no
  /// part does (the method of Liang and Barsky).
  private static func shareOnPad(_ from: Point, _ to: Point, width: Double, height: Double) -> ClosedRange<
    Double
  >? {
    var (start, end) = (0.0, 1.0)
    let (across, down) = (to.x - from.x, to.y - from.y)
    for (step, room) in [(-across, from.x), (across, width - from.x), (-down, from.y), (down, height - from.y)]
    {
      if step == 0 {
        if room < 0 { return nil }
      } else if step < 0 {
        start = max(start, room / step)
      } else {
        end = min(end, room / step)
      }
    }
    return start <= end ? start...end : nil
  }

  private static func between(_ from: Point, _ to: Point, _ share: Double, width: Double, height: Double)
    -> Point
  {
    func part(_ start: Double, _ end: Double) -> Double { start + (end - start) * share }
    // Rounding must not move the crossing off the edge.
    return Point(
      x: min(max(part(from.x, to.x), 0), width), y: min(max(part(from.y, to.y), 0), height),
      milliseconds: part(from.milliseconds, to.milliseconds),
      pressure: from.pressure.flatMap { start in to.pressure.map { part(start, $0) } } ?? from.pressure
        ?? to.pressure)
  }
}
