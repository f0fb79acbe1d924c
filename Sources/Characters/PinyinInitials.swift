/// The initials of Chinese words in pinyin, as people type them to find a name: `dqqx` for 达旗汽修.
public enum PinyinInitials {
  /// The maximum number of spellings of a word. It is enough for three characters of two initials each.
  public static let maxSpellings = 8

  /// The initials of an ideograph in small letters, the most common first; empty where no reading is known.
  public static func initials(of ideograph: Unicode.Scalar) -> [UInt8] {
    let table = PinyinTable.initials
    // 〇 is used as the ideograph for zero, but is outside the block of ideographs.
    if ideograph.value == 0x3007 { return [UInt8(ascii: "l")] }
    guard ideograph.value >= PinyinTable.first else { return [] }
    let place = Int(ideograph.value - PinyinTable.first)
    guard place < table.utf8CodeUnitCount else { return [] }
    return table.withUTF8Buffer { bytes in
      switch bytes[place] {
      case let letter where (0x61...0x7A).contains(letter): [letter]
      case let letter where letter.isUpperCaseLetter: several(of: ideograph)
      default: []
      }
    }
  }

  /// Looks up an ideograph with more than one initial by binary search.
  private static func several(of ideograph: Unicode.Scalar) -> [UInt8] {
    let wanted = Array(String(ideograph).utf8)
    return PinyinTable.several.withUTF8Buffer { bytes in
      var (lower, upper) = (0, bytes.count / PinyinTable.entryBytes)
      while lower < upper {
        let middle = (lower + upper) / 2
        let entry = bytes[(middle * PinyinTable.entryBytes)...].prefix(PinyinTable.entryBytes)
        let character = entry.prefix(wanted.count)
        if character.elementsEqual(wanted) {
          return entry.dropFirst(wanted.count).filter { $0 != UInt8(ascii: " ") }
        }
        if character.lexicographicallyPrecedes(wanted) { lower = middle + 1 } else { upper = middle }
      }
      return []
    }
  }

  /// The spellings of a word by initials: each ideograph as its initial, letters and digits of ASCII as they
  /// are, and nothing else. Ideographs of more than one initial give all combinations, up to `maxSpellings`; an
  /// ideograph that would exceed this number gives only its most common initial.
  /// - Parameter word: a text in lower case.
  /// - Returns: the most common spelling first; empty where the word has no ideograph.
  public static func spellings(of word: String) -> [String] {
    var spellings: [[UInt8]] = [[]]
    var hasIdeograph = false
    for scalar in word.unicodeScalars {
      if scalar.isASCII {
        let byte = UInt8(truncatingIfNeeded: scalar.value)
        guard byte.isDigit || (0x61...0x7A).contains(byte) else { continue }
        for index in spellings.indices { spellings[index].append(byte) }
        continue
      }
      let letters = initials(of: scalar)
      guard let first = letters.first else { continue }
      hasIdeograph = true
      if spellings.count * letters.count <= maxSpellings {
        spellings = letters.flatMap { letter in spellings.map { $0 + [letter] } }
      } else {
        for index in spellings.indices { spellings[index].append(first) }
      }
    }
    return hasIdeograph ? spellings.map { String(decoding: $0, as: UTF8.self) } : []
  }
}
