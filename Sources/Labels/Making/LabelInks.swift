import Drawing

/// The inks of a label, and the line that a cutter follows.
public struct LabelInks: Hashable, Sendable {
  public enum Process: String, Hashable, Sendable, CaseIterable {
    /// Black ink on white material.
    case print
    /// Mirrored black ink with a white under-base behind it, for the back of clear acrylic.
    case mirrored
    /// An inverted label: a laser removes the coating where the label is light.
    case laser
  }

  public var process: Process
  /// Name of the spot colour of the plate's contour and holes; nil omits them.
  public var cutName: String?
  /// Name of the spot colour of the white under-base.
  public var whiteName: String
  /// Points by which the white stays inside the plate's edge and away from its holes, within `chokes`.
  public var chokePoints: Double

  /// Range of `chokePoints`, inclusive.
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

  /// Width of the line that a cutter follows: a hairline, because lasers take a wider line for a shape.
  var cutMillimetres: Double { process == .laser ? 0.01 : Length.millimetres(points: 0.25) }

  // MARK: - What is the same on every label

  /// Outline of the white behind the plate; nil where there is no white.
  func underBase(of template: LabelTemplate) -> Path? {
    guard process == .mirrored else { return nil }
    let choke = Length.millimetres(points: chokePoints)
    var path = Path(template.plate.inset(by: choke))
    for hole in template.holes {
      path.addCircle(x: hole.x, y: hole.y, radius: hole.diameterMillimetres / 2 + choke)
    }
    return path
  }

  /// Outlines of the plate and its holes; empty where no contour is asked for.
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

/// Names of the spot colours, the overprint state and the forms in a page's resources.
enum PageResources {
  static let white = "SpotWhite"
  static let cut = "SpotCut"
  /// The registration colour for marks, which appears on every printing plate.
  static let all = "SpotAll"
  static let overprint = "Over"
  static let underBaseForm = "Base"
  static let fixedForm = "Fixed"
  static let contourForm = "Contour"
}
