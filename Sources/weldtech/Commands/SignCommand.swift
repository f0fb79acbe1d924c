import Agreements
import Arguments
import FoundationEssentials
import Records
import Terminal

/// `sign`: takes the proprietor's signature and closes the record.
enum SignCommand {
  struct Options {
    var id = ""
    var signature: String?
    var signatory: String?
    var signatoryPhone: String?
    var capacity = SignatoryCapacity.proprietor
    var consent: Consent?
    var shown: Shown?
    var authority: [String] = []
    var phone = PhoneOptions()
    /// The work that was done in a repair, in the technician's words.
    var done: WrittenText?
    var showsText = false
    var copy: CopyLanguage?
  }

  /// A language in which an agreement can be read besides the one in which it counts.
  enum CopyLanguage: String, CaseIterable { case en }

  /// The way in which the text was shown: by this program on the terminal, or on paper.
  enum Shown: String, CaseIterable {
    case terminal, paper

    var means: AgreementRecord.Showing.Means { self == .terminal ? .terminal : .paper }
  }

  /// The answer to the question whether the course of the writing may be kept.
  enum Consent: String, CaseIterable { case yes, no }

  struct TextDocument: Encodable {
    var id: InstallationID
    var terms: TermsReference
    /// SHA-256 of the lines in UTF-8, each ended by U+000A; lower-case hex.
    var sha256: String
    var lines: [String]
  }

  struct Document: Encodable {
    struct Agreement: Encodable {
      var file: String
      var sha256: String?
      /// The path of the copy for reading; nil where none was asked for.
      var copy: String?
    }

    var id: InstallationID
    var status: Installation.Status
    var agreement: Agreement
  }

  static var command: Command<Workplace> {
    Command(
      "sign", Text(zh: "所有权人签署安装部署协议，记录关闭", en: "the proprietor signs; the record closes and is queued"),
      discussion: Text(
        zh:
          "--phone：签字人在手机上看全文、签字；姓名和电话后四位在电脑上核对。签完手机上可以保存协议，电脑上回车结束。\n--json 时也可以用，地址写在标准错误上。",
        en:
          "With --phone the signatory reads and signs on a phone; name and last digits of the phone number are compared on the\nlaptop. Then the agreement can be saved on the phone until Enter. It goes with --json too: the address is on stderr."
      ),
      options: Options(),
      parameters: { parameters in
        parameters.installation(\.id)
        parameters.signature(\.self)
        parameters.flag(
          "text", \.showsText,
          Text(zh: "只显示将要签署的协议全文，不签", en: "only print the text that would be signed; nothing is signed"))
        parameters.option(
          "copy", \.copy, .choice, placeholder: "en",
          Text(
            zh: "另写一份英文副本，只供阅读；签过的协议也可以补写",
            en:
              "also write a copy in English for reading, which does not count; goes for a signed agreement too")
        )
        parameters.agreeing(\.self)
        parameters.phone(\.phone, browser: true)
      }, run: run)
  }

  static func run(_ options: Options, _ workplace: Workplace) throws -> Int32 {
    let console = workplace.console
    let installation = try workplace.installation(forStepOn: options.id)
    let walk = Walk(workplace: workplace)
    if options.phone.isServed, installation.agreement != nil {
      return try showAgain(installation, options, workplace)
    }
    if options.copy != nil, options.signature == nil, installation.agreement != nil {
      let outcome = Walk.SignOutcome(
        installation: installation, file: workplace.agreementPath(of: installation))
      return try answer(outcome, options, walk)
    }
    try walk.require(.sign, of: installation)
    if options.showsText {
      let text = try walk.agreementText(of: installation, at: workplace.clock.now())
      let document = TextDocument(
        id: installation.id, terms: text.terms.reference, sha256: text.sha256, lines: text.lines)
      try console.answer(document) { for line in text.lines { console.paragraph(Text(verbatim: line)) } }
      return ExitCode.done.rawValue
    }
    try options.phone.check(against: options.signature.map { _ in "signature" })
    guard options.phone.isServed else {
      return try answer(try walk.alone(with: installation.id) { try sign($0, options, walk) }, options, walk)
    }
    let words = ["sign", String(installation.id.text.prefix(8))] + options.phone.words
    let (outcome, task) = try WalkStopped.naming(workplace.commandLine(words)) {
      try walk.alone(with: installation.id) { try PhoneSigning.sign($0, options, walk) }
    }
    defer { task.stop() }
    let status = try answer(outcome, options, walk)
    task.keepPapers()
    return status
  }

  /// Shows a signed agreement on the phone once more.
  private static func showAgain(_ installation: Installation, _ options: Options, _ workplace: Workplace) throws
    -> Int32
  {
    try options.phone.check(against: options.signature.map { _ in "signature" })
    let task = try PhoneSigning.showAgain(installation, options, workplace)
    defer { task.stop() }
    let file = workplace.agreementPath(of: installation)
    let document = Document(
      id: installation.id, status: installation.status,
      agreement: Document.Agreement(file: file, sha256: installation.agreement?.sha256))
    try workplace.console.answer(document) {
      workplace.console.put(Text(zh: "协议已经签过：\(file)", en: "the agreement is signed already: \(file)"))
    }
    task.keepPapers()
    return ExitCode.done.rawValue
  }

