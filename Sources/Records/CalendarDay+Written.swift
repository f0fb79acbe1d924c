import Characters

extension CalendarDay {
  /// Reads a day as a person writes it: `2027-06-30`, `2027/6/30`, `2027.6.30`, `2027年6月30日` or `20270630`. Any
  /// other text gives nil, because years of two digits and days before months mean different days to different
  /// people.
  public init?(written text: String) {
    guard text.utf8.count <= 200 else { return nil }
    let plain = TextNormalization.typed(text)
    if plain.utf8.count == 8, let day = Self.joined(plain) {
      self = day
      return
    }
    var fields: [String] = []
    var separators: [Character] = []
    var digits = ""
    for character in plain where character != " " {
      if character.isASCII, character.isNumber {
        digits.append(character)
      } else {
        fields.append(digits)
        separators.append(TextNormalization.isHyphen(character) ? "-" : character)
        digits = ""
      }
    }
    if !digits.isEmpty { fields.append(digits) }
    guard fields.count == 3, fields[0].count == 4, (1...2).contains(fields[1].count),
      (1...2).contains(fields[2].count), Self.separators.contains(String(separators)),
      // Blanks may stand only beside separators.
      !Self.hasBlankBetweenDigits(plain), let year = Int(fields[0]), let month = Int(fields[1]),
      let day = Int(fields[2])
    else { return nil }
    self.init(year: year, month: month, day: day)
  }

  private static let separators: Set<String> = ["--", "//", "..", "年月日", "年月号", "年月"]

  private static func joined(_ digits: String) -> CalendarDay? {
    guard let number = digits.utf8.decimalNumber else { return nil }
    return CalendarDay(year: number / 10_000, month: number / 100 % 100, day: number % 100)
  }

  private static func hasBlankBetweenDigits(_ text: String) -> Bool {
    let parts = text.split(separator: " ")
    return zip(parts, parts.dropFirst()).contains { $0.last?.isNumber == true && $1.first?.isNumber == true }
  }
}
