import Arguments
import Characters
import Drawing
import Records
import Terminal

/// `photo`: attaches photos as evidence.
enum PhotoCommand {
  struct Options {
    var id = ""
    var stage: Stage?
    var reason: String?
    var files: [String] = []
  }

  enum Stage: String, CaseIterable { case before, after }

  struct Document: Encodable {
    var id: InstallationID
    var photos: [Photo]
    /// What was noticed on the photos; empty where nothing was.
    var remarks: [PhotoRemark]
  }

  static var command: Command<Workplace> {
    Command(
      "photo", Text(zh: "附上安装前或安装后的照片", en: "attach photos from before or after the work"),
      discussion: Text(
        zh: "拍摄时间、地点取自照片里的 EXIF。模糊、过暗、过亮，或与同一台的照片相近，只提醒一次；\n与另一台的照片相近要写明原因。",
        en:
          "Time and place come from the photo's EXIF. A photo that is blurred, dark or bright, or like another of this\nwelder, is pointed out; one that is like a photo of another welder needs a reason."
      ),
      options: Options(),
      parameters: { parameters in
        parameters.installation(\.id)
        parameters.option(
          "stage", \.stage, .choice, placeholder: "before|after",
          Text(zh: "安装前还是安装后", en: "taken before or after the work"))
        parameters.option(
          "reason", \.reason, .string, placeholder: "TEXT", PhotoIntake.reasonTitle)
        parameters.arguments("FILE", \.files, .file, Text(zh: "JPEG 或 PNG 照片", en: "a JPEG or PNG photo"))
      }, run: run)
  }

  static func run(_ options: Options, _ workplace: Workplace) throws -> Int32 {
    let console = workplace.console
    let installation = try workplace.installation(forStepOn: options.id)
    let stage = try console.need(options.stage, option: "stage") {
      try console.prompter.choose(
        Text(zh: "照片是什么时候拍的", en: "when were they taken"),
        [
          Choice("before", Text(zh: "安装前", en: "before the work"), value: Stage.before),
          Choice("after", Text(zh: "安装后", en: "after the work"), value: Stage.after),
        ], fallback: installation.has(.before) ? 1 : 0)
    }
    let reason = try workplace.written(options.reason, as: .note, option: "reason")
    let (changed, remarks) = try workplace.step(on: installation) { walk, locked in
      try walk.photograph(
        locked, stage: stage == .before ? .before : .after, files: options.files, reason: reason)
    }
    try console.answer(Document(id: changed.id, photos: changed.photos, remarks: remarks)) {
      console.put(Text(zh: "已附上 \(options.files.count) 张照片", en: "\(options.files.count) photos attached"))
    }
    return ExitCode.done.rawValue
  }
}

/// `seal`: records the seal.
enum SealCommand {
  struct Options {
    var id = ""
    var number: String?
    var photo: String?
    var photoReason: String?
  }

  struct Document: Encodable {
    var id: InstallationID
    var seal: Seal?
    /// What was noticed on the photo; left out where nothing was.
    var remarks: [PhotoRemark]?
  }

  static var command: Command<Workplace> {
    Command(
      "seal", Text(zh: "记录封条", en: "record the seal"), options: Options(),
      parameters: { parameters in
        parameters.installation(\.id)
        parameters.option(
          "number", \.number, .string, placeholder: "N", Text(zh: "封条编号", en: "the seal's number"))
        parameters.option("photo", \.photo, .file, Text(zh: "封条照片", en: "a photo of the seal"))
        parameters.photoReason(\.photoReason)
      }, run: run)
  }

  static func run(_ options: Options, _ workplace: Workplace) throws -> Int32 {
    let console = workplace.console
    let installation = try workplace.installation(forStepOn: options.id)
    let number = try console.need(options.number, option: "number") { try askNumber(console) }
    let reason = try workplace.written(options.photoReason, as: .note, option: "photo-reason")
    let (changed, remarks) = try workplace.step(on: installation) { walk, locked in
      try walk.seal(locked, number: try sealNumber(number), photoFile: options.photo, reason: reason)
    }
    try console.answer(Document(id: changed.id, seal: changed.seal, remarks: remarks.isEmpty ? nil : remarks)) {
      console.put(Text(zh: "封条 \(number) 已记录", en: "seal \(number) recorded"))
      if installation.isDone(.test), !changed.isDone(.test) {
        console.say(Text(zh: "封条换过，需要再测一次", en: "the seal is new, so the test has to be run again"))
      }
    }
    return ExitCode.done.rawValue
  }

