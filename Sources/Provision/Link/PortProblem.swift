/// A reason for which a serial port is hidden or cannot be used, as far as the machine tells.
public enum PortProblem: Hashable, Sendable {
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
  /// A program has taken the adapter away from its driver; `by` is that program, where it can be seen.
  case adapterTaken(Adapter, by: Holder?)
  /// Another program has the port open.
  case held(port: String, by: Holder)
  /// A program runs that opens every new port and talks to it.
  case watched(port: String, by: Holder)
  /// Another program has left a lock file for the port.
  case locked(port: String, file: String, by: Holder)
  /// The user may not read and write the port; `group` could be, and `isMember` says that the user's account is in it
  /// already while this login is not.
  case forbidden(port: String, group: String?, isMember: Bool)
  /// The machine has neither a port nor an adapter: nothing is plugged in, or only by a cable that charges.
  case nothingPluggedIn
}
