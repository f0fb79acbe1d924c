import FoundationEssentials
import Labels
import Tables

/// Reads tables from outside: lists of labels, codes with their tags, and survey lists, as CSV or as a workbook.
struct TableReader {
  /// A function that reads a whole file of at most `maxBytes` bytes.
  let read: (_ path: String, _ maxBytes: Int) throws -> Data
  /// A function that converts a workbook of another kind into an `.xlsx`.
  let convert: (_ bytes: [UInt8], _ kind: CSVError.DocumentKind) throws -> SpreadsheetConverter.Converted

  /// The contents of a file.
  enum Contents {
    case csv([UInt8])
    case workbook(Workbook)
  }

  /// Detects the kind of a file by its bytes, and converts a workbook of another kind than `.xlsx`.
  /// - Throws: `TableFault`, `Cancelled`.
  func contents(of bytes: [UInt8], limits: Workbook.Limits = Workbook.Limits()) throws -> Contents {
    let kind = CSVError.DocumentKind(of: bytes)
    let converted: SpreadsheetConverter.Converted
    switch kind {
    case nil: return .csv(bytes)
    case .xlsx?: converted = SpreadsheetConverter.Converted(workbook: bytes)
    case .xls?, .ods?:
      guard let kind, bytes.count <= limits.bytes else {
        throw TableFault.workbook(.tooLarge(bytes: bytes.count, maxBytes: limits.bytes))
      }
      converted = try convert(bytes, kind)
    case .encrypted?, .zip?, .markup?: throw TableFault.csv(.document(kind ?? .zip))
    }
    do throws(WorkbookError) {
      return .workbook(
        try Workbook(converted.workbook, limits: limits, areHidden: converted.areHidden))
    } catch { throw TableFault.workbook(error) }
  }

  /// Reads a table whose first row with a text is its header. A workbook has to have exactly one visible sheet
  /// with a text.
  /// - Parameters:
  ///   - maxBytes: The maximum size of the file, bytes; a longer file is refused.
  ///   - encoding: The encoding that the user named; nil finds it.
  /// - Throws: `ListRefused` where the file holds no table, `FileFailure`, `Cancelled`.
  func table(_ path: String, maxBytes: Int, encoding: TextEncoding? = nil) throws -> CSVTable {
    let bytes = [UInt8](try read(path, maxBytes))
    do {
      switch try contents(of: bytes) {
      case .csv(let text):
        do throws(CSVError) { return try CSVTable(text, encoding: encoding) } catch {
          throw TableFault.csv(error)
        }
      case .workbook(let workbook):
        let sheet = try onlySheet(of: workbook)
        do throws(CSVError) { return try CSVTable(sheet) } catch { throw TableFault.csv(error) }
      }
    } catch let fault as TableFault {
      throw ListRefused(file: path, reason: .noTable(fault))
    }
  }

  private func onlySheet(of workbook: Workbook) throws -> Sheet {
    var sheets: [Sheet] = []
    for (index, entry) in workbook.entries.enumerated() where !entry.isHidden {
      do throws(WorkbookError) {
        let sheet = try workbook.sheet(at: index)
        if !sheet.rows.isEmpty { sheets.append(sheet) }
      } catch { throw TableFault.workbook(error) }
    }
    guard let sheet = sheets.first else { throw TableFault.csv(.empty) }
    guard sheets.count == 1 else { throw TableFault.severalSheets(sheets.map(\.name)) }
    return sheet
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
    guard list.rows.count > 0 else { throw ListRefused(file: path, reason: .noTable(.csv(.empty))) }
    return list
  }
}

/// The reason why a file is no table.
enum TableFault: Error, Hashable {
  case csv(CSVError)
  case workbook(WorkbookError)
  /// Several visible sheets have a text, and only one may.
  case severalSheets([String])
  /// The workbook is of another kind, and no program that converts it is installed.
  case noConverter(CSVError.DocumentKind)
  /// No program converted the workbook in time; `program` is the first one that was tried.
  case notConverted(CSVError.DocumentKind, program: String)
}

/// The error that a list of labels is not valid.
struct ListRefused: Error {
  enum Reason {
    case noTable(TableFault)
    case rows([LabelList.Problem])
  }

  let file: String
  let reason: Reason
}
