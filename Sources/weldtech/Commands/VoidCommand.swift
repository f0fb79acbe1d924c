import Arguments
import Fieldbook
import Records
import Terminal

/// `void`: marks a record as void.
enum VoidCommand {
  struct Options {
    var id = ""
    var reason: String?
    var isConfirmed = false
  }

  struct Document: Encodable {
    var id: InstallationID
    var status: Installation.Status
  }

  static var command: Command<Workplace> {
    Command(
      "void", Text(zh: "作废一条记录", en: "take a record back, with a reason"),
      discussion: Text(
        zh: "作废后，它的照片和封条编号可以再用。已签字或已上传的记录作废前要确认。调研记录作废就是取消预约。",
        en:
          "Its photos and its seal number can then be used again. A surveyed record taken back is an\nappointment cancelled. A record that is signed or delivered\nis taken back only once that is confirmed."
      ),
      options: Options(),
      parameters: { parameters in
        parameters.installation(\.id)
        parameters.option("reason", \.reason, .string, placeholder: "TEXT", Text(zh: "原因", en: "why"))
        parameters.flag(
          "yes", \.isConfirmed,
          Text(zh: "已签字或已上传的也作废，不再询问", en: "do not ask, also where the record is signed or delivered"))
      }, run: run)
  }

  static func run(_ options: Options, _ workplace: Workplace) throws -> Int32 {
    let console = workplace.console
    let fieldbook = try workplace.fieldbook()
    // An office cancels appointments, and takes back no technician's work.
    let isOffice = try fieldbook.setup().desk == true
    if !isOffice { _ = try workplace.technician() }
    let id = try fieldbook.resolve(options.id)
    let status = try fieldbook.status(of: id)
    if isOffice, status != .surveyed, status != .void { throw SetupMissing.technician }
    // A correction, a sale or a repair opens a record that somebody has signed. The record still counts as
    // signed.
    let isReopened = status == .open && (try? fieldbook.installation(id))?.wasSigned == true
    let needsConfirmation = isReopened || isClosed(status)
    if needsConfirmation, !options.isConfirmed, !console.canPrompt {
      throw VoidUnconfirmed(id: id, status: status, isReopened: isReopened)
    }
    let reason = try console.need(options.reason, option: "reason") {
      try workplace.ask(Text(zh: "作废的原因", en: "why is it void"), as: .note)
    }
    let written = try workplace.written(reason, as: .note, option: "reason")
    if needsConfirmation, !options.isConfirmed {
      try confirm(id, words(status, isReopened: isReopened), console)
    }
    try Walk(workplace: workplace).void(id, reason: written)
    PhoneFolders(workplace: workplace).removeOver()
    try console.answer(Document(id: id, status: .void)) {
      console.put(Text(zh: "记录 \(id) 已作废", en: "installation \(id) is void"))
    }
    return ExitCode.done.rawValue
  }

  private static func isClosed(_ status: Installation.Status) -> Bool {
    switch status {
    case .closed, .delivered, .outOfUse, .retired, .refused: true
    case .surveyed, .open, .void: false
    }
  }

  /// The state of a record, in words for a sentence.
  static func words(_ status: Installation.Status, isReopened: Bool) -> Text {
    isReopened ? Text(zh: "以前签过字，正在更正、过户或维修", en: "signed before and opened again") : status.title
  }

  private static func confirm(_ id: InstallationID, _ state: Text, _ console: Console) throws {
    let question = Text(
      zh: "记录 \(id.text.prefix(8)) \(state.zh)，确定作废吗",
      en: "record \(id.text.prefix(8)) is \(state.en); take it back")
    guard try console.prompter.confirm(question, fallback: false) else { throw Cancelled() }
  }
}

/// The error that voiding a signed or delivered record needs a confirmation, and nobody can be asked.
struct VoidUnconfirmed: Error {
  let id: InstallationID
  let status: Installation.Status
  /// Whether the record is open again after somebody has signed it.
  let isReopened: Bool
}

extension VoidUnconfirmed: Explained {
  var failure: Failure {
    let state = VoidCommand.words(status, isReopened: isReopened)
    return Failure(
      code: "usage.option.missing",
      message: Text(
        zh: "记录 \(id.text.prefix(8)) \(state.zh)，作废前要确认",
        en: "record \(id.text.prefix(8)) is \(state.en); taking it back has to be confirmed"),
      hint: Text(zh: "确定要作废，就加上 --yes", en: "add --yes if it is to be taken back"), exit: .usage)
  }
}
