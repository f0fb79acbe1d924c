import ModuleCore

/// Everything that can be asked of a module's firmware: what an error says it was doing.
public enum ModuleRequest: String, Hashable, Sendable, CaseIterable {
  case echo, reset, parameters, imageState, imageUpload, imageTest, imageConfirm
  case identity, pairBegin, pairProve, pairCommit, pairReplace, pairService, configure, configuration
  case challenge, start, stop, readings, setClock

  // MARK: - How it is asked

  /// How long one attempt may take, from its first byte out to its last byte in, for a short message.
  var timeout: Duration {
    switch self {
    // The firmware writes its pairing record, and its chip stands still for 250 to 500 ms where that erases a
    // sector.
    case .pairBegin, .pairCommit, .pairReplace, .pairService, .configure, .start: .seconds(3)
    // The first piece of an upload erases a sector of 128 KiB, which takes up to two seconds; a mark is checked by a digest.
    case .imageUpload, .imageTest: .seconds(6)
    default: .seconds(1)
    }
  }

  /// Whether asking again, because no reply came, leaves the module as asking once does. A start uses up its
  /// challenge, and a module that resets may take its reply with it.
  var mayBeRepeated: Bool { self != .start && self != .reset }

  /// Longest wait for this request with everything that is repeated.
  public var longestWait: Duration { timeout * attempts }

  var attempts: Int { mayBeRepeated ? 3 : 1 }

  var group: UInt16 {
    switch self {
    case .echo, .reset, .parameters: SMPGroup.operatingSystem
    case .imageState, .imageUpload, .imageTest, .imageConfirm: SMPGroup.image
    default: SMPGroup.module
    }
  }

  var command: UInt8 { moduleCommand?.rawValue ?? standardCommand }

  var operation: SMPMessage.Operation {
    switch self {
    case .echo, .reset, .imageUpload, .imageTest, .imageConfirm: .write
    case .parameters, .imageState: .read
    default: moduleCommand?.operation ?? .read
    }
  }

  private var standardCommand: UInt8 {
    switch self {
    case .reset: OperatingSystemCommand.reset.rawValue
    case .parameters: OperatingSystemCommand.parameters.rawValue
    case .imageState, .imageTest, .imageConfirm: ImageCommand.state.rawValue
    case .imageUpload: ImageCommand.upload.rawValue
    default: OperatingSystemCommand.echo.rawValue
    }
  }

  private var moduleCommand: ModuleCommand? {
    switch self {
    case .echo, .reset, .parameters, .imageState, .imageUpload, .imageTest, .imageConfirm: nil
    case .identity: .identity
    case .pairBegin: .pairBegin
    case .pairProve: .pairProve
    case .pairCommit: .pairCommit
    case .pairReplace: .pairReplace
    case .pairService: .pairService
    case .configure: .configure
    case .configuration: .configuration
    case .challenge: .challenge
    case .start: .start
    case .stop: .stop
    case .readings: .readings
    case .setClock: .setClock
    }
  }
}
