import FoundationEssentials
import Records

/// Hands out serials in blocks, each serial once. One file holds all blocks, so that a block and the
/// `Idempotency-Key` of its request come to disk together.
struct PlatformCodeBlocks: Sendable {
  /// Number of serials that one call may ask for.
  static let counts = 1...10_000
  /// The first serial of this platform, far from the low ones that a company assigns by hand.
  static let first = "P00000"
  private static let file = "code-blocks.json"

  private struct Ledger: Codable {
    var issued: [Issued] = []
  }

  private struct Issued: Codable {
    let idempotencyKey: String
    let block: CodeBlock
  }

  private struct Order: Decodable {
    let region: String
    let count: Int
  }

  private let folder: PlatformFolder
  private var ledger = Ledger()

  init(folder: PlatformFolder) throws(LocalPlatformError) {
    self.folder = folder
    guard let bytes = try folder.read(Self.file) else { return }
    guard let ledger = try? JSONReader.decode(Ledger.self, from: bytes) else {
      throw .damaged(path: Self.file)
    }
    self.ledger = ledger
  }

  mutating func issue(_ request: PlatformRequest) throws -> PlatformReply {
    let key = try request.idempotencyKey()
    let order = try request.decoded(
      Order.self, else: .error(422, "codes.malformed", "region is a text and count a whole number"))
    if let issued = ledger.issued.first(where: { $0.idempotencyKey == key }) {
      guard issued.block.region == order.region, issued.block.count == order.count else {
        throw PlatformReply.error(422, "idempotency.reused", "this Idempotency-Key was another request's")
      }
      return .json(200, issued.block)
    }
    guard Self.counts.contains(order.count) else {
      throw PlatformReply.error(422, "codes.count", "count is 1 to 10000")
    }
    let last = ledger.issued.last { $0.block.region == order.region }
    let next = last.map { $0.block.first.number + $0.block.count } ?? CodeSerial(Self.first)?.number
    guard let next, let first = CodeSerial(number: next) else {
      throw PlatformReply.error(409, "codes.exhausted", "no serials are left in this region")
    }
    guard let block = CodeBlock(region: order.region, first: first, count: order.count) else {
      throw PlatformReply.error(422, "codes.region", "region is six digits, and its serials must suffice")
    }
    var changed = ledger
    changed.issued.append(Issued(idempotencyKey: key, block: block))
    folder.put([UInt8](try RecordCoding.encode(changed)), to: Self.file)
    ledger = changed
    return .json(201, block)
  }
}
