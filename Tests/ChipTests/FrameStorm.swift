import Foundation
import ModuleCore

/// Draws frames for a module's wire, in the same order in every run. They are inputs that fuzzing the decoders
/// on the host has found (`fuzz/corpus`) and requests of all kinds, both slightly changed.
struct FrameStorm {
  private let dice: Dice
  /// Inputs that are bytes of a wire.
  private let wires: [[UInt8]]
  /// Inputs that are messages without framing.
  private let messages: [[UInt8]]
  /// Inputs that are payloads without a header.
  private let payloads: [[UInt8]]
  private var requests: ConversationRequests
  /// Reads the frames as the module does, so that no frame is a valid request to reset it.
  private var reader = ConsoleFrameDecoder()

  init(seed: UInt64, uniqueID: [UInt8], update: [UInt8]) throws {
    dice = Dice(seed: seed)
    wires = try Self.corpus("module") + Self.corpus("frame")
    messages = try Self.corpus("message")
    payloads = try Self.corpus("cbor")
    requests = ConversationRequests(
      pairing: .committed, uniqueID: uniqueID, update: update, seed: seed &* 31)
  }

  private static func corpus(_ decoder: String) throws -> [[UInt8]] {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(
      path: "../../fuzz/corpus/\(decoder)")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path()).sorted()
    return try files.map { [UInt8](try Data(contentsOf: folder.appending(path: $0))) }
  }

  /// Draws the bytes to put on the wire, with a line feed before and behind them.
  mutating func next() -> [UInt8] {
    while true {
      let bytes = [0x0a] + draw() + [0x0a]
      var trial = reader
      if trial.take(bytes).contains(where: Self.resets) { continue }
      reader = trial
      return bytes
    }
  }

  private static func resets(_ bytes: [UInt8]) -> Bool {
    guard let message = SMPMessage(bytes) else { return false }
    return message.group == SMPGroup.operatingSystem
      && message.command == OperatingSystemCommand.reset.rawValue
  }

  private mutating func draw() -> [UInt8] {
    switch dice.below(6) {
    case 0: return changed(wires[dice.below(wires.count)])
    case 1: return framed(changed(messages[dice.below(messages.count)]))
    case 2: return framed(message(around: payloads[dice.below(payloads.count)]))
    case 3: return framed(message(around: changed(payloads[dice.below(payloads.count)])))
    case 4: return requests.next().bytes
    default:
      var reader = ConsoleFrameDecoder()
      let bytes = requests.next().bytes
      return reader.take(bytes).first.map { framed(changed($0)) } ?? bytes
    }
  }

  private func message(around payload: [UInt8]) -> [UInt8] {
    let groups = [SMPGroup.operatingSystem, SMPGroup.image, SMPGroup.module]
    let message = SMPMessage(
      operation: dice.below(2) == 0 ? .read : .write, version: UInt8(dice.below(2)),
      group: groups[dice.below(groups.count)], sequence: dice.byte(), command: UInt8(dice.below(14)),
      payload: Array(payload.prefix(SMPMessage.maximumSize - SMPMessage.headerSize)))
    return message.encoded ?? []
  }

  private func framed(_ message: [UInt8]) -> [UInt8] {
    ConsoleFraming.encode(Array(message.prefix(SMPMessage.maximumSize))) ?? []
  }

  /// Makes one to four small changes.
  private func changed(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    for _ in 0...dice.below(4) where !bytes.isEmpty {
      let place = dice.below(bytes.count)
      switch dice.below(6) {
      case 0: bytes[place] ^= 1 << UInt8(dice.below(8))
      case 1: bytes[place] = [0, 0x1f, 0x20, 0x7f, 0x80, 0xff][dice.below(6)]
      case 2: bytes.insert(dice.byte(), at: place)
      case 3: bytes.remove(at: place)
      case 4: bytes.removeSubrange(place..<min(bytes.count, place + 1 + dice.below(16)))
      default: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 1 + dice.below(16))], at: place)
      }
    }
    return Array(bytes.prefix(2048))
  }
}
