import ModuleCore
public import Records

/// What a platform does that has a module's key: it signs starts.
public struct KeyHolder: StartAuthority {
  private let secret: SecretKey

  public init(_ secret: SecretKey) { self.secret = secret }

  public func start(_ request: StartRequest) -> SignedStart? {
    let code = Authenticator.start(
      key: secret.bytes, counter: request.counter, seconds: request.seconds, challenge: request.challenge)
    return SignedStart(counter: request.counter, seconds: request.seconds, authenticator: code)
  }
}
