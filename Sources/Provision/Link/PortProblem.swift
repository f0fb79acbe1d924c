/// A reason why a serial port is hidden or cannot be used, as far as the machine shows.
public enum PortProblem: Hashable, Sendable {
  /// A running program.
  public struct Holder: Hashable, Sendable {
    public let program: String
    public let processID: Int32
  }

  /// A USB adapter, and the socket that it is in (`1-2`: bus 1, second socket).
  public struct Adapter: Hashable, Sendable {
    public let usb: PortInfo.USB
    public let socket: String
  }

  /// The adapter has no driver; `module` is the driver that it needs.
  case driverMissing(Adapter, module: String)
  /// A program has detached the adapter from its driver; `by` is that program, where it can be seen.
  case adapterTaken(Adapter, by: Holder?)
  /// Another program has the port open.
  case held(port: String, by: Holder)
  /// A program is running that opens every new port and writes to it.
  case watched(port: String, by: Holder)
  /// Another program has left a lock file for the port.
  case locked(port: String, file: String, by: Holder)
  /// The user may not read and write the port, but members of `group` may; `isMember` says that the user's
  /// account is a member already while this login is not.
  case forbidden(port: String, group: String?, isMember: Bool)
  /// The machine has neither a port nor an adapter: nothing is plugged in, or the cable only charges.
  case nothingPluggedIn
}
