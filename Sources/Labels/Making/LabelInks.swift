import Drawing

/// In which inks a label's page is made, and what the cutter follows.
public struct LabelInks: Hashable, Sendable {
  public enum Process: String, Hashable, Sendable, CaseIterable {
    /// Black on what is white itself.
    case print
    /// On the back of clear acrylic: mirrored, and a white under-base behind the black.
    case mirrored
    /// Inverted: a laser takes the coating off where the label is light.
    case laser
  }

  public var process: Process
  /// The spot colour of contour and holes; nil leaves them out.
  public var cutName: String?
  public var whiteName: String
  /// How far the white stays within the plate's edge and off its holes, points.
  public var chokePoints: Double

  /// Points, inclusive.
  public static let chokes = 0.5...1.0

  public init(
    process: Process = .print, cutName: String? = nil, whiteName: String = "White", chokePoints: Double = 0.75
  ) {
    self.process = process
    self.cutName = cutName
    self.whiteName = whiteName
    self.chokePoints = chokePoints
  }

  var isMirrored: Bool { process == .mirrored }
  var ink: ContentStream.Ink { process == .laser ? .inverted : .black }

  /// Of the line that a cutter follows: a hairline for lasers, who take every line that is wider for a shape.
  var cutMillimetres: Double { process == .laser ? 0.01 : Length.millimetres(points: 0.25) }

  // MARK: - What is the same on every label

  /// The white behind the plate; nil where there is none.
  func underBase(of template: LabelTemplate) -> Path? {
    guard process == .mirrored else { return nil }
    let choke = Length.millimetres(points: chokePoints)
    var path = Path(template.plate.inset(by: choke))
    for hole in template.holes {
      path.addCircle(x: hole.x, y: hole.y, radius: hole.diameterMillimetres / 2 + choke)
    }
    return path
  }

  /// The plate's edge and its holes; empty where they are not asked for.
  func contours(of template: LabelTemplate) -> [Path] {
    guard cutName != nil else { return [] }
    return [Path(template.plate)]
      + template.holes.map { hole in
        var circle = Path()
        circle.addCircle(x: hole.x, y: hole.y, radius: hole.diameterMillimetres / 2)
        return circle
      }
  }

  func underBase(of template: LabelTemplate, dotsPerInch: Int) -> ContentStream? {
    guard let path: Path = underBase(of: template) else { return nil }
    let stream = ContentStream(dotsPerInch: dotsPerInch)
    stream.spot(PageResources.white, fill: path)
    return stream
  }

  func contour(of template: LabelTemplate, dotsPerInch: Int) -> ContentStream? {
    let paths = contours(of: template)
    guard !paths.isEmpty else { return nil }
    let stream = ContentStream(dotsPerInch: dotsPerInch)
    for path in paths { stream.spot(PageResources.cut, stroke: path, widthMillimetres: cutMillimetres) }
    return stream
  }
}

/// Names in a page's resources.
enum PageResources {
  static let white = "SpotWhite"
  static let cut = "SpotCut"
  /// On every plate there is, for marks.
  static let all = "SpotAll"
  static let overprint = "Over"
  static let underBaseForm = "Base"
  static let fixedForm = "Fixed"
  static let contourForm = "Contour"
}
