extension SMPClient {
  /// Asks the starting firmware for its identity until the right one answers. A firmware hashes itself before
  /// it listens.
  /// - Returns: the first identity for which `isRight` returns true; the old firmware may answer until the
  ///   reset is done.
  /// - Throws: `firmwareSilent` where no such answer comes in time, `link` where the cable is gone.
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
