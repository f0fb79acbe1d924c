import Characters
import Foundation
import TestSupport
import Testing

/// Checks the initials of Chinese words in pinyin.
@Suite struct PinyinTests {
  @Test(arguments: [
    ("达旗汽修", ["dqqx"]), ("长", ["c", "z"]), ("行李", ["xl", "hl"]), ("单", ["c", "d", "s"]), ("〇", ["l"]),
    ("第7铁艺店", ["d7tyd"]), ("（a-b）店", ["abd"]), ("abc", []), ("", []), ("𬭚", []), ("ᠮᠣᠩ", []),
  ])
  func `a word is spelled by the initials of its ideographs`(word: String, spellings: [String]) {
    #expect(Set(PinyinInitials.spellings(of: word)) == Set(spellings))
  }

  @Test func `a word of many readings has as many spellings as are kept, each of its length`() {
    let word = String(repeating: "重长乐", count: 40)
    let spellings = PinyinInitials.spellings(of: word)
    #expect(spellings.count == PinyinInitials.maxSpellings && Set(spellings).count == spellings.count)
    #expect(spellings.allSatisfy { $0.utf8.count == 120 })
  }

  private static let peer = InstalledProgram("python")
  private static let hasPeer =
    (try? peer.run(["-c", "import pypinyin"]).status) == 0

  @Test(.enabled(if: hasPeer, "pypinyin is not installed: scripts/setup peers"))
  func `pypinyin, which has more readings, has all but a few of these initials`() throws {
    let script = """
      from pypinyin import pinyin, Style
      for point in range(0x4E00, 0xA000):
          readings = pinyin(chr(point), style=Style.NORMAL, heteronym=True)[0]
          print(point, ''.join(sorted({reading[0] for reading in readings if reading[0].isascii()})))
      """
    var compared = 0
    var strangers: [String] = []
    for line in try Self.peer.output(["-c", script]).split(separator: "\n") {
      let parts = line.split(separator: " ")
      guard let scalar = parts.first.flatMap({ UInt32($0) }).flatMap(Unicode.Scalar.init), parts.count == 2
      else {
        continue
      }
      let initials = PinyinInitials.initials(of: scalar)
      if initials.isEmpty { continue }
      compared += 1
      if Set(initials).isDisjoint(with: parts[1].utf8) { strangers.append(String(scalar)) }
    }
    #expect(compared > 20_000)
    // The two sources read five rare characters differently.
    #expect(strangers.count <= 8, "\(strangers)")
  }
}
