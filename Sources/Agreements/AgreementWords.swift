import Records

/// The agreement's Chinese words for the codes and numbers of the record. The document is Chinese only, because
/// it is what the owner signs.
enum AgreementWords {
  // MARK: - Times and numbers

  static func time(_ timestamp: Timestamp) -> String { timestamp.paperText }

  static func day(_ day: CalendarDay) -> String { day.paperText }

  /// The Chinese numeral of a heading, from 1 to 99.
  static func ordinal(_ number: Int) -> String {
    let digits = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"]
    let (tens, ones) = ((number / 10) % 10, number % 10)
    let before = tens == 0 ? "" : (tens == 1 ? "十" : digits[tens] + "十")
    return before + digits[ones]
  }

  // MARK: - The test

  /// The Chinese name of a test step. Test plans come as files, so a step may have a name that is not listed; it is
  /// shown as it is.
  static func step(_ name: String) -> String { steps[name] ?? name }

  static func unit(_ unit: String) -> String { units[unit] ?? unit }

  static func measured(_ step: TestReport.Step) -> String {
    guard let measured = step.measured else { return "—" }
    guard step.unit != yesOrNo else { return measured == 0 ? "否" : "是" }
    return "\(WrittenNumber.text(of: measured)) \(unit(step.unit))"
  }

  static func limits(_ step: TestReport.Step) -> String {
    if step.unit == yesOrNo { return step.lower ?? 0 > 0 ? "是" : step.upper == 0 ? "否" : "—" }
    return switch (step.lower, step.upper) {
    case (let lower?, let upper?):
      "\(WrittenNumber.text(of: lower)) 至 \(WrittenNumber.text(of: upper)) \(unit(step.unit))"
    case (let lower?, nil): "不小于 \(WrittenNumber.text(of: lower)) \(unit(step.unit))"
    case (nil, let upper?): "不大于 \(WrittenNumber.text(of: upper)) \(unit(step.unit))"
    case (nil, nil): "—"
    }
  }

  static func outcome(_ step: TestReport.Step) -> String {
    switch step.outcome {
    case .passed: "合格"
    case .failed: "不合格"
    case .notRun(let reason): "未测（\(reasons[reason] ?? reason)）"
    }
  }

  /// The unit of a test step whose result is yes or no.
  private static let yesOrNo = "1"

  private static let steps = [
    "supplyVoltage": "供电电压",
    "currentZeroOffset": "焊接电流零点",
    "sealClosed": "机壳闭合、封条完好",
    "relayClosesOnSignedStart": "有效开机指令下继电器吸合",
    "feedbackFollows": "触点反馈与指令一致",
    "relayOpensOnStop": "关机指令下继电器断开",
    "relayRefusesForged": "拒绝伪造的开机指令",
    "relayRefusesReplayed": "拒绝重复使用的开机指令",
    "clockOffset": "时钟偏差",
    "position": "定位卫星数",
    "signal": "移动网络信号",
    "platformStart": "平台开机指令下继电器吸合",
  ]

  private static let units = ["s": "秒", "satellites": "颗", "count": "个"]

  private static let reasons = [
    "network.unreachable": "现场无网络", "platform.failed": "平台未给出指令", "key.forgotten": "本机已无模块密钥",
    "platform.elsewhere": "本机不经平台交付",
  ]

  // MARK: - The rest

  /// The name of a field, as it stands in the agreement's tables.
  static func field(_ field: RegistrationField) -> String {
    switch field {
    case .unitName: "企业/店铺名称"
    case .unitType: "企业类型"
    case .responsibleName: "责任人姓名"
    case .responsiblePhone: "责任人电话"
    case .street: "所属街道/苏木镇"
    case .community: "所属社区"
    case .industry: "应用行业"
    case .industryNote: "行业说明"
    case .operators: "从业人员"
    case .certifiedOperators: "其中已取证"
    case .unitID: "单位编号"
    case .brand: "品牌"
    case .model: "型号"
    case .serialNumber: "出厂编号"
    case .weldingProcess: "焊机类型"
    case .supply: "焊机用电类型"
    case .sourceType: "电源类型"
    case .supplyMaxAmps: "输入侧最大电流"
    case .maxCurrentAmps: "最大焊接电流"
    case .maxPowerKilowatts: "焊机最大功率"
    case .purpose: "作业用途"
    case .purchasedOn: "购买日期"
    case .condition: "焊机状况"
    case .retiredReason: "淘汰原因"
    case .remarks: "备注"
    }
  }

  static func consent(_ consents: Bool?) -> String {
    switch consents {
    case true?: "☑ 同意保存书写过程    ☐ 不同意"
    case false?: "☐ 同意保存书写过程    ☑ 不同意（只保存笔迹的形状）"
    case nil: "☐ 同意保存书写过程    ☐ 不同意（签字时未询问）"
    }
  }

  /// The means by which the text was shown.
  static func means(_ means: AgreementRecord.Showing.Means) -> String {
    switch means {
    case .terminal: "技术人员的电脑上"
    case .paper: "纸上"
    case .phone: "手机上"
    case .browser: "电脑浏览器里"
    }
  }

  /// The sentences that say who seals the file, who vouches for the sealer, and whose clock the time is by.
  static func seal(_ evidence: Agreement.Evidence) -> String {
    let sealer = evidence.sealer
    let identity =
      sealer.selfIssued
      ? "该证书由甲方的电脑自行签发，没有第三方证明它属于谁；签章能证明签章后内容未被改动，不能单独证明签章人的身份。"
      : "该证书由颁发机构签发，签章人的身份以颁发机构的证明为准。"
    let time = evidence.expectsTimestamp ? "签章时间另由时间戳机构证明。" : "签字时间以甲方电脑的时钟为准，没有时间戳。"
    return "电子签章：本文件由甲方以证书“\(sealer.subject)”签章，覆盖全文和所附记录。\(identity)\(time)"
  }

  static func payer(_ payer: Funding.Payer) -> String {
    switch payer {
    case .banner: "达拉特旗人民政府出资"
    case .owner: "乙方自费"
    }
  }

  static func reason(_ reason: Funding.Reason) -> String {
    switch reason {
    case .fittedBeforeDeadline: "\(day(Funding.deadline))前加装"
    case .fittedAfterDeadline: "\(day(Funding.deadline))及以后加装"
    case .industryDepartment: "属行业主管部门管辖的企业"
    case .retired: "焊机已淘汰"
    }
  }
}
