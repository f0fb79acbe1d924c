extension SMPClient {
  /// Asks the firmware who it is, over and over while it starts: it hashes itself before it listens.
  /// - Returns: the first answer that `isRight`; another firmware answers as long as the reset is not done.
  /// - Throws: `firmwareSilent` where none comes in time, `link` where the cable is gone.
  @discardableResult
  func awaitStart(
    within time: Duration, isRight: (ModuleIdentity) -> Bool
  ) throws(FlashError) -> ModuleIdentity {
    let deadline = now() + time
    repeat {
      do throws(ProvisionError) {
        let module = try awaitIdentity(by: deadline)
        if isRight(module) { return module }
        try pause(Self.awaitingInterval)
      } catch {
        if case .link(let failure, _) = error, failure != .timeout { throw .link(failure, during: .starting) }
      }
    } while now() < deadline
    throw .firmwareSilent
  }
}
