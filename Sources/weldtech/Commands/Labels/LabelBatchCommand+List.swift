import Arguments
import Labels
import Records
import Tables
import Terminal

extension LabelBatchCommand {
  /// How a list was read, as the document of `labels batch` has it.
  struct ListFacts: Encodable {
    var encoding: String
    var unusedColumns: [String]
    /// How many labels have no text in a field of the template, by the field's name.
    var emptyTexts: [String: Int]

    init(_ list: LabelList) {
      encoding = list.encoding.rawValue
      unusedColumns = list.unusedColumns
      emptyTexts = list.emptyTexts
    }
  }

  /// Reads a list; one in which something is wrong is refused whole.
  /// - Throws: `ListRefused`, `FileTrouble`.
  static func readList(
    _ path: String, _ options: Options, for template: LabelTemplate, _ workplace: Workplace
  ) throws -> LabelList {
    let table = try workplace.readTable(path, atMost: CSVTable.Limits().bytes, encoding: options.encoding)
    let phone = try workplace.fieldbook().setup().companyPhone
    let list = LabelList(table, for: template, defaults: phone.map { ["companyPhone": $0] } ?? [:])
    guard list.problems.isEmpty else { throw ListRefused(file: path, reason: .rows(list.problems)) }
    guard list.rows.count > 0 else { throw ListRefused(file: path, reason: .noTable(.empty)) }
    return list
  }

  /// Says before anything is made how the list was read, so that a wrong encoding or a column that was overlooked is seen
  /// in time.
  static func announce(_ list: LabelList, on console: Console) {
    let encoding = list.encoding.rawValue
    console.say(
      Text(zh: "表：\(encoding) 编码，\(list.rows.count) 行", en: "list: \(encoding), \(list.rows.count) rows"))
    if !list.unusedColumns.isEmpty {
      let names = list.unusedColumns
      console.say(
        Text(
          zh: "  没有用到的列：\(names.joined(separator: "、"))",
          en: "  columns that are not used: \(names.joined(separator: ", "))"))
    }
    for (field, count) in list.emptyTexts.sorted(by: { $0.key < $1.key }) {
      console.say(
        Text(
          zh: "  \(count) 行没有\(LabelList.title(ofField: field).zh)，标牌上这一处空着",
          en: "  \(count) rows without \(field), which their labels leave out"
        ))
    }
  }
}

extension LabelList {
  /// What a field of a template is called, with the name that a column may have.
  static func title(ofField name: String) -> Text {
    let title =
      name == "companyPhone"
      ? Text(zh: "报修电话", en: "company's phone") : RegistrationField(rawValue: "owner.\(name)")?.title
    return title.map { Text(zh: "“\($0.zh)”（\(name)）", en: "\($0.en) (\(name))") }
      ?? Text(verbatim: " \(name) ")
  }
}

extension ValueType where Value == TextEncoding {
  /// An encoding's name in any letter case.
  static var textEncoding: Self {
    .custom(Text(zh: "utf-8、gb18030 或 utf-16", en: "utf-8, gb18030 or utf-16")) { TextEncoding(named: $0) }
  }
}

extension Workplace {
  /// - Parameter encoding: the encoding that the user named; nil finds it.
  /// - Throws: `ListRefused` where the file holds no table, `FileTrouble`.
  func readTable(_ path: String, atMost bytes: Int, encoding: TextEncoding? = nil) throws -> CSVTable {
    let text = [UInt8](try read(path, atMost: bytes))
    do throws(CSVError) { return try CSVTable(text, encoding: encoding) } catch {
      throw ListRefused(file: path, reason: .noTable(error))
    }
  }
}

/// A list of labels that cannot be used as it is.
struct ListRefused: Error {
  enum Reason {
    case noTable(CSVError)
    case rows([LabelList.Problem])
  }

  let file: String
  let reason: Reason
}
