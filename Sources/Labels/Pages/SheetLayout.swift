import Drawing

/// The places of labels on pages: one label on each page, or a grid on a sheet with marks for the cutter. All
/// lengths are millimetres from the page's top left.
public struct SheetLayout: Hashable, Sendable {
  public enum FillOrder: String, Hashable, Sendable, CaseIterable { case rows, columns }

  public struct Sheet: Hashable, Sendable {
    public var widthMillimetres: Double
    public var heightMillimetres: Double
    /// Width of the strip on every side that is kept free for crop and registration marks.
    public var marginMillimetres: Double
    /// Distance between the edges of two labels; twice the template's bleed where that is more.
    public var gutterMillimetres: Double
    public var order: FillOrder
    /// The first position used on the first sheet, from 1, so that a partly used sheet can be finished.
    public var startAt: Int

    public init(
      widthMillimetres: Double, heightMillimetres: Double, marginMillimetres: Double = 10,
      gutterMillimetres: Double = 4, order: FillOrder = .rows, startAt: Int = 1
    ) {
      self.widthMillimetres = widthMillimetres
      self.heightMillimetres = heightMillimetres
      self.marginMillimetres = marginMillimetres
      self.gutterMillimetres = gutterMillimetres
      self.order = order
      self.startAt = startAt
    }

    /// The size of a sheet by its name, millimetres: `a4`, `a3`, or width and height such as `320x450`, each
    /// from 20 to 2,000; nil for any other text.
    public static func size(named name: String) -> (width: Double, height: Double)? {
      switch name.lowercased() {
      case "a4": return (210, 297)
      case "a3": return (297, 420)
      default:
        let sides = name.lowercased().split(separator: "x", omittingEmptySubsequences: false).map { Double($0) }
        guard sides.count == 2, let width = sides[0], let height = sides[1], (20...2_000).contains(width),
          (20...2_000).contains(height)
        else { return nil }
        return (width, height)
      }
    }
  }

  public let pageWidthMillimetres: Double
  public let pageHeightMillimetres: Double
  /// The top left of each label's trimmed edge, in the order in which a page is filled.
  public let places: [Place]
  /// The sheet on which labels are imposed; nil puts each label on a page of its own.
  public let sheet: Sheet?
  let labelWidth: Double
  let labelHeight: Double
  let bleed: Double

  public struct Place: Hashable, Sendable {
    public let x: Double
    public let y: Double
  }

  /// Lays out as many labels of a template as a sheet has room for.
  /// - Throws: `sheetTooSmall`, `startOutOfRange`.
  public init(template: LabelTemplate, sheet: Sheet?) throws(LabelError) {
    labelWidth = template.widthMillimetres
    labelHeight = template.heightMillimetres
    bleed = template.bleedMillimetres
    self.sheet = sheet
    guard let sheet else {
      pageWidthMillimetres = labelWidth + 2 * bleed
      pageHeightMillimetres = labelHeight + 2 * bleed
      places = [Place(x: bleed, y: bleed)]
      return
    }
    pageWidthMillimetres = sheet.widthMillimetres
    pageHeightMillimetres = sheet.heightMillimetres
    let bleed = template.bleedMillimetres
    let gutter = max(sheet.gutterMillimetres, 2 * bleed)
    func count(_ length: Double, _ label: Double) -> Int {
      let room = length - 2 * max(sheet.marginMillimetres, bleed)
      return room < label - 1e-6 ? 0 : Int(((room + gutter) / (label + gutter) + 1e-6).rounded(.down))
    }
    let columns = count(sheet.widthMillimetres, labelWidth)
    let rows = count(sheet.heightMillimetres, labelHeight)
    guard columns > 0, rows > 0 else {
      throw .sheetTooSmall(
        widthMillimetres: sheet.widthMillimetres, heightMillimetres: sheet.heightMillimetres,
        neededWidthMillimetres: labelWidth + 2 * max(sheet.marginMillimetres, bleed),
        neededHeightMillimetres: labelHeight + 2 * max(sheet.marginMillimetres, bleed))
    }
    guard (1...columns * rows).contains(sheet.startAt) else {
      throw .startOutOfRange(position: sheet.startAt, most: columns * rows)
    }
    let left = (sheet.widthMillimetres - Double(columns) * (labelWidth + gutter) + gutter) / 2
    let top = (sheet.heightMillimetres - Double(rows) * (labelHeight + gutter) + gutter) / 2
    let (width, height) = (labelWidth + gutter, labelHeight + gutter)
    func place(_ column: Int, _ row: Int) -> Place {
      Place(x: left + Double(column) * width, y: top + Double(row) * height)
    }
    places =
      switch sheet.order {
      case .rows: (0..<rows).flatMap { row in (0..<columns).map { place($0, row) } }
      case .columns: (0..<columns).flatMap { column in (0..<rows).map { place(column, $0) } }
      }
  }

