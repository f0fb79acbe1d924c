import Records

/// The parts of 维修确认单, by which the owner confirms a repair: what was reported and found, what was done, and
/// which module, label and seal the welder has now.
struct RepairText {
  static let title = "电焊机维修确认单"
  static let statement = "本人已阅读以上内容，确认维修情况属实，焊机已在现场测试、可以正常使用。"

  private let installation: Installation
  private let repair: Repair
  private let found: Repair.Finding
  private let agreement: AgreementRecord
  private let facts: AgreementFacts
  private let done: WrittenText?

  /// The result is nil where the record is not in repair.
  init?(of installation: Installation, parts: AgreementParts, schemeTitle: String?, done: WrittenText?) {
    guard let repair = installation.openRepair, let found = repair.found, let agreement = installation.agreement
    else { return nil }
    self.installation = installation
    self.repair = repair
    self.found = found
    self.agreement = agreement
    self.done = done
    facts = AgreementFacts(
      installation: installation, parts: parts, schemeTitle: schemeTitle, technician: found.technician)
  }

  var reference: EvidenceManifest.ConfirmedRepair {
    EvidenceManifest.ConfirmedRepair(
      number: repair.number, done: done, agreementSha256: agreement.sha256,
      agreementSignedAt: agreement.signedAt)
  }

  /// The sentence that names the agreement.
  static func sentence(_ repair: EvidenceManifest.ConfirmedRepair) -> String {
    "本单是\(AgreementWords.time(repair.agreementSignedAt))签署的安装部署协议（文件摘要 SHA-256：\(repair.agreementSha256)）的补充协议，"
      + "原协议继续有效；模块、标牌和封条以本单所列为准。"
  }

  /// The photos of this repair and of the present seal.
  var photos: [Photo] {
    let retired = installation.retiredModules ?? []
    let own = Set(found.photoSha256 + retired.filter { $0.retiredAt >= found.at }.flatMap(\.photoSha256))
    return installation.photos.filter {
      own.contains($0.sha256) || $0.sha256 == installation.seal?.photoSha256
    }
  }

  func numbers(signedOn day: CalendarDay) -> [Fact] {
    [
      Fact("协议编号", installation.code?.description), Fact("记录号", installation.id.description),
      Fact("维修序号", "第 \(repair.number) 次"), Fact("签订日期", AgreementWords.day(day)),
    ]
  }

  // MARK: - From top to bottom

  /// Writes the blocks of the text.
  /// - Returns: the blocks, and the number of headings among them.
  func blocks(personalData: AgreementTerms.Section) -> (blocks: [AgreementText.Block], headings: Int) {
    var headings = 0
    func heading(_ text: String) -> AgreementText.Block {
      headings += 1
      return .heading("\(AgreementWords.ordinal(headings))、\(text)")
    }
    var blocks: [AgreementText.Block] = [
      heading("双方"), .band("甲方：芯片模块安装服务机构"), .facts(facts.company),
      .band("乙方：电焊机所有权人（作业单位）"), .facts(facts.owner),
      heading("电焊机"), .facts(facts.welder),
      heading("报修"), .facts(report),
      heading("到场情况"), .facts(findings),
      heading("维修内容"), .columns(Self.changeColumns, rows: changes, isSmall: false),
    ]
    if let done { blocks.append(.note("说明：\(done)")) }
    blocks += [
      heading("现在的智能模块、二维码标牌和封条"), .facts(facts.fitting),
      heading("现场测试"), .note(facts.testSummary),
      .columns(AgreementText.testColumns, rows: facts.test, isSmall: false),
      heading("维修照片"),
      .columns(AgreementText.photoColumns, rows: photos.map(AgreementFacts.row(of:)), isSmall: true),
      heading("约定"), .clauses(clauses),
      heading(personalData.heading), .clauses(personalData.clauses),
    ]
    return (blocks, headings)
  }

  private static let changeColumns = [
    AgreementText.Column("时间", 40), AgreementText.Column("内容", 134),
  ]

  /// The word for a fact that nobody stated, since the paper must claim nothing by itself.
  private static let notSaid = "未记录"

  private var report: [Fact] {
    [
      Fact("故障", repair.fault.text, isWide: true),
      Fact("报修人", repair.reporter?.name.full ?? Self.notSaid),
      Fact("报修人电话", repair.reporter?.phone?.full ?? Self.notSaid),
      Fact("报修时间", AgreementWords.time(repair.openedAt)),
      Fact(
        "修好前停用", repair.isUnsafe ? "是，存在安全隐患" : repair.isUsable == true ? "否" : Self.notSaid),
    ]
  }

  private var findings: [Fact] {
    [
      Fact("到场时间", AgreementWords.time(found.at)), Fact("封条", Self.word(found.seal)),
      Fact("登记的封条编号", found.sealNumber), Fact("与登记核对", Self.word(found.verdict)),
      Fact("违规拆装痕迹", repair.isTampered ? "有，照片附后" : Self.notSaid),
      Fact("说明", found.note?.text, isWide: true),
    ]
  }

  private static func word(_ seal: Repair.SealFound) -> String {
    switch seal {
    case .intact: "完好"
    case .broken: "已破损"
    case .missing: "没有封条"
    }
  }

  private static func word(_ verdict: Inspection.Verdict?) -> String {
    switch verdict {
    case .asRecorded: "与登记一致"
    case .differs: "与登记不一致"
    case .notProven: "没有发现不一致，模块密钥没有验证"
    case nil: "模块没有应答，无法核对"
    }
  }

  private var changes: [[String]] {
    let history = installation.historyOfRepair
    let rows = history.compactMap { entry in
      Self.words(of: entry).map { [AgreementWords.time(entry.at), $0] }
    }
    let isChanged = history.contains { $0.event != "tested" && Self.words(of: $0) != nil }
    return isChanged ? rows : [["—", "没有更换"]] + rows
  }

  private static func words(of entry: HistoryEntry) -> String? {
    switch entry.event {
    case "moduleRetired":
      let how = entry.isDead == true ? "，已无应答" : ""
      return "拆下旧模块 \(entry.serialNumber ?? "")\(how)，原因：\(entry.reason?.text ?? "—")"
    case "flashed" where entry.skipped != true: return "烧录固件 \(entry.firmwareVersion ?? "")"
    case "paired": return "模块 \(entry.serialNumber ?? "") 与本机配对，密钥标识 \(entry.keyID ?? "—")"
    case "labelled": return "更换二维码标牌"
    case "sealed": return "粘贴封条 \(entry.sealNumber ?? "")"
    case "tested": return "功能测试\(entry.passed == true ? "合格" : "不合格")"
    case "protected": return "芯片设置读保护"
    default: return nil
    }
  }

  private var clauses: [String] {
    var clauses = [
      "甲方已向乙方说明故障原因和处理结果，并在现场演示焊机扫码开机、关机正常。",
      "本次维修的工艺质量由甲方负责；同一故障再次发生的，甲方应及时修复。",
    ]
    if installation.historyOfRepair.contains(where: { $0.event == "moduleRetired" }) {
      clauses.append("换下的旧模块由甲方收回；已无应答的不再使用，其余的抹去配对后才可以用在其他焊机上。")
    }
    if repair.isTampered {
      clauses.append("现场发现违规拆装痕迹，照片附后。甲方按规定报告，违规拆装的依法承担相应责任。")
    }
    return clauses
  }
}
