import ModuleCore
import Records

/// The steps of a functional test that close the relay or try to. Each begins with the relay open.
struct RelayProbe {
  /// Time that a contactor may take to follow its coil, with a margin for a module that debounces the contact.
  private static let settlingTime = Duration.seconds(1)

  let client: SMPClient
  let module: TestedModule
  let authority: (any StartAuthority)?
  let hasAuthorityElsewhere: Bool
  let onEvent: (FunctionalTestEvent) -> Void

  // MARK: - Steps

  func closes() throws(ProvisionError) -> Finding {
    try open()
    let attempt = try start()
    if let finding = attempt.failure { return finding }
    return try wait { $0.relay } ? .yes : .no(.relayStaysOpen)
  }

  func feedbackFollows() throws(ProvisionError) -> Finding {
    try open()
    let attempt = try start()
    if let finding = attempt.failure { return finding }
    guard try wait({ $0.relay && $0.feedback }) else { return .no(.contactStaysOpen) }
    try open()
    return try wait { !$0.relay && !$0.feedback } ? .yes : .no(.contactStaysClosed)
  }

  func opensOnStop() throws(ProvisionError) -> Finding {
    try open()
    let attempt = try start()
    if let finding = attempt.failure { return finding }
    guard try wait({ $0.relay }) else { return .no(.relayStaysOpen) }
    try open()
    return try wait { !$0.relay } ? .yes : .no(.relayStaysClosed)
  }

  /// Sends a start in which everything is valid except the key of its authentication code, and checks that the
  /// module refuses it.
  func refusesForged() throws(ProvisionError) -> Finding {
    try open()
    let challenge = try client.challenge()
    let otherKey = SHA256.digest(challenge.bytes)
    let code = Authenticator.start(
      key: otherKey, counter: challenge.counter, seconds: FunctionalTest.startSeconds,
      challenge: challenge.bytes)
    let forged = SignedStart(
      counter: challenge.counter, seconds: FunctionalTest.startSeconds, authenticator: code)
    return try refuses(forged, by: [.notAuthentic])
  }

  /// Makes a valid start, then sends the same bytes again, at once and with a new challenge outstanding, and
  /// checks that the module refuses them. A laptop that holds the key also signs the new challenge with the
  /// used counter.
  func refusesReplayed() throws(ProvisionError) -> Finding {
    try open()
    let attempt = try start()
    guard let used = attempt.start else { return attempt.failure ?? .no(.relayStaysOpen) }
    try open()
    let atOnce = try refuses(used, by: [.noChallenge, .replayed, .notAuthentic])
    if atOnce.cause != nil { return atOnce }
    let challenge = try client.challenge()
    let later = try refuses(used, by: [.replayed, .notAuthentic])
    guard later.cause == nil, let secret = module.secret else { return later }
    return try refuses(sign(challenge, counter: used.counter, by: secret), by: [.replayed])
  }

  func closesForPlatform() throws(ProvisionError) -> Finding {
    try open()
    let attempt = try start(by: .authority, otherwise: "network.unreachable")
    if let finding = attempt.failure { return finding }
    return try wait { $0.relay } ? .yes : .no(.relayStaysOpen)
  }

  func open() throws(ProvisionError) { try client.stop() }

  // MARK: - Starting

  /// A start that the module accepted, or the reason why there was none.
  private struct Attempt {
    var start: SignedStart?
    var failure: Finding?
  }

  private enum Signer {
    case laptop(SecretKey)
    case authority
  }

  /// Starts with this laptop's own key, or through the platform once that key is erased.
  private func start() throws(ProvisionError) -> Attempt {
    guard let secret = module.secret else { return try start(by: .authority, otherwise: "key.forgotten") }
    return try start(by: .laptop(secret), otherwise: "key.forgotten")
  }

  private func start(by signer: Signer, otherwise reason: String) throws(ProvisionError) -> Attempt {
    do throws(ProvisionError) {
      return try startOnce(by: signer, otherwise: reason)
    } catch .link(.timeout, during: .start) {
      // The command or its reply was lost. The command cannot be repeated, but a new one with its own challenge
      // can be sent.
      return try startOnce(by: signer, otherwise: reason)
    } catch .unusableReply(_, during: .start) {
      return try startOnce(by: signer, otherwise: reason)
    }
  }

  private func startOnce(by signer: Signer, otherwise reason: String) throws(ProvisionError) -> Attempt {
    let challenge = try client.challenge()
    let start: SignedStart
    switch signer {
    case .laptop(let secret): start = sign(challenge, counter: challenge.counter, by: secret)
    case .authority:
      let request = StartRequest(
        keyID: module.keyID, moduleSerial: module.serialNumber, challenge: challenge.bytes,
        counter: challenge.counter, seconds: FunctionalTest.startSeconds)
      switch ask(request) {
      case .start(let given): start = given
      case .unreachable:
        return Attempt(failure: hasAuthorityElsewhere ? .notRun("platform.elsewhere") : .notRun(reason))
      case .failed: return Attempt(failure: .notRun("platform.failed"))
      }
    }
    do throws(ProvisionError) {
      try client.start(start)
      return Attempt(start: start)
    } catch .rejected(let rejection, during: .start) {
      return Attempt(failure: .no(.startRefused(rejection)))
    }
  }

  private func sign(_ challenge: ModuleChallenge, counter: UInt64, by secret: SecretKey) -> SignedStart {
    let seconds = FunctionalTest.startSeconds
    let code = Authenticator.start(
      key: secret.bytes, counter: counter, seconds: seconds, challenge: challenge.bytes)
    return SignedStart(counter: counter, seconds: seconds, authenticator: code)
  }

  private enum Answer {
    case start(SignedStart)
    case unreachable, failed
  }

  /// Asks the platform for a start. A failure of the platform is no fault of the module, so the step counts as
  /// not run and the failure is reported.
  private func ask(_ request: StartRequest) -> Answer {
    do {
      return try authority?.start(request).map { .start($0) } ?? .unreachable
    } catch {
      onEvent(.authorityFailed(error))
      return .failed
    }
  }

  // MARK: - Looking

  /// Sends a start that must be refused for one of `reasons`, and checks the relay. Any other refusal proves
  /// nothing.
  private func refuses(_ start: SignedStart, by reasons: [ModuleRefusal]) throws(ProvisionError) -> Finding {
    do throws(ProvisionError) {
      try client.start(start)
      return .no(.startAccepted)
    } catch .rejected(let rejection, during: .start) {
      guard let refusal = rejection.refusal, reasons.contains(refusal) else {
        return .no(.startRefused(rejection))
      }
    }
    return try client.readings().relay ? .no(.startAccepted) : .yes
  }

  /// Reads until `condition` returns true, at most for the settling time.
  private func wait(_ condition: (ModuleReadings) -> Bool) throws(ProvisionError) -> Bool {
    let deadline = client.now() + Self.settlingTime
    repeat {
      if condition(try client.readings()) { return true }
    } while client.now() < deadline
    return false
  }
}
