import Drawing
public import FoundationEssentials

/// A label that has been read back from its own file.
public struct MadeLabel: Hashable, Sendable {
  /// 1-bit grey with physical size.
  public let png: Data
  public let widthPixels: Int
  public let heightPixels: Int
  public let payload: LabelPayload
  /// The template's name.
  public let template: String
  /// Of the symbol, whole dots.
  public let moduleDots: Int
  public let moduleMillimetres: Double
  /// L, M, Q or H.
  public let correction: String
  /// What the decoder read from `png`.
  public let readBack: String

  public var verified: Bool { readBack == payload.text }
}

/// Makes labels of one template at one resolution. It keeps the fonts it has loaded; one thread at a time.
/// The same fields and payload give the same bytes.
public final class LabelMaker {
  /// Dots per inch, inclusive: a thermal printer's to an imagesetter's.
  public static let resolutions = 150...2_400
  public static let usualDotsPerInch = 600

  private let template: LabelTemplate
  private let dotsPerInch: Int
  private let size: PixelSize
  private let typesetter = Typesetter()

  /// - Throws: `resolutionOutOfRange`; `drawing(.impossibleSize)`.
  public init(template: LabelTemplate, dotsPerInch: Int = usualDotsPerInch) throws(LabelError) {
    guard Self.resolutions.contains(dotsPerInch) else {
      throw .resolutionOutOfRange(
        dotsPerInch: dotsPerInch, lower: Self.resolutions.lowerBound, upper: Self.resolutions.upperBound)
    }
    self.template = template
    self.dotsPerInch = dotsPerInch
    do {
      size = try PixelSize(
        widthPixels: Length.dots(millimetres: template.widthMillimetres, dotsPerInch: dotsPerInch),
        heightPixels: Length.dots(millimetres: template.heightMillimetres, dotsPerInch: dotsPerInch),
        dotsPerInch: dotsPerInch)
    } catch { throw .drawing(error) }
  }

  // MARK: - Making

  /// Makes a label and reads it back from the bytes it returns.
  /// - Parameter fields: values by the template's field names (`unitName`, `street`, …). `code` is always
  ///   the payload's. What the template has no field for is left out.
  /// - Throws: `fieldMissing`, `noGlyph`, `textTooLarge`, `symbolTooDense`, `payloadTooLong`,
  ///   `unreadable`, `drawing`.
  public func make(fields: [String: String], payload: LabelPayload) throws(LabelError) -> MadeLabel {
    let symbol: QRSymbol
    do {
      symbol = try QRSymbol(payload.text, atLeast: template.symbol.correction)
    } catch {
      throw .payloadTooLong(bytes: payload.text.utf8.count)
    }
    let place = try place(symbol)
    var fields = fields
    fields["code"] = payload.code.description
    let blocks = try setTexts(fields)
    let png: Data
    do {
      var image = try DotImage(size: size, dotsPerInch: dotsPerInch) { canvas in
        for element in template.elements where element.content == .rule { canvas.fill(Path(element.box)) }
        for block in blocks { canvas.draw(block.text, x: block.x, y: block.y) }
      }
      image.stamp(symbol, column: place.column, row: place.row, dotsPerModule: place.dotsPerModule)
      png = try image.png()
    } catch { throw .drawing(error) }
    let readBack = try verify(png, symbol: symbol, place: place)
    return MadeLabel(
      png: png, widthPixels: size.widthPixels, heightPixels: size.heightPixels, payload: payload,
      template: template.name, moduleDots: place.dotsPerModule,
      moduleMillimetres: Length.millimetres(dots: place.dotsPerModule, dotsPerInch: dotsPerInch),
      correction: symbol.correction.rawValue, readBack: readBack)
  }

  // MARK: - The symbol

  /// Where a symbol stands, in dots; the quiet zone's top left.
  struct Place {
    let column: Int
    let row: Int
    let dotsPerModule: Int
  }

