import ModuleCore
public import Records

/// Signs start requests with a module's key, as a platform does.
public struct KeyHolder: StartAuthority {
  private let secret: SecretKey

  public init(_ secret: SecretKey) { self.secret = secret }

  public func start(_ request: StartRequest) -> SignedStart? {
    let code = Authenticator.start(
      key: secret.bytes, counter: request.counter, seconds: request.seconds, challenge: request.challenge)
    return SignedStart(counter: request.counter, seconds: request.seconds, authenticator: code)
  }
}