  static func askNumber(_ console: Console) throws -> String {
    try console.prompter.text(
      Text(zh: "封条编号", en: "seal number"),
      problem: { (try? sealNumber($0)) == nil ? SealMistyped().failure.message : nil })
  }

  /// The seal's number in one line of 1 to 40 characters, without invisible characters.
  static func sealNumber(_ text: String) throws -> String {
    do {
      return try WrittenText(TextNormalization.typed(text), .line(maxCharacters: 40), drawnBy: FontCoverage())
        .text
    } catch {
      throw SealMistyped()
    }
  }
}

struct SealMistyped: Error {}

/// `handover`: records that operators were trained and that operating rules were settled.
enum HandoverCommand {
  struct Options {
    var id = ""
    var trained: Int?
    var rules: OperatingRules?
    var note: String?
  }

  struct Document: Encodable {
    var id: InstallationID
    var handover: Handover?
  }

  static var command: Command<Workplace> {
    Command(
      "handover", Text(zh: "记录操作培训和操作规程", en: "record training and operating rules"), options: Options(),
      parameters: { parameters in
        parameters.installation(\.id)
        parameters.option(
          "trained", \.trained, .people(0...10_000), placeholder: "N",
          Text(zh: "培训了多少作业人员", en: "how many operators were trained"))
        parameters.option(
          "rules", \.rules, .choice, placeholder: "drafted|existing",
          Text(zh: "操作规程：现场制定或已有", en: "operating rules: drafted on the spot, or existing"))
        parameters.option("note", \.note, .string, placeholder: "TEXT", Text(zh: "备注", en: "a note"))
      }, run: run)
  }

  static func run(_ options: Options, _ workplace: Workplace) throws -> Int32 {
    let console = workplace.console
    let installation = try workplace.installation(forStepOn: options.id)
    let handover = Handover(
      trainedOperators: try console.need(options.trained, option: "trained") { try askTrained(console) },
      operatingRules: try console.need(options.rules, option: "rules") { try askRules(console) },
      note: try workplace.written(options.note, as: .note, option: "note"))
    let changed = try workplace.step(on: installation) { walk, locked in try walk.handOver(locked, handover) }
    try console.answer(Document(id: changed.id, handover: changed.handover)) {
      console.put(Text(zh: "培训交接已记录", en: "handover recorded"))
    }
    return ExitCode.done.rawValue
  }

  static func askTrained(_ console: Console) throws -> Int {
    let text = try console.prompter.text(
      Text(zh: "培训了多少作业人员", en: "operators trained"),
      problem: {
        ValueType<Int>.people($0, within: 0...10_000) == nil
          ? FieldProblem.Fault.outOfRange(lower: 0, upper: 10_000, unit: "").message : nil
      })
    return ValueType<Int>.people(text, within: 0...10_000) ?? 0
  }

  static func askRules(_ console: Console) throws -> OperatingRules {
    try console.prompter.choose(
      Text(zh: "操作规程", en: "operating rules"),
      [
        Choice(
          "existing", Text(zh: OperatingRules.existing.word, en: "existing rules looked through"),
          value: .existing),
        Choice("drafted", Text(zh: OperatingRules.drafted.word, en: "drafted on the spot"), value: .drafted),
      ])
  }
}

/// `sign`: takes the proprietor's signature and closes the record.
enum SignCommand {
  struct Options {
    var id = ""
    var signature: String?
    var signatory: String?
    var signatoryPhone: String?
    var capacity = SignatoryCapacity.proprietor
  }

  struct Document: Encodable {
    struct Agreement: Encodable {
      var file: String
      var sha256: String?
    }

    var id: InstallationID
    var status: Installation.Status
    var agreement: Agreement
  }

