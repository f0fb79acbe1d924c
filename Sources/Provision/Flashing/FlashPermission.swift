internal import ModuleCore
internal import Records

/// The permission of one paired module for one deed. It is obtained before the deed, and once more where the module
/// refuses the deed, because it started anew meanwhile or its seal is not open yet.
struct FlashPermission {
  /// Challenges that one proof may take: one for a proof that came late, one for an answer that was lost.
  private static let challengeTries = 3
  /// The number of times that a module may start anew between the proof and the deed.
  private static let maxRenewals = 4
  /// The time for which the module's challenge is good.
  private static let challengeLifetime = Duration.seconds(30)
  /// The time within which the seal has to have been open for ten seconds.
  private static let openSealWait = Duration.seconds(60)
  private static let openSealInterval = Duration.seconds(1)

  let authority: ModuleAuthority
  let module: ModuleIdentity
  let deed: AuthorizedDeed
  let client: SMPClient
  let watch: FlashWatch
  /// The way in which the module was convinced; nil before it was.
  private(set) var kind: FlashAuthority.Kind?
  private var renewals = 0
  private var openSealDeadline: ContinuousClock.Instant?

  init(
    _ authority: ModuleAuthority, for deed: AuthorizedDeed, of module: ModuleIdentity, client: SMPClient,
    watch: FlashWatch
  ) {
    (self.authority, self.deed, self.module) = (authority, deed, module)
    (self.client, self.watch) = (client, watch)
  }

  /// The way in which the module was convinced, as records have it; nil before it was.
  var record: FlashAuthority? { kind.map { FlashAuthority(kind: $0, deed: deed.name) } }

  private var keyID: String { module.keyID ?? "" }

  // MARK: - Obtaining it

  /// Gives the module the authority. By the open seal there is nothing to give: the module looks for itself.
  mutating func obtain() throws(FlashError) {
    if authority.usesOpenSeal {
      kind = .openSeal
      return
    }
    for _ in 0..<Self.challengeTries {
      try watch.begin(.authorizing)
      let challenge: ModuleChallenge
      do throws(ProvisionError) { challenge = try client.challenge() } catch { throw explained(error) }
      let asked = client.now()
      let (proof, kind) = try proof(over: challenge)
      // A challenge that is too old would only be refused.
      if client.now() - asked > Self.challengeLifetime { continue }
      do throws(ProvisionError) {
        guard try client.authorize(deed, proof: proof) == keyID else {
          throw .unusableReply(.field(ModuleField.keyID.description), during: .authorize)
        }
        self.kind = kind
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

  // MARK: - Proofs

  private func proof(over challenge: ModuleChallenge) throws(FlashError) -> ([UInt8], FlashAuthority.Kind) {
    let held: SecretKey?
    do { held = try authority.keys?.heldKey(keyID, moduleSerial: module.serialNumber) } catch {
      throw .authority(keyID: keyID, .keysUnreadable)
    }
    if let held {
      return (
        deed.proof(key: held, challenge: challenge.bytes, uniqueID: module.uniqueID), .laptopProof
      )
    }
    let request = ProofRequest(
      deed.purpose, keyID: keyID, uniqueID: module.uniqueID, challenge: challenge.bytes)
    let answer: ProofAnswer
    do { answer = try authority.platform()?.proof(request) ?? .unreachable } catch {
      throw .cancelled(during: .authorizing)
    }
    switch answer {
    case .proof(let proof): return (proof, .platformProof)
    case .unreachable: throw .authority(keyID: keyID, .unreachable)
    case .unknownKey: throw .authority(keyID: keyID, .unknownKey)
    case .refused(let code): throw .authority(keyID: keyID, .refused(code: code))
    case .judged: throw .authority(keyID: keyID, .refused(code: nil))
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
