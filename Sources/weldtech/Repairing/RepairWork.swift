import Records
import Terminal

/// The work that a technician can choose in a repair, besides the test that always follows.
enum RepairWork: String, CaseIterable {
  case flash, pair, exchange, label

  fileprivate var title: Text {
    switch self {
    case .flash: Text(zh: "重新烧录固件", en: "write the firmware anew")
    case .pair: Text(zh: "原模块重新配对", en: "pair the same module anew")
    case .exchange: Text(zh: "换模块", en: "exchange the module")
    case .label: Text(zh: "重做标牌", en: "make the label anew")
    }
  }

  fileprivate var event: String {
    switch self {
    case .flash: "flashed"
    case .pair: "paired"
    case .exchange: "moduleRetired"
    case .label: "labelled"
    }
  }
}

extension RepairRun {
  /// Asks what is to be done. There is no question where an option says it, where nobody can answer, and while
  /// an exchange is in progress.
  func asked(_ record: Installation) throws -> Set<RepairWork> {
    let isTold =
      options.flashes || options.pairs || options.makesLabel || options.oldModule != nil || options.isTestOnly
    guard console.canPrompt, !isTold, record.module?.pairedAt != nil else { return [] }
    var chosen: Set<RepairWork> = []
    while chosen.count < RepairWork.allCases.count {
      let left = RepairWork.allCases.filter { !chosen.contains($0) }
      let choices =
        left.map { work in
          Choice<RepairWork?>(work.rawValue, work.title, note: note(on: work, record), value: work)
        } + [Choice("nothing", Text(zh: "没有别的，只测试", en: "nothing else, only the test"), value: nil)]
      let question =
        chosen.isEmpty
        ? Text(zh: "这次要做什么", en: "what is to be done")
        : Text(zh: "还要做什么", en: "what else is to be done")
      let answer = try console.asking {
        try Prompter(console, goesBack: true).choose(question, choices, fallback: choices.count - 1)
      }
      guard let answer else { break }
      chosen.insert(answer)
    }
    return chosen
  }

  /// A note that this repair has some work on record already; nil where it has not.
  private func note(on work: RepairWork, _ record: Installation) -> Text? {
    record.historyOfRepair.last { $0.event == work.event }.map {
      Text(zh: "\($0.at.screenText) 已做", en: "done at \($0.at.screenText)")
    }
  }

  /// Asks whether the old module is dead. A dead module is never fitted again.
  func askWhetherDead() throws -> Bool {
    try console.prompter.confirm(
      Text(zh: "旧模块坏了、没有应答，不再使用", en: "is the old module dead, and never used again"), fallback: false)
  }
}
