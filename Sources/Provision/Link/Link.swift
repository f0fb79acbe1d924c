/// A two-way stream of bytes to a module: a serial port, a pty, or memory in a test. One thread at a time uses it.
/// Deadlines are moments, so that one deadline holds for a whole exchange of many reads and writes.
public protocol Link: AnyObject {
  /// Hands over all of `bytes`.
  /// - Throws: `timeout` where not all of them were taken by `deadline`; a part may have gone out.
  func write(_ bytes: [UInt8], deadline: ContinuousClock.Instant) throws(LinkError)

  /// Waits for the first byte and returns what has come, from 1 to `count` bytes (`count` is at least 1).
  /// A deadline that has passed still returns what is already there.
  /// - Throws: `timeout` where nothing has come by `deadline`.
  func read(upTo count: Int, deadline: ContinuousClock.Instant) throws(LinkError) -> [UInt8]

  /// Forgets everything received and not yet read.
  func discardInput() throws(LinkError)

  /// Changes speed and parity for everything that is sent and received from here on. A link that has no parity, as a
  /// pty, goes on without.
  func setFraming(_ framing: LinkFraming) throws(LinkError)

  /// Ends the link; every later operation throws `closed`. A second call does nothing.
  func close()
}

/// Speed and parity of a link; always eight data bits and one stop bit.
public struct LinkFraming: Hashable, Sendable {
  public enum Parity: Hashable, Sendable { case none, even }

  /// Speed, bits a second.
  public let baudRate: Int
  public let parity: Parity

  public init(baudRate: Int, parity: Parity) {
    self.baudRate = baudRate
    self.parity = parity
  }

  /// The module's own firmware: 115,200 baud 8N1.
  public static let firmware = LinkFraming(baudRate: 115_200, parity: .none)
  /// ST's ROM bootloader (AN3155): 115,200 baud 8E1.
  public static let bootloader = LinkFraming(baudRate: 115_200, parity: .even)
}

/// The ability of some links to drive the modem control lines. A caller asks for it by `link as? any ModemLines`.
public protocol ModemLines: AnyObject {
  /// Asserts the line or lets it go; asserted is a low level at a TTL adapter's pin.
  func setDTR(_ asserted: Bool) throws(LinkError)
  /// Asserts the line or lets it go; asserted is a low level at a TTL adapter's pin.
  func setRTS(_ asserted: Bool) throws(LinkError)
  /// Sets both lines at the same moment, where the link can; else one after the other.
  func set(dtr: Bool, rts: Bool) throws(LinkError)
}

extension ModemLines {
  public func set(dtr: Bool, rts: Bool) throws(LinkError) {
    try setDTR(dtr)
    try setRTS(rts)
  }
}

/// The ability of some links to tell whether another program has come onto the port. A caller asks for it by `link
/// as? any SharedPort`.
public protocol SharedPort: AnyObject {
  /// The program that uses the port besides this one, as far as that can be seen; nil where there is none.
  var intruder: PortIntruder? { get }
}

public struct PortIntruder: Hashable, Sendable {
  /// The program's name; nil where only the port's settings show that there is one.
  public let name: String?

  public init(name: String?) { self.name = name }
}

/// An error of a link itself, whatever is spoken on it.
public enum LinkError: Error, Hashable, Sendable {
  /// The deadline passed.
  case timeout
  /// The other end is gone: a pulled cable, a closed pty, or `close` was called.
  case closed
  /// Another program holds the port.
  case inUse(port: String)
  case permission(port: String)
  case notThere(port: String)
  /// There is something of that name, but it is not a serial port.
  case notASerialPort(path: String)
  /// The port does not take this speed.
  case unsupportedBaudRate(baudRate: Int)
  /// The system reported anything else.
  case io(errno: Int32)
}
