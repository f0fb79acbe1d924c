import Agreements
import Arguments
import Characters
import Cryptography
import Fieldbook
import FoundationEssentials
import Records
import Sync
import Terminal

/// `setup`: records the technician of this laptop, the company, and the platform.
enum SetupCommand {
  struct Options {
    var technician: String?
    var phone: String?
    var company: String?
    var certificate: String?
    var certificateExpires: CalendarDay?
    var region: String?
    var codes: String?
    var tags: String?
    var platform: String?
    var platformKey: String?
    var tokenFile: String?
    var delivery = DeliveryOptions()
    var apn: String?
    var isDesk = false
    var inspector: String?
    var protection: Protection?
    var originals: OriginalsPolicy?
    var plates: PlateSource?
    var companyPhone: String?
    var terms: String?
    var sealRequest: String?
    var sealCertificate: String?
    var sealKey: String?
    var passphraseFile: String?
    var timestamp: String?
    var export: String?
    var from: String?
  }

  /// Whether the walk protects a chip from reading after its passed test.
  enum Protection: String, CaseIterable, Encodable { case always, never }

  struct Document: Encodable {
    var technician: Technician?
    /// The inspector; nil on a technician's laptop and in an office.
    var inspector: Inspector?
    /// True for a company's office; nil elsewhere.
    var desk: Bool?
    var company: WrittenText?
    var companyPhone: String?
    var region: String
    var platform: String?
    var platformKeyFingerprint: String?
    var tokenFile: String?
    /// The place to which this laptop delivers in place of the platform; nil where it delivers to the platform.
    var deliverTo: Setup.Delivery?
    var apn: String?
    var protect: Protection
    /// The company's own clauses; nil where agreements are signed with those that are shipped.
    var terms: TermsReference?
    var originals: OriginalsPolicy
    var plates: PlateSource
    /// The seal of agreements; nil where this laptop has not sealed yet.
    var seal: SealView?
    /// Whether a certificate was requested and has not come yet.
    var sealRequested: Bool
    /// The address of the timestamp authority; nil where agreements get no timestamp.
    var timestamp: String?
    var codesLeft: Int
  }

