internal import Cryptography
internal import ModuleCore
internal import Synchronization

/// The true state of a simulated module, which tests compare with what the module has said over the wire.
public struct ModuleBenchTruth: Hashable, Sendable {
  /// Whether the firmware runs, rather than the bootloader.
  public internal(set) var firmwareRuns = false
  /// Version of the running firmware.
  public internal(set) var firmwareVersion: String?
  public internal(set) var serialNumber: String?
  /// Id of the committed key, lower-case hex; nil where none is committed, or the bootloader runs.
  public internal(set) var committedKeyID: String?
  /// Id of the pending key, lower-case hex.
  public internal(set) var pendingKeyID: String?
  public internal(set) var relayIsClosed = false
  /// Number of times that the relay has closed since the bench was made.
  public internal(set) var relayClosings = 0

  init() {}

  /// Takes the part of the state that is visible from outside a chip whose program cannot be asked.
  public mutating func look(firmwareRuns: Bool, relayIsClosed: Bool) {
    self.firmwareRuns = firmwareRuns
    self.relayIsClosed = relayIsClosed
  }

  /// Asks a copy of the firmware for its identity, as a laptop would.
  mutating func ask(_ firmware: Module<some Board>?) {
    (firmwareRuns, relayIsClosed) = (firmware != nil, firmware?.relayIsClosed ?? false)
    (firmwareVersion, serialNumber, committedKeyID, pendingKeyID) = (nil, nil, nil, nil)
    let question = SMPMessage(
      operation: .read, version: 1, group: SMPGroup.module, sequence: 0,
      command: ModuleCommand.identity.rawValue,
      payload: [])
    guard var copy = firmware, let frame = question.encoded.flatMap(ConsoleFraming.encode) else { return }
    var decoder = ConsoleFrameDecoder()
    // A byte that is no base64 and an end of line come first. They spoil a request of the laptop whose end has
    // not arrived yet, which the bytes of this question would otherwise complete.
    guard let answer = decoder.take(copy.receive([0x21, 0x0a] + frame)).first.flatMap(SMPMessage.init),
      let fields = try? CBORItem(answer.payload)
    else { return }
    firmwareVersion = fields[ModuleField.firmwareVersion]?.string
    serialNumber = fields[ModuleField.serialNumber]?.string
    committedKeyID = fields[ModuleField.keyID]?.byteString.map { Hex.encode($0) }
    pendingKeyID = fields[ModuleField.pendingKeyID]?.byteString.map { Hex.encode($0) }
  }
}

/// The latest truth, written by the thread that serves and read by any other.
final class PublishedBenchTruth: Sendable {
  private let truth = Mutex(ModuleBenchTruth())

  var latest: ModuleBenchTruth {
    get { truth.withLock { $0 } }
    set { truth.withLock { $0 = newValue } }
  }
}
