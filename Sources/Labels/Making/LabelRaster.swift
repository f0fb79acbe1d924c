import Drawing

/// Draws labels of one template as dots. Parts that are the same on all labels are drawn once, and a text once
/// for as long as it is remembered; only the symbol is drawn anew for each label.
final class LabelRaster {
  private struct Wording: Hashable {
    let element: String
    let value: String
  }

  private let template: LabelTemplate
  private let size: PixelSize
  private let dotsPerInch: Int
  private var ground: DotImage?
  private var plate: DotImage?
  private var patches: [Wording: DotPatch?] = [:]

  /// Maximum number of remembered texts, which take some megabytes. Beyond it all are forgotten at once,
  /// because their age is not known.
  static let maxRemembered = 512

  init(template: LabelTemplate, size: PixelSize, dotsPerInch: Int) {
    self.template = template
    self.size = size
    self.dotsPerInch = dotsPerInch
  }

  /// The dots of a label.
  /// - Parameter isEngraved: Whether the dark dots are those where a laser removes the coating, which is
  ///   everything on the plate but the ink.
  func image(of drawing: LabelDrawing, isEngraved: Bool = false) throws(DrawingError) -> DotImage {
    var image: DotImage
    if template.isLayered {
      image = try ground(of: drawing)
      for element in template.elements where element.isBound {
        guard let text = drawing.texts[element.id], let patch = try patch(of: text, in: drawing) else {
          continue
        }
        image.lay(patch)
      }
    } else {
      image = try DotImage(size: size, dotsPerInch: dotsPerInch) { drawing.drawElements(on: $0) }
    }
    image.stamp(drawing.place.dots, column: drawing.place.column, row: drawing.place.row)
    if isEngraved {
      image.invert()
      image.clip(to: try plateOfDots())
    }
    return image
  }

  private func plateOfDots() throws(DrawingError) -> DotImage {
    if let plate { return plate }
    let drawn = try DotImage(size: size, dotsPerInch: dotsPerInch) { $0.fill(Path(template.plate)) }
    plate = drawn
    return drawn
  }

  private func ground(of drawing: LabelDrawing) throws(DrawingError) -> DotImage {
    if let ground { return ground }
    let drawn = try DotImage(size: size, dotsPerInch: dotsPerInch) { canvas in
      drawing.drawElements(on: canvas) { !$0.isBound }
    }
    ground = drawn
    return drawn
  }

  private func patch(of text: LabelDrawing.Text, in drawing: LabelDrawing) throws(DrawingError) -> DotPatch? {
    let wording = Wording(element: text.element.id, value: text.value)
    if let known = patches[wording] { return known }
    let patch = try DotPatch(
      box: text.element.box.inset(by: -text.block.overhangMillimetres), of: size, dotsPerInch: dotsPerInch,
      isReversed: text.element.isReversed
    ) { drawing.draw(text, on: $0, colour: .black) }
    // No two labels have the same code, so texts with a code are not remembered.
    if text.element.field != "code" {
      if patches.count >= Self.maxRemembered { patches.removeAll(keepingCapacity: true) }
      patches[wording] = .some(patch)
    }
    return patch
  }
}

extension LabelTemplate.Element {
  /// The name of the field that the element's text shows; nil for everything that is the same on every label.
  var field: String? {
    if case .text(let text) = content { text.field } else { nil }
  }

  /// Whether the element shows a field, so that it differs from label to label.
  var isBound: Bool { field != nil }
}

extension LabelTemplate {
  /// Whether all fixed elements can be drawn before the changing texts. Where a fixed element stands over a
  /// changing one, each label is drawn as a whole.
  var isLayered: Bool {
    elements.indices.allSatisfy { index in
      !elements[index].isBound
        || elements[(index + 1)...].allSatisfy { $0.isBound || !$0.box.overlaps(elements[index].box) }
    }
  }
}
