import Records

/// The record in the words of the document. Every field of the registration is here, filled in or not, since
/// the owner signs an empty cell too.
struct AgreementFacts {
  let installation: Installation
  let parts: AgreementParts
  let schemeTitle: String?
  /// The technician who repaired the welder; nil for the one who installed the module.
  var technician: Technician?

  var company: [Fact] {
    let technician = technician ?? installation.technician
    return [
      Fact("机构名称", technician?.company.text, isWide: true),
      Fact("技术人员", technician?.name.full), Fact("联系电话", technician?.phone.full),
      Fact("培训证书编号", technician?.certificate.text),
      Fact("证书有效期至", technician.map { AgreementWords.day($0.certificateExpires) }),
    ]
  }

  var owner: [Fact] {
    let owner = installation.owner
    return [
      Fact("企业/店铺名称", owner.unitName.text, isWide: true),
      Fact("企业类型", owner.unitType?.word), Fact("单位编号", owner.unitID?.text),
      Fact("责任人姓名", owner.responsibleName.full), Fact("责任人电话", owner.responsiblePhone.full),
      Fact("所属街道/苏木镇", owner.street.text), Fact("所属社区", owner.community?.text),
      Fact("应用行业", owner.industry.word), Fact("行业说明", owner.industryNote?.text),
      Fact("从业人员", owner.operators.map { "\($0) 人" }),
      Fact("其中已取证", owner.certifiedOperators.map { "\($0) 人" }),
    ]
  }

  var welder: [Fact] {
    let welder = installation.welder
    return [
      Fact("品牌", welder.brand?.text), Fact("型号", welder.model?.text),
      Fact("出厂编号", welder.serialNumber?.text), Fact("购买日期", welder.purchasedOn.map(AgreementWords.day)),
      Fact("焊机类型", welder.weldingProcess.word), Fact("电源类型", welder.sourceType.word),
      Fact("焊机用电类型", welder.supply.word),
      Fact("输入侧最大电流", "\(WrittenNumber.text(of: welder.supplyMaxAmps)) A（铭牌 I1max）"),
      Fact("最大焊接电流", "\(WrittenNumber.text(of: welder.maxCurrentAmps)) A（铭牌 I2max）"),
      Fact("焊机最大功率", welder.maxPowerKilowatts.map { "\(WrittenNumber.text(of: $0)) kW" }),
      Fact("作业用途", welder.purpose?.text), Fact("焊机状况", welder.condition.word),
      Fact("填表人", installation.survey.filledBy?.full),
      Fact("填表人电话", installation.survey.filledByPhone?.full),
      Fact("备注", installation.remarks?.text, isWide: true),
    ]
  }

  var fitting: [Fact] {
    let module = parts.module
    let scheme = "\(parts.scheme.name)（版本 \(parts.scheme.version)）"
    return [
      Fact("技术方案", schemeTitle.map { "\($0) · \(scheme)" } ?? scheme, isWide: true),
      Fact("模块序列号", module.serialNumber), Fact("芯片", module.chip),
      Fact("固件版本", module.firmwareVersion), Fact("配对时间", module.pairedAt.map(AgreementWords.time)),
      Fact("固件摘要", module.firmwareSha256, isWide: true),
      Fact("密钥标识", module.keyID, isWide: true),
      Fact("IMEI", module.imei), Fact("ICCID", module.iccid),
      Fact("标牌码", parts.label.code.description), Fact("标牌样式", parts.label.template),
      Fact("二维码内容", parts.label.payload, isWide: true),
      Fact("封条编号", parts.seal.number), Fact("粘贴时间", AgreementWords.time(parts.seal.appliedAt)),
    ]
      + (parts.seal.previousNumbers.isEmpty
        ? []
        : [Fact("已更换的封条", parts.seal.previousNumbers.joined(separator: "、"), isWide: true)])
  }

  var test: [[String]] {
    parts.test.steps.enumerated().map { index, step in
      [
        "\(index + 1)", AgreementWords.step(step.name), AgreementWords.measured(step),
        AgreementWords.limits(step),
        AgreementWords.outcome(step),
      ]
    }
  }

  var testSummary: String {
    let open = parts.test.openSteps.count
    let verdict = parts.test.passed ? "合格" : "不合格"
    return "测试方案 \(parts.test.plan)，开始于 \(AgreementWords.time(parts.test.startedAt))，结论："
      + (open == 0 ? "\(verdict)。" : "\(verdict)，另有 \(open) 项未测，待补测。")
  }

  var handover: [Fact] {
    [
      Fact("培训作业人员", "\(parts.handover.trainedOperators) 人"),
      Fact("安全操作规程", parts.handover.operatingRules.word),
      Fact(
        "受训人员", parts.handover.trainees?.map(\.full).joined(separator: "、"), isWide: true),
      Fact("说明", parts.handover.note?.text, isWide: true),
    ]
  }

  var photos: [[String]] {
    // The photos of the authority are no part of the text: the signatory shows the authority after reading the
    // text, and its digest stands with the signature.
    installation.photos.filter { $0.stage != .authority }.map(Self.row(of:))
  }

  static func row(of photo: Photo) -> [String] {
    [
      photo.stage.word, AgreementWords.time(photo.takenAt),
      "\(photo.widthPixels)×\(photo.heightPixels)", photo.sha256,
    ]
  }

  func funding(fittedOn day: CalendarDay) -> [Fact] {
    let funding = Funding(industry: installation.owner.industry, fittedOn: day)
    return [
      Fact("模块费用", AgreementWords.payer(funding.payer)),
      Fact("依据", AgreementWords.reason(funding.reason)),
    ]
  }
}

/// The parts of a record that must be there before an agreement can be made of it.
struct AgreementParts {
  let code: LabelCode
  let module: ModuleRecord
  let scheme: SchemeReference
  let test: TestReport
  let label: LabelRecord
  let seal: Seal
  let handover: Handover

  /// Takes the parts out of a record.
  /// - Throws: `incomplete`.
  init(_ installation: Installation) throws(AgreementError) {
    let missing = Step.walk.filter { $0 != .sign && !installation.isDone($0) }
    guard missing.isEmpty, let code = installation.code, let module = installation.module,
      let scheme = installation.scheme, let test = installation.test, let label = installation.label,
      let seal = installation.seal, let handover = installation.handover
    else { throw .incomplete(missing) }
    self.code = code
    self.module = module
    self.scheme = scheme
    self.test = test
    self.label = label
    self.seal = seal
    self.handover = handover
  }
}
