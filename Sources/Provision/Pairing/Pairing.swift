import Cryptography
import ModuleCore
public import Records

/// Binds a module and an installation by a 256-bit key, and writes the module's settings. Each run decides what to do
/// from the state of both ends, so that a pairing that was cut off at any point is finished, or begun again, by the
/// next run:
///
///     module            laptop: none      prepared k        committed k       forgotten k (the platform has it)
///     unpaired          make, send        send k            make, send        make, send
///     pending k         –                 go on to prove    make, send        make, send
///     pending other     make, send        send k            make, send        make, send
///     committed k       –                 prove             prove             compare the settings, else replace
///     committed other   make, replace     replace by k      replace by k      make, replace
///
/// 'Make' stores the key durably before it is sent; 'send' is begin, prove, commit. After a proof every row continues
/// with: commit where the module has not committed, mark committed, settings where they differ, read back, clock,
/// identity. Where the module holds another key as pending, a committed key is sent again first, because the module
/// would prove the pending one. 'Replace' is 'send' with a replacement in the place of commit
/// (`Pairing+Replacement`): the old key is valid until the module obeys that request, and the new key from then on.
///
/// A renewal of the module's own key is 'make, replace' where k is committed; a renewal that was cut off is finished
/// with its key first.
///
/// A module that has committed k and holds no key now was erased in between, because a module commits durably before
/// it acknowledges. Whoever erased it may have had a reason not to trust k, as after a foreign firmware that could
/// read k; so k is never sent again.
public struct Pairing {
  let client: SMPClient
  let keys: any PairingKeys
  private let clock: any Clock
  private let random: (Int) throws -> [UInt8]
  let onEvent: (PairingEvent) -> Void

  /// - Parameters:
  ///   - random: returns the given number of unpredictable bytes, for the key and for the challenge.
  ///   - onEvent: gets the events in the order of `PairingEvent`.
  public init(
    client: SMPClient, keys: any PairingKeys, clock: any Clock, random: @escaping (Int) throws -> [UInt8],
    onEvent: @escaping (PairingEvent) -> Void = { _ in }
  ) {
    self.client = client
    self.keys = keys
    self.clock = clock
    self.random = random
    self.onEvent = onEvent
  }

  /// Pairs the connected module with an installation, or finds that it is paired already.
  ///
  /// - Parameters:
  ///   - recordedSerialNumber: serial number of the module that the record already names; nil where it names
  ///     none, or where another module is meant to take its place.
  ///   - terms: the terms on which a module's key may be replaced by another one.
  /// - Throws: `ProvisionError`, or what the key store, the record, the platform or the random source threw. It
  ///   is always safe to call this again.
  public func pair(
    _ installation: InstallationID, recordedSerialNumber: String? = nil, settings: PairingSettings,
    terms: ReplacementTerms = ReplacementTerms()
  ) throws -> PairingResult {
    if let field = settings.unusable { throw ProvisionError.badSetting(field) }
    let module = try client.identity()
    onEvent(.identified(module))
    if let recordedSerialNumber, recordedSerialNumber != module.serialNumber {
      throw ProvisionError.otherModule(recorded: recordedSerialNumber, connected: module.serialNumber)
    }
    let kept = try keys.key(for: installation, moduleSerial: module.serialNumber)
    let isOurs = module.keyID == kept?.keyID && module.installation == installation.text
    var inspection = terms.inspection
    // The inspection on record shows a replacement that the module has made although its reply was lost or
    // nothing was recorded after it.
    let earlier = Self.replacement(in: module, since: inspection)
    let isUnderWay = earlier != nil && earlier != terms.recorded
    // A renewal that was cut off is finished with its key and not begun anew, because the module may have no
    // other key.
    let isRenewed = terms.renewsKey && isOurs && !isUnderWay && kept?.isCommitted == true
    let isUpToDate = try module.keyID == nil || settings.differences(from: client.configuration()).isEmpty
    if isOurs, !isRenewed, let kept, kept.secret == nil, isUpToDate {
      return PairingResult(module, keyID: kept.keyID, wasAlreadyPaired: true)
    }

    let replacement = try replacement(of: module, unless: isOurs && !isRenewed && kept?.secret != nil, terms)
    if replacement != nil || !isUpToDate && !isUnderWay && module.history.bootsAtVisit > 0 {
      inspection = try inspect(module, replacement, terms)
    }
    let wasErased = module.keyID == nil && kept?.isCommitted == true
    let key =
      try (wasErased || isRenewed ? nil : kept?.secret)
      ?? makeKey(for: installation, moduleSerial: module.serialNumber)
    try bind(key, to: module, installation: installation, replacement)
    if kept?.isCommitted != true || kept?.keyID != key.keyID {
      try keys.markCommitted(keyID: key.keyID, for: installation, moduleSerial: module.serialNumber)
    }
    let changed = try apply(settings, key: key)
    try client.setClock(to: UInt64(max(0, clock.now().secondsSince1970)), key: key)
    onEvent(.clockSet)
    let confirmed = try confirm(keyID: key.keyID, installation: installation)
    return PairingResult(
      confirmed, keyID: key.keyID, wasAlreadyPaired: isOurs && !isRenewed && !changed,
      replacement: Self.replacement(in: confirmed, since: inspection))
  }

