internal import CSerial
internal import Glibc

/// A serial port, reserved for this program: raw, eight data bits, one stop bit, no flow control.
///
/// Opening the port does not disturb a running module: the lines are not driven, and closing does not lower
/// DTR, which many adapters connect to a reset.
public class SerialPort: Link {
  /// A fact about a port that the user should know although it is no error.
  public enum Event: Hashable, Sendable {
    /// The port has no parity, as a pty, so that bytes are sent without it. This is reported once for each
    /// port.
    case parityNotAvailable
  }

  /// The path by which the port was opened.
  public let path: String

  fileprivate var descriptor: Int32
  private let onEvent: (Event) -> Void
  private var saidNoParity = false
  /// The settings that this program made last, as the kernel accepted them.
  private var ownSettings: (flags: tcflag_t, baudRate: speed_t)?

  // MARK: - Opening

  /// Opens the port at `path`. The result also conforms to `ModemLines` where the port has modem control lines.
  /// - Throws: `notThere`, `permission`, `inUse`, `notASerialPort`, `unsupportedBaudRate` or `io`.
  public static func open(
    _ path: String, framing: LinkFraming, onEvent: @escaping (Event) -> Void = { _ in }
  ) throws(LinkError) -> SerialPort {
    // The port is opened non-blocking, because opening would otherwise wait for a carrier that no module
    // raises.
    let descriptor = Glibc.open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { throw openingError(errno, path: path) }
    do throws(LinkError) {
      var settings = termios()
      guard tcgetattr(descriptor, &settings) == 0 else {
        // For a serial line without a circuit behind its name the kernel returns EIO.
        throw errno == EIO ? .notThere(port: path) : .notASerialPort(path: path)
      }
      guard wt_lock_exclusively(descriptor) == 0 else {
        throw errno == EWOULDBLOCK ? .inUse(port: path) : .io(errno: errno)
      }
      var lines: Int32 = 0
      guard wt_modem_lines(descriptor, &lines) == 0 else {
        // A pty outlives a killed client and would stay exclusive, so only the lock is taken, which ends with
        // the client.
        let port = SerialPort(path: path, descriptor: descriptor, onEvent: onEvent)
        try port.setFraming(framing)
        return port
      }
      guard wt_tty_exclusive(descriptor) == 0 else { throw .io(errno: errno) }
      // A failure here is harmless: the port is only slower.
      _ = wt_low_latency(descriptor)
      Self.shortenLatency(ofPort: path)
      let port = WiredSerialPort(path: path, descriptor: descriptor, onEvent: onEvent)
      try port.setFraming(framing)
      return port
    } catch {
      _ = Glibc.close(descriptor)
      throw error
    }
  }

  fileprivate init(path: String, descriptor: Int32, onEvent: @escaping (Event) -> Void) {
    self.path = path
    self.descriptor = descriptor
    self.onEvent = onEvent
  }

  deinit { close() }

  // MARK: - Link

