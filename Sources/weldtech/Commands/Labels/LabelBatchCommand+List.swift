import Arguments
import Labels
import Records
import Tables
import Terminal

extension LabelBatchCommand {
  /// The way in which a list was read, as a part of the document of `labels batch`.
  struct ListFacts: Encodable {
    var encoding: String
    var unusedColumns: [String]
    /// Number of labels without a text for a field of the template, by the field's name.
    var emptyTexts: [String: Int]

    init(_ list: LabelList) {
      encoding = list.encoding.rawValue
      unusedColumns = list.unusedColumns
      emptyTexts = list.emptyTexts
    }
  }

  /// Shows before the work how the list was read, so that a wrong encoding or an overlooked column is noticed
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
  /// The title of a template's field, with the name that a column may have.
  static func title(ofField name: String) -> Text {
    let title =
      name == "companyPhone"
      ? Text(zh: "报修电话", en: "company's phone") : RegistrationField(rawValue: "owner.\(name)")?.title
    return title.map { Text(zh: "“\($0.zh)”（\(name)）", en: "\($0.en) (\(name))") }
      ?? Text(verbatim: " \(name) ")
  }
}

extension ValueType where Value == TextEncoding {
  /// Parses the name of an encoding, in any letter case.
  static var textEncoding: Self {
    .custom(Text(zh: "utf-8、gb18030 或 utf-16", en: "utf-8, gb18030 or utf-16")) { TextEncoding(named: $0) }
  }
}
