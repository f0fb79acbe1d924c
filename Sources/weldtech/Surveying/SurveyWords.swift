import Characters
import Records

/// The words by which lists name the choices of a field, and what they mean. A word that is not here is not understood.
enum SurveyWords {
  enum Meaning: Hashable {
    /// The code of a choice, and the note that stands with it, as in 其他（冷焊）.
    case choice(String, note: String?)
    /// The words name several choices.
    case several
    case unknown
  }

  /// The meaning of a text in a field.
  static func meaning(of text: String, in field: RegistrationField) -> Meaning {
    let plain = TextNormalization.folded(text)
    if let other = other(text) { return .choice("other", note: other.isEmpty ? nil : other) }
    if let code = code(of: plain, in: field) { return .choice(code, note: nil) }
    // The text is no choice of the plan and explains itself.
    if others[field]?.contains(plain) == true { return .choice("other", note: TextNormalization.typed(text)) }
    if field == .supply, isSinglePhase380(plain) {
      return .choice("other", note: TextNormalization.typed(text))
    }
    let parts = plain.split { "/、,，;；+和及或".contains($0) }.map(String.init)
    guard parts.count > 1 else { return .unknown }
    let codes = parts.map { code(of: $0, in: field) }
    guard !codes.contains(nil) else { return .unknown }
    let found = Set(codes.compactMap(\.self))
    if found.count == 1, let code = found.first { return .choice(code, note: nil) }
    return .several
  }

  /// The note behind 其他, empty where there is none; nil where the text begins with none of 其他, 其它 and `other`.
  private static func other(_ text: String) -> String? {
    let typed = TextNormalization.typed(text)
    guard let word = ["其他", "其它", "other"].first(where: { typed.lowercased().hasPrefix($0) }) else {
      return nil
    }
    let rest = typed.dropFirst(word.count).drop { ":(-： ".contains($0) }
    let note = TextNormalization.trimmed(rest.last == ")" ? String(rest.dropLast()) : String(rest))
    return ["焊机", "行业", "类型", "电源"].contains(note) ? "" : note
  }

  private static func code(of plain: String, in field: RegistrationField) -> String? {
    if field == .supply { return supply(plain)?.rawValue }
    let words = words[field] ?? [:]
    if let code = words[plain] { return code }
    guard case .choice(let choices) = field.kind else { return nil }
    return choices.first { $0.word == plain || $0.code.lowercased() == plain }?.code
  }

  // MARK: - Supply

  /// The words of a supply, each longer word before the words that it contains. Each has the supply that it
  /// names, or nil where it names none.
  private static let supplyTokens: [(word: String, supply: Supply?)] = [
    ("三相四线", .threePhase380), ("三相五线", .threePhase380), ("380", .threePhase380), ("220", .singlePhase220),
    ("三相", .threePhase380), ("单相", .singlePhase220), ("工业", .threePhase380),
    ("动力", .threePhase380), ("家用", .singlePhase220), ("民用", .singlePhase220), ("照明", .singlePhase220),
    ("交流", nil), ("制", nil), ("电压", nil), ("电源", nil), ("用电", nil), ("伏特", nil), ("伏", nil), ("电", nil),
    ("ac", nil), ("v", nil), ("~", nil), ("(", nil), (")", nil), ("或", nil), ("、", nil), ("-", nil), ("/", nil),
    (",", nil), (":", nil),
  ]

  /// The supply of a text that consists of words for one supply only, such as `380v`, `三相` or `单相220V`; nil for
  /// any other text.
  private static func supply(_ plain: String) -> Supply? {
    var (rest, found) = (plain, Set<Supply>())
    for (word, supply) in supplyTokens where rest.contains(word) {
      rest = rest.replacing(word, with: "")
      if let supply { found.insert(supply) }
    }
    return rest.isEmpty && found.count == 1 ? found.first : nil
  }

  /// Whether a text says that a single-phase welder takes 380 V, which comes from two phases.
  private static func isSinglePhase380(_ plain: String) -> Bool {
    ["单相", "两相", "二相"].contains { phase in
      [phase + "380", phase + "380v", "380" + phase, "380v" + phase].contains(
        plain.filter { !"()/、,-电".contains($0) })
    }
  }

  /// Whether a text names both supplies and nothing else.
  static func namesBothSupplies(_ text: String) -> Bool {
    guard !isSinglePhase380(TextNormalization.folded(text)) else { return false }
    var (rest, found) = (TextNormalization.folded(text), Set<Supply>())
    for (word, supply) in supplyTokens where rest.contains(word) {
      rest = rest.replacing(word, with: "")
      if let supply { found.insert(supply) }
    }
    return rest.isEmpty && found.count > 1
  }

  // MARK: - The dictionary

