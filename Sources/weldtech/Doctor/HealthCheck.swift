import Drawing
import FoundationEssentials
import Glibc
import Provision
import Records
import Sync
import Terminal

/// One of the doctor's checks while it runs, with its findings so far.
struct HealthCheck {
  struct Check: Sendable {
    let name: String
    var needsNetwork = false
    let run: @Sendable (inout HealthCheck) throws -> Void
  }

  let workplace: Workplace
  private(set) var noted: [(DoctorCommand.Outcome, Failure)] = []

  init(_ workplace: Workplace) { self.workplace = workplace }

  mutating func note(_ outcome: DoctorCommand.Outcome, _ failure: Failure) { noted.append((outcome, failure)) }

  /// Adds the finding that the check has passed.
  mutating func pass(_ message: Text) {
    note(.fine, Failure(code: "", message: message, hint: message))
  }

  /// The checks in the order in which a day's work needs them.
  static let checks: [Check] = [
    Check(name: "setup") { try $0.checkSetup() }, Check(name: "seal") { try $0.checkSeal() },
    Check(name: "codes") { try $0.checkCodes() }, Check(name: "pairing") { try $0.checkPairing() },
    Check(name: "home") { try $0.checkHome() },
    Check(name: "fieldbook") { try $0.checkFieldbook() },
    Check(name: "conflicts") { try $0.checkConflicts() }, Check(name: "disk") { try $0.checkDisk() },
    Check(name: "clock") { try $0.checkClock() }, Check(name: "schemes") { try $0.checkSchemes() },
    Check(name: "firmware") { try $0.checkFirmware() }, Check(name: "labels") { try $0.checkLabels() },
    Check(name: "fonts") { $0.checkFonts() }, Check(name: "ports") { $0.checkPorts() },
    Check(name: "phone") { $0.checkPhone() },
    Check(name: "platform", needsNetwork: true) { try $0.checkPlatform() },
    Check(name: "destination", needsNetwork: true) { try $0.checkDestination() },
  ]

  // MARK: - Who works here

  /// The number of free codes below which a laptop is said to run out of them.
  static let fewCodes = 20

  /// Whether the laptop is known to be an inspector's; where its setup cannot be read, another check says so.
  private var isOfInspector: Bool { (try? workplace.fieldbook().setup().inspector) != nil }

  private mutating func checkSetup() throws {
    if let company = try workplace.fieldbook().setup().company {
      return pass(Text(zh: "公司办公室：\(company)", en: "the office of \(company)"))
    }
    if let inspector = try workplace.fieldbook().setup().inspector {
      return pass(
        Text(zh: "检查人员的电脑：\(inspector.company)", en: "an inspector's laptop, \(inspector.company)"))
    }
    let technician = try workplace.technician()
    let expires = technician.certificateExpires
    let today = workplace.clock.now().day
    guard technician.mayWork(on: today) else {
      throw StepRefused(step: nil, refusal: .certificateExpired(expires))
    }
    if DueDate(ofCertificate: expires, today: today) != nil {
      note(.warning, HealthFinding.certificateExpires(expires).failure)
    } else {
      pass(Text(zh: "证书有效期至 \(expires)", en: "the certificate is good until \(expires)"))
    }
  }

  private mutating func checkSeal() throws {
    // Only a technician's laptop seals.
    guard try workplace.fieldbook().setup().technician != nil else { return }
    switch try workplace.sealFinding() {
    case .sealEnded(let refusal)?: note(.failed, refusal.failure)
    case let finding?: note(.warning, finding.failure)
    case nil:
      let line = SealView.line(try workplace.sealView())
      pass(Text(zh: "签章：\(line.zh)", en: "seal: \(line.en)"))
    }
  }

  private mutating func checkCodes() throws {
    // An inspector makes no labels.
    if isOfInspector { return }
    // Plates from stock bring their codes.
    if try workplace.fieldbook().setup().plates == .stock { return }
    let left = try workplace.fieldbook().codesLeft()
    if left >= Self.fewCodes { return pass(Text(zh: "还有 \(left) 个标牌码", en: "\(left) codes left")) }
    note(.warning, HealthFinding.fewCodes(left: left).failure)
  }

  /// Checks that the platform's address and key are set. Otherwise a laptop without a network would stop only
  /// after its module is flashed.
  private mutating func checkPairing() throws {
    let setup = try workplace.fieldbook().setup()
    // An inspector pairs no module, but looks every record up at the platform.
    if setup.inspector != nil {
      guard let platform = setup.platform else {
        return note(.failed, HealthFinding.inspectorWithoutPlatform.failure)
      }
      return pass(Text(zh: "平台地址已设置：\(platform)", en: "the platform's address is set: \(platform)"))
    }
    if let lack = try workplace.lackForPairing() {
      // An office pairs no module. For its labels the platform's address is enough.
      if case .platformKeyMissing = lack, setup.desk == true { return }
      return note(.warning, lack.failure)
    }
    pass(Text(zh: "平台地址和平台公钥都已设置", en: "the platform's address and key are set"))
  }

