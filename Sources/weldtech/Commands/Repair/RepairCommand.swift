import Arguments
import Records
import Terminal

/// `repair`: mends an installed welder on the spot, and goes on where an earlier run stopped.
enum RepairCommand {
  struct Options {
    var report = RepairOpenCommand.Options()
    var port: String?
    var sealFound: Repair.SealFound?
    var sealPhotos: [String] = []
    var note: String?
    var seal: String?
    var newSealPhoto: String?
    var oldModule: String?
    var isDead = false
    var photos: [String] = []
    var photoReason: String?
    var flashes = false
    var pairs = false
    var makesLabel = false
    /// Whether there is nothing to do but the test.
    var isTestOnly = false
    var template = Walk.LabelRequest.defaultTemplate
    var isService = false
    var reason: String?
  }

  static var command: Command<Workplace> {
    Command(
      "repair", Text(zh: "维修已装模块的焊机", en: "mend an installed welder on the spot"),
      discussion: Text(
        zh:
          "先检查，再记下封条和现场照片，然后按需要烧录、配对、换模块、贴新封条、测试；再运行同一命令从断开的地方接着办。\n没有报过修的，用 --fault 写明故障。换模块：接上新模块，--old-module 旧模块序列号；旧模块没有应答的加\n--dead 和 --photo。修好以后 weldtech repair close 请所有权人签字。",
        en:
          "It inspects, puts the seal and photos of what was found on record, and then flashes, pairs, exchanges, seals and\ntests as needed; the same command goes on where it stopped. A fault that nobody reported yet is named by --fault.\nTo exchange the module, connect the new one and name the old by --old-module; of one that answers no more also say\n--dead and give a --photo. At the end `weldtech repair close` takes the owner's signature."
      ),
      options: Options(),
      parameters: { parameters in
        parameters.label(\.report.code, photo: \.report.labelPhoto)
        parameters.port(\.port)
        parameters.report(
          \.report, fault: Text(zh: "故障（还没有报修时）", en: "what is wrong, where nobody has reported it"))
        parameters.option(
          "seal-found", \.sealFound, .choice, placeholder: "intact|broken|missing",
          Text(zh: "到场时封条的情况", en: "the seal as it was found"))
        parameters.options(
          "seal-photo", \.sealPhotos, .file, placeholder: "F",
          Text(zh: "到场时封条和焊机的照片", en: "photo of seal and welder as they were found"))
        parameters.option(
          "note", \.note, .string, placeholder: "TEXT", Text(zh: "到场时看到的其他情况", en: "what else was found"))
        parameters.option(
          "old-module", \.oldModule, .string, placeholder: "SERIAL",
          Text(zh: "换模块：登记的旧模块的序列号", en: "exchange the module: the serial number of the old one"))
        parameters.flag("dead", \.isDead, Text(zh: "旧模块没有应答，不再使用", en: "the old module answers no more"))
        parameters.options(
          "photo", \.photos, .file, placeholder: "F", Text(zh: "旧模块的照片", en: "photo of the old module"))
        parameters.photoReason(\.photoReason)
        parameters.flag("flash", \.flashes, Text(zh: "重新烧录固件", en: "write the firmware anew"))
        parameters.flag("pair", \.pairs, Text(zh: "原模块重新配对", en: "pair the same module anew"))
        parameters.flag("label", \.makesLabel, Text(zh: "重做标牌并换上", en: "make the label anew"))
        parameters.flag(
          "test-only", \.isTestOnly, Text(zh: "没有别的工作，只测试", en: "nothing is to be done but the test"))
        parameters.labelTemplate(\.template)
        parameters.option(
          "seal", \.seal, .string, placeholder: "N", Text(zh: "新封条的编号", en: "the new seal's number"))
        parameters.option(
          "new-seal-photo", \.newSealPhoto, .file, placeholder: "F",
          Text(zh: "新封条的照片", en: "a photo of the new seal"))
        parameters.flag(
          "service", \.isService,
          Text(
            zh: "没有旧密钥也连不上平台时：打开机壳烧录、配对，模块会一直记着",
            en:
              "with the case open, where neither old key nor platform can be had; the module counts it"))
        parameters.option(
          "reason", \.reason, .string, placeholder: "TEXT",
          Text(zh: "为什么用 --service 或换模块", en: "why by --service, or why the module is exchanged"))
        parameters.adoption(\.report.archive)
      }, run: run,
      subcommands: { [RepairOpenCommand.command, RepairCloseCommand.command] })
  }

  /// Refuses an option that would be of no effect.
  private static func check(_ options: Options, _ workplace: Workplace) throws {
    if options.isDead, options.oldModule == nil { throw UsageError.missing(option: "old-module") }
    if options.report.isUnsafe, options.report.isUsable {
      throw UsageError.conflictingOptions("--unsafe", "--usable")
    }
    let work = [
      ("flash", options.flashes), ("pair", options.pairs), ("label", options.makesLabel),
      ("old-module", options.oldModule != nil),
    ]
    if options.isTestOnly, let other = work.first(where: \.1)?.0 {
      throw UsageError.conflictingOptions("--test-only", "--\(other)")
    }
    // On a terminal the exchange and the seal may still be asked for.
    guard !workplace.console.canPrompt else { return }
    if !options.photos.isEmpty, options.oldModule == nil { throw UsageError.missing(option: "old-module") }
    if options.newSealPhoto != nil, options.seal == nil { throw UsageError.missing(option: "seal") }
    if options.template != Walk.LabelRequest.defaultTemplate, !options.makesLabel {
      throw UsageError.missing(option: "label")
    }
  }

  static func run(_ options: Options, _ workplace: Workplace) throws -> Int32 {
    try workplace.technicianAtWork()
    try check(options, workplace)
    let found = try RepairTarget(workplace: workplace).find(
      options.report.code, photo: options.report.labelPhoto, archive: options.report.archive)
    var installation = found.installation
    if installation.openRepair != nil {
      installation = try found.here()
    } else {
      if let refusal = installation.refusalOfChanging() { throw StepRefused(step: nil, refusal: refusal) }
      let opened = try RepairOpenCommand.report(options.report, workplace)
      installation = try found.here()
      installation = try workplace.step(on: installation) { walk, locked in try walk.report(opened, on: locked)
      }
      workplace.console.say(Text(zh: "▸ 已登记报修", en: "▸ the fault is on record"), .bold)
    }
    let again = workplace.commandLine(
      ["repair", String(installation.id.text.prefix(8))] + (options.port.map { ["--port", $0] } ?? []))
    let repaired = try WalkStopped.naming(again) {
      try RepairRun(workplace: workplace, options: options).run(on: installation)
    }
    let console = workplace.console
    try console.answer(RepairDocument(repaired, repair: repaired.openRepair)) {
      console.put(
        Text(
          zh: "\(repaired.code?.description ?? repaired.id.text)：\(repaired.status.title.zh)",
          en: "\(repaired.code?.description ?? repaired.id.text): \(repaired.status.title.en)"))
      repaired.putNext(to: console)
    }
    return repaired.nextStep == .confirm ? ExitCode.done.rawValue : ExitCode.failed.rawValue
  }
}