  private static func answer(_ outcome: Walk.SignOutcome, _ options: Options, _ walk: Walk) throws -> Int32 {
    let signed = outcome.installation
    let console = walk.workplace.console
    let copy = try options.copy.map { _ in try walk.writeReadingCopy(of: signed) }
    let document = Document(
      id: signed.id, status: signed.status,
      agreement: Document.Agreement(file: outcome.file, sha256: signed.agreement?.sha256, copy: copy))
    try console.answer(document) {
      console.put(Text(zh: "协议已签：\(outcome.file)", en: "agreement signed: \(outcome.file)"))
      if let copy {
        console.put(Text(zh: "英文副本（只供阅读）：\(copy)", en: "copy in English, for reading: \(copy)"))
      }
      if signed.status == .closed { console.put(Text(zh: "记录已关闭，等待上传", en: "the record is closed and queued")) }
    }
    return ExitCode.done.rawValue
  }

  /// Shows the agreement on a terminal and asks for the consent; signs with the strokes that an option names,
  /// or with the file that is asked for until one is a signature.
  static func sign(_ installation: LockedInstallation, _ options: Options, _ walk: Walk) throws
    -> Walk.SignOutcome
  {
    let workplace = walk.workplace
    let console = workplace.console
    let now = workplace.clock.now()
    try workplace.checkSeal()
    try photographAuthority(installation, options, walk)
    var shown = options.shown.map { AgreementRecord.Showing(means: $0.means, at: now) }
    let text = try walk.agreementText(of: installation.record, at: now, done: options.done)
    walk.tellOtherTerms(of: text, than: installation.record)
    if shown == nil, console.canPrompt {
      for line in text.lines {
        let columns = console.diagnostics.columns - 1
        for part in DisplayWidth.wrap(line, to: columns) { console.say(Text(verbatim: part)) }
      }
      shown = AgreementRecord.Showing(means: .terminal, at: now)
    }
    var consents = options.consent.map { $0 == .yes }
    if consents == nil, console.canPrompt {
      // Only the signatory's own yes or no is an answer here.
      consents = try console.asking {
        try Prompter(console, goesBack: true).confirm(
          Text(zh: "签字人同意保存书写过程吗", en: "does the signatory agree that the course of the writing is kept"),
          backIsNo: false)
      }
    }
    func sign(_ file: String) throws -> Walk.SignOutcome {
      var order = try order(options, file: file, for: installation.record, workplace)
      (order.shown, order.shownSha256, order.consents) = (shown, text.sha256, consents)
      order.done = options.done
      return try walk.sign(installation, order)
    }
    if let file = options.signature { return try sign(file) }
    guard console.canPrompt else { throw UsageError.missing(option: "signature") }
    return try FileQuestion(workplace: workplace, kind: .signature).take(
      Text(zh: "签名笔迹文件（.json）", en: "file with the signature's strokes (.json)"), sign)
  }

  /// Attaches the photos of the signatory's authority.
  static func photographAuthority(_ installation: LockedInstallation, _ options: Options, _ walk: Walk) throws {
    guard !options.authority.isEmpty else { return }
    _ = try walk.photograph(installation, stage: .authority, files: options.authority)
  }

  private static func order(
    _ options: Options, file: String, for installation: Installation, _ workplace: Workplace
  ) throws -> Walk.SignOrder {
    var order = Walk.SignOrder(strokes: try workplace.read(file, atMost: SignatureStrokes.maxBytes))
    order.name = try workplace.written(options.signatory, as: .name, option: "signatory").map { PersonName($0) }
    order.phone = try options.signatoryPhone.map {
      guard let phone = PhoneNumber($0) else { throw SetupRejected.phone }
      return phone
    }
    // Without this, the responsible person's phone would be printed as another person's.
    if let name = order.name, name != installation.owner.responsibleName, order.phone == nil {
      throw UsageError.missing(option: "signatory-phone")
    }
    order.capacity = options.capacity
    return order
  }
}

extension Parameters {
  /// Adds the options for the signature itself and for who signs.
  mutating func signature(_ path: WritableKeyPath<Options, SignCommand.Options>) {
    option(
      "signature", path.appending(path: \.signature), .file, placeholder: "STROKES.json",
      Text(zh: "签名笔迹文件", en: "the signature's strokes"))
    option(
      "signatory", path.appending(path: \.signatory), .string, placeholder: "NAME",
      Text(zh: "签字人（不写则为责任人）", en: "who signs (unless told: the responsible person)"))
    option(
      "signatory-phone", path.appending(path: \.signatoryPhone), .string, placeholder: "N",
      Text(zh: "签字人电话", en: "that person's phone"))
    option("capacity", path.appending(path: \.capacity), .choice, Text(zh: "签字身份", en: "in what capacity"))
  }

  /// Adds the options for what the signatory was shown and agreed to, and for the authority of whoever signs
  /// for the unit.
  mutating func agreeing(_ path: WritableKeyPath<Options, SignCommand.Options>) {
    option(
      "consent", path.appending(path: \.consent), .choice, placeholder: "yes|no",
      Text(
        zh: "签字人是否同意保存书写过程（快慢、轻重）；no 只保存笔迹的形状",
        en: "whether the signatory agrees that the course of the writing is kept; with `no` only its shape is"))
    option(
      "shown", path.appending(path: \.shown), .choice, placeholder: "terminal|paper",
      Text(zh: "协议全文是怎样给签字人看的", en: "how the text was shown to the signatory"))
    options(
      "authority", path.appending(path: \.authority), .file, placeholder: "F",
      Text(zh: "授权书的照片（授权代理人签字必须有）", en: "photo of the authority, which an authorised signatory needs"))
  }
}
