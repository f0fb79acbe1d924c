import Files
import FoundationEssentials
import Labels
import Records

/// Stores the tags of the codes that this laptop was given. They are made with a key at the company's desk,
/// come to the laptop with its block of codes, and are put on labels there without the key.
struct TagStore {
  /// Path of the table of tags.
  let path: String
  let tables: TableReader
  /// A function that writes the table and returns when it is on disk.
  let write: (_ bytes: Data, _ path: String) throws -> Void

  /// The maximum size of a table of tags, bytes; one for a block of 200,000 codes is within it.
  private static let maxBytes = 8 << 20
  private static let maxKeyBytes = 4_096

  /// The tags that this laptop has.
  /// - Throws: `ListRefused`, `FileFailure`.
  func tags() throws -> [LabelCode: LabelTag] {
    FilePath(path).kind != nil ? try tags(in: path) : [:]
  }

  /// Adds the tags of a file that `labels codes --tag-key` has written to those that are stored already.
  /// - Throws: `ListRefused`, `FileFailure`.
  func keep(from file: String) throws { try keep(try tags(in: file)) }

  /// Adds tags by their codes, as the setup file of a new laptop has them. Pairs that are no code and tag are
  /// left out.
  /// - Throws: `ListRefused`, `FileFailure`.
  func keep(_ tags: [String: String]) throws {
    try keep(
      tags.reduce(into: [:]) { known, tag in
        if let code = LabelCode(tag.key), let value = LabelTag(tag.value) { known[code] = value }
      })
  }

  private func keep(_ tags: [LabelCode: LabelTag]) throws {
    let all = try self.tags().merging(tags) { $1 }
    let rows = all.sorted { $0.key.description < $1.key.description }.map { "\($0.key),\($0.value)" }
    try write(Data((["code,tag"] + rows).joined(separator: "\n").utf8 + [0x0A]), path)
  }

  /// Reads the company's key from a file. The caller must not let the key leave the program, only tags made
  /// with it.
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

/// The error that a file holds no authentication key.
struct TagKeyRefused: Error {
  let file: String
}
