// Answers the requests for challenges, starts and readings.
extension Program {
  mutating func makeChallenge(_ reply: inout MessageBuffer) throws(ModuleRefusal) {
    challenge = nil
    guard let bytes = board.randomBytes(Authenticator.challengeSize),
      bytes.count == Authenticator.challengeSize
    else { throw .noRandom }
    challenge = (bytes: bytes, madeAt: board.milliseconds)
    reply.put(ModuleField.challenge, bytes: bytes)
    reply.put(ModuleField.counter, unsigned: nextCounter)
  }

  func isFresh(_ challenge: (bytes: Octets, madeAt: UInt64)) -> Bool {
    board.milliseconds &- challenge.madeAt <= Self.challengeLifetime
  }

  /// Refuses a request that needs unpredictable challenges where the random generator has failed.
  @inline(never)
  mutating func checkRandom() throws(ModuleRefusal) {
    guard board.randomBytes(Authenticator.challengeSize) != nil else { throw .noRandom }
  }

  /// Closes the relay for `sec` seconds. A refused start leaves a fresh challenge valid, and leaves the relay
  /// as it is unless the flash has failed, which opens the relay.
  mutating func start(_ fields: borrowing RequestFields) throws(ModuleRefusal) {
    guard let counter = fields.number(ModuleField.counter), counter < UInt64.max &- Self.counterBlock,
      let stated = fields.number(ModuleField.seconds),
      stated >= 1, stated <= UInt64(Authenticator.maximumStartSeconds)
    else { throw .malformed }
    let seconds = UInt32(truncatingIfNeeded: stated)
    let code = try authenticationCode(fields)
    let key = try committedKey()
    try checkRandom()
    guard let challenge, isFresh(challenge) else {
      self.challenge = nil
      throw .noChallenge
    }
    try check(
      code, Authenticator.start(key: key, counter: counter, seconds: seconds, challenge: challenge.bytes))
    guard counter >= nextCounter else { throw .replayed }

    // The counter is durable before the relay closes: after a reset, no counter up to this one is accepted.
    if counter >= record.counter {
      var new = record
      new.counter = counter &+ Self.counterBlock
      do throws(ModuleRefusal) {
        try save(&new)
      } catch {
        openRelay()
        throw error
      }
    }
    nextCounter = counter &+ 1
    self.challenge = nil
    relayDeadline = board.milliseconds &+ UInt64(seconds) &* 1000
    relayIsClosed = true
    board.setRelay(closed: true)
  }

  mutating func readings(_ reply: inout MessageBuffer) {
    let readings = board.readings()
    reply.put(ModuleField.millivolts, count: readings.millivolts)
    reply.put(ModuleField.milliamperes, integer: readings.milliamperes)
    reply.put(ModuleField.relay, boolean: relayIsClosed)
    reply.put(ModuleField.feedback, boolean: readings.feedbackIsClosed)
    reply.put(ModuleField.seal, boolean: board.sealIsClosed)
    reply.put(ModuleField.time, unsigned: readings.time)
    reply.put(ModuleField.fix, boolean: readings.hasFix)
    reply.put(ModuleField.latitude, integer: readings.latitude)
    reply.put(ModuleField.longitude, integer: readings.longitude)
    reply.put(ModuleField.satellites, count: UInt32(readings.satellites))
    reply.put(ModuleField.simCard, boolean: readings.hasSimCard)
    reply.put(ModuleField.registered, boolean: readings.isRegistered)
    reply.put(ModuleField.signalStrength, integer: Int32(readings.signalStrength))
  }
}
