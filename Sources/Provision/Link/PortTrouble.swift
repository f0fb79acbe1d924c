/// What hides a serial port or keeps it from being used, as far as the machine tells.
public enum PortTrouble: Hashable, Sendable {
  /// A program that runs now.
  public struct Holder: Hashable, Sendable {
    public let program: String
    public let processID: Int32
  }

  /// An adapter on USB, and the socket it is in (`1-2`: bus 1, second socket).
  public struct Adapter: Hashable, Sendable {
    public let usb: PortInfo.USB
    public let socket: String
  }

  /// The adapter has no driver; `module` is the one it needs.
  case driverMissing(Adapter, module: String)
  /// A program has taken the adapter away from its driver; who, where that can be seen.
  case adapterTaken(Adapter, by: Holder?)
  /// Another program has the port open.
  case held(port: String, by: Holder)
  /// A program runs that opens every new port and talks to it.
  case watched(port: String, by: Holder)
  /// Another program's lock file, and that program.
  case locked(port: String, file: String, by: Holder)
  /// The port may not be read and written; `group` could be, and `isMember` says that the user's account is in it
  /// already while this login is not.
  case forbidden(port: String, group: String?, isMember: Bool)
  /// Neither a port nor an adapter: nothing is plugged in, or by a cable that only charges.
  case nothingPluggedIn
}
