import Characters

/// The places of 达拉特旗 (its 苏木镇 and 街道) by which the plan's forms add up their figures.
public enum BannerStreet {
  /// The whole names of the places, such as `树林召镇`.
  public static let names: [String] = places.map { $0.stem + $0.kind }

  private static let places: [(stem: String, kind: String)] = [
    ("树林召", "镇"), ("吉格斯太", "镇"), ("白泥井", "镇"), ("王爱召", "镇"), ("昭君", "镇"), ("恩格贝", "镇"), ("中和西", "镇"),
    ("风水梁", "镇"), ("展旦召", "苏木"), ("工业", "街道"), ("昭君", "街道"), ("锡尼", "街道"), ("白塔", "街道"), ("平原", "街道"),
    ("西园", "街道"),
  ]

  /// The words that may stand in front of the name of a place.
  private static let prefixes = ["内蒙古自治区", "内蒙古", "鄂尔多斯市", "鄂尔多斯", "达拉特旗", "达旗"]
  /// The words for an office that may follow the name of a place. Such a text means the place.
  private static let offices = ["人民政府", "政府", "办事处", "街道办"]

  /// The whole name of the place that a person's text means: `树林召`, `达旗树林召镇` and `树林召镇人民政府` are 树林召镇.
  /// - Returns: nil where the text names no such place, or may name two: 昭君 is a 镇 and a 街道.
  public static func name(of text: String) -> String? {
    var rest = TextNormalization.folded(text)
    for prefix in prefixes where rest.hasPrefix(prefix) { rest = String(rest.dropFirst(prefix.count)) }
    for office in offices where rest.hasSuffix(office) {
      rest = String(rest.dropLast(office.count)) + (office == "街道办" ? "街道" : "")
    }
    if names.contains(rest) { return rest }
    let stem =
      ["镇", "苏木", "街道", "乡"].first { rest.hasSuffix($0) }.map { String(rest.dropLast($0.count)) } ?? rest
    let found = places.filter { $0.stem == stem }
    guard found.count == 1, let place = found.first else { return nil }
    return place.stem + place.kind
  }

  /// Whether the plan's forms add up figures under this street of a record. The street is a place of the
  /// Banner, or one of its zones and parks, whose names change.
  public static func isKnown(_ street: String) -> Bool {
    names.contains(street) || ["开发区", "园区", "工业园", "产业园", "管委会"].contains { street.contains($0) }
  }
}
