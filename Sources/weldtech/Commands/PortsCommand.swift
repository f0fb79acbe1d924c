import Arguments
import Provision
import Terminal

/// `ports`: lists the serial ports, and the problems that hide or block a port.
enum PortsCommand {
  struct Document: Encodable {
    var ports: [PortInfo]
    var troubles: [Trouble]
  }

  struct Trouble: Encodable {
    var code: String
    var message: String
    /// The remedy, a command where there is one.
    var cure: String

    init(_ trouble: PortProblem, in language: Language) {
      let failure = trouble.failure
      (code, message, cure) = (failure.code, failure.message[language], failure.hint[language])
    }
  }

  static var command: Command<Workplace> {
    Command(
      "ports", Text(zh: "列出串口，以及是什么占用或挡住了串口", en: "list the serial ports, and what hides or holds one"),
      run: run)
  }

  static func run(_ workplace: Workplace) throws -> Int32 {
    let survey = PortSurvey()
    let console = workplace.console
    let troubles = survey.problems.map { Trouble($0, in: console.language) }
    try console.answer(Document(ports: survey.ports, troubles: troubles)) {
      if !survey.ports.isEmpty {
        console.table(
          [
            Text(zh: "端口", en: "port"), Text(zh: "适配器", en: "adapter"), Text(zh: "序列号", en: "serial number"),
            Text(zh: "插口", en: "socket"),
          ],
          survey.ports.map {
            [$0.path, $0.adapterName ?? "–", $0.usb?.serialNumber ?? "", $0.byPath.map(socket) ?? ""]
          })
      }
      for trouble in survey.problems {
        let failure = trouble.failure
        console.say(failure.message)
        console.say(Text(verbatim: "  " + failure.hint[console.language]))
      }
    }
    return ExitCode.done.rawValue
  }

  /// The last component of the path, as a list of slots names it.
  private static func socket(_ byPath: String) -> String {
    String(byPath.split(separator: "/").last ?? "")
  }
}
