import Arguments
import Records
import Terminal

/// `repair open`: puts a fault on record that was reported, by phone or on the spot.
enum RepairOpenCommand {
  struct Options {
    var code: String?
    var labelPhoto: String?
    var archive = AdoptionOptions()
    var fault: String?
    var reportedBy: String?
    var reporterPhone: String?
    var isUnsafe = false
    var isUsable = false
    var isTampered = false
  }

  static var command: Command<Workplace> {
    Command(
      "open", Text(zh: "登记报修", en: "put a reported fault on record"),
      discussion: Text(
        zh:
          "电话报修也用它。记录马上成为新的一版，等待上传。焊机也可以按单位或电话查找。\n--unsafe：有安全隐患，修好并测试合格以前停用；--usable：没有安全隐患；--tampered：有人违规拆装。",
        en:
          "Also for a fault that is reported by phone. The record's next revision is queued at once.\nThe welder may also be named by its unit or a phone number. --unsafe: the welder is out of use until it\nis mended and a test has passed; --usable: it may be used until then; --tampered: somebody has taken it\napart without a right to."
      ),
      options: Options(),
      parameters: { parameters in
        parameters.label(\.code, photo: \.labelPhoto)
        parameters.report(\.self, fault: Text(zh: "故障", en: "what is wrong"))
        parameters.adoption(\.archive)
      }, run: run)
  }

  static func run(_ options: Options, _ workplace: Workplace) throws -> Int32 {
    let found = try RepairTarget(workplace: workplace).find(
      options.code, photo: options.labelPhoto, archive: options.archive)
    // Whether a second report adds anything to an open fault is known only after the report is given, and
    // checked below.
    if found.installation.openRepair == nil || found.installation.isInRepair,
      let refusal = found.installation.refusalOfChanging()
    {
      throw StepRefused(step: nil, refusal: refusal)
    }
    let opened = try report(options, workplace)
    if let refusal = found.installation.refusal(ofReporting: opened) {
      throw StepRefused(step: nil, refusal: refusal)
    }
    let changed = try workplace.step(on: try found.here()) { walk, locked in try walk.report(opened, on: locked)
    }
    let console = workplace.console
    try console.answer(RepairDocument(changed, repair: changed.openRepair)) {
      console.put(
        Text(
          zh: "\(changed.code?.description ?? changed.id.text) 已登记报修，等待上传",
          en: "the fault of \(changed.code?.description ?? changed.id.text) is on record and queued"))
      if changed.status == .outOfUse {
        console.paragraph(
          Text(
            zh: "有安全隐患：修好并测试合格以前，告知使用人停用",
            en: "unsafe: tell its users that nobody welds with it until a test has passed"
          ))
      }
      changed.putNext(to: console)
    }
    return ExitCode.done.rawValue
  }

  /// The report of the options; what is missing is asked for.
  static func report(_ options: Options, _ workplace: Workplace) throws -> InstallationEvent.RepairOpened {
    let console = workplace.console
    if options.isUnsafe, options.isUsable { throw UsageError.conflictingOptions("--unsafe", "--usable") }
    let isAsking = options.fault == nil && console.canPrompt
    // A welder that was taken apart needs no other description of the fault.
    let given = options.fault ?? (options.isTampered ? "违规拆装" : nil)
    let fault = try console.need(given, option: "fault") {
      try console.asking { try workplace.ask(Text(zh: "什么故障", en: "what is wrong"), as: .note) }
    }
    let reporter = try reporter(options, isAsking, workplace)
    var (isUnsafe, isUsable) = (options.isUnsafe, options.isUsable)
    if isAsking, !isUnsafe, !isUsable {
      isUnsafe = try console.prompter.confirm(
        Text(
          zh: "有安全隐患、修好以前要停用吗", en: "is it unsafe, so that nobody may use it until it is mended"))
      isUsable = !isUnsafe
    }
    return InstallationEvent.RepairOpened(
      technician: try workplace.technician(), fault: try workplace.written(fault, as: .note, option: "fault"),
      reporter: reporter, isUnsafe: isUnsafe, isUsable: isUsable ? true : nil, isTampered: options.isTampered)
  }

  /// The person who reports the fault; nil where nobody says who.
  private static func reporter(_ options: Options, _ isAsking: Bool, _ workplace: Workplace) throws
    -> Repair.Reporter?
  {
    let prompter = Prompter(workplace.console, goesBack: true)
    var name = options.reportedBy
    if name == nil, isAsking {
      name = try workplace.console.asking {
        try prompter.text(
          Text(zh: "谁报修（不知道按回车）", en: "who reports it (Enter where nobody knows)"), mayBeEmpty: true,
          problem: { workplace.problem(with: $0, as: .name) })
      }
    }
    let written = try workplace.written(name, as: .name, option: "reported-by")
    var number = options.reporterPhone
    if number == nil, isAsking, written != nil {
      number = try workplace.console.asking {
        try prompter.text(
          Text(zh: "报修人电话（没有按回车）", en: "that person's phone (Enter for none)"), mayBeEmpty: true,
          problem: { PhoneNumber($0) == nil ? explain(SetupRejected.phone).message : nil })
      }
    }
    let phone = try number.flatMap { $0.isEmpty ? nil : $0 }.map { (text) throws -> PhoneNumber in
      guard let phone = PhoneNumber(text) else { throw SetupRejected.phone }
      return phone
    }
    if phone != nil, written == nil { throw UsageError.missing(option: "reported-by") }
    return written.map { Repair.Reporter(name: PersonName($0), phone: phone) }
  }
}

extension Parameters {
  /// Adds the argument for an installed welder, and the option by which a photo of its label stands for it.
  mutating func label(
    _ code: WritableKeyPath<Options, String?>, photo: WritableKeyPath<Options, String?>
  ) {
    argument(
      "CODE", code, .string,
      Text(
        zh: "标牌码、扫码得到的网址、记录号，或单位、电话",
        en: "the label's code, the address in its symbol, the record's id, its unit or a phone number"),
      completion: .dynamic("installations"))
    option("label-photo", photo, .file, Text(zh: "标牌的照片，代替标牌码", en: "a photo of the label in place of CODE"))
  }

  /// Adds the options for a reported fault: what it is, who reports it, and what it means.
  mutating func report(_ path: WritableKeyPath<Options, RepairOpenCommand.Options>, fault: Text) {
    option("fault", path.appending(path: \.fault), .string, placeholder: "TEXT", fault)
    option(
      "reported-by", path.appending(path: \.reportedBy), .string, placeholder: "NAME",
      Text(zh: "报修人", en: "who reports it"))
    option(
      "reporter-phone", path.appending(path: \.reporterPhone), .string, placeholder: "N",
      Text(zh: "报修人电话", en: "that person's phone"))
    flag(
      "unsafe", path.appending(path: \.isUnsafe),
      Text(zh: "有安全隐患，修好并测试合格以前停用", en: "nobody may weld with it until a test has passed"))
    flag(
      "usable", path.appending(path: \.isUsable),
      Text(zh: "没有安全隐患，修好以前可以用", en: "it is safe, and may be used until it is mended"))
    flag(
      "tampered", path.appending(path: \.isTampered),
      Text(zh: "有人违规拆装", en: "somebody has taken it apart without a right to"))
  }
}
