import Arguments
import FoundationEssentials
import Provision
import Records
import Sync
import Terminal

extension Workplace {
  /// The port named, or on a terminal one of those that are there.
  /// - Throws: `UsageError` where nobody can be asked.
  func choosePort(_ named: String?) throws -> String {
    try console.need(named, option: "port") {
      let ports = PortInfo.all()
      guard !ports.isEmpty else {
        return try console.prompter.text(Text(zh: "模块所在的串口", en: "serial port of the module"))
      }
      return try console.prompter.choose(
        Text(zh: "模块在哪个串口", en: "which port is the module on"),
        ports.map { port in
          Choice(
            port.path, Text(verbatim: [port.path, port.adapterName ?? ""].joined(separator: "  ")),
            value: port.path)
        }, fallback: ports.count == 1 ? 0 : nil)
    }
  }

  /// Asks the platform for a block of codes where this laptop has none left.
  /// - Throws: `FieldbookError.codesExhausted` where there is no platform to ask; `SyncError`.
  func fetchCodesIfExhausted() throws {
    let fieldbook = try fieldbook()
    guard try fieldbook.codesLeft() == 0, try fieldbook.setup().platform != nil else { return }
    let region = try fieldbook.setup().region
    let block = try platformClient(answerTimeout: .seconds(10)).fetchCodeBlock(
      region: region, count: Self.blockSize, idempotencyKey: UUID().uuidString)
    try fieldbook.addBlock(block)
    console.say(Text(zh: "平台分配了号段 \(block)", en: "the platform assigned the block \(block)"))
  }

  private static let blockSize = 500
}

extension PortInfo {
  /// What a person knows the adapter by.
  var adapterName: String? {
    let name = [usb?.manufacturer, usb?.product].compactMap { $0 }.joined(separator: " ")
    return name.isEmpty ? driver : name
  }
}
