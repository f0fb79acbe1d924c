import Arguments
import Records
import Terminal

/// `install`: takes the whole walk, from the beginning or from where it stopped.
enum InstallCommand {
  struct Options {
    var id: String?
    var from: String?
    var draft: Int?
    var dropDraft: Int?
    var code: String?
    var codePhoto: String?
    var platePhoto: String?
    var port: String?
    var photosBefore: [String] = []
    var photosAfter: [String] = []
    var photoReason: String?
    var reason: String?
    var seal: String?
    var sealPhoto: String?
    var trained: Int?
    var rules: OperatingRules?
    var note: String?
    var trainees: [String] = []
    var template = Walk.LabelRequest.defaultTemplate
    var sign = SignCommand.Options()
    var offline = false
  }

  struct Document: Encodable {
    var id: InstallationID
    /// The code of the label; null for a retired welder.
    var code: Nullable<LabelCode>
    var status: Installation.Status
    var next: Step?
    var agreement: SignCommand.Document.Agreement?
  }

  static var command: Command<Workplace> {
    Command(
      "install", Text(zh: "走完整个流程，或从中断处继续", en: "the whole walk, new or resumed where it stood"),
      discussion: Text(
        zh:
          "不写 ID 就登记一台新焊机；写 ID 就从它停下的那一步继续，调研过的先补登记。只问查不到的内容，回车采用方括号里的建议。\n先检查证书、时间、磁盘、标牌码、平台和串口，再提问。< 退回上一问；中途退出不丢，按提示的命令接着办。\n--phone 在手机上登记、拍照、看方案、签字，一个二维码用到底。",
        en:
          "Without an ID a new welder is registered; with one its walk goes on where it stood, that of a\nsurveyed one with its registration. Only what is not known is\nasked for, and Enter takes what stands in brackets. Certificate, clock, disk, codes, platform and port are\nlooked at first. < goes back to the question before; what was answered is kept.\nWith --phone the phone registers, photographs, shows the scheme and signs, by one symbol."
      ),
      options: Options(),
      parameters: { parameters in
        parameters.argument(
          "ID", \.id, .string, Text(zh: "要继续的安装记录", en: "the installation to go on with"),
          completion: .dynamic("installations"))
        parameters.option(
          "from", \.from, .file, placeholder: "FILE.json", Text(zh: "登记信息", en: "the registration"))
        parameters.drafts(\.draft, drop: \.dropDraft)
        parameters.option(
          "code", \.code, .string, placeholder: "CODE",
          Text(
            zh: "贴上的库存标牌的标牌码（不写则现做）", en: "the code of the label from stock that is stuck on; else one is made")
        )
        parameters.codePhoto(\.codePhoto)
        parameters.option(
          "plate-photo", \.platePhoto, .file, placeholder: "F",
          Text(
            zh: "库存标牌贴在焊机上的照片：从中读标牌码核对，并作为安装后的照片",
            en:
              "a photo of the plate from stock on the welder: its code is compared, and it is one from after the work"
          ))
        parameters.port(\.port)
        parameters.options(
          "photo-before", \.photosBefore, .file, Text(zh: "安装前的照片", en: "photo from before the work"))
        parameters.options(
          "photo-after", \.photosAfter, .file, Text(zh: "安装后的照片", en: "photo from after the work"))
        parameters.photoReason(\.photoReason)
        parameters.duplicateReason(\.reason)
        parameters.option("seal", \.seal, .string, placeholder: "N", Text(zh: "封条编号", en: "the seal's number"))
        parameters.option("seal-photo", \.sealPhoto, .file, Text(zh: "封条照片", en: "a photo of the seal"))
        parameters.option(
          "trained", \.trained, .people(0...10_000), placeholder: "N", Text(zh: "培训人数", en: "operators trained")
        )
        parameters.option(
          "rules", \.rules, .choice, placeholder: "drafted|existing", Text(zh: "操作规程", en: "operating rules"))
        parameters.option(
          "note", \.note, .string, placeholder: "TEXT", Text(zh: "交接备注", en: "a note on the handover"))
        parameters.trainees(\.trainees)
        parameters.labelTemplate(\.template)
        parameters.signature(\.sign)
        parameters.agreeing(\.sign)
        parameters.phone(\.sign.phone)
        parameters.flag(
          "offline", \.offline, Text(zh: "最后不上传，留在本机以后再传", en: "leave it in the queue at the end"))
      }, run: run)
  }

