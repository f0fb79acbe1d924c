public import Drawing
public import FoundationEssentials

/// The format of a file with one label.
public enum LabelFormat: String, Hashable, Sendable, CaseIterable {
  /// A PNG of 1-bit grey with its physical size.
  case png
  /// An SVG of shapes only, with letters as outlines, in millimetres.
  case svg
}

/// A label that has been read back from its own file.
public struct Label: Hashable, Sendable {
  /// The file's bytes, in the format `format`.
  public let bytes: Data
  public let format: LabelFormat
  public let widthPixels: Int
  public let heightPixels: Int
  public let payload: LabelPayload
  /// Name of the template.
  public let template: String
  /// Side of one module of the symbol, whole dots.
  public let moduleDots: Int
  public let moduleMillimetres: Double
  /// Level of the symbol's error correction: L, M, Q or H.
  public let correction: String
  /// Number of dots omitted at every edge of dark modules because the ink spreads.
  public let printGainDots: Int
  /// Text that the decoder read from `bytes`.
  public let readBack: String

  public var verified: Bool { readBack == payload.text }
}

/// Makes labels of one template at one resolution. A maker keeps the fonts that it has loaded, and only one
/// thread may use it at a time. The same fields and payload give the same bytes.
public final class LabelMaker {
  /// Choices of the user about how labels are drawn; nil takes the template's value.
  public struct Settings: Hashable, Sendable {
    public var dotsPerInch: Int?
    /// The minimum level of error correction, higher or lower than the template's.
    public var correction: QRSymbol.Correction?
    /// Distance by which ink spreads at an edge on the printed material, millimetres, within
    /// `LabelMaker.printGains`.
    public var printGainMillimetres: Double?
    /// Format of the files where each label has one of its own.
    public var format: LabelFormat
    /// Inks of the labels; a PNG has one ink and is not mirrored.
    public var inks: LabelInks

    public init(
      dotsPerInch: Int? = nil, correction: QRSymbol.Correction? = nil, printGainMillimetres: Double? = nil,
      format: LabelFormat = .png, inks: LabelInks = LabelInks()
    ) {
      self.dotsPerInch = dotsPerInch
      self.correction = correction
      self.printGainMillimetres = printGainMillimetres
      self.format = format
      self.inks = inks
    }
  }

  /// Resolutions of labels in dots per inch, inclusive: from a thermal printer's to an imagesetter's.
  public static let resolutions = 150...2_400
  public static let defaultDotsPerInch = 600
  /// Millimetres that ink may spread at an edge, inclusive.
  public static let printGains = 0...0.3

  let template: LabelTemplate
  let dotsPerInch: Int
  private let correction: QRSymbol.Correction
  private let printGainMillimetres: Double
  public let format: LabelFormat
  let inks: LabelInks
  let size: PixelSize
  private let typesetter = Typesetter()
  private let encoder = SymbolEncoder()
  private let raster: LabelRaster
  private let packer: PixelPacker
  private let pictures: [String: GreyImage]
  private var remembered: [String: [String: LabelDrawing.Text]] = [:]

  /// - Throws: `resolutionOutOfRange`; `drawing`.
  public init(template: LabelTemplate, settings: Settings = Settings()) throws(LabelError) {
    let dotsPerInch = settings.dotsPerInch ?? template.defaultDotsPerInch
    guard Self.resolutions.contains(dotsPerInch) else {
      throw .resolutionOutOfRange(
        dotsPerInch: dotsPerInch, lower: Self.resolutions.lowerBound, upper: Self.resolutions.upperBound)
    }
    self.template = template
    self.dotsPerInch = dotsPerInch
    correction = settings.correction ?? template.symbol.correction
    printGainMillimetres = settings.printGainMillimetres ?? template.symbol.printGainMillimetres
    format = settings.format
    inks = settings.inks
    do {
      size = try PixelSize(
        widthPixels: Length.dots(millimetres: template.widthMillimetres, dotsPerInch: dotsPerInch),
        heightPixels: Length.dots(millimetres: template.heightMillimetres, dotsPerInch: dotsPerInch),
        dotsPerInch: dotsPerInch)
      packer = try PixelPacker()
    } catch { throw .drawing(error) }
    raster = LabelRaster(template: template, size: size, dotsPerInch: dotsPerInch)
    pictures = try Self.pictures(of: template, dotsPerInch: dotsPerInch)
  }

