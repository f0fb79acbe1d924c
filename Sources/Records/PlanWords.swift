/// A closed list of the plan. Each value has a code, which the record keeps, and a word, which the plan uses.
public protocol PlanWord: RawRepresentable, CaseIterable, Hashable, Codable, Sendable
where RawValue == String {
  /// The plan's Chinese word.
  var word: String { get }
}

/// 企业类型, the type of a unit, as the foot of 附件2 lists it.
public enum UnitType: String, PlanWord {
  case general, small, individual, flexible, household

  public var word: String {
    switch self {
    case .general: "一般企业"
    case .small: "小微企业"
    case .individual: "个体户"
    case .flexible: "灵活用工"
    case .household: "家庭使用"
    }
  }

  /// The word in English, as the reading copy of an agreement shows it.
  public var english: String {
    switch self {
    case .general: "ordinary company"
    case .small: "small or micro business"
    case .individual: "individual business"
    case .flexible: "flexible employment"
    case .household: "household"
    }
  }
}

/// 应用行业, the industry in which the welder is used.
public enum Industry: String, PlanWord {
  case autoRepair, doorsWindows, renovation, flexibleWork, mining, construction, municipal
  case specialEquipment, other

  public var word: String {
    switch self {
    case .autoRepair: "汽车维修"
    case .doorsWindows: "门窗框架焊接"
    case .renovation: "房屋装修"
    case .flexibleWork: "灵活用工"
    case .mining: "工矿"
    case .construction: "建设施工"
    case .municipal: "城市运行"
    case .specialEquipment: "特种设备"
    case .other: "其他"
    }
  }

  /// The word in English, as the reading copy of an agreement shows it.
  public var english: String {
    switch self {
    case .autoRepair: "vehicle repair"
    case .doorsWindows: "welding of doors, windows and frames"
    case .renovation: "renovation of homes"
    case .flexibleWork: "flexible employment"
    case .mining: "industry and mining"
    case .construction: "construction"
    case .municipal: "running of the city"
    case .specialEquipment: "special equipment"
    case .other: "other"
    }
  }

  /// Who leads the work in this industry by section two of the plan.
  public var department: Department {
    switch self {
    case .mining: .emergency
    case .construction, .municipal: .housing
    case .specialEquipment: .market
    case .autoRepair, .doorsWindows, .renovation, .flexibleWork, .other: .street
    }
  }

  /// Whether section two of the plan assigns the industry to an industry department.
  public var isUnderIndustryDepartment: Bool { department != .street }
}

/// 部门: who leads the work by section two of the plan, an industry department or the 苏木镇 or 街道.
public enum Department: String, PlanWord {
  case emergency, housing, market, street

  public var word: String {
    switch self {
    case .emergency: "应急管理"
    case .housing: "住建"
    case .market: "市场监管"
    case .street: "苏木镇街道"
    }
  }
}

/// 焊机用电类型, the supply that the welder is connected to.
public enum Supply: String, PlanWord {
  case singlePhase220, threePhase380, other

  public var word: String {
    switch self {
    case .singlePhase220: "单相220V"
    case .threePhase380: "三相380V"
    case .other: "其他"
    }
  }

  /// The word in English, as the reading copy of an agreement shows it.
  public var english: String {
    switch self {
    case .singlePhase220: "single-phase 220 V"
    case .threePhase380: "three-phase 380 V"
    case .other: "other"
    }
  }
}

/// 焊机类型, the welding process.
public enum WeldingProcess: String, PlanWord {
  case manualArc, tig, mig, spot, plasma, other

  public var word: String {
    switch self {
    case .manualArc: "手工电弧焊"
    case .tig: "氩弧焊"
    case .mig: "气体保护焊"
    case .spot: "点焊"
    case .plasma: "等离子"
    case .other: "其他"
    }
  }

  /// The word in English, as the reading copy of an agreement shows it.
  public var english: String {
    switch self {
    case .manualArc: "manual arc welding"
    case .tig: "TIG welding"
    case .mig: "gas-shielded welding (MIG, MAG)"
    case .spot: "spot welding"
    case .plasma: "plasma"
    case .other: "other"
    }
  }
}

/// 电源类型, the kind of power source.
public enum SourceType: String, PlanWord {
  case ac, dc, inverter, other

  public var word: String {
    switch self {
    case .ac: "交流"
    case .dc: "直流"
    case .inverter: "逆变"
    case .other: "其他"
    }
  }

  /// The word in English, as the reading copy of an agreement shows it.
  public var english: String {
    switch self {
    case .ac: "alternating current"
    case .dc: "direct current"
    case .inverter: "inverter"
    case .other: "other"
    }
  }
}

/// 合格 or 淘汰: whether the machine is fit for a module or must be taken out of use.
public enum Condition: String, PlanWord {
  case fit, retired

  public var word: String {
    switch self {
    case .fit: "合格"
    case .retired: "淘汰"
    }
  }

  /// The word in English, as the reading copy of an agreement shows it.
  public var english: String {
    switch self {
    case .fit: "fit for the module"
    case .retired: "to be taken out of use"
    }
  }
}

/// The capacity in which somebody signs the agreement.
public enum SignatoryCapacity: String, PlanWord {
  case proprietor, legalRepresentative, authorised

  public var word: String {
    switch self {
    case .proprietor: "电焊机所有权人"
    case .legalRepresentative: "法定代表人"
    case .authorised: "授权代理人"
    }
  }

  /// The word in English, as the reading copy of an agreement shows it.
  public var english: String {
    switch self {
    case .proprietor: "owner of the welder"
    case .legalRepresentative: "legal representative"
    case .authorised: "authorised agent"
    }
  }
}

/// 辅导作业单位制定安全操作规程: the way in which the unit's operating rules were settled.
public enum OperatingRules: String, PlanWord {
  case drafted, existing

  public var word: String {
    switch self {
    case .drafted: "现场辅导制定"
    case .existing: "已有规程"
    }
  }

  /// The word in English, as the reading copy of an agreement shows it.
  public var english: String {
    switch self {
    case .drafted: "drawn up on site"
    case .existing: "in place before"
    }
  }
}
