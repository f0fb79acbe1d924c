import Fieldbook
import FoundationEssentials
import Records
import Sync
import Terminal

/// Where this laptop's codes come from: blocks that the platform assigns when the last is used up.
struct CodeSupply {
  let fieldbook: Fieldbook
  /// Makes a client of the platform, when one is needed.
  let client: () throws -> PlatformClient
  /// Tells the user something.
  let tell: (Text) -> Void

  /// Number of codes that are asked for at once.
  private static let blockSize = 500

  /// Asks the platform for a block of codes where this laptop has none left, and tells the user which it assigned. Where
  /// there is no platform, nobody is asked.
  /// - Throws: `SyncError`, `FieldbookError`.
  func fetchIfExhausted() throws {
    guard try fieldbook.codesLeft() == 0, let platform = try fieldbook.setup().platform else { return }
    let client = try client()
    let origin = try PlatformClient.origin(of: platform)
    // Twice where an earlier run was killed between taking the block and forgetting its order.
    for _ in 0..<2 {
      let order = try order(from: origin)
      let block: CodeBlock
      do {
        block = try client.fetchCodeBlock(
          region: order.region, count: order.count, idempotencyKey: order.idempotencyKey)
      } catch SyncError.refused(let status, let code) {
        // That is an answer, and the next order another one.
        try fieldbook.updateSetup { $0.codeOrder = nil }
        throw SyncError.refused(status: status, code: code)
      }
      let isNew = try fieldbook.addBlock(block)
      try fieldbook.updateSetup { $0.codeOrder = nil }
      guard isNew else { continue }
      tell(Text(zh: "平台分配了号段 \(block)", en: "the platform assigned the block \(block)"))
      return
    }
  }

  /// The order that this platform has not answered, or a new one, kept before it is sent.
  private func order(from origin: String) throws -> Setup.CodeOrder {
    let setup = try fieldbook.setup()
    if let order = setup.codeOrder, order.origin == origin, order.region == setup.region { return order }
    let order = Setup.CodeOrder(
      idempotencyKey: UUID().uuidString, region: setup.region, count: Self.blockSize, origin: origin)
    try fieldbook.updateSetup { $0.codeOrder = order }
    return order
  }
}
