import FoundationEssentials
import Labels
import Tables

/// Reads tables from outside: lists of labels, and codes with their tags.
struct TableReader {
  /// Reads a whole file up to this size in bytes.
  let read: (_ path: String, _ maxBytes: Int) throws -> Data

  /// - Parameters:
  ///   - maxBytes: A longer file is refused.
  ///   - encoding: The encoding that the user named; nil finds it.
  /// - Throws: `ListRefused` where the file holds no table, `FileFailure`.
  func table(_ path: String, maxBytes: Int, encoding: TextEncoding? = nil) throws -> CSVTable {
    let text = [UInt8](try read(path, maxBytes))
    do throws(CSVError) { return try CSVTable(text, encoding: encoding) } catch {
      throw ListRefused(file: path, reason: .noTable(error))
    }
  }

  /// Reads a list of labels; a list with any fault is refused as a whole.
  /// - Parameters:
  ///   - template: The template whose fields the columns are matched with.
  ///   - defaults: Texts for fields that a row leaves empty.
  /// - Throws: `ListRefused`, `FileFailure`.
  func labels(
    _ path: String, encoding: TextEncoding?, for template: LabelTemplate, defaults: [String: String]
  ) throws -> LabelList {
    let table = try table(path, maxBytes: CSVTable.Limits().bytes, encoding: encoding)
    let list = LabelList(table, for: template, defaults: defaults)
    guard list.problems.isEmpty else { throw ListRefused(file: path, reason: .rows(list.problems)) }
    guard list.rows.count > 0 else { throw ListRefused(file: path, reason: .noTable(.empty)) }
    return list
  }
}

/// The error that a list of labels is not valid.
struct ListRefused: Error {
  enum Reason {
    case noTable(CSVError)
    case rows([LabelList.Problem])
  }

  let file: String
  let reason: Reason
}