  /// The pictures of the template's image elements by the elements' ids, with SVG drawings as dots of this
  /// resolution.
  private static func pictures(of template: LabelTemplate, dotsPerInch: Int) throws(LabelError)
    -> [String: GreyImage]
  {
    var pictures: [String: GreyImage] = [:]
    for element in template.elements {
      guard case .image(let image) = element.content else { continue }
      switch image.picture {
      case .dots(let picture): pictures[element.id] = picture
      case .drawing(let drawing):
        let box = element.rotation.turned(LabelDrawing.snapped(element.box, dotsPerInch: dotsPerInch))
        do {
          pictures[element.id] = try drawing.picture(
            widthPixels: Double(Length.dots(millimetres: box.width, dotsPerInch: dotsPerInch)),
            heightPixels: Double(Length.dots(millimetres: box.height, dotsPerInch: dotsPerInch)))
        } catch { throw .drawing(error) }
      }
    }
    return pictures
  }

  // MARK: - Making

  /// Makes a label and reads it back from the bytes that are returned.
  /// - Parameter fields: values by the template's field names (`unitName`, `street`, …). `code` is always taken
  ///   from the payload. Values without a field in the template are ignored.
  /// - Throws: `fieldMissing`, `noGlyph`, `textTooLarge`, `symbolTooDense`, `printGainTooLarge`,
  ///   `payloadTooLong`, `unreadable`, `drawing`.
  /// - Parameter scrutiny: how closely the label is read back.
  public func make(fields: [String: String], payload: LabelPayload, scrutiny: Scrutiny = .full)
    throws(LabelError) -> Label
  {
    let (bytes, place) = try draw(fields: fields, payload: payload)
    let readBack = try verify(bytes, place: place, scrutiny: scrutiny)
    let dots = place.dots
    return Label(
      bytes: bytes, format: format, widthPixels: size.widthPixels, heightPixels: size.heightPixels,
      payload: payload,
      template: template.name, moduleDots: dots.dotsPerModule,
      moduleMillimetres: Length.millimetres(dots: dots.dotsPerModule, dotsPerInch: dotsPerInch),
      correction: dots.symbol.correction.rawValue, printGainDots: dots.gainDots, readBack: readBack)
  }

  /// Makes a label that has not been read back yet.
  func draw(fields: [String: String], payload: LabelPayload) throws(LabelError) -> (
    bytes: Data, place: LabelDrawing.Place
  ) {
    let drawing = try lay(fields: fields, payload: payload)
    switch format {
    case .png:
      do {
        let image = try raster.image(of: drawing, isEngraved: inks.process == .laser)
        return (try image.png(by: packer), drawing.place)
      } catch { throw .drawing(error) }
    case .svg: return (svg(of: drawing, payload: payload), drawing.place)
    }
  }

  /// Reads a label back from its file's bytes.
  /// - Returns: the text that the decoder read.
  func verify(_ bytes: Data, place: LabelDrawing.Place, scrutiny: Scrutiny) throws(LabelError) -> String {
    switch format {
    case .png: try verify(png: bytes, place: place, scrutiny: scrutiny)
    case .svg: try verify(svg: bytes, place: place)
    }
  }

  /// Sets the texts and places the symbol.
  func lay(fields: [String: String], payload: LabelPayload) throws(LabelError) -> LabelDrawing {
    let place = try place(encode(payload.text))
    var fields = fields
    fields["code"] = payload.code.description
    return LabelDrawing(
      template: template, dotsPerInch: dotsPerInch, place: place, texts: try setTexts(fields),
      pictures: pictures)
  }

  // MARK: - The symbol

  private static let maxModules = 177

  func encode(_ text: String) throws(LabelError) -> QRSymbol {
    do {
      return try encoder.encode(text, atLeast: correction)
    } catch {
      throw .payloadTooLong(
        bytes: text.utf8.count, excessCharacters: excess(of: text, maxModules: Self.maxModules))
    }
  }

  /// Places a symbol in its element with the largest whole number of dots for each module that fits; the
  /// remaining dots are shared evenly between the sides.
  func place(_ symbol: QRSymbol) throws(LabelError) -> LabelDrawing.Place {
    let element = template.symbol
    let modules = symbol.moduleCountWithQuietZone
    let dotsPerMillimetre = Double(dotsPerInch) / Length.millimetresPerInch
    // The tolerance is a millionth of a dot, so that a whole number on paper is not rounded up to the next.
    let available = Int((element.box.width * dotsPerMillimetre + 1e-6).rounded(.down))
    let least = max(
      element.smallestModuleDots,
      Int((element.smallestModuleMillimetres * dotsPerMillimetre - 1e-6).rounded(.up)))
    let dots = available / modules
    guard dots >= least else { throw tooDense(symbol, least: least, available: available) }
    let gain = Length.dots(millimetres: printGainMillimetres, dotsPerInch: dotsPerInch)
    let maxGain = SymbolDots.maxGainDots(dotsPerModule: dots)
    guard (0...maxGain).contains(gain) else {
      let most = Length.millimetres(dots: maxGain, dotsPerInch: dotsPerInch)
      throw .printGainTooLarge(
        givenMillimetres: printGainMillimetres, maxMillimetres: (most * 1000).rounded(.down) / 1000,
        moduleDots: dots)
    }
    let margin = (available - dots * modules) / 2
    return LabelDrawing.Place(
      column: Length.dots(millimetres: element.box.x, dotsPerInch: dotsPerInch) + margin,
      row: Length.dots(millimetres: element.box.y, dotsPerInch: dotsPerInch) + margin,
      dots: SymbolDots(symbol, dotsPerModule: dots, gainDots: gain))
  }

