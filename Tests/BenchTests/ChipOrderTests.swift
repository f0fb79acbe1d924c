import Bench
import FoundationEssentials
import Records
import Testing

struct ChipOrderTests {
  private let order = ChipOrder(
    wireBaudRate: 115_200, fault: nil, world: World(), uniqueID: Data(1...12),
    segments: [.init(address: 0x0800_0000, bytes: Data([1, 2, 3, 4]))])

  @Test func `is read as it was written`() throws {
    var order = order
    order.protectedSectors = [0]
    order.adapterLatency = 1000
    let read = try JSONReader.decode(ChipOrder.self, from: JSONEncoder().encode(order))
    let configuration = try read.configuration()
    #expect(configuration.wireBaudRate == 115_200)
    #expect(configuration.adapterLatency == .microseconds(1000))
    #expect(configuration.uniqueID == Array(1...12))
  }

  @Test func `refuses a field that nobody knows, such as a speed under another name`() throws {
    let text = String(decoding: try JSONEncoder().encode(order), as: UTF8.self)
      .replacing("wireBaudRate", with: "wireSpeed")
    #expect(throws: UnknownField(name: "wireSpeed")) {
      try JSONReader.decode(ChipOrder.self, from: Array(text.utf8))
    }
  }

  @Test func `refuses a world with a slip in a field's name`() {
    #expect(throws: UnknownField(name: "sealClosd")) {
      try JSONReader.decode(World.self, from: Array(#"{"sealClosd": false}"#.utf8))
    }
  }
}
