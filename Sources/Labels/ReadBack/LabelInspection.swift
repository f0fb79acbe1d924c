public import Drawing

/// A symbol found in a picture, with screening values in the spirit of ISO/IEC 15415. The picture is not
/// calibrated, so the values are no certified grades.
public struct LabelInspection: Hashable, Sendable {
  public let text: String
  /// Whether the symbol is a mirror image, as on the back of a plate or in a picture turned over.
  public let isMirrored: Bool
  /// Whether the symbol is light on dark, as a laser engraves it.
  public let isInverted: Bool
  /// Middle of the symbol in pixels from the picture's upper left corner.
  public let centre: Point
  /// Clockwise rotation of the symbol in degrees: 0, 90, 180 or 270; nil where `screening` is nil.
  public let rotationDegrees: Int?
  public let correction: QRSymbol.Correction?
  public let screening: Screening?

  /// The values measured on a symbol. An inspection has none where this program would encode the text as
  /// another symbol, so that the modules are not known.
  public struct Screening: Hashable, Sendable {
    /// Number of modules along one side of the symbol.
    public let moduleCount: Int
    /// Difference between the lightest and the darkest module as a share of the picture's range, 0 to 1; a
    /// fiftieth of the modules at each end is left out.
    public let contrast: Double
    /// Minimum distance of 19 of 20 modules from the threshold, as a share of half the contrast, 0 to 1.
    public let modulation: Double
    public let modulePixels: Double
    /// Side of one module in millimetres; nil where the picture does not give its resolution.
    public let moduleMillimetres: Double?
    /// Width of the light area on the symbol's worst side, modules, 0 to 4; the area ends at the picture's
    /// edge.
    public let quietModules: Double
    /// Number of modules whose colour differs from the encoded symbol.
    public let wrongModules: Int
    /// Unused error correction of the most damaged block, from 1 down to 0, at which one more wrong codeword
    /// makes the block unreadable; nil for symbols of more than 57 modules.
    public let unusedCorrection: Double?
  }

  /// A value below the standard's third grade, or below the value that labels are made with.
  public enum Concern: String, Hashable, Sendable, Codable, CaseIterable {
    case contrast, modulation, moduleSize, quietZone, unusedCorrection
  }

  public var concerns: [Concern] {
    guard let screening else { return [] }
    var concerns: [Concern] = []
    if screening.contrast < 0.40 { concerns.append(.contrast) }
    if screening.modulation < 0.30 { concerns.append(.modulation) }
    if let size = screening.moduleMillimetres, size < 0.495 { concerns.append(.moduleSize) }
    if screening.quietModules < Double(QRSymbol.quietModules) { concerns.append(.quietZone) }
    if let unused = screening.unusedCorrection, unused < 0.37 { concerns.append(.unusedCorrection) }
    return concerns
  }

  // MARK: - Inspecting

  /// Inspects all symbols in a picture, from top to bottom; the result is empty where none is read, not even in
  /// the inverted picture.
  /// - Parameter mirroredFirst: whether mirrored symbols are expected; the result is the same, but comes sooner.
  /// - Throws: `drawing(.outOfMemory)`.
  public static func symbols(in image: GreyImage, mirroredFirst: Bool = false) throws(LabelError)
    -> [LabelInspection]
  {
    var findings = try Self.findings(in: image, mirroredFirst: mirroredFirst)
    // The decoder takes a uniform dark patch of a faded label for light; spreading the contrast prevents this.
    if findings.isEmpty { findings = try Self.findings(in: image.stretched, mirroredFirst: mirroredFirst) }
    var seen = image
    let isInverted = findings.isEmpty
    if isInverted {
      seen = image.inverted
      findings = try Self.findings(in: seen.stretched, mirroredFirst: mirroredFirst)
    }
    let inOrder = findings.sorted { ($0.corners[0].y, $0.corners[0].x) < ($1.corners[0].y, $1.corners[0].x) }
    return inOrder.map { LabelInspection($0, in: seen, isInverted: isInverted) }
  }

  /// Searches the picture, or first the mirrored picture where mirrored symbols are expected. Searches both
  /// pictures where the first search finds a mirrored symbol or may have missed a symbol.
  private static func findings(in image: GreyImage, mirroredFirst: Bool) throws(LabelError)
    -> [LabelReader.Finding]
  {
    let first = try search(mirroredFirst ? image.flipped : image)
    if first.isComplete, first.findings.allSatisfy({ !$0.isMirrored }) {
      return mirroredFirst ? first.findings.map { turnedOver($0, in: image) } : first.findings
    }
    return try findingsOfBothSides(of: image, found: mirroredFirst ? nil : first.findings)
  }

  /// Searches the picture, and the mirrored picture without the upright symbols already found, because zxing-cpp
  /// cannot read some mirrored symbols at any size, and one of them may stand among many upright ones.
  /// - Parameter found: the findings of the picture itself; nil where it was not searched yet.
  private static func findingsOfBothSides(of image: GreyImage, found: [LabelReader.Finding]?)
    throws(LabelError) -> [LabelReader.Finding]
  {
    let front = if let found { found } else { try search(image).findings }
    let upright = front.filter { !$0.isMirrored }
    let rest = upright.isEmpty ? image : image.cleared(upright.map(\.corners))
    let back = try search(rest.flipped).findings
    let texts = Set(back.filter { !$0.isMirrored }.map(\.text))
    let known = texts.union(front.map(\.text))
    return front.filter { !$0.isMirrored || !texts.contains($0.text) }
      // A symbol that is mirrored in the mirrored picture is upright, and was missed in the first search.
      + back.filter { !$0.isMirrored || !known.contains($0.text) }.map { turnedOver($0, in: image) }
  }