  // MARK: - Where the records are

  /// The space that a day of photos takes with a margin, bytes.
  static let minBytes = 1_000_000_000

  private mutating func checkDisk() throws {
    // Opening the fieldbook has made the folder already.
    guard let free = WalkReadiness.freeBytes(of: try workplace.fieldbook().home) else { return }
    if free >= Self.minBytes {
      return pass(Text(zh: "磁盘剩余 \(Measures.bytes(free))", en: "\(Measures.bytes(free)) free on the disk"))
    }
    note(.warning, HealthFinding.diskLow(free: free).failure)
  }

  private mutating func checkClock() throws {
    let now = workplace.clock.now()
    let fieldbook = try workplace.fieldbook()
    guard let newest = try fieldbook.newestEventTime(), newest > now else {
      try fieldbook.checkClock(now)
      return pass(Text(zh: "电脑时间 \(now.screenText)", en: "the clock says \(now.screenText)"))
    }
    note(.failed, HealthFinding.clockBehind(now: now, newest: newest).failure)
  }

  // MARK: - What is shipped

  private mutating func checkSchemes() throws {
    // An inspector installs nothing.
    if isOfInspector { return }
    let count = try workplace.catalogue().schemes.count
    pass(Text(zh: "\(count) 个技术方案", en: "\(count) installation schemes"))
  }

  private mutating func checkFirmware() throws {
    let releases = try workplace.firmwareShelf().releases()
    for release in releases.releases {
      let manifest = try releases.image(of: release).manifest
      pass(
        Text(
          zh: "固件 \(manifest.version)（\(manifest.chip)）完好",
          en: "firmware \(manifest.version) for \(manifest.chip) is whole and signed"))
    }
  }

  private mutating func checkLabels() throws {
    if isOfInspector { return }
    let templates = try workplace.labelTemplates()
    let names = try templates.names()
    for name in names { _ = try templates.template(named: name) }
    pass(Text(zh: "\(names.count) 个标牌模板", en: "\(names.count) label templates"))
  }

  private mutating func checkFonts() {
    // Each of these characters is in another font of the chain.
    let sample = "电焊机加芯赋码\u{2A700}\u{2B820}\u{2CEB0}\u{1820}"
    let block = Typesetter().set(sample, style: TextStyle(sizePoints: 10))
    if block.unknownGlyphCount == 0 { return pass(Text(zh: "中文字体齐全", en: "Chinese fonts are there")) }
    note(.failed, HealthFinding.noChineseFonts.failure)
  }

  // MARK: - The cable and the network

  private mutating func checkPorts() {
    let survey = PortSurvey()
    for trouble in survey.problems {
      let outcome: DoctorCommand.Outcome = trouble == .nothingPluggedIn ? .warning : .failed
      note(outcome, HealthFinding.port(trouble).failure)
    }
    let ports = survey.ports.filter { $0.usb != nil }
    if survey.problems.isEmpty {
      pass(
        Text(
          zh: "串口 \(ports.map(\.path).joined(separator: "、")) 可用",
          en: "\(ports.map(\.path).joined(separator: ", ")) can be used"))
    }
  }

  private mutating func checkPlatform() throws {
    let address = try workplace.platformAddress()
    if workplace.deliversElsewhere {
      return pass(
        Text(zh: "本机不经平台上传，没有连接平台", en: "this laptop delivers elsewhere; the platform was not asked"))
    }
    _ = try workplace.platformClient(exchangeTimeout: .seconds(15)).platformKey()
    pass(Text(zh: "平台 \(address) 连得上", en: "the platform at \(address) answers"))
  }

  /// Lists keys at the place to which this laptop delivers. This needs the folder's marker or the bucket's
  /// credentials.
  private mutating func checkDestination() throws {
    guard let delivery = try workplace.fieldbook().setup().delivery else {
      return pass(Text(zh: "记录上传到平台", en: "deliveries go to the platform"))
    }
    try DestinationFailed.naming(DeliveryPlace(delivery)) {
      let store = try workplace.objectStore(
        delivery, retry: Retry(policy: RetryPolicy(attempts: 1), sleep: { _ in }))
      _ = try store.keys(below: "keys", after: nil)
    }
    pass(Text(zh: "上传地址 \(delivery.address) 可用", en: "deliveries go to \(delivery.address), which answers"))
  }
}