  static var command: Command<Workplace> {
    Command(
      "setup", Text(zh: "设置技术人员、公司、标牌码号段和平台", en: "say who works with this laptop, and for whom"),
      discussion: Text(
        zh: "没有写的选项保持不变；第一次运行时在终端逐项询问。不需要网络。",
        en: "Options left out stay as they are; the first time, a terminal asks for them. Needs no network."),
      options: Options(),
      parameters: { parameters in
        parameters.option(
          "technician", \.technician, .string, placeholder: "NAME",
          Text(zh: "技术人员姓名", en: "the technician's name"))
        parameters.option(
          "inspector", \.inspector, .string, placeholder: "NAME",
          Text(
            zh: "检查人员姓名：这台电脑只做检查，不做安装步骤；电话、单位、证件号同样用 --phone、--company、--certificate",
            en:
              "an inspector's name: this laptop inspects and takes no step of an installation; --phone, --company and --certificate (if any) are the inspector's"
          ))
        parameters.option(
          "phone", \.phone, .string, placeholder: "PHONE",
          Text(zh: "技术人员或检查人员的电话", en: "the technician's or inspector's phone"))
        parameters.option(
          "company", \.company, .string, placeholder: "NAME",
          Text(zh: "安装服务机构，或检查单位", en: "the installer company, or the inspector's authority"))
        parameters.option(
          "company-phone", \.companyPhone, .string, placeholder: "PHONE",
          Text(zh: "印在标牌上的报修电话；写空为不印", en: "whom to call for a repair, as labels show it; empty for none"))
        parameters.flag(
          "desk", \.isDesk,
          Text(
            zh: "这是公司办公室：没有技术人员，做标牌、台账和预约，不做安装步骤",
            en:
              "this is a company's office: no technician; labels, the ledger and appointments, no step of an installation"
          ))
        parameters.option(
          "certificate", \.certificate, .string, placeholder: "NO",
          Text(zh: "培训证书编号，或检查人员的证件编号", en: "number of the training certificate, or of the inspector's card"))
        parameters.option(
          "certificate-expires", \.certificateExpires, .day, placeholder: "YYYY-MM-DD",
          Text(zh: "证书有效期至", en: "its last day"))
        parameters.option(
          "region", \.region, .string, placeholder: "CODE",
          Text(zh: "行政区划代码（达拉特旗 150621）", en: "region of GB/T 2260 (Dalad Banner is 150621)"))
        parameters.option(
          "codes", \.codes, .string, placeholder: "FIRST+COUNT",
          Text(zh: "公司分配的号段，如 00A000+500", en: "the company's block of serials, for example 00A000+500"))
        parameters.option(
          "tags", \.tags, .file, placeholder: "F.csv",
          Text(zh: "随号段带来的防伪标记表（code,tag）", en: "the tags that came with the block: a list of code and tag"))
        parameters.option(
          "platform", \.platform, .string, placeholder: "URL", Text(zh: "平台地址", en: "the platform's address"))
        parameters.option(
          "platform-key", \.platformKey, .file,
          Text(zh: "平台证书（PEM 或 DER）", en: "the platform's certificate (PEM or DER)"))
        parameters.option(
          "token-file", \.tokenFile, .file, Text(zh: "平台登录凭证文件", en: "the file that holds the platform's token")
        )
        parameters.delivery()
        parameters.option(
          "apn", \.apn, .string, placeholder: "NAME",
          Text(zh: "模块上网用的 APN", en: "access point name for the modules"))
        parameters.option(
          "protect", \.protection, .choice, placeholder: "always|never",
          Text(
            zh: "测试合格后安装流程是否设置芯片读保护（默认 never）",
            en: "whether the walk protects the chip from reading after the passed test; never unless told"))
        parameters.option(
          "terms", \.terms, .file, placeholder: "F.json|default",
          Text(
            zh: "公司自己的协议条款文件；default 为随附的条款",
            en: "a file with the company's own clauses for agreements; `default` for those that are shipped"))
        parameters.option(
          "plates", \.plates, .choice, placeholder: "stock|print",
          Text(
            zh: "标牌从哪里来：print 现场制作（默认）；stock 用公司发的库存标牌，安装时扫描手上的一块，贴好后拍照核对",
            en:
              "where labels come from: made on site (print, unless told), or plates from the company's stock: the one in hand is scanned, and read from a photo when it is on the welder"
          ))
        parameters.option(
          "originals", \.originals, .choice, placeholder: "always|later|never",
          Text(
            zh: "照片原图何时上传：always 随记录一起，later 记录传完以后（默认），never 不上传；带水印的小图总是随记录上传",
            en:
              "when the originals of photos are delivered: with their record, after all records (unless told), or never; a small copy with a watermark always goes with the record"
          ))
        parameters.seal()
        parameters.laptopFile()
      }, run: run)
  }