  static var command: Command<Workplace> {
    Command(
      "sign", Text(zh: "所有权人签署安装部署协议，记录关闭", en: "the proprietor signs; the record closes and is queued"),
      options: Options(),
      parameters: { parameters in
        parameters.installation(\.id)
        parameters.option(
          "signature", \.signature, .file, placeholder: "STROKES.json",
          Text(zh: "签名笔迹文件", en: "the signature's strokes"))
        parameters.option(
          "signatory", \.signatory, .string, placeholder: "NAME",
          Text(zh: "签字人（不写则为责任人）", en: "who signs (unless told: the responsible person)"))
        parameters.option(
          "signatory-phone", \.signatoryPhone, .string, placeholder: "N",
          Text(zh: "签字人电话", en: "that person's phone"))
        parameters.option("capacity", \.capacity, .choice, Text(zh: "签字身份", en: "in what capacity"))
      }, run: run)
  }

  static func run(_ options: Options, _ workplace: Workplace) throws -> Int32 {
    let console = workplace.console
    let installation = try workplace.installation(forStepOn: options.id)
    let walk = Walk(workplace: workplace)
    try walk.require(.sign, of: installation)
    let file = try console.need(options.signature, option: "signature") { try askSignature(console) }
    let order = try order(options, file: file, workplace)
    let outcome = try walk.alone(with: installation.id) { try walk.sign($0, order) }
    let signed = outcome.installation
    let document = Document(
      id: signed.id, status: signed.status,
      agreement: Document.Agreement(file: outcome.file, sha256: signed.agreement?.sha256))
    try console.answer(document) {
      console.put(Text(zh: "协议已签：\(outcome.file)", en: "agreement signed: \(outcome.file)"))
      console.put(Text(zh: "记录已关闭，等待上传", en: "the record is closed and queued"))
    }
    return ExitCode.done.rawValue
  }

  static func order(_ options: Options, file: String, _ workplace: Workplace) throws -> Walk.SignOrder {
    var order = Walk.SignOrder(strokes: try workplace.read(file, atMost: 4 << 20))
    order.name = try workplace.written(options.signatory, as: .name, option: "signatory").map { PersonName($0) }
    order.phone = try options.signatoryPhone.map {
      guard let phone = PhoneNumber($0) else { throw SetupRejected.phone }
      return phone
    }
    order.capacity = options.capacity
    return order
  }

  static func askSignature(_ console: Console) throws -> String {
    try console.prompter.text(Text(zh: "签名笔迹文件（.json）", en: "file with the signature's strokes (.json)"))
  }
}

extension Parameters {
  /// Adds the argument for the installation on which a command works.
  mutating func installation(_ path: WritableKeyPath<Options, String>) {
    argument(
      "ID", path, .string,
      Text(
        zh: "记录号、记录号的前几位（至少 4 位）或标牌码",
        en: "id of the installation, its first characters (4 at least), or its label code"),
      completion: .dynamic("installations"))
  }

  /// Adds the option for why a photo is right although it resembles one of another installation, where `--reason` alone
  /// could mean something else.
  mutating func photoReason(_ path: WritableKeyPath<Options, String?>) {
    option("photo-reason", path, .string, placeholder: "TEXT", PhotoIntake.reasonTitle)
  }

  /// Adds the options for the firmware that a module gets.
  mutating func firmware(
    image: WritableKeyPath<Options, String?>, manifest: WritableKeyPath<Options, String?>,
    allowsDowngrade: WritableKeyPath<Options, Bool>
  ) {
    firmware(image: image, manifest: manifest)
    flag(
      "allow-downgrade", allowsDowngrade,
      Text(zh: "允许退回旧版", en: "let an older version replace a newer one"))
  }

  /// Adds the options for the known firmware.
  mutating func firmware(
    image: WritableKeyPath<Options, String?>, manifest: WritableKeyPath<Options, String?>
  ) {
    option(
      "image", image, .file, placeholder: "F.bin",
      Text(zh: "固件文件", en: "the image; unless told the newest for the chip"))
    option(
      "manifest", manifest, .file, placeholder: "F.json", Text(zh: "固件说明文件", en: "the image's manifest"))
  }

  /// Adds the option for the serial port of a module.
  mutating func port(_ path: WritableKeyPath<Options, String?>) {
    option(
      "port", path, .string, placeholder: "P", Text(zh: "模块所在的串口", en: "the serial port the module is on"),
      completion: .dynamic("ports"))
  }
}
