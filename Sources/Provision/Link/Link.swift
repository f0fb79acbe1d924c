/// A two-way stream of bytes to a module: a serial port, a pty, or memory in a test. Only one thread may use a
/// link at a time. Deadlines are moments, so that one deadline covers a whole exchange of many reads and
/// writes.
public protocol Link: AnyObject {
  /// Sends all of `bytes`.
  /// - Throws: `timeout` where not all of them were taken by `deadline`; a part may have been sent.
  func write(_ bytes: [UInt8], deadline: ContinuousClock.Instant) throws(LinkError)

  /// Waits for the first byte and returns the bytes received, from 1 to `count` (`count` is at least 1). A
  /// deadline in the past still returns bytes that have arrived already.
  /// - Throws: `timeout` where nothing has arrived by `deadline`.
  func read(upTo count: Int, deadline: ContinuousClock.Instant) throws(LinkError) -> [UInt8]

  /// Drops all bytes that were received and not read yet.
  func discardInput() throws(LinkError)

  /// Sets baud rate and parity for all bytes sent and received from here on. A link without parity, such as a
  /// pty, ignores the parity.
  func setFraming(_ framing: LinkFraming) throws(LinkError)

  /// Closes the link; every later operation throws `closed`, and another call does nothing.
  func close()
}

/// Baud rate and parity of a link, which always has eight data bits and one stop bit.
public struct LinkFraming: Hashable, Sendable {
  public enum Parity: Hashable, Sendable { case none, even }

  /// Baud rate, bits a second.
  public let baudRate: Int
  public let parity: Parity

  public init(baudRate: Int, parity: Parity) {
    self.baudRate = baudRate
    self.parity = parity
  }

  /// The setting of the module's own firmware: 115,200 baud 8N1.
  public static let firmware = LinkFraming(baudRate: 115_200, parity: .none)
  /// The setting of ST's ROM bootloader (AN3155): 115,200 baud 8E1.
  public static let bootloader = LinkFraming(baudRate: 115_200, parity: .even)
}

/// The ability of some links to drive the modem control lines. A caller asks for it by `link as? any ModemLines`.
public protocol ModemLines: AnyObject {
  /// Asserts or releases DTR; an asserted line has a low level at the pin of a TTL adapter.
  func setDTR(_ asserted: Bool) throws(LinkError)
  /// Asserts or releases RTS; an asserted line has a low level at the pin of a TTL adapter.
  func setRTS(_ asserted: Bool) throws(LinkError)
  /// Sets both lines at the same moment where the link can, or else one after the other.
  func set(dtr: Bool, rts: Bool) throws(LinkError)
}

extension ModemLines {
  public func set(dtr: Bool, rts: Bool) throws(LinkError) {
    try setDTR(dtr)
    try setRTS(rts)
  }
}

/// The ability of some links to detect another program on the port. A caller asks for it by `link as? any
/// SharedPort`.
public protocol SharedPort: AnyObject {
  /// The program that uses the port besides this one, as far as it can be detected; nil where there is none.
  var intruder: PortIntruder? { get }
}

public struct PortIntruder: Hashable, Sendable {
  /// The program's name; nil where only the port's settings show that there is a program.
  public let name: String?

  public init(name: String?) { self.name = name }
}

/// An error of the link itself, independent of the protocol.
public enum LinkError: Error, Hashable, Sendable {
  /// The deadline passed.
  case timeout
  /// The other end is gone: a pulled cable, a closed pty, or a call of `close`.
  case closed
  /// Another program holds the port.
  case inUse(port: String)
  case permission(port: String)
  case notThere(port: String)
  /// The path exists but is not a serial port.
  case notASerialPort(path: String)
  /// The port does not support this baud rate.
  case unsupportedBaudRate(baudRate: Int)
  /// The system reported another error.
  case io(errno: Int32)
}
