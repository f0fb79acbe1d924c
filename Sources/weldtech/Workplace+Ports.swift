import Arguments
import Characters
import Fieldbook
import FoundationEssentials
import Provision
import Records
import Sync
import Terminal

extension Workplace {
  /// Gives the port that was named, or on a terminal asks for it, once a run: one of those that are there by its
  /// number, or any path.
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

  /// The notes that this laptop keeps on the adapter at this port, and on chips that were being flashed.
  func flashNotes(for port: String) -> FlashNotesFolder {
    FlashNotesFolder(folder: flashFolder, port: port)
  }

  var flashFolder: String { "\(home)/flash" }

  /// Asks the platform for a block of codes where this laptop has none left.
  /// - Throws: `FieldbookError.codesExhausted` where there is no platform to ask; `SyncError`.
  func fetchCodesIfExhausted() throws {
    let fieldbook = try fieldbook()
    guard try fieldbook.codesLeft() == 0, let platform = try fieldbook.setup().platform else { return }
    let client = try platformClient(exchangeTimeout: .seconds(15))
    let origin = try PlatformClient.origin(of: platform)
    // A second attempt is needed where an earlier run was killed between taking the block and forgetting its order.
    for _ in 0..<2 {
      let order = try codeOrder(from: origin)
      let block: CodeBlock
      do {
        block = try client.fetchCodeBlock(
          region: order.region, count: order.count, idempotencyKey: order.idempotencyKey)
      } catch SyncError.refused(let status, let code) {
        // This block is an answer, and the next order another one.
        try fieldbook.updateSetup { $0.codeOrder = nil }
        throw SyncError.refused(status: status, code: code)
      }
      let isNew = try fieldbook.addBlock(block)
      try fieldbook.updateSetup { $0.codeOrder = nil }
      guard isNew else { continue }
      console.say(Text(zh: "平台分配了号段 \(block)", en: "the platform assigned the block \(block)"))
      return
    }
  }

  /// Gives the order that this platform has not answered, or a new one, kept before it is sent.
  private func codeOrder(from origin: String) throws -> Setup.CodeOrder {
    let setup = try fieldbook().setup()
    if let order = setup.codeOrder, order.origin == origin, order.region == setup.region { return order }
    let order = Setup.CodeOrder(
      idempotencyKey: UUID().uuidString, region: setup.region, count: Self.blockSize, origin: origin)
    try fieldbook().updateSetup { $0.codeOrder = order }
    return order
  }

  private static let blockSize = 500
}

extension PortInfo {
  /// The name by which a person knows the adapter.
  var adapterName: String? { usb?.name ?? driver }
}