  public func write(_ bytes: [UInt8], deadline: ContinuousClock.Instant) throws(LinkError) {
    try requireOpen()
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count > 0 {
        sent += count
      } else if count < 0, errno == EAGAIN {
        try wait(for: POLLOUT, deadline: deadline)
      } else if count == 0 || errno != EINTR {
        throw Self.transferError(count == 0 ? EIO : errno)
      }
    }
  }

  public func read(upTo count: Int, deadline: ContinuousClock.Instant) throws(LinkError) -> [UInt8] {
    try requireOpen()
    while true {
      var failure: Int32 = 0
      let bytes = [UInt8](unsafeUninitializedCapacity: max(1, count)) { buffer, initialized in
        let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
        failure = count < 0 ? errno : count == 0 ? EIO : 0
        initialized = max(0, count)
      }
      switch failure {
      case 0: return bytes
      case EAGAIN: try wait(for: POLLIN, deadline: deadline)
      case EINTR: continue
      default: throw Self.transferError(failure)
      }
    }
  }

  public func discardInput() throws(LinkError) {
    try requireOpen()
    _ = tcflush(descriptor, TCIFLUSH)
    // The flush drops the bytes of the line discipline; bytes that the driver has not handed over yet are read
    // here.
    let past = ContinuousClock.now
    do throws(LinkError) {
      // The loop is bounded, because a sender may be faster than the loop.
      for _ in 0..<64 { _ = try read(upTo: 4096, deadline: past) }
    } catch .timeout {
      return
    }
  }

  public func setFraming(_ framing: LinkFraming) throws(LinkError) {
    try requireOpen()
    guard let baudRate = Self.baudRates[framing.baudRate] else {
      throw .unsupportedBaudRate(baudRate: framing.baudRate)
    }
    var settings = termios()
    guard tcgetattr(descriptor, &settings) == 0 else { throw Self.transferError(errno) }
    cfmakeraw(&settings)
    settings.c_cflag &= ~tcflag_t(PARENB | PARODD | CSTOPB | HUPCL) & ~tcflag_t(CRTSCTS)
    settings.c_cflag |= tcflag_t(CLOCAL | CREAD)
    guard cfsetspeed(&settings, baudRate) == 0 else { throw .unsupportedBaudRate(baudRate: framing.baudRate) }

    var withParity = settings
    if framing.parity == .even { withParity.c_cflag |= tcflag_t(PARENB) }
    // TCSADRAIN sends waiting bytes in the framing that they were written for. glibc returns EINVAL where the
    // kernel ignored the request and nothing else changed.
    if tcsetattr(descriptor, TCSADRAIN, &withParity) != 0 {
      guard errno == EINVAL, tcsetattr(descriptor, TCSADRAIN, &settings) == 0 else {
        throw errno == EINVAL ? .unsupportedBaudRate(baudRate: framing.baudRate) : Self.transferError(errno)
      }
    }

    var accepted = termios()
    guard tcgetattr(descriptor, &accepted) == 0 else { throw Self.transferError(errno) }
    guard cfgetospeed(&accepted) == baudRate else { throw .unsupportedBaudRate(baudRate: framing.baudRate) }
    ownSettings = (accepted.c_cflag, baudRate)
    if framing.parity == .even, accepted.c_cflag & tcflag_t(PARENB) == 0, !saidNoParity {
      saidNoParity = true
      onEvent(.parityNotAvailable)
    }
  }

  /// Whether the port's settings differ from those that this program made.
  var settingsWereChanged: Bool {
    var settings = termios()
    guard descriptor >= 0, let ownSettings, tcgetattr(descriptor, &settings) == 0 else { return false }
    return settings.c_cflag != ownSettings.flags || cfgetospeed(&settings) != ownSettings.baudRate
  }

  public func close() {
    guard descriptor >= 0 else { return }
    _ = Glibc.close(descriptor)
    descriptor = -1
  }

  // MARK: - Waiting and failing

  fileprivate func requireOpen() throws(LinkError) {
    guard descriptor >= 0 else { throw .closed }
  }

  /// Waits until the port is ready or gone; the transfer that follows shows which.
  private func wait(for events: Int32, deadline: ContinuousClock.Instant) throws(LinkError) {
    while true {
      let left = deadline - .now
      var entry = pollfd(fd: descriptor, events: Int16(events), revents: 0)
      let ready = poll(&entry, 1, left.pollMilliseconds)
      if ready > 0 {
        guard entry.revents & Int16(POLLNVAL) == 0 else { throw .closed }
        // The port has hung up without data, so that a transfer would find nothing.
        if entry.revents & Int16(events) == 0 { throw .closed }
        return
      }
      if ready < 0, errno != EINTR { throw .io(errno: errno) }
      if ready == 0, left <= .zero { throw .timeout }
    }
  }

  private static func openingError(_ code: Int32, path: String) -> LinkError {
    switch code {
    case ENOENT, ENXIO, ENODEV, ENOTDIR, EIO: .notThere(port: path)
    case EACCES, EPERM: .permission(port: path)
    case EBUSY: .inUse(port: path)
    case EISDIR: .notASerialPort(path: path)
    default: .io(errno: code)
    }
  }

  /// The error of a transfer. On an unplugged port a transfer fails with EIO (the primary of a pty is closed, a
  /// USB adapter is gone), ENXIO or ENODEV.
  fileprivate static func transferError(_ code: Int32) -> LinkError {
    switch code {
    case EIO, ENXIO, ENODEV, EBADF: .closed
    default: .io(errno: code)
    }
  }

  /// The baud rates that POSIX has codes for.
  private static let baudRates: [Int: speed_t] = [
    1200: speed_t(B1200), 2400: speed_t(B2400), 4800: speed_t(B4800), 9600: speed_t(B9600),
    19_200: speed_t(B19200), 38_400: speed_t(B38400), 57_600: speed_t(B57600), 115_200: speed_t(B115200),
    230_400: speed_t(B230400), 460_800: speed_t(B460800), 500_000: speed_t(B500000),
    576_000: speed_t(B576000), 921_600: speed_t(B921600), 1_000_000: speed_t(B1000000),
    1_500_000: speed_t(B1500000), 2_000_000: speed_t(B2000000), 3_000_000: speed_t(B3000000),
  ]
}

/// A serial port that has modem control lines.
final class WiredSerialPort: SerialPort, ModemLines {
  func setDTR(_ asserted: Bool) throws(LinkError) { try drive(TIOCM_DTR, asserted) }
  func setRTS(_ asserted: Bool) throws(LinkError) { try drive(TIOCM_RTS, asserted) }

  func set(dtr: Bool, rts: Bool) throws(LinkError) {
    try requireOpen()
    var lines: Int32 = 0
    guard wt_modem_lines(descriptor, &lines) == 0 else { throw Self.transferError(errno) }
    lines &= ~(TIOCM_DTR | TIOCM_RTS)
    lines |= (dtr ? TIOCM_DTR : 0) | (rts ? TIOCM_RTS : 0)
    guard wt_modem_set(descriptor, lines) == 0 else { throw Self.transferError(errno) }
  }

  private func drive(_ line: Int32, _ asserted: Bool) throws(LinkError) {
    try requireOpen()
    let status = asserted ? wt_modem_raise(descriptor, line) : wt_modem_lower(descriptor, line)
    guard status == 0 else { throw Self.transferError(errno) }
  }
}

extension Duration {
  /// The duration in the form for poll, rounded up so that no wait ends just before its time.
  var pollMilliseconds: Int32 {
    guard self > .zero else { return 0 }
    let (seconds, attoseconds) = components
    guard seconds < 1_000_000 else { return 1_000_000_000 }
    return Int32(seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
  }
}
