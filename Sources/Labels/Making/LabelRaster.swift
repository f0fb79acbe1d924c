import Drawing

/// Turns labels of one template into dots. What is the same on all of them is drawn once, a text once for as
/// long as it is remembered; only the symbol is stamped anew on each.
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

  /// Most texts that are remembered, some megabytes. The oldest are not told from the newest, so all go at once.
  static let maxRemembered = 512

  init(template: LabelTemplate, size: PixelSize, dotsPerInch: Int) {
    self.template = template
    self.size = size
    self.dotsPerInch = dotsPerInch
  }

  /// The dots of a label.
  /// - Parameter isEngraved: Whether a laser takes the coating off where a dot is dark, which is all of the plate that is
  ///   not ink.
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
    // No two labels have the same code.
    if text.element.field != "code" {
      if patches.count >= Self.maxRemembered { patches.removeAll(keepingCapacity: true) }
      patches[wording] = .some(patch)
    }
    return patch
  }
}

extension LabelTemplate.Element {
  /// The name of the field that its text shows; nil for all that is the same on every label.
  var field: String? {
    if case .text(let text) = content { text.field } else { nil }
  }

  /// A text that changes from label to label.
  var isBound: Bool { field != nil }
}

extension LabelTemplate {
  /// Whether all that is fixed can be drawn before the texts that change: false where something fixed stands
  /// over one of them, and then each label is drawn whole.
  var isLayered: Bool {
    elements.indices.allSatisfy { index in
      !elements[index].isBound
        || elements[(index + 1)...].allSatisfy { $0.isBound || !$0.box.overlaps(elements[index].box) }
    }
  }
}