  static func run(_ options: Options, _ workplace: Workplace) throws -> Int32 {
    if let path = options.export { return try export(to: path, options, workplace) }
    var options = options
    let fieldbook = try workplace.fieldbook()
    let known = try fieldbook.setup()
    let file = try options.from.map { try LaptopFileReader.read($0, workplace) }
    if let file {
      let isInspector = options.inspector != nil || known.inspector != nil && options.technician == nil
      options.take(file, keepsCompany: isInspector)
    }
    do { try askForMissing(&options, known: known, workplace) } catch is PromptError { throw AnswersLost() }

    let isDesk = try isDesk(options, known: known)
    let inspector = isDesk ? nil : try inspector(options, known: known, workplace)
    let isTechnician = !isDesk && inspector == nil
    let technician = isTechnician ? try technician(options, known: known.technician, workplace) : nil
    let company = isDesk ? try deskCompany(options, known: known, workplace) : nil
    let companyPhone = SettingChange(typed: try options.companyPhone.map(companyPhone))
    let region = options.region.map(TextNormalization.typed) ?? known.region
    let platform = try options.platform.map(platformAddress)
    let platformKey =
      try options.platformKey.map { try certificate(at: $0, known: known, workplace) }
      ?? file?.platformKey.map { try Certificate(pem: $0) }
    let block = try options.codes.map { text in
      guard let block = CodeBlock(region: region, text) else { throw SetupRejected.codes(text) }
      return block
    }
    guard LabelCode(region: region, serial: .zero) != nil else { throw SetupRejected.region(region) }
    let terms = try options.terms.map { try agreementTerms($0, workplace) } ?? SettingChange(typed: file?.terms)
    let seal = try SealSetup(options, workplace)
    try askForToken(&options, for: platform, known: known, workplace)
    var tokenFile = SettingChange(typed: options.tokenFile)
    if case .own(let file) = tokenFile {
      _ = try workplace.readToken(file, isGuarded: true)
      // The token stays in its file, so the path must be valid from every folder.
      tokenFile = .own(absolutePath(file))
    }
    let delivery = try DeliveryChange(
      options.delivery, known: known, isKeyPinned: platformKey != nil || known.platformKey != nil, workplace)
    let origin = try (platform ?? known.platform).map { try PlatformClient.origin(of: $0) }
    // The block is stored first, since it may be refused, and nothing else is stored then.
    if let block { try fieldbook.addBlock(block) }
    if let tags = options.tags { try workplace.tagStore.keep(from: tags) }
    if let tags = file?.tags { try workplace.tagStore.keep(tags) }
    // A stick that is not plugged in ends the command before the settings are stored.
    try delivery.prepare()
    try fieldbook.updateSetup { setup in
      setup.technician = technician
      setup.desk = isDesk ? true : nil
      setup.inspector = inspector
      if let protection = options.protection { setup.protects = protection == .always ? true : nil }
      if let originals = options.originals { setup.originals = originals }
      if let plates = options.plates { setup.plates = plates }
      setup.company = company
      companyPhone.apply(to: &setup.companyPhone)
      setup.region = region
      setup.platform = platform ?? setup.platform
      if let platformKey {
        setup.platformKey = Setup.PlatformKey(certificatePEM: platformKey.pem, firstSeenAt: nil)
      }
      tokenFile.apply(to: &setup.tokenFile)
      setup.tokenOrigin = setup.tokenFile == nil ? nil : origin
      delivery.apply(to: &setup.delivery)
      terms.apply(to: &setup.agreementTerms)
      seal.timestamp.apply(to: &setup.timestampAuthority)
      if let issuers = file?.sealIssuers { setup.sealIssuers = issuers }
      setup.accessPointName = options.apn.map(TextNormalization.typed) ?? setup.accessPointName
    }
    // The request names the technician and the company as they are set up now.
    try seal.keep()
    try report(fieldbook, workplace)
    return ExitCode.done.rawValue
  }

  // MARK: - Reading

  /// Reads and judges the file of the company's own clauses; `default` takes them back, so that those that are
  /// shipped hold.
  private static func agreementTerms(_ file: String, _ workplace: Workplace) throws -> SettingChange {
    guard file != "default" else { return .takenBack }
    let bytes = try workplace.read(file, atMost: AgreementTerms.maxBytes)
    _ = try AgreementTerms(json: bytes, drawnBy: workplace.glyphs)
    return .own(String(decoding: bytes, as: UTF8.self))
  }

  /// Whether this is a company's office. An office stays one until a technician is named, and a technician's
  /// laptop never is one.
  private static func isDesk(_ options: Options, known: Setup) throws -> Bool {
    let named = [
      ("technician", options.technician), ("inspector", options.inspector), ("phone", options.phone),
      ("certificate", options.certificate),
      ("certificate-expires", options.certificateExpires?.description),
    ].first { $0.1 != nil }
    guard options.isDesk else { return known.desk == true && named == nil }
    if let named { throw UsageError.conflictingOptions("--desk", "--\(named.0)") }
    if known.technician != nil { throw SetupRejected.deskOfTechnician }
    return true
  }

