import Files
import FoundationEssentials
import Labels
import Records

/// The tags behind codes that this laptop was given: made under a key at the company's desk, carried to the laptop with
/// its block of codes, and put on labels there without the key.
struct TagStore {
  /// Path of the table that the tags are kept in.
  let path: String
  let tables: TableReader
  /// Puts the table in its place and returns when it is on disk.
  let write: (_ bytes: Data, _ path: String) throws -> Void

  /// Bytes of a table of a whole block's tags: 200,000 rows.
  private static let maxBytes = 8 << 20
  private static let maxKeyBytes = 4_096

  /// The tags that this laptop has.
  /// - Throws: `ListRefused`, `FileFailure`.
  func tags() throws -> [LabelCode: LabelTag] {
    FilePath(path).kind != nil ? try tags(in: path) : [:]
  }

  /// Keeps the tags of a file, as `labels codes --tag-key` writes it, beside those that are here already.
  /// - Throws: `ListRefused`, `FileFailure`.
  func keep(from file: String) throws {
    let all = try tags().merging(try tags(in: file)) { $1 }
    let rows = all.sorted { $0.key.description < $1.key.description }.map { "\($0.key),\($0.value)" }
    try write(Data((["code,tag"] + rows).joined(separator: "\n").utf8 + [0x0A]), path)
  }

  /// The company's key in a file; only its tags ever leave this call's user.
  /// - Throws: `TagKeyRefused`, `FileFailure`.
  func key(in file: String) throws -> LabelTagKey {
    guard let key = LabelTagKey(hexadecimal: [UInt8](try tables.read(file, Self.maxKeyBytes))) else {
      throw TagKeyRefused(file: file)
    }
    return key
  }

  private func tags(in file: String) throws -> [LabelCode: LabelTag] {
    let table = try tables.table(file, maxBytes: Self.maxBytes)
    var problems = table.problems.map { LabelList.Problem(line: $0.line, fault: .row($0.fault)) }
    guard let codes = table.header.values.firstIndex(of: "code"),
      let tags = table.header.values.firstIndex(of: "tag")
    else {
      throw ListRefused(
        file: file,
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
    guard problems.isEmpty else { throw ListRefused(file: file, reason: .rows(problems)) }
    return found
  }
}

/// A file that holds no authentication key.
struct TagKeyRefused: Error {
  let file: String
}
