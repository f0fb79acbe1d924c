import Characters
import Records

/// An answer to a question of two fields, taken apart.
enum SplitAnswer {
  /// Splits an answer such as `王大山 138 0000 0001` into a name and a phone, which is nil where only a name was
  /// written.
  static func person(_ text: String) -> (name: String, phone: String?) {
    let words = words(of: text)
    for index in words.indices.dropFirst() {
      let phone = words[index...].joined(separator: " ")
      if PhoneNumber(phone) != nil { return (words[..<index].joined(separator: " "), phone) }
    }
    // Words that can only be a mistyped number are no part of a name.
    if let index = words.dropFirst().firstIndex(where: isNumber) {
      return (words[..<index].joined(separator: " "), words[index...].joined(separator: " "))
    }
    return (words.joined(separator: " "), nil)
  }

  /// Splits an answer such as `树林召镇 东达社区` into a street and a community, which is nil where only a street was
  /// written.
  static func place(_ text: String) -> (street: String, community: String?) {
    let words = words(of: text)
    let rest = words.dropFirst().joined(separator: " ")
    return (words.first ?? "", rest.isEmpty ? nil : rest)
  }

  /// Splits an answer such as `3 2`, `3/2` or `3人，2人` into two numbers; the second is nil where only one was
  /// written.
  static func numbers(_ text: String) -> (first: String, second: String?) {
    let plain = TextNormalization.typed(text).replacing(/[\/,;]/, with: " ")
    let parts = words(of: plain)
    return (parts.first ?? "", parts.count > 1 ? parts[1...].joined(separator: " ") : nil)
  }

  /// Splits an answer such as `瑞凌 ZX7-315` into a brand and a model. A single word is a model where it has a
  /// digit, else a brand.
  static func machine(_ text: String) -> (brand: String?, model: String?) {
    let words = words(of: text)
    guard let last = words.last else { return (nil, nil) }
    if words.count == 1 {
      return last.contains(where: \.isNumber) ? (nil, last) : (last, nil)
    }
    return (words.dropLast().joined(separator: " "), last)
  }

  private static func words(of text: String) -> [String] {
    text.split(whereSeparator: \.isWhitespace).map(String.init)
  }

  private static func isNumber(_ word: String) -> Bool {
    let plain = TextNormalization.typed(word)
    return plain.count(where: \.isNumber) >= 3 && plain.allSatisfy { $0.isNumber || "+-()".contains($0) }
  }
}