  /// The inspector of this laptop: an inspector's laptop stays one until a technician is named, and a
  /// technician's is none.
  private static func inspector(_ options: Options, known: Setup, _ workplace: Workplace) throws -> Inspector? {
    let told = try workplace.written(options.inspector, as: .name, option: "inspector").map { PersonName($0) }
    if told != nil {
      let other = [
        ("technician", options.technician), ("certificate-expires", options.certificateExpires?.description),
      ].first { $0.1 != nil }
      if let other { throw UsageError.conflictingOptions("--inspector", "--\(other.0)") }
      if known.technician != nil { throw SetupRejected.inspectorOfTechnician }
    } else if options.technician != nil {
      return nil
    }
    guard let name = told ?? known.inspector?.name else { return nil }
    let phoneText = options.phone ?? known.inspector?.phone.full
    let company =
      try workplace.written(options.company, as: .title, option: "company") ?? known.inspector?.company
    let missing = [("phone", phoneText), ("company", company?.text)].filter { $0.1 == nil }.map(\.0)
    guard missing.isEmpty, let phoneText, let company else { throw UsageError.missing(options: missing) }
    guard let phone = PhoneNumber(phoneText) else { throw SetupRejected.phone }
    return Inspector(
      role: .inspector, name: name, phone: phone, company: company,
      certificate: try workplace.written(options.certificate, as: .title, option: "certificate")
        ?? known.inspector?.certificate)
  }

  private static func deskCompany(_ options: Options, known: Setup, _ workplace: Workplace) throws
    -> WrittenText
  {
    let told = try workplace.written(options.company, as: .title, option: "company")
    guard let company = told ?? known.company else { throw UsageError.missing(option: "company") }
    return company
  }

  private static func technician(_ options: Options, known: Technician?, _ workplace: Workplace) throws
    -> Technician
  {
    let name =
      try workplace.written(options.technician, as: .name, option: "technician")
      ?? known.map { WrittenText(asKept: $0.name.full) }
    let phoneText = options.phone ?? known?.phone.full ?? ""
    let company = try workplace.written(options.company, as: .title, option: "company") ?? known?.company
    let certificate =
      try workplace.written(options.certificate, as: .title, option: "certificate") ?? known?.certificate
    let expires = options.certificateExpires ?? known?.certificateExpires
    var missing: [String] = []
    for (option, value) in [
      ("technician", name?.text), ("phone", phoneText), ("company", company?.text),
      ("certificate", certificate?.text),
    ] where TextNormalization.typed(value ?? "").isEmpty { missing.append(option) }
    guard missing.isEmpty, let name, let company, let certificate, let expires else {
      throw UsageError.missing(options: missing + (expires == nil ? ["certificate-expires"] : []))
    }
    guard let phone = PhoneNumber(phoneText) else { throw SetupRejected.phone }
    if options.certificateExpires != nil, expires < workplace.clock.now().day {
      workplace.console.say(
        Text(
          zh: "证书 \(expires) 已经到期：登记、安装和签字都会被拒绝，请核对日期",
          en:
            "the certificate has expired on \(expires): nothing can be registered, fitted or signed with it; check the day"
        ),
        .yellow)
    }
    return Technician(
      name: PersonName(name), phone: phone, company: company, certificate: certificate,
      certificateExpires: expires)
  }

  /// Reads a certificate to which keys can be sealed; a weakness of a certificate that is pinned already is
  /// only a warning.
  private static func certificate(at path: String, known: Setup, _ workplace: Workplace) throws -> Certificate {
    let certificate = try Certificate(file: Array(try workplace.read(path, atMost: Certificate.maxSize)))
    if certificate.rsaBits < Certificate.minRSABits {
      let pinned = known.platformKey.flatMap { try? Certificate(pem: $0.certificatePEM) }
      guard certificate.rsaBits > 0, pinned == certificate else {
        throw SyncError.platformKeyShort(bits: certificate.rsaBits)
      }
      workplace.console.say(SyncCommand.weakKeyWarning(bits: certificate.rsaBits), .yellow)
    }
    return certificate
  }

