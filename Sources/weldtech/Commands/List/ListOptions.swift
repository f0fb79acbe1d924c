import Arguments
import Characters
import Fieldbook
import Records
import Terminal

extension Parameters where Options == ListCommand.Options {
  mutating func list() {
    option(
      "status", \.query.status, .status, placeholder: "S", Text(zh: "只列这种状态", en: "only those of this status"))
    option(
      "search", \.query.text, .string, placeholder: "TEXT",
      Text(
        zh: "只列含有这段文字或拼音首字母的：单位、姓名、电话、街道、标牌码、出厂编号、封条、模块",
        en:
          "only those with this text, or these initials of pinyin, in unit, person, phone, street, code, serial number, seal or module"
      ))
    option(
      "street", \.query.street, .string, placeholder: "NAME",
      Text(zh: "只列这个街道/苏木镇的（名称或其中一部分）", en: "only those of this street or sumu (its name or a part of it)"))
    option(
      "community", \.query.community, .string, placeholder: "NAME",
      Text(zh: "只列这个社区的（名称或其中一部分）", en: "only those of this community (its name or a part of it)"))
    option("industry", \.query.industry, .planWord, Text(zh: "只列这个行业的", en: "only those of this industry"))
    option(
      "unit", \.query.unit, .string, placeholder: "UNIT",
      Text(zh: "只列这个单位的（单位编号或全名）", en: "only those of this unit (its id or whole name)"))
    option(
      "from", \.query.from, .day, placeholder: "YYYY-MM-DD",
      Text(zh: "只列这天及以后登记的", en: "only those registered on this day or later"))
    option(
      "to", \.query.to, .day, placeholder: "YYYY-MM-DD",
      Text(zh: "只列这天及以前登记的", en: "only those registered on this day or earlier"))
    option(
      "appointment", \.query.appointment, .day, placeholder: "YYYY-MM-DD",
      Text(
        zh: "只列预约在这一天的，按街道、单位排：当天的路线",
        en: "only those with an appointment on this day, by street and unit: the day's route"))
    option(
      "sort", \.query.order, .choice, placeholder: "ORDER",
      Text(
        zh:
          "顺序：opened 登记时间（最新的在最后），unit 单位（按拼音首字母），street 街道，code 标牌码，status 状态，due 应装日期，appointment 预约日期",
        en:
          "the order: opened (the newest at the end), unit and street (by initials of pinyin), code, status, due (the day by which a new welder is fitted), appointment"
      ))
    option(
      "columns", \.columns, .columns, placeholder: "A,B,…",
      Text(zh: "列哪些栏，用逗号隔开", en: "the columns, separated by commas"))
    option(
      "csv", \.csv, .file, placeholder: "F.csv",
      Text(
        zh: "写成 CSV 文件，Excel、WPS 可直接打开；姓名、电话完整写入",
        en: "write a CSV, which Excel and WPS open by a double click; names and phones are in full"))
    flag("full", \.isFull, Text(zh: "完整显示姓名和电话", en: "show names and phones in full"))
    option(
      "limit", \.limit, .int(1...100_000), placeholder: "N",
      Text(
        zh: "最多几条（屏幕默认 100，CSV 默认全部）", en: "how many at most; unless told, 100 on the screen and all in a CSV"))
    option(
      "after", \.after, .string, placeholder: "ID", Text(zh: "接着这一条往下列", en: "go on after this one"),
      completion: .dynamic("installations"))
  }
}

extension ListCommand.Options {
  /// The default columns of the screen. For the route of a day, they say whom to call and where to go.
  var defaultColumns: [ListColumn] { query.appointment == nil ? ListColumn.onScreen : ListColumn.onRoute }

  /// The options as they are typed, without `--after`.
  var words: [String] {
    let all: [(String, String?)] = [
      ("status", query.status?.rawValue), ("search", query.text), ("street", query.street),
      ("community", query.community), ("industry", query.industry?.rawValue), ("unit", query.unit),
      ("from", query.from?.description), ("to", query.to?.description),
      ("appointment", query.appointment?.description),
      ("sort", query.order == .opened ? nil : query.order.rawValue),
      ("columns", columns.map { $0.map(\.rawValue).joined(separator: ",") }), ("limit", limit.map { "\($0)" }),
    ]
    return all.flatMap { name, value in value.map { ["--\(name)", $0] } ?? [] } + (isFull ? ["--full"] : [])
  }
}

extension ValueType where Value == [ListColumn] {
  /// Parses columns from their names or titles, separated by commas of any kind.
  static var columns: Self {
    let all = ListColumn.allCases
    return .custom(
      Text(
        zh: "用逗号隔开的栏目：" + all.map { "\($0.rawValue)（\($0.title.zh)）" }.joined(separator: "、"),
        en: "columns separated by commas: " + all.map(\.rawValue).joined(separator: ", ")),
      completion: .values(all.map(\.rawValue)),
      describe: { $0.map(\.rawValue).joined(separator: ",") },
      parse: { parsed($0) })
  }

  private static func parsed(_ text: String) -> [ListColumn]? {
    let words = TextNormalization.typed(text).lowercased().utf8.split(separator: UInt8(ascii: ","))
      .map { TextNormalization.trimmed(String(Substring($0))) }
    let columns = words.compactMap { word in
      ListColumn.allCases.first { [$0.rawValue.lowercased(), $0.title.zh].contains(word) }
    }
    return columns.isEmpty || columns.count < words.count ? nil : columns
  }
}
