import Bench
import Foundation
import ModuleCore
import TestSupport
import Testing

@testable import Chip

/// Holds one conversation with two machines that execute the shipped bytes: libunicorn with our own
/// peripherals, and QEMU, which shares no code with them. The executed chip gets the few devices that QEMU has
/// around its chip (`World.qemu`).
@Suite(.serialized) struct ConversationTests {
  /// A part of a reply that may differ, with the reason.
  struct Exception: Decodable {
    var request: Int
    var reason: String
  }

  private struct Exchange {
    var request: ConversationRequest
    var executed: [UInt8]?
    var emulated: [UInt8]?
  }

  private static let emulator = ["/usr/bin", "/usr/local/bin"].map { "\($0)/qemu-system-arm" }
    .first { FileManager.default.isExecutableFile(atPath: $0) }

  private static let uniqueID = [UInt8](repeating: 0, count: 12)
  private static let most = 200

  private static func exceptions() throws -> [Exception] {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
    let file = folder.appending(path: "../../Fixtures/Conversation/exceptions.json")
    return try JSONDecoder().decode([Exception].self, from: Data(contentsOf: file))
  }

  @Test(.enabled(if: emulator != nil, "qemu-system-arm is not installed: scripts/setup tests"))
  func `a thousand requests get the same replies, byte for byte, but for the exceptions`() throws {
    let program = try #require(Self.emulator)
    let exchanges = try Self.converse(program)
    #expect(exchanges.count == 1000)

    let exceptions = try Self.exceptions()
    #expect(exceptions.count <= Self.most && exceptions.allSatisfy { !$0.reason.isEmpty })
    let differing = exchanges.indices.filter { exchanges[$0].executed != exchanges[$0].emulated }
    #expect(Set(differing) == Set(exceptions.map(\.request)))
    for index in differing where !exceptions.contains(where: { $0.request == index }) {
      let exchange = exchanges[index]
      Issue.record(
        """
        request \(index), \(exchange.request.kind.rawValue), \(exchange.request.name):
          executed \(Self.text(exchange.executed))
          emulated \(Self.text(exchange.emulated))
        """)
    }

    // This shows a real conversation, and not silence on both sides.
    #expect(exchanges.allSatisfy { $0.executed != nil })
    for kind in ConversationRequest.Kind.allCases {
      let ofKind = exchanges.filter { $0.request.kind == kind }
      #expect(ofKind.count >= 200)
      let unanswered = ofKind.filter { $0.executed?.isEmpty != false }
      #expect(
        kind == .malformed ? unanswered.count < ofKind.count * 2 / 3 : unanswered.isEmpty,
        "\(kind.rawValue), \(unanswered.count) of \(ofKind.count): \(Set(unanswered.map(\.request.name)))")
    }
    #expect(Set(exchanges.compactMap(\.executed)).count > 500)
  }

  private static func text(_ bytes: [UInt8]?) -> String {
    bytes.map { String(decoding: $0, as: UTF8.self) } ?? "no echo"
  }

  /// Holds the conversation with three modules: one that was never paired, one that was, and one in which
  /// another key waits to replace the first.
  private static func converse(_ program: String) throws -> [Exchange] {
    var exchanges: [Exchange] = []
    for (pairing, count) in zip(ConversationRequests.Pairing.allCases, [400, 300, 300]) {
      let flash = try ShippedRelease.program()
      try prepare(flash, pairing)
      let requests = ConversationRequests(
        pairing: pairing, uniqueID: uniqueID, update: try ChipRig.shippedUpdate(),
        seed: 1_000 + UInt64(exchanges.count))
      let configuration = ModuleBench.Configuration(
        flash: flash, uniqueID: uniqueID, surroundings: Surroundings(.qemu))
      let before = flash.read(flash.start, count: flash.byteCount)
      let emulated = try EmulatedPartner(program: program, flash: flash)
      exchanges += try talk(
        requests, count: count, try ExecutedPartner(configuration), emulated, number: exchanges.count)
      #expect(flash.read(flash.start, count: flash.byteCount) == before, "nothing can be kept")
    }
    return exchanges
  }

  private static func talk(
    _ requests: ConversationRequests, count: Int, _ executed: ExecutedPartner, _ emulated: EmulatedPartner,
    number: Int
  ) throws -> [Exchange] {
    var requests = requests
    try #require(executed.awaken() && emulated.awaken())
    // The seal's loop reads open from the start, which allows a replacement of the key after ten seconds of the
    // module's time. Both modules are beyond that time before the conversation.
    if requests.pairing == .replacing {
      let request = requests.service()
      try #require(executed.awaitService(request) && emulated.awaitService(request))
    }
    return (0..<count).map { index in
      let request = requests.next()
      let exchange = Exchange(
        request: request, executed: executed.answer(to: request, number: number + index),
        emulated: emulated.answer(to: request, number: number + index))
      if request.leavesFirmware {
        for partner in [executed, emulated] as [any ConversationPartner] {
          partner.cyclePower()
          #expect(partner.awaken())
        }
      }
      return exchange
    }
  }

  /// Pairs a chip in sound surroundings; both modules then start with its flash.
  private static func prepare(_ flash: FlashArray, _ pairing: ConversationRequests.Pairing) throws {
    guard pairing != .none else { return }
    let rig = try ChipRig(flash: flash, uniqueID: uniqueID)
    rig.boot()
    #expect(try rig.pair(key: ConversationRequests.key))
    guard pairing == .replacing else { return }
    var begin = CBORMapWriter()
    begin.put(ModuleField.key, bytes: ConversationRequests.otherKey)
    begin.put(ModuleField.installation, string: ConversationRequests.installation)
    #expect(try rig.ask(.pairBegin, begin)[ModuleField.error] == nil)
  }
}
