import Characters

/// A number in the form in which people write it, with or without its unit: `32`, `7,5`, `32A`, `18 kW`,
/// `400安`.
public enum WrittenNumber {
  /// The unit that may follow a number; any other unit is refused.
  public enum Unit: String, Hashable, Sendable, CaseIterable {
    case amperes = "A"
    case kilowatts = "kW"
    /// The unit of a number of people, which the record writes without a unit.
    case people = ""

    /// The spellings of the unit, in small letters.
    fileprivate var spellings: Set<String> {
      switch self {
      case .amperes: ["a", "amp", "amps", "ampere", "amperes", "安", "安培"]
      case .kilowatts: ["kw", "㎾", "千瓦", "kilowatt", "kilowatts"]
      case .people: ["人", "名", "个", "位", "个人", "people"]
      }
    }
  }

  /// Reads a text that means exactly one number.
  ///
  /// A comma between digits is a decimal point where one or two digits follow it (`7,5`) or only a zero stands
  /// before it; several groups of three behind commas are thousands (`1,234,000`, `1,234.5`). One comma before
  /// three digits or more (`1,000`) may be either, and is refused as ambiguous where the number need not be
  /// whole. Blanks within the digits are refused, because they may separate two numbers.
  /// - Throws: `notANumber`, `ambiguousNumber`, `wrongUnit`.
  public static func read(_ text: String, unit: Unit?) throws(FieldProblem.Fault) -> Double {
    // The comma of a list (U+3001) is no decimal comma.
    guard text.utf8.count <= 400, !text.unicodeScalars.contains("、") else { throw .notANumber }
    let plain = TextNormalization.typed(text)
    let figures = plain.prefix { $0.isASCII && ($0.isNumber || "+-.,".contains($0)) }
    let rest = TextNormalization.trimmed(String(plain.dropFirst(figures.count)))
    let number = try number(String(figures), isWhole: unit == .people)
    guard !rest.isEmpty else { return number }
    if let unit, unit.spellings.contains(rest.lowercased()) { return number }
    guard rest.count <= 12, rest.unicodeScalars.allSatisfy(isOfAUnit) else {
      throw .notANumber
    }
    throw .wrongUnit(found: rest, expected: unit?.rawValue ?? "")
  }

  /// Whether the character may be part of a unit: letters and signs such as ℃, but no digit of any script, no
  /// blank and no punctuation.
  private static func isOfAUnit(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .otherLetter, .otherSymbol, .mathSymbol: true
    default: false
    }
  }

  private static func number(_ figures: String, isWhole: Bool) throws(FieldProblem.Fault) -> Double {
    let sign = figures.first.flatMap { "+-".contains($0) ? $0 : nil }
    let unsigned = figures.dropFirst(sign == nil ? 0 : 1)
    guard unsigned.count <= 20, !unsigned.contains(where: { "+-".contains($0) }) else { throw .notANumber }
    let parts = unsigned.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard (1...2).contains(parts.count), !(parts.count == 2 && parts[1].contains(",")) else {
      throw .notANumber
    }
    let groups = parts[0].split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    let fraction = parts.count == 2 ? parts[1] : nil
    let decimal: String
    if groups.count == 1 {
      decimal = groups[0] + (fraction.map { "." + $0 } ?? "")
      guard groups[0].count + (fraction?.count ?? 0) > 0 else { throw .notANumber }
    } else if groups.count > 2 || fraction != nil {
      guard areThousands(groups), fraction != "" else { throw .notANumber }
      decimal = groups.joined() + (fraction.map { "." + $0 } ?? "")
    } else {
      let (whole, behind) = (groups[0], groups[1])
      guard !whole.isEmpty, !behind.isEmpty else { throw .notANumber }
      if isWhole, areThousands(groups) {
        decimal = whole + behind
      } else {
        guard behind.count <= 2 || whole.allSatisfy({ $0 == "0" }) else { throw .ambiguousNumber }
        decimal = whole + "." + behind
      }
    }
    guard let number = Double(decimal.hasSuffix(".") ? decimal + "0" : decimal) else { throw .notANumber }
    return sign == "-" ? -number : number
  }

  /// Whether the groups are thousands: one to three digits that do not begin with 0, then groups of three.
  private static func areThousands(_ groups: [String]) -> Bool {
    guard let first = groups.first else { return false }
    return (1...3).contains(first.count) && first.first != "0"
      && groups.dropFirst().allSatisfy { $0.count == 3 }
  }
}

extension WrittenNumber {
  /// Writes a number with at most three decimals and without trailing zeros: `220`, `0.5`.
  public static func text(of number: Double) -> String {
    let rounded = (number * 1000).rounded() / 1000
    return Int(exactly: rounded).map { "\($0)" } ?? "\(rounded)"
  }
}
