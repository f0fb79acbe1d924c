import Arguments
import Characters
import Records
import Terminal

/// The options by which forms and figures are narrowed down.
struct LedgerFilterOptions {
  var street: String?
  var community: String?
  var industry: Industry?
  var department: Department?
  var payer: Payer?
  var from: CalendarDay?
  var to: CalendarDay?
  /// The company's database, whose records are meant in place of this laptop's; nil for this laptop's.
  var database: String?

  /// 出资: who pays the module.
  enum Payer: String, PlanWord {
    case banner, owner

    var word: String {
      switch self {
      case .banner: "旗政府"
      case .owner: "自费"
      }
    }
  }

  /// Adds the options to a command.
  static func add<Options>(
    to parameters: inout Parameters<Options>, _ path: WritableKeyPath<Options, LedgerFilterOptions>
  ) {
    parameters.option(
      "street", path.appending(path: \.street), .string, placeholder: "NAME",
      Text(zh: "只要这个苏木镇、街道的", en: "only those of this 苏木镇 or 街道"))
    parameters.option(
      "community", path.appending(path: \.community), .string, placeholder: "NAME",
      Text(zh: "只要这个社区的", en: "only those of this community"))
    parameters.option(
      "industry", path.appending(path: \.industry), .planWord, placeholder: "INDUSTRY",
      Text(zh: "只要这个应用行业的", en: "only those of this industry"))
    parameters.option(
      "department", path.appending(path: \.department), .planWord, placeholder: "DEPARTMENT",
      Text(
        zh: "只要这个部门牵头的：应急管理、住建、市场监管、苏木镇街道",
        en: "only those that this department leads: emergency, housing, market, or street"))
    parameters.option(
      "payer", path.appending(path: \.payer), .planWord, placeholder: "banner|owner",
      Text(zh: "只要旗政府出资的，或自费的", en: "only those that the Banner pays, or the owner"))
    parameters.option(
      "from", path.appending(path: \.from), .day, placeholder: "DAY",
      Text(zh: "从这一天起完成、淘汰的", en: "done or retired on this day or later"))
    parameters.option(
      "to", path.appending(path: \.to), .day, placeholder: "DAY",
      Text(zh: "截至这一天（含）", en: "as it was at the end of this day"))
    parameters.option(
      "database", path.appending(path: \.database), .string, placeholder: "postgresql://…",
      Text(
        zh: "读公司的数据库（所有电脑交来的），不读本机的记录",
        en: "the company's database over all laptops in place of this one's records"))
  }

  /// The filter that the options describe.
  /// - Throws: `UsageError` for a period that ends before it begins.
  func filter() throws -> LedgerFilter {
    if let from, let to, from > to {
      throw UsageError.badValue(
        parameter: "--to",
        expected: .described(Text(zh: "不早于 --from（\(from)）的一天", en: "a day not before --from (\(from))")))
    }
    var filter = LedgerFilter()
    filter.street = street.map { TextNormalization.trimmed($0) }
    filter.community = community.map { TextNormalization.trimmed($0) }
    filter.industry = industry
    filter.department = department
    filter.payer = payer.map { $0 == .banner ? .banner : .owner }
    filter.from = from
    filter.to = to
    return filter
  }

  /// The filter in a few Chinese words, as a form prints it; nil where nothing is filtered.
  var scope: String? {
    var parts = [street, community, industry?.word, department.map { "\($0.word)牵头" }, payer?.word]
      .compactMap(\.self)
    switch (from, to) {
    case (let from?, let to?): parts.append("\(from) 至 \(to)")
    case (let from?, nil): parts.append("\(from) 起")
    case (nil, let to?): parts.append("截至 \(to)")
    case (nil, nil): break
    }
    return parts.isEmpty ? nil : parts.joined(separator: "、")
  }
}

extension Parameters {
  /// Adds the option for who reports a form.
  mutating func reporter(_ path: WritableKeyPath<Options, String?>) {
    option(
      "reporter", path, .string, placeholder: "NAME",
      Text(zh: "填报单位（默认空着）", en: "who reports and stamps; empty unless told"))
  }
}
