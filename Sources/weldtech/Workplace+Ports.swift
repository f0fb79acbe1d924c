import Arguments
import Characters
import Files
import Provision
import Records
import Terminal

extension Workplace {
  /// Returns the port that was named. Where none was named, this takes the port of the only USB adapter.
  /// Otherwise the user is asked once in a run, on a terminal, for the number of a listed port or for any path;
  /// Enter takes the port that was used last. A built-in port is never taken without a question.
  /// - Throws: `UsageError` where nobody can be asked.
  func choosePort(_ named: String?) throws -> String {
    let port = try console.need(named ?? answeredPort, option: "port") { try findPort() }
    answeredPort = port
    try? fieldbook().updateHabits { $0.port = absolutePath(port) }
    return port
  }

  private func findPort() throws -> String {
    while true {
      let ports = PortInfo.all()
      let adapters = ports.filter { $0.usb != nil }
      if adapters.count == 1, let adapter = adapters.first {
        console.say(
          Text(
            zh: "串口：\(adapter.path)（\(adapter.adapterName ?? "USB")，唯一的 USB 串口）",
            en: "port: \(adapter.path) (\(adapter.adapterName ?? "USB"), the only USB adapter)"))
        return adapter.path
      }
      if let port = try askPort(ports) { return port }
    }
  }

  /// Asks for a port.
  /// - Returns: the path of the port; nil where the user wants the ports to be listed again, after plugging one
  ///   in.
  private func askPort(_ ports: [PortInfo]) throws -> String? {
    for (number, port) in ports.enumerated() {
      console.say(Text(verbatim: "  \(number + 1)  \(port.path)  \(port.adapterName ?? "")"))
    }
    let last = (try? fieldbook())?.habits().port.flatMap { Self.isPort($0) ? $0 : nil }
    if ports.allSatisfy({ $0.usb == nil }), last == nil {
      console.say(PortProblem.nothingPluggedIn.failure.message, .yellow)
      console.say(
        Text(
          zh: "  插好 USB 串口线按回车再找一次，或写串口路径",
          en: "  plug the USB cable in and press Enter, or write the port's path"))
    }
    let typed = try console.asking {
      try Prompter(console, goesBack: true).text(
        ports.isEmpty
          ? Text(zh: "模块所在的串口", en: "serial port of the module")
          : Text(zh: "模块在哪个串口（编号或路径）", en: "which port is the module on (number or path)"),
        fallback: last, note: Text(zh: "同上次", en: "as the last time"), mayBeEmpty: true,
        normalize: { typed in
          let plain = TextNormalization.typed(typed)
          guard let number = Int(plain), ports.indices.contains(number - 1) else { return plain }
          return ports[number - 1].path
        },
        problem: {
          Self.isPort($0)
            ? nil
            : Text(zh: "没有串口 \($0)，请看清路径，或插好线", en: "there is no port \($0): look at the path, or plug it in")
        })
    }
    return typed.isEmpty ? nil : typed
  }

  private static func isPort(_ path: String) -> Bool {
    (try? FilePath(path).status())?.kind == .characterDevice
  }

  /// This laptop's notes on the adapter at this port, and on chips whose flashing was interrupted.
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
