import Characters
import Records

/// A column of a survey list: those of 附件1, and others that lists often have besides.
enum SurveyColumn: Hashable, CaseIterable {
  /// 序号, the number of the row, which says nothing of the welder.
  case number
  /// 数量, the number of welders of the row.
  case quantity
  /// The responsible person's name and phone in one cell.
  case person
  /// A phone without a person in its title; it belongs to the person whose column comes before it.
  case phone
  case filledBy
  case filledByPhone
  case unitName, unitType, responsibleName, responsiblePhone, street, community, industry, remarks
  case operators, certifiedOperators
  case weldingProcess, supply, sourceType, supplyMaxAmps, maxCurrentAmps, maxPowerKilowatts, purpose
  case brand, model, serialNumber, purchasedOn

  /// The field of the record; nil for a column that is not one field.
  var field: RegistrationField? {
    switch self {
    case .number, .quantity, .person, .phone, .filledBy, .filledByPhone: nil
    case .unitName: .unitName
    case .unitType: .unitType
    case .responsibleName: .responsibleName
    case .responsiblePhone: .responsiblePhone
    case .street: .street
    case .community: .community
    case .industry: .industry
    case .remarks: .remarks
    case .operators: .operators
    case .certifiedOperators: .certifiedOperators
    case .weldingProcess: .weldingProcess
    case .supply: .supply
    case .sourceType: .sourceType
    case .supplyMaxAmps: .supplyMaxAmps
    case .maxCurrentAmps: .maxCurrentAmps
    case .maxPowerKilowatts: .maxPowerKilowatts
    case .purpose: .purpose
    case .brand: .brand
    case .model: .model
    case .serialNumber: .serialNumber
    case .purchasedOn: .purchasedOn
    }
  }

  /// Whether the column belongs to the unit, so that its text may be written once for several welders.
  var isOfUnit: Bool {
    switch self {
    case .person, .phone, .unitName, .unitType, .responsibleName, .responsiblePhone, .street, .community,
      .industry,
      .operators, .certifiedOperators, .filledBy, .filledByPhone:
      true
    case .number, .quantity, .remarks, .weldingProcess, .supply, .sourceType, .supplyMaxAmps, .maxCurrentAmps,
      .maxPowerKilowatts, .purpose, .brand, .model, .serialNumber, .purchasedOn:
      false
    }
  }

  /// Whether a row may leave the column empty.
  var mayBeEmpty: Bool {
    switch self {
    case .number, .quantity, .filledBy, .filledByPhone, .unitType: true
    case .person, .phone: false
    default: field.map { $0.presence != .required } ?? true
    }
  }

  /// The title of the column in 附件1.
  var title: String { Self.names[self]?.first ?? "" }

  // MARK: - The dictionary

  /// The columns that a list has to have. The responsible person's name and phone may also be in one column,
  /// `person`.
  static let required: [SurveyColumn] = [
    .unitName, .responsibleName, .responsiblePhone, .supply, .supplyMaxAmps, .maxCurrentAmps, .weldingProcess,
    .sourceType, .industry, .street,
  ]

