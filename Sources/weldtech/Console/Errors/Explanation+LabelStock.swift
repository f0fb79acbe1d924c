import Fieldbook
import Records
import Terminal

extension LabelIsPrinted: Explained {
  var failure: Failure {
    Failure(
      code: "code.printed",
      message: Text(zh: "\(code) 的标牌已经印过", en: "\(code): the label is printed already"),
      hint: Text(
        zh: "这块标牌已印好，请贴上并确认：weldtech label ID --code \(code)；坏了就补印：weldtech labels reprint \(code) --reason 原因",
        en:
          "stick that label on and confirm it: weldtech label ID --code \(code); where it is spoilt: weldtech labels reprint \(code) --reason REASON"
      ).naming(id),
      exit: .badData)
  }
}

extension FieldbookError {
  /// The reason why the stock of labels refuses, in words.
  var labelFailure: Failure {
    switch self {
    case .labelsPrinted(let codes, let count):
      Failure(
        code: "code.printed",
        message: Text(
          zh: "\(Self.names(codes, count, "、")) 的标牌已经印过",
          en: "\(Self.names(codes, count, ", ")): the label is printed already"),
        hint: Text(
          zh:
            "从清单中去掉，或写明原因补印：weldtech labels reprint \(Self.first(of: codes, or: "标牌码")) --reason 原因；整张表重做：weldtech labels batch … --reprint 原因",
          en:
            "leave it out, or print it again for a reason: weldtech labels reprint \(Self.first(of: codes, or: "CODE")) --reason REASON; a whole list: weldtech labels batch … --reprint REASON"
        ),
        exit: .badData)
    case .labelsNotPrinted(let codes, let count):
      Failure(
        code: "code.notPrinted",
        message: Text(
          zh: "\(Self.names(codes, count, "、")) 的标牌还没有印过，不能补印",
          en: "\(Self.names(codes, count, ", ")): there is no label yet that could be printed again"),
        hint: Text(
          zh: "用 weldtech labels batch 或 weldtech label 印第一次",
          en: "print it by `weldtech labels batch` or `weldtech label`"), exit: .badData)
    case .labelInOrder(let code, let output):
      Failure(
        code: "code.inJob",
        message: Text(
          zh: "\(code) 的标牌在另一批里还没有印完（\(output)）",
          en: "the label of \(code) belongs to an order that was not finished (\(output))"),
        hint: Text(
          zh: "再运行一次那条命令，它会接着印完；印坏的用 weldtech labels spoil 报废",
          en:
            "run that command again, it goes on where it stood; write off what is lost by `weldtech labels spoil`"
        ))
    case .labelIs(let code, let state): Self.failure(of: code, being: state)
    default: failure
    }
  }

  private static func failure(of code: LabelCode, being state: LabelState?) -> Failure {
    switch state {
    case nil:
      Failure(
        code: "code.noLabel",
        message: Text(zh: "本机没有 \(code) 的标牌", en: "this laptop knows of no label of \(code)"),
        hint: Text(
          zh: "核对标牌码；weldtech labels stock \(code)", en: "check the code; weldtech labels stock \(code)"),
        exit: .badData)
    case .printing:
      Failure(
        code: "code.printing",
        message: Text(zh: "\(code) 的标牌还没有印完", en: "the label of \(code) is not finished"),
        hint: Text(zh: "先把那一批印完，或报废", en: "finish its order first, or write it off"), exit: .badData)
    case .printed:
      Failure(
        code: "code.inStock", message: Text(zh: "\(code) 的标牌在库", en: "the label of \(code) is in stock"),
        hint: Text(verbatim: "weldtech labels stock \(code)"), exit: .badData)
    case .handedOut:
      Failure(
        code: "code.handedOut",
        message: Text(zh: "\(code) 的标牌已经发放", en: "the label of \(code) is handed out already"),
        hint: Text(
          zh: "用 weldtech labels stock \(code) 查看发给了谁", en: "`weldtech labels stock \(code)` says to whom"),
        exit: .badData)
    case .spoiled:
      Failure(
        code: "code.spoiled", message: Text(zh: "\(code) 的标牌已报废", en: "the label of \(code) is written off"),
        hint: Text(
          zh: "换一块标牌，或补印：weldtech labels reprint \(code) --reason 原因",
          en: "take another label, or print it again: weldtech labels reprint \(code) --reason REASON"),
        exit: .badData)
    }
  }

  private static func first(of codes: [LabelCode], or word: String) -> String {
    codes.first?.description ?? word
  }

  private static func names(_ codes: [LabelCode], _ count: Int, _ separator: String) -> String {
    let names = codes.map(\.description).joined(separator: separator)
    return count > codes.count ? "\(names)… (\(count))" : names
  }
}
