/// The appearance of a piece of text.
public struct TextStyle: Hashable, Sendable {
  public enum Weight: String, Hashable, Sendable, CaseIterable { case regular, bold }

  /// Font families in order of preference: a character that one family lacks is taken from the next.
  public var families: [String]
  /// The em, in points.
  public var sizePoints: Double
  public var weight: Weight
  /// Distance from baseline to baseline, as a share of the font's own line height.
  public var lineSpacing: Double
  /// Space that is added behind every character, points.
  public var letterSpacingPoints: Double

  /// Font families of labels and agreements. Simplified Chinese comes first, since an unnamed CJK font may draw
  /// the Japanese shapes; fonts of rare ideographs and of Mongolian follow.
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

/// The treatment of a text that is larger than its box.
public enum TextFit: String, Hashable, Sendable, CaseIterable {
  /// The text stays on one line at its size; a text that does not fit is an error.
  case refuse
  /// The text stays on one line and is made smaller as needed.
  case shrink
  /// The text is broken into as many lines as fit into the box, and made smaller as needed.
  case wrap
}
