import Arguments
import Records
import Terminal

/// `open`: shows the agreement or the label of a record in the desktop's own program.
enum OpenCommand {
  struct Options {
    var id = ""
    var paper = Paper.agreement
  }

  enum Paper: String, CaseIterable { case agreement, addendum, label }

  struct Document: Encodable {
    var id: InstallationID
    var file: String
  }

  static var command: Command<Workplace> {
    Command(
      "open", Text(zh: "打开协议、维修确认单或标牌文件", en: "open the agreement, a repair's confirmation or the label"),
      discussion: Text(
        zh: "用桌面的程序（xdg-open）打开；没有桌面就打印路径，退出码 1。",
        en:
          "By the desktop's program (xdg-open); without a desktop the path is printed, and the exit code is 1."),
      options: Options(),
      parameters: { parameters in
        parameters.installation(\.id)
        parameters.argument(
          "WHAT", \.paper, .choice,
          Text(
            zh: "agreement 协议，addendum 最近的维修确认单，label 标牌",
            en: "agreement, addendum (of the last repair) or label"))
      }, run: run)
  }

  static func run(_ options: Options, _ workplace: Workplace) throws -> Int32 {
    let fieldbook = try workplace.fieldbook()
    let installation = try fieldbook.installation(matching: options.id)
    workplace.concerned = installation.id
    let papers = try Papers(of: installation, workplace)
    let file =
      switch options.paper {
      case .agreement: try papers.agreement()
      case .addendum: try papers.addendum()
      case .label: papers.label
      }
    guard let file else {
      throw PaperMissing(
        paper: options.paper, id: installation.id, isFromStock: papers.isFromStock,
        elsewhereSha256: papers.isAgreementElsewhere
          ? (installation.agreement ?? installation.earlierAgreements?.last)?.sha256 : nil)
    }
    let opener = Desktop(environment: workplace.environment)
    guard opener.open(file) else {
      // The path is the answer that a person without a desktop can still use.
      if !workplace.console.isJSON { workplace.console.put(file) }
      throw NoDesktop(file: file)
    }
    try workplace.console.answer(Document(id: installation.id, file: file)) {
      workplace.console.put(Text(zh: "已打开 \(file)", en: "opened \(file)"))
    }
    return ExitCode.done.rawValue
  }
}

/// The error that this laptop has no such paper of the record.
struct PaperMissing: Error {
  let paper: OpenCommand.Paper
  let id: InstallationID
  var isFromStock = false
  /// SHA-256 of the agreement where another laptop has it, lower-case hex; nil where none was signed.
  var elsewhereSha256: String?
}

extension PaperMissing: Explained {
  var failure: Failure {
    switch paper {
    case .agreement where elsewhereSha256 != nil:
      Failure(
        code: "open.missing",
        message: Text(
          zh: "记录 \(id.text.prefix(8)) 是接手的，协议不在本机，只有摘要 \(elsewhereSha256 ?? "")",
          en:
            "record \(id.text.prefix(8)) was taken over; its agreement is not on this laptop, which knows its digest only: \(elsewhereSha256 ?? "")"
        ),
        hint: Text(
          zh: "向公司或平台要这份协议，用 sha256sum 核对摘要",
          en: "ask the company or the platform for it, and compare the digest by sha256sum"), exit: .badData)
    case .agreement:
      Failure(
        code: "open.missing",
        message: Text(
          zh: "记录 \(id.text.prefix(8)) 还没有签协议", en: "no agreement of record \(id.text.prefix(8)) is signed yet"),
        hint: Text(zh: "weldtech next ID 说明下一步", en: "`weldtech next ID` says what is next"), exit: .badData)
    case .addendum:
      Failure(
        code: "open.missing",
        message: Text(
          zh: "记录 \(id.text.prefix(8)) 没有签过维修确认单",
          en: "no repair of record \(id.text.prefix(8)) was confirmed"),
        hint: Text(
          zh: "修好后请所有权人确认：weldtech repair close ID --phone",
          en: "what is mended the owner confirms: weldtech repair close ID --phone"), exit: .badData)
    case .label where isFromStock:
      Failure(
        code: "open.missing",
        message: Text(
          zh: "记录 \(id.text.prefix(8)) 用的是库存标牌，本机没有它的文件",
          en: "the label of record \(id.text.prefix(8)) came from stock, and there is no file of it here"),
        hint: Text(
          zh: "要重做一块，用 weldtech labels reprint 标牌码 --reason 原因",
          en: "to make it anew: weldtech labels reprint CODE --reason REASON"), exit: .badData)
    case .label:
      Failure(
        code: "open.missing",
        message: Text(
          zh: "本机没有记录 \(id.text.prefix(8)) 的标牌文件",
          en: "there is no file of the label of record \(id.text.prefix(8)) here"),
        hint: Text(
          zh: "还没做的，用 weldtech label ID；写到别处的，从那里打开",
          en: "where it was not made yet: weldtech label ID; where it was written elsewhere, open it there"),
        exit: .badData)
    }
  }
}

/// The error that no program on this computer can show a file.
struct NoDesktop: Error {
  let file: String
}

extension NoDesktop: Explained {
  var failure: Failure {
    Failure(
      code: "open.noDesktop",
      message: Text(
        zh: "打不开 \(file)：没有桌面，或没有 xdg-open", en: "cannot open \(file): there is no desktop, or no xdg-open"),
      hint: Text(
        zh: "文件就在这个路径，可以复制到有屏幕的电脑上看；装桌面工具：sudo apt install xdg-utils",
        en: "the file is at this path and can be copied; for xdg-open: sudo apt install xdg-utils"))
  }
}