  static func run(_ options: Options, _ workplace: Workplace) throws -> Int32 {
    // A laptop that may not install is refused before anybody answers twenty questions.
    try workplace.technicianAtWork()
    try options.sign.phone.check()
    try RegisterCommand.drop(options.dropDraft, workplace)
    let walk = Walk(workplace: workplace)
    let code = try PlateReader(workplace: workplace).code(typed: options.code, photo: options.codePhoto)
    var installation = try open(options, code: code, walk)
    workplace.concerned = installation.id
    var phone: PhoneWalk?
    // Stopping does not end the phone's task, which goes on at the same address in the next run.
    defer { phone?.task.stop() }
    installation = try WalkStopped.naming(
      workplace.commandLine(
        ["install", String(installation.id.text.prefix(8))] + options.sign.phone.words
          + (options.port.map { ["--port", $0] } ?? []) + (options.offline ? ["--offline"] : []))
    ) {
      try walk.alone(with: installation.id) { locked in
        guard options.sign.phone.isServed, locked.record.nextStep != nil else {
          return try finish(locked, options, code: code, walk, nil)
        }
        phone = try PhoneWalk(locked, options.sign.phone, walk)
        return try finish(locked, options, code: code, walk, phone)
      }
    }
    if installation.isInWork { return try report(installation, exit: .failed, workplace) }
    let status = try report(try deliver(installation, options, workplace), workplace)
    if options.sign.signature == nil { phone?.task.keepPapers() }
    return status
  }

  // MARK: - The walk

  private static func open(_ options: Options, code: LabelCode?, _ walk: Walk) throws -> Installation {
    let workplace = walk.workplace
    let named = try options.id.map { try walk.fieldbook.installation(matching: $0) }
    if let named, named.status != .surveyed { return named }
    if options.from == nil, workplace.console.canPrompt {
      try WalkReadiness(workplace: workplace).checkInstalling(
        needsCode: try code == nil && !PlateReader(workplace: workplace).isStock, port: options.port)
    }
    // What is filled in on a phone is confirmed on the laptop.
    let isOnPhone = options.sign.phone.isServed && options.from == nil && workplace.console.canPrompt
    let request = RegistrationForm.Request(
      from: options.from, draft: options.draft, survey: named, beginsWalk: true, verb: "install",
      phone: isOnPhone ? options.sign.phone : nil)
    let evidence = RegisterCommand.Evidence(
      code: code, photos: options.photosBefore, reason: options.photoReason)
    switch try RegisterCommand.begin(request, evidence, workplace) {
    case .goOn(let id): return try walk.fieldbook.installation(id)
    case .registered(let opened):
      if isOnPhone, let draft = opened.draft {
        PhoneFolders(workplace: workplace).goOn(fromDraft: draft, to: opened.installation.id)
      }
      return tell(opened, to: workplace.console)
    }
  }

  private static func tell(_ opened: Walk.Registered, to console: Console) -> Installation {
    console.say(
      Text(
        zh: "已登记：记录 \(opened.installation.id)，标牌码 \(opened.installation.code?.description ?? "–")",
        en: "registered: \(opened.installation.id), code \(opened.installation.code?.description ?? "–")"))
    if let scheme = opened.scheme {
      SchemesCommand.tell(scheme, chosenFor: opened.installation.welder, to: console)
    }
    return opened.installation
  }

