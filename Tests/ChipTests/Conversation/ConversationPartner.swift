import Bench
import Glibc
import ModuleCore
import TestSupport

@testable import Chip

/// A module that takes part in the conversation.
protocol ConversationPartner: AnyObject {
  func send(_ bytes: [UInt8])
  /// Gives the bytes that the module has sent since, after at most a moment of its time.
  func hear() -> [UInt8]
  /// Number of calls of `hear` after which bytes that have to come count as missing.
  var patience: Int { get }
  /// Number of calls of `hear` after which nothing more is expected.
  var moment: Int { get }
  func cyclePower()
}

extension ConversationPartner {
  /// Puts bytes on the wire, followed by an echo request.
  /// - Returns: everything received before the echo; empty where no answer was due. Nil where the echo never
  ///   came.
  func answer(to request: ConversationRequest, number: Int) -> [UInt8]? {
    // A frame without its end must not take in the next frame.
    send([0x0a] + request.bytes + [0x0a])
    var said: [UInt8] = []
    if request.resets {
      var left = patience
      while said.last != 0x0a, left > 0 {
        said += hear()
        left -= 1
      }
      guard request.leavesFirmware else { return awaken() ? said : nil }
    }
    let (marker, echo) = Self.marker(UInt8(truncatingIfNeeded: number))
    send(marker)
    for _ in 0..<(request.leavesFirmware ? moment : patience) {
      said += hear()
      if said.suffix(echo.count) == echo[...] { return said.dropLast(echo.count) }
    }
    return request.leavesFirmware ? said : nil
  }

  /// Asks until the firmware has started and answers; returns false where it never does.
  func awaken() -> Bool {
    for number in 0..<(2 * patience / moment) {
      // Each request has its own number: the echo of the last comes behind those of all before.
      let (marker, echo) = Self.marker(UInt8(truncatingIfNeeded: number))
      send([0x0a] + marker)
      var said: [UInt8] = []
      for _ in 0..<moment where said.suffix(echo.count) != echo[...] { said += hear() }
      guard said.suffix(echo.count) == echo[...] else { continue }
      // The seal's loop reads open, which a module believes and counts 50 ms after its start. Both modules have
      // to have counted it before the next request.
      for _ in 0..<moment { _ = hear() }
      return true
    }
    return false
  }

  /// Asks for the replacement of the key by service until the module's case has been open for long enough. No
  /// key is replaced, because a module without a random number generator refuses that afterwards.
  /// - Returns: false where the module never gives the later refusal.
  func awaitService(_ request: ConversationRequest) -> Bool {
    for number in 0..<patience {
      var decoder = ConsoleFrameDecoder()
      guard let bytes = answer(to: request, number: number),
        let reply = decoder.take(bytes).compactMap(SMPMessage.init).first,
        let error = try? CBORItem(reply.payload)[ModuleField.error],
        let code = error["rc"]?.unsigned.flatMap(UInt8.init(exactly:))
      else { return false }
      let refusal = ModuleRefusal(code: code)
      if refusal == .noRandom { return true }
      guard refusal == .sealed else { return false }
      for _ in 0..<moment { _ = hear() }
    }
    return false
  }

  private static func marker(_ number: UInt8) -> (request: [UInt8], reply: [UInt8]) {
    func frame(_ operation: SMPMessage.Operation, _ key: StaticString) -> [UInt8] {
      var fields = CBORMapWriter()
      fields.put(key, string: "\(number)")
      let message = SMPMessage(
        operation: operation, version: 1, group: SMPGroup.operatingSystem, sequence: number,
        command: OperatingSystemCommand.echo.rawValue, payload: fields.encoded)
      return message.encoded.flatMap(ConsoleFraming.encode) ?? []
    }
    return (frame(.write, ModuleField.echoRequest), frame(.writeReply, ModuleField.echoReply))
  }
}

/// The image executed by libunicorn, in the chip's own time.
final class ExecutedPartner: ConversationPartner {
  private let cable: ChipCable
  /// This number of calls lasts two seconds of chip time.
  let patience = 400
  let moment = 20

  init(_ configuration: ModuleBench.Configuration) throws { cable = try ChipCable(configuration) }

  func send(_ bytes: [UInt8]) { try? cable.write(bytes, deadline: cable.clock.now + .seconds(10)) }

  func hear() -> [UInt8] {
    cable.wait(.milliseconds(5))
    return (try? cable.read(upTo: 65_536, deadline: cable.clock.now)) ?? []
  }

  func cyclePower() {
    cable.cyclePower()
    try? cable.discardInput()
  }
}

/// The same image in QEMU, in real time.
final class EmulatedPartner: ConversationPartner {
  private let chip: EmulatedChip
  /// The guard time against waiting for ever, as a number of calls of `hear`, each of which takes at least two
  /// milliseconds.
  let patience = Int(Waiting.guardTime.components.seconds) * 500
  /// This number of calls lasts at least half a second.
  let moment = 250

  init(program: String, flash: FlashArray) throws { chip = try EmulatedChip(program: program, flash: flash) }

  /// Sends bytes no faster than the line would. QEMU may not get processor time for a while, and without the
  /// real chip's DMA the firmware can buffer only a few bytes.
  func send(_ bytes: [UInt8]) {
    for start in stride(from: 0, to: bytes.count, by: 16) {
      for byte in bytes[start..<min(start + 16, bytes.count)] { _ = chip.receive(byte) }
      usleep(1500)
    }
  }

  func hear() -> [UInt8] {
    usleep(2000)
    var said: [UInt8] = []
    for case .send(let bytes) in chip.tick() { said += bytes }
    return said
  }

  func cyclePower() { chip.restart() }
}