  /// The largest whole number of dots a module that the element has room for, the rest shared evenly.
  func place(_ symbol: QRSymbol) throws(LabelError) -> Place {
    let element = template.symbol
    let modules = symbol.moduleCountWithQuietZone
    let dotsPerMillimetre = Double(dotsPerInch) / Length.millimetresPerInch
    // A millionth of a dot: what is a whole number on paper must not be rounded up to the next.
    let available = Int((element.box.width * dotsPerMillimetre + 1e-6).rounded(.down))
    let least = max(
      element.smallestModuleDots,
      Int((element.smallestModuleMillimetres * dotsPerMillimetre - 1e-6).rounded(.up)))
    let dots = available / modules
    guard dots >= least else {
      let needed = Length.millimetres(dots: least * modules, dotsPerInch: dotsPerInch)
      throw .symbolTooDense(
        template: template.name, modulesWithQuietZone: modules, givenMillimetres: element.box.width,
        neededMillimetres: (needed * 10).rounded(.up) / 10, dotsPerInch: dotsPerInch)
    }
    let margin = (available - dots * modules) / 2
    return Place(
      column: Length.dots(millimetres: element.box.x, dotsPerInch: dotsPerInch) + margin,
      row: Length.dots(millimetres: element.box.y, dotsPerInch: dotsPerInch) + margin, dotsPerModule: dots)
  }

  // MARK: - The texts

  private func setTexts(_ fields: [String: String]) throws(LabelError) -> [(
    text: TextBlock, x: Double, y: Double
  )] {
    var blocks: [(text: TextBlock, x: Double, y: Double)] = []
    for element in template.elements {
      guard case .text(let text) = element.content else { continue }
      let value: String
      switch text.source {
      case .fixed(let fixed): value = fixed
      case .field(let name, let isOptional):
        let given = fields[name] ?? ""
        if given.isEmpty && !isOptional {
          throw .fieldMissing(template: template.name, element: element.id, field: name)
        }
        value = given
      }
      if value.isEmpty { continue }
      let block = try set(value, text, element: element)
      let slack = element.box.height - block.heightMillimetres
      let y =
        switch text.verticalAlignment {
        case .top: element.box.y
        case .middle: element.box.y + slack / 2
        case .bottom: element.box.y + slack
        }
      blocks.append((block, element.box.x, y))
    }
    return blocks
  }

  private func set(_ value: String, _ text: LabelTemplate.TextElement, element: LabelTemplate.Element)
    throws(LabelError) -> TextBlock
  {
    do {
      return try typesetter.set(
        value, style: text.style, widthMillimetres: element.box.width, heightMillimetres: element.box.height,
        fit: text.fit, smallestPoints: text.smallestPoints, alignment: text.alignment)
    } catch {
      switch error {
      case .noGlyph(let count):
        throw .noGlyph(template: template.name, element: element.id, field: text.field, count: count)
      case .textTooLarge(let axis, let needed, let given, let points):
        throw .textTooLarge(
          template: template.name, element: element.id, field: text.field, axis: axis,
          neededMillimetres: needed, givenMillimetres: given, smallestPoints: points)
      default: throw .drawing(error)
      }
    }
  }

  // MARK: - Reading back

  /// Decodes the file again, has it read, and compares every dot of the symbol and its quiet zone.
  /// - Returns: the text the decoder read.
  func verify(_ png: Data, symbol: QRSymbol, place: Place) throws(LabelError) -> String {
    let image = try LabelReader.decode(png: png)
    guard image.widthPixels == size.widthPixels, image.heightPixels == size.heightPixels,
      let width = image.millimetres(pixels: image.widthPixels),
      let height = image.millimetres(pixels: image.heightPixels),
      // Half a dot each way is what a whole number of dots costs, and a hundredth what pHYs rounds.
      abs(width - template.widthMillimetres) <= Length.millimetres(dots: 1, dotsPerInch: dotsPerInch) / 2
        + 0.01,
      abs(height - template.heightMillimetres) <= Length.millimetres(dots: 1, dotsPerInch: dotsPerInch) / 2
        + 0.01
    else { throw .unreadable(.otherSize) }
    let findings = try LabelReader.findings(in: image, isPhotograph: false)
    guard let finding = findings.first else { throw .unreadable(.noSymbol) }
    guard findings.count == 1 else { throw .unreadable(.severalSymbols) }
    guard finding.text == symbol.text else { throw .unreadable(.otherText) }
    guard !finding.isMirrored else { throw .unreadable(.mirrored) }
    let side = symbol.moduleCountWithQuietZone * place.dotsPerModule
    for row in 0..<side {
      let line = row / place.dotsPerModule - QRSymbol.quietModules
      for column in 0..<side {
        let isDark = symbol.isDark(column: column / place.dotsPerModule - QRSymbol.quietModules, row: line)
        // `stamp` clips at the picture's edge; a symbol that reaches beyond it fails here.
        let x = place.column + column
        let y = place.row + row
        guard x < image.widthPixels, y < image.heightPixels,
          (image.pixels[y * image.widthPixels + x] == 0) == isDark
        else { throw .unreadable(.otherDots) }
      }
    }
    return finding.text
  }
}
