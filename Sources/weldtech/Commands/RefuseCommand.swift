import Arguments
import Records
import Terminal

/// `refuse`: closes a record because the owner does not want the installation.
enum RefuseCommand {
  struct Options {
    var id = ""
    var reason: String?
  }

  struct Document: Encodable {
    struct Module: Encodable {
      var serialNumber: String
      var keyID: String?

      private enum CodingKeys: String, CodingKey {
        case serialNumber
        case keyID = "keyId"
      }
    }

    var id: InstallationID
    var status: Installation.Status
    var reason: WrittenText?
    /// The code that stays with the record and is not used again; null where it was released.
    var code: Nullable<LabelCode>
    /// The code that another installation may have now; null where it was not released.
    var releasedCode: Nullable<LabelCode>
    /// The module that was paired already and has to come out of the welder; null where there is none.
    var module: Nullable<Module>
  }

  static var command: Command<Workplace> {
    Command(
      "refuse", Text(zh: "业主拒绝安装或中途退出，记录关闭", en: "the owner refuses or withdraws; the record closes"),
      discussion: Text(
        zh:
          "记录以“业主拒装”关闭，照常上传和统计，照片和封条编号仍归它。\n模块还没有配对的，标牌码可以再用，库存标牌也一样。已经配对的，标牌码不再用：\n标牌取下销毁，模块取下后可以装到别的焊机上。已签字的不能用这个命令。",
        en:
          "The record is delivered and counted as refused, and keeps its photos and its seal\nnumber. Before a module was paired its code, a label from stock too, can be used\nagain. Afterwards the code is used up: take label and module off; the module can\ngo into another welder. A signed record cannot be refused."
      ),
      options: Options(),
      parameters: { parameters in
        parameters.installation(\.id)
        parameters.option(
          "reason", \.reason, .string, placeholder: "TEXT", Text(zh: "业主为什么不装", en: "why the owner refuses"))
      }, run: run)
  }

  static func run(_ options: Options, _ workplace: Workplace) throws -> Int32 {
    let installation = try workplace.installation(forStepOn: options.id)
    workplace.concerned = installation.id
    if let refusal = installation.refusalOfRefusing { throw StepRefused(step: nil, refusal: refusal) }
    let console = workplace.console
    let text = try console.need(options.reason, option: "reason") {
      let typed = try workplace.ask(Text(zh: "业主为什么不装", en: "why does the owner refuse"), as: .note)
      // A refused record is not opened again, and a pasted line would be its reason for ever.
      let question = Text(
        zh: "以“业主拒装”关闭 \(installation.owner.unitName) 的记录，原因“\(typed)”，对吗",
        en: "close the record of \(installation.owner.unitName) as refused, because \"\(typed)\"")
      guard try console.prompter.confirm(question, fallback: false) else { throw Cancelled() }
      return typed
    }
    let reason: WrittenText = try workplace.written(text, as: .note, option: "reason")
    let closed = try workplace.step(on: installation) { walk, locked in
      try walk.append(.refused(.init(reason: reason, releasesCode: false)), to: locked)
    }
    PhoneFolders(workplace: workplace).removeOver()
    let module = closed.module?.pairedAt == nil ? nil : closed.module
    let document = Document(
      id: closed.id, status: closed.status, reason: closed.refusedReason, code: Nullable(closed.code),
      releasedCode: Nullable(closed.code == nil ? installation.code : nil),
      module: Nullable(
        module?.serialNumber.map { Document.Module(serialNumber: $0, keyID: module?.keyID) }))
    try console.answer(document) {
      console.paragraph(
        Text(
          zh: "记录 \(closed.id) 以“业主拒装”关闭，等待上传", en: "installation \(closed.id) is closed as refused and queued")
      )
      put(closed, was: installation, to: console)
    }
    return ExitCode.done.rawValue
  }

  /// Says what becomes of code, label and module.
  private static func put(_ closed: Installation, was before: Installation, to console: Console) {
    if closed.code == nil, let code = before.code {
      console.paragraph(
        Text(zh: "标牌码 \(code) 没有用过，可以给别的焊机用", en: "code \(code) was not used and is free for another welder"))
    } else if let code = closed.code {
      console.paragraph(
        closed.label == nil
          ? Text(zh: "标牌码 \(code) 已写入模块，不再使用", en: "code \(code) is in a module and is not used again")
          : Text(
            zh: "标牌 \(code) 取下销毁，这个标牌码不再使用",
            en: "take label \(code) off and destroy it; its code is not used again"))
    }
    guard let serialNumber = closed.module?.serialNumber, closed.module?.pairedAt != nil else { return }
    console.paragraph(
      Text(
        zh: "模块 \(serialNumber) 已经配对：从焊机上取下，恢复原来的接线；以后装到别的焊机上，照常 flash、pair 即可",
        en:
          "module \(serialNumber) is paired: take it out and restore the wiring; it goes into another welder by flash and pair as usual"
      ))
  }
}
