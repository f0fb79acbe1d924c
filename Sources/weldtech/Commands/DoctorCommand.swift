import Arguments
import FoundationEssentials
import Glibc
import Provision
import Records
import Terminal

/// `doctor`: checks whether this laptop can do a day's work, and prints the remedy for each problem.
enum DoctorCommand {
  struct Options {
    var isOnline = false
    /// The reason why the clock was ahead; nil where it was not.
    var acceptClock: String?
  }

  struct Document: Encodable {
    var healthy: Bool
    var findings: [Finding]
  }

  enum Outcome: String, Encodable {
    case fine
    /// Work is possible, but not for long or not all of it.
    case warning
    case failed
  }

  struct Finding: Encodable {
    var check: String
    var outcome: Outcome
    /// The code of the warning, or of the error that a command would end with.
    var code: String?
    var message: String
    /// The remedy, a command where there is one.
    var cure: String?
  }

  static var command: Command<Workplace> {
    Command(
      "doctor",
      Text(zh: "检查这台电脑能否正常工作，有问题给出解决办法", en: "whether this laptop can work, and the cure where it cannot"),

      options: Options(),
      parameters: { parameters in
        parameters.flag("online", \.isOnline, Text(zh: "也试一下平台能不能连上", en: "try to reach the platform, too"))
        parameters.option(
          "accept-clock", \.acceptClock, .string, placeholder: "REASON",
          Text(
            zh: "电脑时间曾经快了、现在已校准：写明原因，从现在的时间接着记",
            en: "the clock had jumped ahead and is right again: record why, and go on from now"))
      }, run: run)
  }

  static func run(_ options: Options, _ workplace: Workplace) throws -> Int32 {
    let console = workplace.console
    if let reason = options.acceptClock { try acceptClock(reason, workplace) }
    var findings: [Finding] = []
    var said: Set<[String]> = []
    for check in HealthCheck.checks where options.isOnline || !check.needsNetwork {
      var examination = HealthCheck(workplace)
      do {
        try check.run(&examination)
      } catch {
        if workplace.isInterrupted { throw Cancelled() }
        examination.note(.failed, explain(error))
      }
      // A problem that affects several checks is reported once.
      let new = examination.noted.filter { outcome, failure in
        outcome == .fine || said.insert([failure.code, failure.message.en]).inserted
      }
      findings += new.map { outcome, failure in
        Finding(
          check: check.name, outcome: outcome, code: outcome == .fine ? nil : failure.code,
          message: failure.message[console.language],
          cure: outcome == .fine ? nil : failure.hint[console.language])
      }
    }
    let document = Document(
      healthy: findings.allSatisfy { $0.outcome != .failed }, findings: findings)
    try console.answer(document) {
      for finding in findings {
        console.put(styled: "\(mark(finding.outcome, console)) \(finding.message)")
        if let cure = finding.cure { console.put("     " + cure) }
      }
    }
    return document.healthy ? ExitCode.done.rawValue : ExitCode.failed.rawValue
  }

  private static func acceptClock(_ text: String, _ workplace: Workplace) throws {
    let reason = try workplace.written(text, as: .note, option: "accept-clock")
    let now = workplace.clock.now()
    guard let ahead = try workplace.fieldbook().acceptClock(reason: reason, at: now) else {
      return workplace.console.say(
        Text(
          zh: "电脑时间 \(now.screenText) 不早于最近的记录，没有什么要记",
          en: "the clock says \(now.screenText), which is not before the newest record; nothing to take down"))
    }
    workplace.console.say(
      Text(
        zh: "已记下：最近的记录是 \(ahead.screenText)，从 \(now.screenText) 接着记",
        en: "taken down: the newest record says \(ahead.screenText), and it goes on from \(now.screenText)"))
  }

  private static func mark(_ outcome: Outcome, _ console: Console) -> ScreenText {
    switch outcome {
    case .fine: console.outputStyling("[ok]", .green)
    case .warning: console.outputStyling("[!!]", .yellow)
    case .failed: console.outputStyling("[xx]", .red)
    }
  }
}