  /// Converts a finding in the mirrored picture into the finding in the picture itself.
  private static func turnedOver(_ finding: LabelReader.Finding, in image: GreyImage) -> LabelReader.Finding {
    LabelReader.Finding(
      text: finding.text, isMirrored: !finding.isMirrored, correction: finding.correction,
      corners: finding.corners.map { Point(x: Double(image.widthPixels) - 1 - $0.x, y: $0.y) })
  }

  /// Searches the rest of the picture again until nothing new is found, because zxing-cpp 1.4 misses some of many
  /// symbols, about one in 18 on a sheet with labels side by side.
  /// - Returns: the symbols, and whether certainly no symbol is left, because a black and white picture has no
  ///   finder pattern outside of them.
  private static func search(_ image: GreyImage) throws(LabelError)
    -> (findings: [LabelReader.Finding], isComplete: Bool)
  {
    let isBlackAndWhite = image.isBlackAndWhite
    var findings: [LabelReader.Finding] = []
    var rest = image
    // Each search clears the symbols that it found, so that a few searches are enough. The bound is for corners
    // that do not belong to a symbol.
    for _ in 0..<9 {
      let new = try LabelReader.findings(in: rest, as: .photograph)
      findings += new
      if new.isEmpty { break }
      rest = rest.cleared(new.map(\.corners))
      if isBlackAndWhite, !rest.hasFinderPattern { return (findings, true) }
      if findings.count == 1 { break }
    }
    return (findings, false)
  }

  private init(_ finding: LabelReader.Finding, in image: GreyImage, isInverted: Bool) {
    text = finding.text
    let count = Double(max(1, finding.corners.count))
    centre = Point(
      x: finding.corners.reduce(0) { $0 + $1.x } / count, y: finding.corners.reduce(0) { $0 + $1.y } / count)
    self.isInverted = isInverted
    correction = finding.correction
    guard let level = finding.correction, let symbol = try? QRSymbol(finding.text, atLeast: level),
      symbol.correction == level
    else {
      isMirrored = finding.isMirrored
      rotationDegrees = nil
      screening = nil
      return
    }
    let sampling = SymbolSampling.fitted(image, to: symbol, near: finding.corners)
    guard let screening = Screening(sampling, of: symbol) else {
      isMirrored = finding.isMirrored
      rotationDegrees = nil
      self.screening = nil
      return
    }
    self.screening = screening
    isMirrored = sampling.isMirrored
    // A mirrored symbol stands upright where its own top left is at the picture's top right.
    rotationDegrees = (sampling.quarterTurns + (sampling.isMirrored ? 3 : 0)) % 4 * 90
  }
}

extension LabelInspection.Screening {
  /// Maximum share of wrong modules; with more of them the picture shows another symbol of the same text.
  private static let maxWrongShare = 0.3

  /// Measures the symbol; the result is nil where the picture shows another symbol.
  init?(_ sampling: SymbolSampling, of symbol: QRSymbol) {
    let count = symbol.moduleCount
    var greys: [Double] = []
    for row in 0..<count {
      for column in 0..<count { greys.append(sampling.grey(ofColumn: column, row: row) ?? 0) }
    }
    let sorted = greys.sorted()
    let tail = sorted.count / 50
    let (darkest, lightest) = (sorted[tail], sorted[sorted.count - 1 - tail])
    let threshold = (darkest + lightest) / 2
    let range = lightest - darkest
    guard range > 0 else { return nil }
    let isWrong = greys.indices.map { (greys[$0] < threshold) != symbol.modules[$0] }
    wrongModules = isWrong.count { $0 }
    guard Double(wrongModules) <= Self.maxWrongShare * Double(greys.count) else { return nil }

    moduleCount = count
    contrast = range / 255
    let distances = greys.indices.map { isWrong[$0] ? 0 : min(1, 2 * abs(greys[$0] - threshold) / range) }
    modulation = distances.sorted()[distances.count / 20]
    modulePixels = sampling.modulePixels
    moduleMillimetres = sampling.image.pixelsPerMetre.map { sampling.modulePixels * 1000 / Double($0) }
    quietModules = Self.quietModules(around: sampling, threshold: threshold)
    unusedCorrection = symbol.unusedCorrection(isWrong)
  }

  /// Counts the rings of modules around the symbol up to the first that has a dark module or leaves the
  /// picture, at most 4.
  private static func quietModules(around sampling: SymbolSampling, threshold: Double) -> Double {
    let count = sampling.moduleCount
    for ring in 1...QRSymbol.quietModules {
      for along in -ring..<count + ring {
        let places = [(along, -ring), (along, count - 1 + ring), (-ring, along), (count - 1 + ring, along)]
        for (column, row) in places {
          guard let grey = sampling.grey(ofColumn: column, row: row), grey >= threshold else {
            return Double(ring - 1)
          }
        }
      }
    }
    return Double(QRSymbol.quietModules)
  }
}

extension QRSymbol {
  /// The share of error correction that the most damaged block has left, from 1 down to 0; nil where the layout
  /// of the symbol is not known.
  /// - Parameter isWrong: whether each module is wrong, row by row.
  fileprivate func unusedCorrection(_ isWrong: [Bool]) -> Double? {
    guard let layout = SymbolLayout(moduleCount: moduleCount, correction: correction) else { return nil }
    var wrongCodewords: Set<Int> = []
    for (index, codeword) in layout.codewords.enumerated() where isWrong[index] {
      if let codeword { wrongCodewords.insert(codeword) }
    }
    var wrongPerBlock: [Int: Int] = [:]
    for codeword in wrongCodewords { wrongPerBlock[layout.blocks[codeword], default: 0] += 1 }
    let worst = wrongPerBlock.values.max() ?? 0
    return max(0, 1 - Double(worst) / Double(layout.correctionCodewordsPerBlock / 2))
  }
}
