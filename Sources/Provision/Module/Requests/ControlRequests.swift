import Cryptography
import ModuleCore
import Records

// The requests for control and readings in group 64, defined in `docs/module-protocol.md`.

/// Asks for a challenge for one start.
struct ChallengeRequest: ModuleGroupRequest {
  static let name = ModuleRequest.challenge
  static let moduleCommand = ModuleCommand.challenge

  func reply(_ fields: ReplyFields) throws(ReplyFault) -> ModuleChallenge {
    ModuleChallenge(
      bytes: try fields.bytes(ModuleField.challenge, count: Authenticator.challengeSize),
      counter: try fields.count(ModuleField.counter))
  }
}

/// Closes the relay for a given time.
struct RelayStartRequest: ModuleGroupRequest {
  typealias Reply = Void

  let start: SignedStart

  static let name = ModuleRequest.start
  static let moduleCommand = ModuleCommand.start
  static let timeout = recordTimeout
  /// A start uses up its challenge, so it must not be repeated.
  static let mayBeRepeated = false

  var fields: CBORMapWriter {
    var fields = CBORMapWriter()
    fields.put(ModuleField.counter, unsigned: start.counter)
    fields.put(ModuleField.seconds, unsigned: UInt64(start.seconds))
    fields.put(ModuleField.authenticationCode, bytes: start.authenticator)
    return fields
  }
}

/// Opens the relay, which needs no key because opening is always allowed.
struct StopRequest: ModuleGroupRequest {
  typealias Reply = Void

  static let name = ModuleRequest.stop
  static let moduleCommand = ModuleCommand.stop
}

/// Asks for the module's readings at one moment.
struct ReadingsRequest: ModuleGroupRequest {
  static let name = ModuleRequest.readings
  static let moduleCommand = ModuleCommand.readings

  func reply(_ fields: ReplyFields) throws(ReplyFault) -> ModuleReadings {
    let time = try fields.count(ModuleField.time)
    return ModuleReadings(
      supplyVolts: Double(try fields.count(ModuleField.millivolts)) / 1_000,
      weldingAmps: Double(try fields.integer(ModuleField.milliamperes)) / 1_000,
      relay: try fields.flag(ModuleField.relay), feedback: try fields.flag(ModuleField.feedback),
      sealClosed: try fields.flag(ModuleField.seal), time: time == 0 ? nil : time,
      hasFix: try fields.flag(ModuleField.fix),
      latitude: Double(try fields.integer(ModuleField.latitude)) / 1_000_000,
      longitude: Double(try fields.integer(ModuleField.longitude)) / 1_000_000,
      satellites: try fields.count(ModuleField.satellites), hasSIM: try fields.flag(ModuleField.simCard),
      isRegistered: try fields.flag(ModuleField.registered),
      signalDBm: try fields.integer(ModuleField.signalStrength))
  }
}

/// Sets the module's clock, in seconds since 1970.
struct SetClockRequest: ModuleGroupRequest {
  typealias Reply = Void

  let time: UInt64
  let key: SecretKey

  static let name = ModuleRequest.setClock
  static let moduleCommand = ModuleCommand.setClock

  var fields: CBORMapWriter {
    var fields = CBORMapWriter()
    fields.put(ModuleField.time, unsigned: time)
    fields.put(ModuleField.authenticationCode, bytes: Authenticator.clock(key: key.bytes, time: time))
    return fields
  }
}