  /// The titles of each column, with the title of 附件1 first. Titles are compared without blanks, line breaks
  /// and signs, in lower case, and with and without the text in brackets.
  static let names: [SurveyColumn: [String]] = [
    .number: ["序号", "编号", "序", "no", "行号"],
    .quantity: ["数量", "焊机数量", "电焊机数量", "台数", "数量台", "焊机台数"],
    .person: [
      "责任人姓名及电话", "责任人姓名电话", "责任人及电话", "责任人及联系电话", "责任人及联系方式", "负责人及电话", "负责人及联系方式",
      "负责人及联系电话", "主要负责人及联系方式", "联系人及电话", "责任人姓名联系电话", "责任人姓名及联系方式", "责任人姓名电话号码",
    ],
    .phone: ["联系电话", "电话", "手机", "手机号", "手机号码", "电话号码", "联系方式", "联系手机"],
    .filledBy: ["填表人", "填表人姓名", "填报人", "填报人姓名", "登记人", "采集人", "采集人姓名", "调查人", "摸排人"],
    .filledByPhone: [
      "填表人电话", "填表人联系电话", "填表人手机", "填表人手机号", "填表人联系方式", "填报人电话", "填报人联系电话", "登记人电话", "采集人电话",
      "采集人联系电话", "调查人电话",
    ],
    .unitName: [
      "企业/店铺名称", "企业名称", "店铺名称", "单位名称", "商户名称", "企业或店铺名称", "门店名称", "公司名称", "商铺名称", "经营户名称", "使用单位",
      "使用单位名称", "单位", "企业", "店名", "企业/店铺", "企业/个体户名称", "企业单位名称", "企业商铺名称",
    ],
    .unitType: ["企业类型", "单位类型", "企业性质", "单位性质", "主体类型"],
    .responsibleName: [
      "责任人姓名", "责任人", "负责人姓名", "负责人", "主要负责人", "联系人", "联系人姓名", "业主姓名", "业主", "经营者", "经营者姓名", "姓名",
    ],
    .responsiblePhone: [
      "责任人电话", "责任人联系电话", "责任人手机", "责任人手机号", "责任人联系方式", "责任人手机号码", "责任人电话号码", "负责人电话", "负责人联系电话",
      "负责人手机", "负责人联系方式", "联系人电话", "业主电话", "经营者电话",
    ],
    .street: [
      "所属街道", "所属街道/苏木镇", "街道", "所属苏木镇", "苏木镇", "苏木镇/街道", "所属苏木镇/街道", "所属镇街", "镇街", "乡镇", "所属乡镇", "街镇",
      "所属街道/镇", "所在街道", "所属街道乡镇", "街道/乡镇", "乡镇/街道", "所属乡镇/街道", "苏木乡镇",
    ],
    .community: [
      "所属社区", "社区", "所属社区/嘎查村", "所属社区/村", "嘎查村", "所属嘎查村", "嘎查村/社区", "社区/村", "村/社区", "所在社区", "所属村", "村",
    ],
    .industry: ["应用行业", "行业", "所属行业", "行业类型", "行业类别", "应用行业类型", "所属行业领域"],
    .remarks: ["备注", "备注说明", "其他说明", "说明", "备注其他说明"],
    .operators: ["从业人员数量", "从业人员", "从业人数", "焊工人数", "作业人员数量", "从业人员数"],
    .certifiedOperators: ["已取证的从业人员数量", "已取证从业人员数量", "已取证人数", "取证人数", "持证人数", "其中已取证", "持证焊工人数"],
    .weldingProcess: ["焊机类型", "焊接类型", "焊接方式", "焊接方法", "焊机种类", "电焊机类型", "焊机类别"],
    .supply: ["焊机用电类型", "用电类型", "供电类型", "用电电压", "焊机用电", "电压", "用电类别", "焊机电压", "输入电压", "供电电压"],
    .sourceType: ["电源类型", "焊机电源类型", "电源种类", "电源类别"],
    .supplyMaxAmps: [
      "最大电流安数A", "最大电流安数", "最大电流A", "最大电流", "最大输入电流", "输入最大电流", "输入电流", "输入侧最大电流", "输入侧最大电流A",
      "最大电流安培数", "电源最大电流", "最大电流安",
    ],
    .maxCurrentAmps: [
      "焊机最大电流", "焊机最大电流A", "最大焊接电流", "焊接最大电流", "焊接电流", "最大输出电流", "输出电流", "输出最大电流", "焊机最大电流安数",
      "最大焊接电流A",
    ],
    .maxPowerKilowatts: [
      "焊机最大功率", "焊机最大功率kW", "最大功率", "最大功率kW", "功率", "焊机功率", "额定功率", "功率kW", "焊机功率kW", "最大功率千瓦",
    ],
    .purpose: ["作业用途", "用途", "焊机用途", "使用用途", "焊接用途"],
    .brand: ["焊机品牌", "品牌", "焊机厂家", "生产厂家"],
    .model: ["焊机型号", "型号", "规格型号", "型号规格", "焊机规格型号"],
    .serialNumber: ["焊机出厂编号", "出厂编号", "机身编号", "机身号", "焊机编号", "设备编号", "焊机序列号"],
    .purchasedOn: ["购买日期", "购置日期", "购置时间", "购买时间", "购入日期"],
  ]

  /// The columns by their plain titles.
  private static let columns: [String: SurveyColumn] = names.reduce(into: [:]) { columns, entry in
    for name in entry.value { columns[plain(name)] = entry.key }
  }

  /// Finds the column of a title, whatever its line breaks; nil for a title that the dictionary does not have.
  init?(title: String) {
    let whole = Self.plain(title)
    let short = Self.plain(Self.withoutBrackets(title))
    guard let column = Self.columns[whole] ?? Self.columns[short] else { return nil }
    self = column
  }

  /// The letters and digits of a title, without words such as 必填 that say how to fill in a column.
  static func plain(_ title: String) -> String {
    var text = TextNormalization.folded(title)
    for word in ["必填项", "必填", "选填", "单选"] { text = text.replacing(word, with: "") }
    return String(
      String.UnicodeScalarView(
        text.unicodeScalars.filter { $0.properties.isAlphabetic || $0.properties.numericType != nil }))
  }

  private static func withoutBrackets(_ title: String) -> String {
    var (depth, kept) = (0, String.UnicodeScalarView())
    for scalar in title.unicodeScalars {
      switch scalar {
      case "(", "（", "[", "【": depth += 1
      case ")", "）", "]", "】": depth = max(0, depth - 1)
      default: if depth == 0 { kept.append(scalar) }
      }
    }
    return String(kept)
  }
}
