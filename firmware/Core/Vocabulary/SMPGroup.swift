/// The groups of commands that the module answers.
public enum SMPGroup {
  /// MCUmgr's standard group for echo, reset and parameters.
  public static var operatingSystem: UInt16 { 0 }
  /// MCUmgr's standard group for image state and upload.
  public static var image: UInt16 { 1 }
  /// The module's own group for pairing, functional test and control (`docs/module-protocol.md`).
  public static var module: UInt16 { 64 }
}

/// Commands of group 0.
public enum OperatingSystemCommand: UInt8, Sendable {
  case echo = 0
  case reset = 5
  case parameters = 6
}

/// Commands of group 1.
public enum ImageCommand: UInt8, Sendable {
  case state = 0
  case upload = 1
  case erase = 5
}

/// Commands of group 64.
public enum ModuleCommand: UInt8, Sendable {
  case identity = 0
  case pairBegin = 1
  case pairProve = 2
  case pairCommit = 3
  case configure = 4
  case configuration = 5
  case challenge = 6
  case start = 7
  case stop = 8
  case readings = 9
  case setClock = 10
  case pairReplace = 11
  case pairService = 12
  case authorize = 13

  /// The operation with which the command is requested.
  public var operation: SMPHeader.Operation {
    switch self {
    case .identity, .configuration, .challenge, .readings: .read
    case .pairBegin, .pairProve, .pairCommit, .configure, .start, .stop, .setClock, .pairReplace, .pairService,
      .authorize:
      .write
    }
  }
}

/// The actions that a paired module allows only with an authority.
public enum AuthorityPurpose: UInt8, Sendable {
  /// Uploading one image beside the running one, and marking it for the next start.
  case update = 1
  /// Entering the chip's ROM bootloader once.
  case bootloader = 2
}
