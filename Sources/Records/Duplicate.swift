import Characters

/// The other records of a welder or a module, and the reason why there is one more.
public struct Duplicate: Hashable, Sendable, Codable {
  /// The other records of the welder or module, the last opened first.
  public var installations: [InstallationID]
  public var reason: WrittenText

  public init(installations: [InstallationID], reason: WrittenText) {
    self.installations = installations
    self.reason = reason
  }
}

/// The words on a welder's nameplate by which two records are known to be of the same machine: its serial
/// number and its brand, whatever their width, case, blanks and dashes, and also where a letter was taken for
/// one that looks like it.
public struct WelderIdentity: Hashable, Sendable {
  private let brand: String
  private let serialNumber: String

  /// The words that people write where a nameplate has no serial number. They identify no welder.
  private static let nothing: Set<String> = [
    "", "无", "没有", "不详", "不清", "看不清", "未知", "无编号", "none", "unknown", "na", "n/a", "no", "0", "x", "xx", "xxx",
  ]

  /// Makes the identity of a welder; nil where no serial number is known.
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

  /// The lower-case letters that people confuse with another character, each with the character that stands for
  /// both in a comparison: the Latin letters that look like digits, and the Cyrillic and Greek letters that
  /// look like Latin ones.
  private static let lookalikes: [Character: Character] = [
    "o": "0", "i": "1", "l": "1", "а": "a", "в": "b", "е": "e", "к": "k", "м": "m", "н": "h", "о": "0",
    "р": "p", "с": "c", "т": "t", "у": "y", "х": "x", "α": "a", "β": "b", "ο": "0", "ι": "1", "ν": "v",
  ]

  /// The letters and digits of a folded text, with each look-alike replaced by its character in `lookalikes`.
  private static func withoutLookalikes(_ text: String) -> String {
    String(text.filter { $0.isLetter || $0.isNumber }.map { lookalikes[$0] ?? $0 })
  }

  /// Whether both identities are of the same machine. A brand that one of the records lacks is no difference.
  public func isSame(as other: WelderIdentity) -> Bool {
    serialNumber == other.serialNumber && (brand == other.brand || brand.isEmpty || other.brand.isEmpty)
  }
}
