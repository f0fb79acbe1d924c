import Bench
import Cryptography
import ModuleCore
import Records
import TestSupport
import Testing

@testable import Provision

/// A simulated module that a laptop has flashed and paired, and an update for it.
final class PairedBench {
  static let settings = PairingTests.settings

  private(set) var bench = NoisyBench(fault: nil)
  let keys = MemoryKeys()
  let platform = Platform()
  let old: Image
  let new: Image
  let keyID: String
  private let folder = TemporaryFolder()
  private let serialNumber: String
  var notes: any FlashNotes = MemoryFlashNotes()
  /// The attempts that were put on record before an authority was asked or used, oldest first.
  private(set) var attempts: [FlashAttempt] = []
  /// Called with each attempt before it is put on record.
  var onAttempt: (FlashAttempt) throws -> Void = { _ in }

  /// The platform, which has been given some keys and proves whatever it is asked for.
  final class Platform: ProofAuthority {
    var keys: [String: SecretKey] = [:]
    /// The answer that is given instead of a proof; nil for a proof.
    var answer: ProofAnswer?
    /// Called before each answer.
    var onProof: () throws -> Void = {}
    private(set) var asked: [ProofRequest] = []

    func proof(_ request: ProofRequest) throws -> ProofAnswer {
      asked.append(request)
      try onProof()
      if let answer { return answer }
      guard let key = keys[request.keyID] else { return .unknownKey }
      switch request.purpose {
      case .update(let sha256, let version):
        return .proof(
          Authenticator.update(
            key: key.bytes, challenge: request.challenge, uniqueID: request.uniqueID, digest: sha256,
            version: version))
      case .bootloader:
        return .proof(
          Authenticator.bootloader(
            key: key.bytes, challenge: request.challenge, uniqueID: request.uniqueID))
      case .replace, .prove: return .refused(code: "not of this test")
      }
    }
  }

  /// - Parameters:
  ///   - version: the version that the module runs.
  ///   - lowest: the oldest version that the update may replace; nil for any.
  init(version: String = "1.0.0", update: String = "1.1.0", lowest: String? = nil) throws {
    old = try BootloaderImages.firmware(version: version)
    new = try BootloaderImages.firmwareWithUpdate(version: update, lowest: lowest, in: folder.path)
    let clock = bench.clock
    _ = try Flasher(link: bench, now: { clock.now }).flash(.image(old))
    let client = SMPClient(link: bench, now: { clock.now })
    var numbers = SplitMix64(seed: 5)
    let pairing = Pairing(
      client: client, keys: keys, clock: FixedClock(),
      random: { count in (0..<count).map { _ in UInt8(truncatingIfNeeded: numbers.next()) } })
    let paired = try pairing.pair(PairingTests.installation, settings: Self.settings)
    (keyID, serialNumber) = (paired.keyID, paired.serialNumber)
  }

  // MARK: - Who has the key

  /// Makes the laptop forget its key, as it does once the platform has the key.
  func forgetKey(platformHasIt: Bool) throws {
    let kept = try keys.key(for: PairingTests.installation, moduleSerial: serialNumber)
    if platformHasIt { platform.keys[keyID] = kept?.secret }
    keys.forget(PairingTests.installation, moduleSerial: serialNumber)
  }

  // MARK: - Flashing

  func flasher(usesOpenSeal: Bool = false, withoutPlatform: Bool = false) -> Flasher {
    let (clock, platform) = (bench.clock, platform)
    return Flasher(
      link: bench, notes: notes,
      authority: ModuleAuthority(
        keys: keys, platform: { withoutPlatform ? nil : platform }, usesOpenSeal: usesOpenSeal,
        record: {
          try self.onAttempt($0)
          self.attempts.append($0)
        }),
      now: { clock.now })
  }

  func flash(
    _ options: Flasher.Options = .init(), usesOpenSeal: Bool = false, withoutPlatform: Bool = false,
    onEvent: @escaping (FlashStep) -> Void = { _ in }, isCancelled: @escaping () -> Bool = { false }
  ) throws -> FlashResult {
    try flasher(usesOpenSeal: usesOpenSeal, withoutPlatform: withoutPlatform).flash(
      .image(new), options: options, onEvent: onEvent, isCancelled: isCancelled)
  }

  // MARK: - The module

  /// Connects the same module by another cable, and switches the module off and on.
  /// - Parameter fault: the fault of the new cable; nil for a sound one.
  func plugInto(cableWith fault: String?) { bench = NoisyBench(flash: bench.flash, fault: fault) }

  func client() -> SMPClient {
    let clock = bench.clock
    return SMPClient(link: bench, now: { clock.now })
  }

  func setCase(open: Bool) { bench.surroundings.world.sealClosed = !open }

  /// Lets this time pass twice, with a request before, between and after, so that the module notices the time.
  func pass(_ time: Duration) throws {
    for _ in 0..<2 {
      _ = try client().identity()
      bench.clock.advance(by: time)
    }
    _ = try client().identity()
  }

  /// Expects the module to be paired as it was.
  func expectPairing(sourceLocation: SourceLocation = #_sourceLocation) throws {
    let module = try client().identity()
    #expect(module.keyID == keyID && module.pendingKeyID == nil, sourceLocation: sourceLocation)
    #expect(module.installation == PairingTests.installation.text, sourceLocation: sourceLocation)
    #expect(try client().configuration() == Self.settings, sourceLocation: sourceLocation)
  }

  /// Expects the module to run the old firmware, with no image beside it, and to have counted no authority.
  func expectUntouched(sourceLocation: SourceLocation = #_sourceLocation) throws {
    try expectPairing(sourceLocation: sourceLocation)
    let slots = try client().imageState()
    #expect(slots.map(\.version) == [old.manifest.version], sourceLocation: sourceLocation)
    let history = try client().identity().history
    #expect(
      [history.provenUpdates, history.serviceUpdates, history.provenEntries, history.serviceEntries]
        == [0, 0, 0, 0], sourceLocation: sourceLocation)
  }

  /// Expects the module to run the update, confirmed, and to be paired as it was.
  func expectUpdated(sourceLocation: SourceLocation = #_sourceLocation) throws {
    try expectPairing(sourceLocation: sourceLocation)
    let active = try client().imageState().first { $0.isActive }
    #expect(
      active?.version == new.manifest.version && active?.isConfirmed == true, sourceLocation: sourceLocation)
    #expect(
      try Hex.encode(client().identity().imageSha256) == new.manifest.appSha256, sourceLocation: sourceLocation)
  }
}