  // MARK: - Pages

  /// Number of positions of the first page that are left free.
  var skipped: Int { (sheet?.startAt ?? 1) - 1 }

  public func pageCount(labels: Int) -> Int { (labels + skipped + places.count - 1) / places.count }

  /// The labels of a page, and their positions.
  func labels(ofPage page: Int, of count: Int) -> [(label: Int, place: Place)] {
    places.indices.compactMap { position in
      let label = page * places.count + position - skipped
      return (0..<count).contains(label) ? (label, places[position]) : nil
    }
  }

  // MARK: - Marks

  /// The marks in the margin: lines that continue the cutter's lines, and a cross in a circle near the middle
  /// of each side.
  var marks: (crop: [Path], registration: [Path]) {
    guard sheet != nil, let first = places.first else { return ([], []) }
    let right = places.map { $0.x + labelWidth }.max() ?? first.x
    let bottom = places.map { $0.y + labelHeight }.max() ?? first.y
    let left = places.map(\.x).min() ?? first.x
    let top = places.map(\.y).min() ?? first.y
    let away = bleed + 1.5
    let longest = 5.0
    func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double) -> Path {
      var path = Path()
      path.move(x: x1, y: y1)
      path.line(x: x2, y: y2)
      return path
    }
    var crop: [Path] = []
    let columns = Set(places.flatMap { [$0.x, $0.x + labelWidth] }).sorted()
    let rows = Set(places.flatMap { [$0.y, $0.y + labelHeight] }).sorted()
    for x in columns {
      crop.append(line(x, max(0, top - away - longest), x, top - away))
      crop.append(line(x, bottom + away, x, min(pageHeightMillimetres, bottom + away + longest)))
    }
    for y in rows {
      crop.append(line(max(0, left - away - longest), y, left - away, y))
      crop.append(line(right + away, y, min(pageWidthMillimetres, right + away + longest), y))
    }
    let inset = min(4.0, top / 2, left / 2)
    var registration: [Path] = []
    // The place nearest to the middle of a side that no cutter's line crosses.
    func free(_ length: Double, _ lines: [Double]) -> Double {
      let away = (0..<Int(length / 4)).map { length / 2 + Double($0) }
      return away.first { place in lines.allSatisfy { abs($0 - place) > inset } } ?? length / 2
    }
    let (middle, centre) = (free(pageWidthMillimetres, columns), free(pageHeightMillimetres, rows))
    for (x, y) in [
      (middle, inset), (middle, pageHeightMillimetres - inset), (inset, centre),
      (pageWidthMillimetres - inset, centre),
    ] {
      var circle = Path()
      circle.addCircle(x: x, y: y, radius: inset * 0.4)
      registration += [
        circle, line(x - inset * 0.75, y, x + inset * 0.75, y), line(x, y - inset * 0.75, x, y + inset * 0.75),
      ]
    }
    return (crop, registration)
  }
}