  private func tooDense(_ symbol: QRSymbol, least: Int, available: Int) -> LabelError {
    let needed = Length.millimetres(dots: least * symbol.moduleCountWithQuietZone, dotsPerInch: dotsPerInch)
    let maxModules = available / least - 2 * QRSymbol.quietModules
    let lower = QRSymbol.Correction.allCases.reversed().first { level in
      level < correction && QRSymbol.holds(symbol.text, correction: level, maxModules: maxModules)
    }
    return .symbolTooDense(
      template: template.name, modulesWithQuietZone: symbol.moduleCountWithQuietZone,
      givenMillimetres: template.symbol.box.width, neededMillimetres: (needed * 10).rounded(.up) / 10,
      dotsPerInch: dotsPerInch, excessCharacters: excess(of: symbol.text, maxModules: maxModules),
      fitsWith: lower)
  }

  /// Number of characters by which the platform's address is too long for a symbol of at most `maxModules`. The
  /// code at the payload's end cannot be shortened.
  private func excess(of text: String, maxModules: Int) -> Int {
    let start = text.prefix("https://".count)
    let rest = text.dropFirst(start.count)
    var tooFew = 0
    var enough = text.count
    while enough - tooFew > 1 {
      let count = (tooFew + enough) / 2
      let shorter = String(start + rest.dropFirst(count))
      if QRSymbol.holds(shorter, correction: correction, maxModules: maxModules) {
        enough = count
      } else {
        tooFew = count
      }
    }
    return enough
  }

  // MARK: - The texts

  private func setTexts(_ fields: [String: String]) throws(LabelError) -> [String: LabelDrawing.Text] {
    var texts: [String: LabelDrawing.Text] = [:]
    for element in template.elements {
      guard case .text(let text) = element.content else { continue }
      if let field = text.shownWith, fields[field]?.isEmpty != false { continue }
      if let field = text.shownWithout, fields[field]?.isEmpty == false { continue }
      let value: String
      switch text.source {
      case .fixed(let fixed): value = fixed
      case .field(let name, let isOptional, let prefix):
        let given = fields[name] ?? ""
        if given.isEmpty && !isOptional {
          throw .fieldMissing(template: template.name, element: element.id, field: name)
        }
        value = given.isEmpty ? "" : prefix + given
      }
      if value.isEmpty { continue }
      if let known = remembered[element.id]?[value] {
        texts[element.id] = known
        continue
      }
      let box = element.rotation.turned(element.box)
      let block = try set(value, text, in: box, element: element.id)
      let slack = box.height - block.heightMillimetres
      let y =
        switch text.verticalAlignment {
        case .top: 0.0
        case .middle: slack / 2
        case .bottom: slack
        }
      let set = LabelDrawing.Text(value: value, block: block, element: element, y: y)
      texts[element.id] = set
      // No two labels have the same code, so texts with a code are not remembered.
      if text.field != "code" { remember(set) }
    }
    return texts
  }

  private func remember(_ text: LabelDrawing.Text) {
    let id = text.element.id
    if remembered[id]?.count ?? 0 >= LabelRaster.maxRemembered { remembered[id] = nil }
    remembered[id, default: [:]][text.value] = text
  }

  private func set(
    _ value: String, _ text: LabelTemplate.TextElement, in box: Rectangle, element: String
  ) throws(LabelError) -> TextBlock {
    do {
      return try typesetter.set(
        value, style: text.style, widthMillimetres: box.width, heightMillimetres: box.height, fit: text.fit,
        smallestPoints: text.smallestPoints, alignment: text.alignment)
    } catch {
      switch error {
      case .noGlyph(let count):
        throw .noGlyph(template: template.name, element: element, field: text.field, count: count)
      case .textTooLarge(let axis, let needed, let given, let points):
        throw .textTooLarge(
          template: template.name, element: element, field: text.field, axis: axis,
          neededMillimetres: needed, givenMillimetres: given, smallestPoints: points)
      default: throw .drawing(error)
      }
    }
  }
}
