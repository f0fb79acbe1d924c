import Characters

/// The other records of a welder or a module that has one already, and the reason why there is another.
public struct Duplicate: Hashable, Sendable, Codable {
  /// The records that have it, the last opened first.
  public var installations: [InstallationID]
  public var reason: WrittenText

  public init(installations: [InstallationID], reason: WrittenText) {
    self.installations = installations
    self.reason = reason
  }
}

/// The words on a welder's nameplate by which two records are known to be of the same machine: its serial number and its
/// brand, whatever their width, case, blanks and dashes, and also where a letter was taken for one that looks like it.
public struct WelderIdentity: Hashable, Sendable {
  private let brand: String
  private let serialNumber: String

  /// The words that people write where a nameplate has no serial number, which every such welder shares.
  private static let nothing: Set<String> = [
    "", "无", "没有", "不详", "不清", "看不清", "未知", "无编号", "none", "unknown", "na", "n/a", "no", "0", "x", "xx", "xxx",
  ]

  /// The result is nil where no serial number is known.
  public init?(brand: String?, serialNumber: String?) {
    let number = TextNormalization.folded(serialNumber ?? "")
    guard !Self.nothing.contains(number), number.contains(where: { $0.isLetter || $0.isNumber }) else {
      return nil
    }
    self.serialNumber = Self.withoutLookalikes(number)
    self.brand = TextNormalization.folded(brand ?? "")
  }

  public init?(_ welder: Welder) {
    self.init(brand: welder.brand?.text, serialNumber: welder.serialNumber?.text)
  }

  /// The letters that people read for another one on a nameplate, all of them small: the digits that look like Latin letters,
  /// and the Cyrillic and Greek letters that a keyboard gives for Latin ones.
  private static let lookalikes: [Character: Character] = [
    "o": "0", "i": "1", "l": "1", "а": "a", "в": "b", "е": "e", "к": "k", "м": "m", "н": "h", "о": "0",
    "р": "p", "с": "c", "т": "t", "у": "y", "х": "x", "α": "a", "β": "b", "ο": "0", "ι": "1", "ν": "v",
  ]

  /// The letters and digits of a folded text, each look-alike as the one that stands for it.
  private static func withoutLookalikes(_ text: String) -> String {
    String(text.filter { $0.isLetter || $0.isNumber }.map { lookalikes[$0] ?? $0 })
  }

  /// Whether both are of the same machine. A brand that one of the records lacks says nothing against it.
  public func isSame(as other: WelderIdentity) -> Bool {
    serialNumber == other.serialNumber && (brand == other.brand || brand.isEmpty || other.brand.isEmpty)
  }
}