  /// The trades that lists name and the plan does not.
  private static let others: [RegistrationField: Set<String>] = [
    .industry: [
      "铁艺", "铁艺加工", "农机维修", "农机修理", "农机", "机械加工", "机加工", "五金加工", "五金", "钢结构", "不锈钢", "不锈钢加工", "彩钢", "广告",
      "广告制作",
      "废品回收", "养殖", "种植",
    ]
  ]

  private static let words: [RegistrationField: [String: String]] = [
    .weldingProcess: codes([
      (
        WeldingProcess.manualArc,
        [
          "电弧焊", "手工焊", "手弧焊", "焊条电弧焊", "焊条焊", "手把焊", "手工弧焊", "手工电焊", "电弧焊机", "手工电弧焊机", "手工焊机", "手把焊机",
          "弧焊机", "弧焊", "smaw", "mma", "电焊", "交流弧焊", "直流弧焊", "逆变电弧焊", "手弧焊机", "手工电弧",
        ]
      ),
      (
        .tig,
        ["氩弧焊机", "氩弧", "钨极氩弧焊", "tig焊", "氩弧焊tig", "gtaw", "亚弧焊", "氩弧电焊机", "手工氩弧焊", "钨极氩弧", "手工钨极氩弧焊", "氩弧焊接"]
      ),
      (
        .mig,
        [
          "气体保护焊机", "气保焊", "气保焊机", "二保焊", "二保焊机", "二氧化碳保护焊", "二氧化碳气体保护焊", "co2", "co2焊", "co2保护焊",
          "co2气体保护焊", "二氧化碳焊", "mag", "mig焊", "mig/mag", "gmaw", "二氧化碳保护焊机", "co2焊机", "co2气保焊", "co2气保焊机",
          "co2气体保护焊机", "二氧化碳气保焊",
          "二氧化碳气体保护焊机", "co2保护焊机", "气体保护", "二保", "半自动气保焊", "mag焊",
        ]
      ),
      (.spot, ["点焊机", "电阻点焊", "点焊电焊机"]),
      (.plasma, ["等离子焊", "等离子切割", "等离子焊机", "等离子切割机", "等离子弧焊"]),
    ]),
    .sourceType: codes([
      (SourceType.ac, ["交流电", "ac", "交流电源", "交流焊机", "交流弧焊机", "变压器", "变压器式", "弧焊变压器"]),
      (.dc, ["直流电", "dc", "直流电源", "直流焊机", "整流", "整流式", "整流器", "弧焊整流器", "硅整流"]),
      (.inverter, ["逆变电源", "逆变式", "逆变直流", "直流逆变", "逆变器", "逆变焊机", "逆变式直流"]),
    ]),
    .industry: codes([
      (
        Industry.autoRepair,
        [
          "汽修", "汽车修理", "汽车维修业", "汽车修理业", "汽修行业", "车辆维修", "汽车维修行业", "机动车维修", "汽修厂", "汽车维修保养", "汽车保养", "汽车保养维修",
          "汽车修理保养", "汽车养护", "修车", "汽车钣金",
        ]
      ),
      (
        .doorsWindows,
        ["门窗", "门窗焊接", "门窗加工", "门窗框架", "门窗制作", "门窗框架焊接行业", "门窗加工焊接", "铝合金门窗", "门窗行业"]
      ),
      (
        .renovation,
        ["装修", "装饰装修", "房屋装饰装修", "室内装修", "装修行业", "家装", "装潢", "装饰", "装修装潢", "装饰装潢", "房屋装潢", "室内装潢", "装修施工"]
      ),
      (.flexibleWork, ["灵活就业", "零工", "灵活用工人员"]),
      (.mining, ["工矿企业", "煤矿", "矿山", "矿业", "工矿行业", "煤炭", "化工", "化工企业", "工业企业", "冶金", "选煤", "洗煤"]),
      (.construction, ["建筑施工", "建筑", "建筑工地", "工地", "建设工程", "施工", "建筑业", "建筑行业", "建设施工行业"]),
      (.municipal, ["市政", "城市运行维护", "市政维护", "市政工程"]),
      (.specialEquipment, ["特种设备制造", "特种设备安装", "锅炉", "压力容器", "特种设备行业"]),
    ]),
    .unitType: codes([
      (UnitType.general, ["企业", "一般", "公司", "有限公司", "有限责任公司"]),
      (.small, ["小微", "小微型企业", "小型企业", "微型企业", "小企业"]),
      (.individual, ["个体", "个体工商户", "个体经营", "个体经营户", "个体商户", "个人经营"]),
      (.flexible, ["灵活就业", "灵活用工人员"]),
      (.household, ["家庭", "家用", "家庭自用", "自用", "个人家庭"]),
    ]),
  ]

  private static func codes<Word: PlanWord>(_ words: [(Word, [String])]) -> [String: String] {
    words.reduce(into: [:]) { codes, entry in
      for word in entry.1 { codes[TextNormalization.folded(word)] = entry.0.rawValue }
    }
  }
}
