internal import CSerial
internal import Glibc

/// The pty behind which a simulated module sits. The laptop's end is held open here as well, so that the module
/// survives programs that open and close the port.
struct ModuleBenchTerminal: ~Copyable {
  /// Path of the laptop's end.
  let path: String
  private let primary: Int32
  private let secondary: Int32
  private let closings: Int32

  init() throws(ModuleBenchError) {
    var primary: Int32 = -1
    var secondary: Int32 = -1
    var status: Int32 = 0
    let name = [CChar](unsafeUninitializedCapacity: 128) { buffer, count in
      status = wt_open_pty(&primary, &secondary, buffer.baseAddress, buffer.count)
      count = status == 0 ? buffer.firstIndex(of: 0) ?? 0 : 0
    }
    guard status == 0 else { throw .terminal(errno: errno) }
    let path = String(decoding: name.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let closings = wt_watch_closing(path)
    guard closings >= 0, fcntl(primary, F_SETFL, O_NONBLOCK) == 0 else {
      let failure = errno
      for descriptor in [primary, secondary, closings] where descriptor >= 0 { close(descriptor) }
      throw .terminal(errno: failure)
    }
    self.path = path
    self.primary = primary
    self.secondary = secondary
    self.closings = closings
  }

  deinit {
    // The laptop's end sees a hangup when the primary is closed, just as when a cable is pulled.
    close(primary)
    close(secondary)
    close(closings)
  }

  enum Arrival {
    case nothing
    case bytes([UInt8])
    /// A program has closed the laptop's end.
    case closing
  }

  /// Waits for the first event within this time.
  func wait(_ time: Duration) -> Arrival {
    var entries = [
      pollfd(fd: closings, events: Int16(POLLIN), revents: 0),
      pollfd(fd: primary, events: Int16(POLLIN), revents: 0),
    ]
    let nanoseconds = Int64(max(.zero, time) / .nanoseconds(1))
    guard wt_poll(&entries, 2, nanoseconds) > 0 else { return .nothing }
    if entries[0].revents != 0 {
      _ = Self.read(closings, upTo: 4096)
      return .closing
    }
    let bytes = Self.read(primary, upTo: 512)
    return bytes.isEmpty ? .nothing : .bytes(bytes)
  }

  /// Baud rate that the laptop's end is set to, bits a second; nil where no chip supports it.
  var baudRate: Int? {
    var settings = termios()
    guard tcgetattr(primary, &settings) == 0 else { return nil }
    return Self.baudRates[cfgetospeed(&settings)]
  }

  private static let baudRates: [speed_t: Int] = [
    speed_t(B9600): 9600, speed_t(B19200): 19_200, speed_t(B38400): 38_400, speed_t(B57600): 57_600,
    speed_t(B115200): 115_200, speed_t(B230400): 230_400, speed_t(B460800): 460_800, speed_t(B921600): 921_600,
    speed_t(B2000000): 2_000_000,
  ]

  /// Puts bytes on the wire; bytes that nobody takes within a second are lost.
  func send(_ bytes: [UInt8]) {
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes { write(primary, $0.baseAddress, $0.count) }
      if count > 0 { sent += count }
      if count < 0, errno == EAGAIN {
        var entry = pollfd(fd: primary, events: Int16(POLLOUT), revents: 0)
        guard poll(&entry, 1, 1000) > 0 else { return }
      } else if count <= 0, errno != EINTR {
        return
      }
    }
  }

  /// Drops the bytes that nobody has read. The settings stay, since the next program may have opened the port
  /// and made its own settings before the previous closing was noticed.
  func refresh() { tcflush(secondary, TCIFLUSH) }

  private static func read(_ descriptor: Int32, upTo count: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      initialized = max(0, Glibc.read(descriptor, buffer.baseAddress, buffer.count))
    }
  }
}
