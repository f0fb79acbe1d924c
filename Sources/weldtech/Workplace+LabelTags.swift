import Arguments
import Fieldbook
import FoundationEssentials
import Labels
import Records
import Tables
import Terminal

/// Keeps the tags behind codes: they are made under a key at the company's desk, carried to the laptop with its block
/// of codes, and put on labels there without the key.
extension Workplace {
  private var tagsPath: String { "\(home)/label-tags.csv" }
  /// The size of the largest file of tags, bytes: 200,000 rows.
  private static let mostBytes = 8 << 20

  /// Reads the company's key; only its tags ever leave this call's user.
  /// - Throws: `TagKeyRefused`.
  func tagKey(_ path: String) throws -> LabelTagKey {
    guard let key = LabelTagKey(hexadecimal: [UInt8](try read(path, atMost: 4_096))) else {
      throw TagKeyRefused(file: path)
    }
    return key
  }

  /// Keeps the tags of a file, as `labels codes --tag-key` writes it, beside those that are here already.
  /// - Returns: how many it brought.
  /// - Throws: `ListRefused`, `FileTrouble`.
  func keepTags(from path: String) throws -> Int {
    let brought = try readTags(path)
    let all = try storedTags().merging(brought) { $1 }
    let rows = all.sorted { $0.key.description < $1.key.description }.map { "\($0.key),\($0.value)" }
    try writeSynced(Data((["code,tag"] + rows).joined(separator: "\n").utf8 + [0x0A]), to: tagsPath)
    return brought.count
  }

  /// The text in a code's symbol: with its tag where the block brought one, or where it was printed with one.
  func labelPayload(of code: LabelCode) throws -> LabelPayload {
    let tag = try storedTags()[code] ?? fieldbook().label(of: code).payload.flatMap(LabelPayload.tag)
    return try LabelPayload(platform: try platformAddress(), code: code, tag: tag)
  }

  /// Reads the tags that the block brought.
  func storedTags() throws -> [LabelCode: LabelTag] {
    FileManager.default.fileExists(atPath: tagsPath) ? try readTags(tagsPath) : [:]
  }

  private func readTags(_ path: String) throws -> [LabelCode: LabelTag] {
    let table = try readTable(path, atMost: Self.mostBytes)
    var problems = table.problems.map { LabelList.Problem(line: $0.line, fault: .row($0.fault)) }
    guard let codes = table.header.values.firstIndex(of: "code"),
      let tags = table.header.values.firstIndex(of: "tag")
    else {
      throw ListRefused(
        file: path,
        reason: .rows([.init(line: table.header.line, fault: .noCodeColumn(found: table.header.values))]))
    }
    var found: [LabelCode: LabelTag] = [:]
    for row in table.rows {
      if let code = LabelCode(row.values[codes]) {
        if let tag = LabelTag(row.values[tags]) {
          found[code] = tag
        } else {
          problems.append(.init(line: row.line, fault: .notATag))
        }
      } else {
        problems.append(.init(line: row.line, fault: .notACode(meant: LabelCode(meantBy: row.values[codes]))))
      }
    }
    guard problems.isEmpty else { throw ListRefused(file: path, reason: .rows(problems)) }
    return found
  }
}

extension Parameters {
  /// Adds the path of the company's key, which only its desk has.
  mutating func tagKey(_ path: WritableKeyPath<Options, String?>, _ help: Text) {
    option("tag-key", path, .file, placeholder: "F", help)
  }
}

/// The error that a file holds no authentication key.
struct TagKeyRefused: Error {
  let file: String
}

extension TagKeyRefused: Explained {
  var failure: Failure {
    Failure(
      code: "labels.tagKey",
      message: Text(
        zh: "\(file) 不是防伪密钥：应为 16 到 64 字节的十六进制", en: "\(file) holds no key: 16 to 64 bytes in hexadecimal"),
      hint: Text(
        zh: "在公司电脑上生成：openssl rand -hex 32 > 文件，妥善保管，不要放到技术人员的电脑上",
        en: "make one at the company's desk by `openssl rand -hex 32 > F`, and keep it off technicians' laptops"
      ),
      exit: .badData)
  }
}