  /// Takes one step after the other until the record is closed, or a test fails.
  /// - Parameter phone: the phone that is beside the walk; nil for none.
  private static func finish(
    _ installation: LockedInstallation, _ options: Options, code: LabelCode?, _ walk: Walk, _ phone: PhoneWalk?
  ) throws -> Installation {
    while let step = installation.record.nextStep {
      if walk.workplace.isInterrupted { throw Cancelled() }
      if try walk.isProtectionDue(installation) { try protect(installation, options, walk) }
      walk.workplace.console.say(Text(zh: "▸ \(step.title.zh)", en: "▸ \(step.title.en)"), .bold)
      phone?.begin(step)
      if step == .label {
        try label(installation, options, code: code, walk, phone)
      } else {
        try take(step, of: installation, options, walk, phone)
      }
      // Keys that were pressed while the module was worked on are discarded. They would answer the question for
      // a seal's number or a photo unseen.
      if [.flash, .pair, .label, .test].contains(step) { walk.workplace.console.source.discardTyped() }
      // After signing, the phone's page still shows the signed agreement.
      if step != .sign { phone?.end() }
      if step == .test, installation.record.test?.passed != true {
        phone?.stopped(
          Text(zh: "测试不合格，请看电脑；修好以后在电脑上接着办", en: "The test did not pass: see the laptop, and go on there"))
        break
      }
    }
    return installation.record
  }

  /// Protects the chip from reading, as the company's setup wants it after the passed test, and says what follows.
  private static func protect(_ installation: LockedInstallation, _ options: Options, _ walk: Walk) throws {
    let (workplace, console) = (walk.workplace, walk.workplace.console)
    console.say(Text(zh: "▸ 设置读保护", en: "▸ protect from reading"), .bold)
    console.say(
      Text(
        zh: "  设置以后，芯片里的程序和密钥不能再从接口读出，固件只能由模块自己更新；要解除只能全部擦除，再重新烧录、配对",
        en:
          "  from now on nothing can be read out of the chip, and only its own firmware updates it; lifting this erases all of it, and it is flashed and paired anew"
      ))
    let port = try workplace.choosePort(options.port)
    _ = try FlashProgress.watch(on: console) { try walk.protect(installation, port: port, onEvent: $0) }
  }

  private static func take(
    _ step: Step, of installation: LockedInstallation, _ options: Options, _ walk: Walk, _ phone: PhoneWalk?
  ) throws {
    let workplace = walk.workplace
    let console = workplace.console
    switch step {
    case .photoBefore:
      try photograph(
        installation, .before, options.photosBefore, option: "photo-before",
        Text(zh: "安装前的照片文件", en: "file with a photo from before the work"), options, walk, phone)
    case .flash:
      let order = Walk.FlashOrder(port: try workplace.choosePort(options.port))
      try walk.checkPairing()
      _ = try FlashProgress.watch(on: console) { tell in
        try walk.flash(
          installation, order,
          onEvent: {
            tell($0)
            phone?.progress($0.doing, fraction: $0.fraction)
          })
      }
    case .pair:
      _ = try walk.pair(
        installation, port: try workplace.choosePort(options.port),
        duplicateReason: try duplicateReason(options, walk)
      ) { $0.tell(console) }
    case .label: break  // `label` takes it
    case .seal:
      let reason = try photoReason(options, walk)
      try WalkSlip.askingAgain(on: console, isAsking: options.seal == nil) {
        let number = try console.need(options.seal, option: "seal") { try SealCommand.askNumber(workplace) }
        _ = try walk.seal(
          installation, number: try SealCommand.sealNumber(number), photoFile: options.sealPhoto, reason: reason
        )
      }
    case .test:
      let tested = try walk.test(installation, port: try workplace.choosePort(options.port), plan: nil) {
        TestCommand.tell($0, to: console)
      }
      if !console.isJSON, let report = tested.test { TestTexts.put(report, to: console) }
    case .photoAfter:
      try photograph(
        installation, .after, options.photosAfter, option: "photo-after",
        Text(zh: "安装后的照片文件", en: "file with a photo of the finished work"), options, walk, phone)
    case .handover:
      let handover = try HandoverQuestions(
        workplace: workplace, installation: installation.record, trained: options.trained, rules: options.rules,
        note: try workplace.written(options.note, as: .note, option: "note"),
        trainees: try HandoverCommand.trainees(options.trainees, workplace)
      ).handover()
      _ = try walk.handOver(installation, handover)
    case .sign:
      let isOnPhone = options.sign.signature == nil && phone != nil
      let outcome =
        if isOnPhone, let phone { try phone.sign(options.sign) } else {
          try SignCommand.sign(installation, options.sign, walk)
        }
      console.say(Text(zh: "  协议：\(outcome.file)", en: "  agreement: \(outcome.file)"))
    case .repair, .confirm: throw StepRefused(step: step, refusal: .repairOpen)
    }
  }

