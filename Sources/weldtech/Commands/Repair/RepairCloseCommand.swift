import Arguments
import Records
import Terminal

/// `repair close`: takes the owner's confirmation of a repair, and closes the record.
enum RepairCloseCommand {
  struct Options {
    var code: String?
    var labelPhoto: String?
    var done: String?
    var sign = SignCommand.Options()
  }

  static var command: Command<Workplace> {
    Command(
      "close",
      Text(zh: "所有权人签维修确认单，维修办结", en: "the owner confirms the repair; the record closes and is queued"),
      discussion: Text(
        zh: "维修确认单是安装部署协议的补充，和协议一样签字、签章、上传。--text 只显示全文。",
        en:
          "The confirmation supplements the agreement, and is signed, sealed and delivered like it. With --text it is\nonly printed."
      ),
      options: Options(),
      parameters: { parameters in
        parameters.label(\.code, photo: \.labelPhoto)
        parameters.option(
          "done", \.done, .string, placeholder: "TEXT",
          Text(zh: "怎样修好的（可不写）", en: "what was done, in words (optional)"))
        parameters.signature(\.sign)
        parameters.flag(
          "text", \.sign.showsText,
          Text(zh: "只显示维修确认单全文，不签", en: "only print the text; nothing is signed"))
        parameters.agreeing(\.sign)
        parameters.phone(\.sign.phone, browser: true)
      }, run: run)
  }

  static func run(_ options: Options, _ workplace: Workplace) throws -> Int32 {
    let console = workplace.console
    let installation = try RepairTarget(workplace: workplace).findHere(options.code, photo: options.labelPhoto)
    let walk = Walk(workplace: workplace)
    try walk.require(.confirm, of: installation)
    var sign = options.sign
    sign.done = try workplace.written(options.done, as: .note, option: "done")
    if sign.showsText {
      let text = try walk.agreementText(of: installation, at: workplace.clock.now(), done: sign.done)
      let document = SignCommand.TextDocument(
        id: installation.id, terms: text.terms.reference, sha256: text.sha256, lines: text.lines)
      try console.answer(document) { for line in text.lines { console.paragraph(Text(verbatim: line)) } }
      return ExitCode.done.rawValue
    }
    try sign.phone.check(against: sign.signature.map { _ in "signature" })
    guard sign.phone.isServed else {
      return try answer(
        try walk.alone(with: installation.id) { try SignCommand.sign($0, sign, walk) }, console)
    }
    let words = ["repair", "close", String(installation.id.text.prefix(8))] + sign.phone.words
    let (outcome, task) = try WalkStopped.naming(workplace.commandLine(words)) {
      try walk.alone(with: installation.id) { try PhoneSigning.sign($0, sign, walk) }
    }
    defer { task.stop() }
    let status = try answer(outcome, console)
    task.keepPapers()
    return status
  }

  private static func answer(_ outcome: Walk.SignOutcome, _ console: Console) throws -> Int32 {
    let closed = outcome.installation
    let repair = closed.repairs?.last
    var document = RepairDocument(closed, repair: repair)
    document.addendum = outcome.document.map { RepairDocument.Addendum(file: outcome.file, sha256: $0.sha256) }
    try console.answer(document) {
      console.put(Text(zh: "维修确认单已签：\(outcome.file)", en: "the repair is confirmed: \(outcome.file)"))
      console.put(Text(zh: "维修办结，记录等待上传", en: "the repair is over, and the record is queued"))
    }
    return ExitCode.done.rawValue
  }
}
