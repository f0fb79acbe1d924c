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
    var isTampered = false
  }

  static var command: Command<Workplace> {
    Command(
      "open", Text(zh: "登记报修", en: "put a reported fault on record"),
      discussion: Text(
        zh:
          "电话报修也用它。记录马上成为新的一版，等待上传。\n--unsafe：有安全隐患，修好并测试合格以前停用；--tampered：有人违规拆装。",
        en:
          "Also for a fault that is reported by phone. The record's next revision is queued at once.\n--unsafe: the welder is out of use until it is mended and a test has passed; --tampered: somebody\nhas taken it apart without a right to."
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
    if let refusal = found.installation.refusalOfChanging() { throw StepRefused(step: nil, refusal: refusal) }
    let opened = try report(options, workplace)
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
    // Nobody has to say more of a welder that was taken apart.
    let given = options.fault ?? (options.isTampered ? "违规拆装" : nil)
    let fault = try console.need(given, option: "fault") {
      try console.asking { try workplace.ask(Text(zh: "什么故障", en: "what is wrong"), as: .note) }
    }
    let name = try workplace.written(options.reportedBy, as: .name, option: "reported-by").map {
      PersonName($0)
    }
    let phone = try options.reporterPhone.map { (text) throws -> PhoneNumber in
      guard let phone = PhoneNumber(text) else { throw SetupRejected.phone }
      return phone
    }
    if phone != nil, name == nil { throw UsageError.missing(option: "reported-by") }
    return InstallationEvent.RepairOpened(
      technician: try workplace.technician(), fault: try workplace.written(fault, as: .note, option: "fault"),
      reporter: name.map { Repair.Reporter(name: $0, phone: phone) }, isUnsafe: options.isUnsafe,
      isTampered: options.isTampered)
  }
}

extension Parameters {
  /// Adds the argument for an installed welder, and the option by which a photo of its label stands for it.
  mutating func label(
    _ code: WritableKeyPath<Options, String?>, photo: WritableKeyPath<Options, String?>
  ) {
    argument(
      "CODE", code, .string,
      Text(zh: "标牌码、扫码得到的网址或记录号", en: "the label's code, the address in its symbol, or the record's id"),
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
      "tampered", path.appending(path: \.isTampered),
      Text(zh: "有人违规拆装", en: "somebody has taken it apart without a right to"))
  }
}
