import Arguments
import Characters
import Provision
import Records
import Terminal

extension Workplace {
  /// Gives the port that was named. Without one, the user is asked once in a run, on a terminal, for the number
  /// of a listed port or for any path.
  /// - Throws: `UsageError` where nobody can be asked.
  func choosePort(_ named: String?) throws -> String {
    let port = try console.need(named ?? answeredPort, option: "port") {
      let ports = PortInfo.all()
      for (number, port) in ports.enumerated() {
        console.say(Text(verbatim: "  \(number + 1)  \(port.path)  \(port.adapterName ?? "")"))
      }
      return try console.prompter.text(
        ports.isEmpty
          ? Text(zh: "模块所在的串口", en: "serial port of the module")
          : Text(zh: "模块在哪个串口（编号或路径）", en: "which port is the module on (number or path)"),
        fallback: ports.count == 1 ? ports.first?.path : nil,
        normalize: { typed in
          let plain = TextNormalization.trimmed(TextNormalization.halfWidth(typed))
          guard let number = Int(plain), ports.indices.contains(number - 1) else { return plain }
          return ports[number - 1].path
        })
    }
    answeredPort = port
    return port
  }

  /// The notes of this laptop on the adapter at this port, and on chips whose flashing was interrupted.
  func flashNotes(for port: String) -> FlashNotesFolder {
    FlashNotesFolder(folder: flashFolder, port: port)
  }

  var flashFolder: String { "\(home)/flash" }
}

extension PortInfo {
  /// The name by which a person knows the adapter.
  var adapterName: String? { usb?.name ?? driver }
}

/// The error that a port could not be opened.
struct PortRefused: Error {
  let error: LinkError
}
