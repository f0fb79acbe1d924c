/// The look of a piece of text.
public struct TextStyle: Hashable, Sendable {
  public enum Weight: String, Hashable, Sendable, CaseIterable { case regular, bold }

  /// Font families in order of preference: a letter that one lacks is taken from the next.
  public var families: [String]
  /// The em, in points.
  public var sizePoints: Double
  public var weight: Weight
  /// Distance from baseline to baseline, as a share of the font's own line height.
  public var lineSpacing: Double
  /// Added behind every character, points.
  public var letterSpacingPoints: Double

  /// Font families that labels and agreements are drawn with. Simplified Chinese shapes come first, since an unnamed CJK font may draw
  /// the Japanese ones; then come the fonts of rare ideographs, and that of Mongolian.
  public static let chineseFamilies = [
    "Noto Sans CJK SC", "BabelStone Han", "HanaMinB", "Noto Sans Mongolian", "sans-serif",
  ]

  public init(
    sizePoints: Double, weight: Weight = .regular, families: [String] = chineseFamilies,
    lineSpacing: Double = 0.9, letterSpacingPoints: Double = 0
  ) {
    self.sizePoints = sizePoints
    self.weight = weight
    self.families = families
    self.lineSpacing = lineSpacing
    self.letterSpacingPoints = letterSpacingPoints
  }
}

public enum TextAlignment: String, Hashable, Sendable, CaseIterable { case left, centre, right }

/// Treatment of a text that is larger than its box.
public enum TextFit: String, Hashable, Sendable, CaseIterable {
  /// One line at the size given, or an error.
  case refuse
  /// One line, smaller if need be.
  case shrink
  /// The text is broken into as many lines as the box has room for, and made smaller if need be.
  case wrap
}
