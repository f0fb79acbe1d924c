import Drawing

/// A template's outline and safe zone, against which its elements are checked.
struct TemplatePlate {
  let shape: LabelTemplate.Shape
  let outline: RoundedRectangle
  let safeZone: Double

  func isInside(_ hole: LabelTemplate.Hole) -> Bool {
    outline.inset(by: hole.diameterMillimetres / 2).contains(x: hole.x, y: hole.y)
  }

  /// The fault in an element's place; nil where there is none.
  func fault(
    of element: LabelTemplate.Element, bleed: Double, holes: [LabelTemplate.Hole]
  ) -> TemplateProblem.Fault? {
    if element.mayBleed {
      return RoundedRectangle(outline.box.inset(by: -bleed), radius: 0).contains(element.box)
        ? nil : .outsideBleed
    }
    guard fits(element) else { return .outsideSafeZone }
    for hole in holes
    where element.covers(x: hole.x, y: hole.y, within: hole.diameterMillimetres / 2 + safeZone) {
      return .onHole
    }
    return nil
  }

  /// A frame is checked by its own rounded shape, every other element by its box.
  private func fits(_ element: LabelTemplate.Element) -> Bool {
    let safe = outline.inset(by: safeZone)
    guard let frame = element.frame else { return safe.contains(element.box) }
    let box = frame.box
    // The inner of two rounded rectangles lies within the outer one if the ends of its straight edges do, and
    // if each of its arcs does, measured from the centre of the outer arc.
    return safe.contains(
      Rectangle(x: box.x + frame.radius, y: box.y, width: box.width - 2 * frame.radius, height: box.height))
      && safe.contains(
        Rectangle(x: box.x, y: box.y + frame.radius, width: box.width, height: box.height - 2 * frame.radius))
      && frame.arcMiddles.allSatisfy { safe.contains(x: $0.x, y: $0.y) }
  }
}

extension RoundedRectangle {
  /// The middle of each corner's arc.
  var arcMiddles: [(x: Double, y: Double)] {
    let cut = radius * (1 - 0.5.squareRoot())
    return [
      (box.x + cut, box.y + cut), (box.right - cut, box.y + cut), (box.x + cut, box.bottom - cut),
      (box.right - cut, box.bottom - cut),
    ]
  }
}

extension LabelTemplate.Element {
  /// The outer edge of a box element; nil for the others.
  var frame: RoundedRectangle? {
    guard case .frame(let frame) = content else { return nil }
    return RoundedRectangle(box, radius: frame.cornerRadiusMillimetres)
  }

  /// The inner edge of a box that is not filled.
  private var hollow: RoundedRectangle? {
    guard case .frame(let content) = content, let thickness = content.thicknessMillimetres,
      2 * thickness < min(box.width, box.height)
    else { return nil }
    return frame?.inset(by: thickness)
  }

  /// Whether a part of the element may lie in `area`; a frame around `area` does not.
  func covers(_ area: Rectangle) -> Bool {
    box.overlaps(area) && hollow?.contains(area) != true
  }

  /// Whether a part of the element may be nearer than `distance` to a point.
  func covers(x: Double, y: Double, within distance: Double) -> Bool {
    if let hollow, hollow.inset(by: distance).contains(x: x, y: y) { return false }
    let across = max(box.x - x, x - box.right, 0)
    let down = max(box.y - y, y - box.bottom, 0)
    return (across * across + down * down).squareRoot() < distance - 1e-6
  }
}
