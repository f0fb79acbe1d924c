/// Where the labels of a laptop's installations come from.
public enum PlateSource: String, Hashable, Sendable, Codable, CaseIterable {
  /// The label is made on site, with a code of the laptop's block.
  case print
  /// A plate from the company's stock is stuck on; it brings its code.
  case stock
}
