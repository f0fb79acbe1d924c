internal import Cryptography
internal import ModuleCore
internal import Records

/// The permission of one paired module for one deed. It is obtained before the deed, and again where the module
/// refuses the deed because it restarted meanwhile or its seal was not open for long enough.
struct FlashPermission {
  /// Maximum number of challenges for one authority: the first, one after a proof that came late, and one after
  /// a lost reply.
  private static let challengeTries = 3
  /// Maximum number of times that a module may restart between the proof and the deed.
  private static let maxRenewals = 4
  /// Time for which the module's challenge is valid.
  private static let challengeLifetime = Duration.seconds(30)
  /// The time within which the seal has to have been open for ten seconds.
  private static let openSealWait = Duration.seconds(60)
  private static let openSealInterval = Duration.seconds(1)

  /// The purpose of an authority, besides the deed that the module is told.
  struct Aim {
    /// The image that is to be written; nil where the chip is only protected, or where the image is chosen
    /// later.
    var image: Image?
    var erasesKey = false
    var protects = false
  }

  let authority: ModuleAuthority
  let module: ModuleIdentity
  let deed: AuthorizedDeed
  let aim: Aim
  let client: SMPClient
  let watch: FlashWatch
  /// The way in which the module was convinced; nil before that.
  private(set) var kind: FlashAuthority.Kind?
  private var isOnRecord = false
  private var renewals = 0
  private var openSealDeadline: ContinuousClock.Instant?

  init(
    _ authority: ModuleAuthority, for deed: AuthorizedDeed, _ aim: Aim, of module: ModuleIdentity,
    client: SMPClient, watch: FlashWatch
  ) {
    (self.authority, self.deed, self.aim, self.module) = (authority, deed, aim, module)
    (self.client, self.watch) = (client, watch)
  }

  /// The way in which the module was convinced, in the form of a record; nil before that.
  var record: FlashAuthority? { kind.map { FlashAuthority(kind: $0, deed: deed.name) } }

  private var keyID: String { module.keyID ?? "" }

  // MARK: - Obtaining it

  /// Records the purpose of the authority and gives the module the authority. Without a proof nothing is
  /// recorded, because nothing was done. With the open seal nothing is sent, because the module checks its seal
  /// by itself.
  mutating func obtain() throws(FlashError) {
    let way: ModuleAuthority.Way
    do { way = try authority.way(of: keyID, moduleSerial: module.serialNumber) } catch {
      throw .authority(keyID: keyID, .keysUnreadable)
    }
    guard case .proof(let prover) = way else {
      try putOnRecord(way)
      kind = way.kind
      return
    }
    for _ in 0..<Self.challengeTries {
      try watch.begin(.authorizing)
      let challenge: ModuleChallenge
      do throws(ProvisionError) { challenge = try client.challenge() } catch { throw explained(error) }
      let asked = client.now()
      let proof = try proof(over: challenge, by: prover)
      try putOnRecord(way)
      // A challenge that is too old would only be refused.
      if client.now() - asked > Self.challengeLifetime { continue }
      do throws(ProvisionError) {
        guard try client.authorize(deed, proof: proof) == keyID else {
          throw .unusableReply(.field(ModuleField.keyID.description), during: .authorize)
        }
        kind = way.kind
        return
      } catch {
        // The challenge was too old for the module, or used up by a request whose reply was lost.
        if case .rejected(let rejection, _) = error, rejection.refusal == .noChallenge { continue }
        throw explained(error)
      }
    }
    throw .authority(keyID: keyID, .tooSlow)
  }

  /// Makes up for a refusal: gives the authority anew, or waits a second for the seal to have been open long enough.
  mutating func renew() throws(FlashError) {
    guard authority.usesOpenSeal else {
      guard renewals < Self.maxRenewals else { throw .authority(keyID: keyID, .lost) }
      renewals += 1
      return try obtain()
    }
    if openSealDeadline == nil { try watch.begin(.awaitingOpenSeal) }
    try watch.checkCancelled(.awaitingOpenSeal)
    let deadline = openSealDeadline ?? client.now() + Self.openSealWait
    openSealDeadline = deadline
    guard client.now() < deadline else { throw .authority(keyID: keyID, .caseClosed) }
    do throws(ProvisionError) { try client.pause(Self.openSealInterval) } catch { throw explained(error) }
  }

  /// Notes that the module obeyed, so that a seal that is closed later is waited for anew.
  mutating func noteSuccess() { openSealDeadline = nil }

  /// Puts on record what the authority is about to be asked or used for, unless that was done already.
  private mutating func putOnRecord(_ way: ModuleAuthority.Way) throws(FlashError) {
    if isOnRecord { return }
    let attempt = FlashAttempt(
      serialNumber: module.serialNumber, keyID: keyID, chipID: Hex.encode(module.uniqueID),
      authority: FlashAuthority(kind: way.kind, deed: deed.name), firmwareVersion: aim.image?.manifest.version,
      firmwareSha256: aim.image?.manifest.sha256, installedVersion: module.firmwareVersion,
      erasesKey: aim.erasesKey ? true : nil, protects: aim.protects ? true : nil, state: module.state)
    do { try authority.record(attempt) } catch { throw .cancelled(during: .authorizing) }
    isOnRecord = true
  }

  // MARK: - Proofs

  private func proof(
    over challenge: ModuleChallenge, by prover: ModuleAuthority.Prover
  ) throws(FlashError) -> [UInt8] {
    let request = ProofRequest(
      deed.purpose, keyID: keyID, uniqueID: module.uniqueID, challenge: challenge.bytes)
    do throws(ModuleAuthority.Prover.Refusal) {
      return try prover.proof(request) {
        deed.proof(key: $0, challenge: challenge.bytes, uniqueID: module.uniqueID)
      }
    } catch {
      switch error {
      case .failure(let failure): throw .authority(keyID: keyID, failure)
      case .cancelled: throw .cancelled(during: .authorizing)
      }
    }
  }

  private func explained(_ error: ProvisionError) -> FlashError {
    switch error {
    case .link(let failure, _): .link(failure, during: .authorizing)
    case .rejected(let rejection, _) where rejection.refusal == .notAuthentic:
      .authority(keyID: keyID, .wrongProof)
    default: .firmware(error)
    }
  }
}

extension ProvisionError {
  /// Whether the module refused what was asked for want of an authority.
  var isAccessDenied: Bool {
    if case .rejected(let rejection, _) = self { rejection.isAccessDenied } else { false }
  }
}