  /// Makes the label, or confirms the plate from stock: by the code that was given, or by a photo of the plate
  /// on the welder.
  /// - Parameter code: the code of options; nil where none was given.
  private static func label(
    _ installation: LockedInstallation, _ options: Options, code: LabelCode?, _ walk: Walk, _ phone: PhoneWalk?
  ) throws {
    let (workplace, console) = (walk.workplace, walk.workplace.console)
    var request = Walk.LabelRequest()
    request.template = options.template
    request.stockCode = code
    request.platePhoto = options.platePhoto
    request.photoReason = try photoReason(options, walk)
    guard code == nil, options.platePhoto == nil, try PlateReader(workplace: workplace).isStock else {
      let outcome = try walk.label(installation, request)
      if let file = outcome.file { console.say(Text(zh: "  标牌：\(file)", en: "  label: \(file)")) }
      return
    }
    if let phone { return try phone.confirmPlate(request) }
    guard console.canPrompt else { throw UsageError.missing(option: "plate-photo") }
    _ = try FileQuestion(workplace: workplace, kind: .photo, takesCode: true).take(
      Text(
        zh: "标牌和封条贴好后拍的照片（拍清标牌；也可扫描）",
        en: "photo of the plate on the welder, with the seal on (or scan the plate)")
    ) { answer in
      var request = request
      request.stockCode = LabelCode(written: answer)
      request.platePhoto = request.stockCode == nil ? answer : nil
      return try walk.label(installation, request)
    }
  }

  /// Attaches the photos that were given, or asks for a photo until the technician accepts one.
  private static func photograph(
    _ installation: LockedInstallation, _ stage: Photo.Stage, _ given: [String], option: String,
    _ question: Text, _ options: Options, _ walk: Walk, _ phone: PhoneWalk?
  ) throws {
    let workplace = walk.workplace
    let reason = try photoReason(options, walk)
    guard given.isEmpty else {
      _ = try walk.photograph(installation, stage: stage, files: given, reason: reason)
      return
    }
    if let phone { return try phone.photograph(stage, reason: reason) }
    guard workplace.console.canPrompt else { throw UsageError.missing(option: option) }
    _ = try FileQuestion(workplace: workplace, kind: .photo).take(question) {
      try walk.photograph(installation, stage: stage, files: [$0], reason: reason)
    }
  }

  private static func photoReason(_ options: Options, _ walk: Walk) throws -> WrittenText? {
    try walk.workplace.written(options.photoReason, as: .note, option: "photo-reason")
  }

  private static func duplicateReason(_ options: Options, _ walk: Walk) throws -> WrittenText? {
    try walk.workplace.written(options.reason, as: .note, option: "reason")
  }

  // MARK: - Delivery