  /// Asks for another token after a change of the platform, since a token belongs to the platform that it was
  /// issued for.
  /// - Throws: `TokenRefused.otherPlatform` where nobody can be asked.
  private static func askForToken(
    _ options: inout Options, for platform: String?, known: Setup, _ workplace: Workplace
  ) throws {
    guard options.tokenFile == nil, known.tokenFile != nil, let platform,
      let knownOrigin = known.tokenOrigin ?? known.platform.flatMap({ try? PlatformClient.origin(of: $0) }),
      try PlatformClient.origin(of: platform) != knownOrigin
    else { return }
    guard workplace.console.canPrompt else { throw TokenRefused.otherPlatform(knownOrigin) }
    options.tokenFile = try workplace.console.prompter.text(
      Text(zh: "新平台的凭证文件（可不填）", en: "the new platform's token file (optional)"), mayBeEmpty: true)
  }

  private static func askForMissing(_ options: inout Options, known: Setup, _ workplace: Workplace) throws {
    let console = workplace.console
    guard console.canPrompt, known.technician == nil, known.desk != true, known.inspector == nil else { return }
    let prompter = console.prompter
    if options.isDesk {
      if options.company == nil {
        options.company = try workplace.ask(Text(zh: "安装服务机构", en: "installer company"), as: .title)
      }
      return
    }
    if options.technician == nil, options.inspector == nil {
      options.technician = try workplace.ask(Text(zh: "技术人员姓名", en: "technician's name"), as: .name)
    }
    if options.phone == nil {
      options.phone = try prompter.text(
        options.inspector == nil
          ? Text(zh: "技术人员电话", en: "technician's phone")
          : Text(zh: "检查人员电话", en: "inspector's phone"),
        problem: { PhoneNumber($0) == nil ? FieldProblem.Fault.notAPhone.message : nil })
    }
    if options.company == nil {
      let question =
        options.inspector == nil
        ? Text(zh: "安装服务机构", en: "installer company")
        : Text(zh: "检查单位", en: "authority or department")
      options.company = try workplace.ask(question, as: .title)
    }
    if options.inspector != nil { return try askForPlatform(&options, known: known, prompter) }
    if options.certificate == nil {
      options.certificate = try workplace.ask(
        Text(zh: "培训证书编号", en: "number of the training certificate"), as: .title)
    }
    if options.certificateExpires == nil {
      let day = try prompter.text(
        Text(zh: "证书有效期至（YYYY-MM-DD）", en: "its last day (YYYY-MM-DD)"), normalize: typed,
        problem: { CalendarDay(written: $0) == nil ? FieldProblem.Fault.notADay.message : nil })
      options.certificateExpires = CalendarDay(written: day)
    }
    try askForPlatform(&options, known: known, prompter)
    if options.codes == nil, try workplace.fieldbook().codesLeft() == 0 {
      let block = try prompter.text(
        Text(
          zh: "公司分配的号段（如 00A000+500，可不填）",
          en: "the company's block of serials (for example 00A000+500, optional)"),
        mayBeEmpty: true, normalize: typed,
        problem: { CodeBlock(region: known.region, $0) != nil ? nil : SetupRejected.codes($0).failure.message })
      if !block.isEmpty { options.codes = block }
    }
  }

