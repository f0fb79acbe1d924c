import Fieldbook
import FoundationEssentials
import Records
import Sync
import Terminal

/// The source of this laptop's codes: the platform assigns a new block when the codes are used up.
struct CodeSupply {
  let fieldbook: Fieldbook
  /// A function that makes a client of the platform when one is needed.
  let client: () throws -> PlatformClient
  /// A function that shows a message to the user.
  let tell: (Text) -> Void

  /// The number of codes in one request.
  private static let blockSize = 500

  /// Requests a block of codes from the platform where this laptop has none left, and tells the user which
  /// block was assigned. Nothing is requested without a platform, or by an inspector's laptop, which makes no labels.
  /// - Throws: `SyncError`, `FieldbookError`.
  func fetchIfExhausted() throws {
    let setup = try fieldbook.setup()
    guard setup.inspector == nil, try fieldbook.codesLeft() == 0, let platform = setup.platform else { return }
    let client = try client()
    let origin = try PlatformClient.origin(of: platform)
    // The same block arrives twice where an earlier run was killed between storing the block and removing the
    // request.
    for _ in 0..<2 {
      let order = try order(from: origin)
      let block: CodeBlock
      do {
        block = try client.fetchCodeBlock(
          region: order.region, count: order.count, idempotencyKey: order.idempotencyKey)
      } catch SyncError.refused(let status, let code) {
        // A refusal answers the request, so that the next one is a new request.
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

  /// The request that this platform has not answered, or a new one, which is stored before it is sent.
  private func order(from origin: String) throws -> Setup.CodeOrder {
    let setup = try fieldbook.setup()
    if let order = setup.codeOrder, order.origin == origin, order.region == setup.region { return order }
    let order = Setup.CodeOrder(
      idempotencyKey: UUID().uuidString, region: setup.region, count: Self.blockSize, origin: origin)
    try fieldbook.updateSetup { $0.codeOrder = order }
    return order
  }
}