  /// Tries to deliver. The walk is complete in either case, and records that are not delivered stay in the
  /// queue.
  private static func deliver(_ installation: Installation, _ options: Options, _ workplace: Workplace) throws
    -> Installation
  {
    guard installation.status == .closed || installation.status == .retired else { return installation }
    guard !options.offline, try workplace.fieldbook().setup().platform != nil,
      let lock = try workplace.fieldbook().lock(.sync)
    else {
      try tellKept(workplace)
      return installation
    }
    defer { lock.release() }
    let place = workplace.deliveryPlace.name
    workplace.console.say(Text(zh: "▸ 上传到\(place.zh)", en: "▸ deliver to \(place.en)"), .bold)
    // Unless the policy is `always`, `sync` delivers the originals: no record waits for them, and the next
    // welder need not wait.
    let originals = try workplace.originalsPolicy() == .always ? OriginalsPolicy.always : .never
    do {
      let document = try SyncCommand.once(workplace, SyncCommand.Options(originals: originals))
      for outcome in document.outcomes where outcome.id == installation.id {
        if let reason = outcome.reason { workplace.console.say(reason.title(at: workplace.deliveryPlace)) }
      }
    } catch {
      workplace.console.say(explain(error).message)
    }
    let installation = try workplace.fieldbook().installation(installation.id)
    if installation.status != .delivered { try tellKept(workplace) }
    return installation
  }

  // MARK: - Telling

  /// Says that nothing is lost without a network, and how it is delivered.
  private static func tellKept(_ workplace: Workplace) throws {
    let waiting = try workplace.fieldbook().queueSummary().records
    guard waiting > 0 else { return }
    let sync = workplace.commandLine(["sync"])
    workplace.console.say(
      Text(
        zh: "记录、照片和协议都已存在本机，共 \(waiting) 条待上传",
        en: "record, photos and agreement are kept on this laptop; \(waiting) to be delivered"))
    workplace.console.say(
      Text(
        zh: "  有网后运行 \(sync)（加 --watch 则有网就自动上传）",
        en: "  with a network: \(sync) (with --watch it waits for one)"))
  }

  private static func report(_ installation: Installation, exit: ExitCode = .done, _ workplace: Workplace)
    throws
    -> Int32
  {
    let console = workplace.console
    let document = Document(
      id: installation.id, code: Nullable(installation.code), status: installation.status,
      next: installation.nextStep,
      agreement: installation.agreement.map {
        SignCommand.Document.Agreement(
          file: workplace.agreementPath(of: installation), sha256: $0.sha256)
      })
    try console.answer(document) {
      console.put(
        Text(
          zh: "\(installation.code?.description ?? installation.id.text)：\(installation.status.title.zh)",
          en: "\(installation.code?.description ?? installation.id.text): \(installation.status.title.en)"))
      if let next = installation.nextStep, let need = NextCommand.need(of: installation) {
        console.put(
          Text(zh: "下一步：\(next.title.zh)。\(need.what.zh)：", en: "next: \(next.title.en). \(need.what.en):"))
        console.put("  " + need.command[console.language])
      }
    }
    return exit.rawValue
  }
}

/// The error that Ctrl-C was pressed between two steps.
struct Cancelled: Error {}

extension Cancelled: Explained {
  var failure: Failure {
    Failure(
      code: "cancelled", message: Text(zh: "已取消", en: "cancelled"),
      hint: Text(zh: "再运行同一命令即可继续", en: "run the same command again to go on"), exit: .cancelled)
  }
}

/// The form was cancelled before all of it was answered; none of its answers was stored.
struct AnswersLost: Error {}

extension AnswersLost: Explained {
  var failure: Failure {
    Failure(
      code: "cancelled",
      message: Text(zh: "已取消，刚才填写的内容没有保存", en: "cancelled; what was answered is not stored"),
      hint: Text(zh: "再运行同一命令，从头填写", en: "run the same command again and answer anew"), exit: .cancelled)
  }
}

extension PromptError: Explained {
  var failure: Failure {
    switch self {
    case .notATerminal: explain(UsageError.missing(options: [])).failure
    case .cancelled, .endOfInput, .back: Cancelled().failure
    }
  }
}