  private static func askForPlatform(_ options: inout Options, known: Setup, _ prompter: Prompter) throws {
    guard options.platform == nil, known.platform == nil else { return }
    // An inspector needs the platform, because such a laptop has no records of its own.
    let isOptional = options.inspector == nil
    let address = try prompter.text(
      isOptional
        ? Text(zh: "平台地址（https://…，可不填）", en: "the platform's address (https://…, optional)")
        : Text(zh: "平台地址（https://…）", en: "the platform's address (https://…)"), mayBeEmpty: isOptional,
      normalize: typed,
      problem: { text in
        do { _ = try platformAddress(text) } catch { return explain(error).message }
        return nil
      })
    if !address.isEmpty { options.platform = address }
  }

  /// The text as ASCII, in place of the characters that a Chinese input method leaves.
  private static func typed(_ text: String) -> String {
    TextNormalization.typed(text)
  }

  // MARK: - Telling

  private static func report(_ fieldbook: Fieldbook, _ workplace: Workplace) throws {
    let console = workplace.console
    let setup = try fieldbook.setup()
    let terms = try setup.agreementTerms.map { try AgreementTerms(json: Data($0.utf8), drawnBy: nil).reference }
    let fingerprint = try setup.platformKey.map { try Certificate(pem: $0.certificatePEM).fingerprint }
    let document = Document(
      technician: setup.technician, inspector: setup.inspector, desk: setup.desk,
      company: setup.technician?.company ?? setup.inspector?.company ?? setup.company,
      companyPhone: setup.companyPhone, region: setup.region, platform: setup.platform,
      platformKeyFingerprint: fingerprint, tokenFile: setup.tokenFile,
      deliverTo: setup.delivery, apn: setup.accessPointName, protect: setup.protects == true ? .always : .never,
      terms: terms,
      originals: setup.originals ?? .later, plates: setup.plates ?? .print, seal: try workplace.sealView(),
      sealRequested: try workplace.sealStore.requestedKey() != nil, timestamp: setup.timestampAuthority,
      codesLeft: try fieldbook.codesLeft())
    try console.answer(document) {
      if let inspector = setup.inspector { return report(inspector, setup, fingerprint, to: console) }
      console.facts(
        [
          (
            Text(zh: "技术人员", en: "technician"), setup.technician.map { "\($0.name.full)  \($0.phone)" } ?? "–"
          ),
          (Text(zh: "公司", en: "company"), document.company?.text ?? "–"),
          (Text(zh: "报修电话", en: "company's phone"), setup.companyPhone ?? "–"),
          (
            Text(zh: "证书", en: "certificate"),
            setup.technician.map { technician in
              Text(
                zh: "\(technician.certificate)，有效期至 \(technician.certificateExpires)",
                en: "\(technician.certificate), until \(technician.certificateExpires)")[console.language]
            } ?? "–"
          ),
          (Text(zh: "平台", en: "platform"), setup.platform ?? "–"),
          (Text(zh: "平台公钥指纹", en: "platform key"), fingerprint.map { "\($0.prefix(16))…" } ?? "–"),
          Setup.deliveryFact(setup.delivery, console.language),
          (Text(zh: "剩余标牌码", en: "codes left"), "\(document.codesLeft)"),
          (
            Text(zh: "读保护", en: "read protection"),
            (document.protect == .always
              ? Text(zh: "测试合格后自动设置", en: "set by the walk after the passed test")
              : Text(zh: "不自动设置", en: "not set by the walk"))[console.language]
          ),
          (
            Text(zh: "协议条款", en: "clauses"),
            terms.map { "\($0.name) \($0.version)" } ?? Text(zh: "随附的条款", en: "as shipped")[console.language]
          ),
          (
            Text(zh: "标牌", en: "labels"),
            (document.plates == .stock
              ? Text(zh: "用库存标牌", en: "plates from stock") : Text(zh: "现场制作", en: "made on site"))[
                console.language]
          ),
          (Text(zh: "照片原图", en: "originals of photos"), document.originals.title[console.language]),
        ] + sealFacts(document, console))
    }
  }
}

extension ValueType where Value == CalendarDay {
  static var day: Self {
    .custom(Text(zh: "日期，如 2027-06-30", en: "a day, like 2027-06-30")) { CalendarDay(written: $0) }
  }
}