  // MARK: - Key

  private func makeKey(for installation: InstallationID, moduleSerial: String) throws -> SecretKey {
    let bytes = try random(SecretKey.byteCount)
    guard let key = SecretKey(bytes: bytes, keyID: Hex.encode(Authenticator.keyID(of: bytes))) else {
      throw ProvisionError.badRandom
    }
    try keys.prepare(key, for: installation, moduleSerial: moduleSerial)
    onEvent(.keyStored(keyID: key.keyID))
    return key
  }

  private func bind(
    _ key: SecretKey, to module: ModuleIdentity, installation: InstallationID,
    _ replacement: ModuleAuthority.Way?
  ) throws {
    if (module.pendingKeyID ?? module.keyID) != key.keyID {
      guard try client.pairBegin(key, for: installation) == key.keyID else {
        throw ProvisionError.notProven(keyID: key.keyID)
      }
      onEvent(.keySent)
    }
    let challenge = try random(Authenticator.challengeSize)
    guard challenge.count == Authenticator.challengeSize else { throw ProvisionError.badRandom }
    let proof = try client.pairProve(challenge)
    let expected = Authenticator.proof(key: key.bytes, challenge: challenge, uniqueID: module.uniqueID)
    guard proof.keyID == key.keyID, Authenticator.matches(proof.code, expected) else {
      throw ProvisionError.notProven(keyID: key.keyID)
    }
    onEvent(.keyProven)
    if let replacement {
      try replace(module, by: key, replacement)
    } else if module.keyID != key.keyID || module.pendingKeyID != nil {
      guard try client.pairCommit(key, uniqueID: module.uniqueID) == key.keyID else {
        throw ProvisionError.notConfirmed(keyID: key.keyID)
      }
      onEvent(.keyCommitted)
    }
  }

  // MARK: - Settings

  /// - Returns: whether the module had other settings before.
  private func apply(_ settings: PairingSettings, key: SecretKey) throws(ProvisionError) -> Bool {
    if settings.differences(from: try client.configuration()).isEmpty { return false }
    try client.configure(settings, key: key)
    onEvent(.settingsWritten)
    let differing = settings.differences(from: try client.configuration())
    guard differing.isEmpty else { throw .configurationDiffers(differing) }
    onEvent(.settingsReadBack)
    return true
  }

  private func confirm(keyID: String, installation: InstallationID) throws(ProvisionError) -> ModuleIdentity {
    let module = try client.identity()
    guard module.keyID == keyID, module.installation == installation.text else {
      throw .notConfirmed(keyID: keyID)
    }
    return module
  }
}

/// An event of a pairing. The events come in this order; a step that was not needed gives no event.
public enum PairingEvent: Hashable, Sendable {
  case identified(ModuleIdentity)
  /// The inspection is on record, before anything on the module is changed.
  case inspected(ModuleInspection)
  /// The key is on this laptop's disk, before it was sent.
  case keyStored(keyID: String)
  case keySent
  case keyProven
  case keyCommitted
  case keyReplaced(KeyReplacement.Kind)
  case settingsWritten
  case settingsReadBack
  case clockSet
}

/// A module that is paired and configured, as it describes itself.
public struct PairingResult: Hashable, Sendable {
  public let serialNumber: String
  public let keyID: String
  public let imei: String?
  public let iccid: String?
  public let chip: String
  public let firmwareVersion: String
  /// Whether the module was paired with this key and had these settings before, so that at most its clock was
  /// set.
  public let wasAlreadyPaired: Bool
  /// The way in which the key replaced another one, in this run or in an earlier one that was cut off; nil
  /// where it replaced none.
  public let replacement: KeyReplacement?
  /// The module's state at the end of the pairing.
  public let state: ModuleState

  init(
    _ module: ModuleIdentity, keyID: String, wasAlreadyPaired: Bool, replacement: KeyReplacement? = nil
  ) {
    serialNumber = module.serialNumber
    self.keyID = keyID
    imei = module.imei
    iccid = module.iccid
    chip = module.chip
    firmwareVersion = module.firmwareVersion
    state = module.state
    self.wasAlreadyPaired = wasAlreadyPaired
    self.replacement = replacement
  }
}
