import Characters
import Glibc
import Synchronization

/// The destination of text: a file descriptor, or memory in tests. Each write is complete and is not mixed with
/// another thread's. After a failure all further text is dropped, because a reader that has gone away must not
/// stop the flashing of a module. Callers check `failure` at the end, and call `probe` before they begin.
public final class Sink: Sendable {
  public enum Failure: Error, Sendable, Equatable {
    /// The other end of the pipe was closed (`| head`).
    case readerGone
    case failed(errno: Int32)
  }

  public let isTerminal: Bool
  private let measure: @Sendable () -> Int
  private let send: @Sendable ([UInt8]) throws(Failure) -> Void
  private let look: @Sendable () -> Failure?
  private let state = Mutex<Failure?>(nil)

  /// Makes a sink.
  /// - Parameters:
  ///   - columns: a function that returns the present width of the window, columns, because a window can change
  ///     its size.
  ///   - probe: a function that returns the reason why nothing can be written, as far as it is known before a
  ///     write; nil for none.
  public init(
    isTerminal: Bool, columns: @escaping @Sendable () -> Int,
    probe: @escaping @Sendable () -> Failure? = { nil },
    send: @escaping @Sendable ([UInt8]) throws(Failure) -> Void
  ) {
    self.isTerminal = isTerminal
    measure = columns
    look = probe
    self.send = send
  }

  /// Makes a sink of a file descriptor that stays open longer than the sink. `SIGPIPE` must be ignored
  /// (`Interruption.install`).
  public convenience init(fileDescriptor: Int32) {
    self.init(
      isTerminal: isatty(fileDescriptor) == 1,
      columns: { Self.windowColumns(of: fileDescriptor) ?? 80 }, probe: { Self.probe(fileDescriptor) },
      send: { (bytes) throws(Failure) in try Self.writeAll(bytes, to: fileDescriptor) })
  }

  public static let standardOutput = Sink(fileDescriptor: STDOUT_FILENO)
  public static let standardError = Sink(fileDescriptor: STDERR_FILENO)

  /// The width of the window, columns; 80 where there is none, and at least 20.
  public var columns: Int { max(20, measure()) }

  /// The first failure; nil where there was none.
  public var failure: Failure? { state.withLock { $0 } }

  /// Looks, before anything is written, for a reason why nothing can be written; returns nil where it finds
  /// none.
  public func probe() -> Failure? { failure ?? look() }

  /// Writes text for a person, or for a program that reads lines.
  public func write(_ text: ScreenText) {
    write(Array(text.description.utf8))
  }

  /// Writes a JSON document and a line break. DEL, the controls of C1, U+2028, U+2029 and the marks of text
  /// direction, which the encoder leaves unchanged in strings, are written as escapes.
  public func write(json document: String) {
    write(Array((Self.escaped(json: document) + "\n").utf8))
  }

  /// Returns the document with DEL, the controls of C1, U+2028, U+2029 and the marks of text direction as
  /// escapes. Outside its strings a JSON document is ASCII, so that each of these characters is in a string.
  static func escaped(json document: String) -> String {
    let isPlain = document.utf8.withContiguousStorageIfAvailable { $0.allSatisfy { $0 < 0x7F } }
    if isPlain == true { return document }
    var text = ""
    for scalar in document.unicodeScalars {
      switch scalar.value {
      case 0x7F..<0xA0, 0x2028, 0x2029: break
      default:
        guard scalar.isBidiControl else {
          text.unicodeScalars.append(scalar)
          continue
        }
      }
      let digits = String(scalar.value, radix: 16)
      text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }
    return text
  }

  private func write(_ bytes: [UInt8]) {
    state.withLock { failure in
      guard failure == nil else { return }
      do throws(Failure) {
        try send(bytes)
      } catch {
        failure = error
      }
    }
  }

  // MARK: - Private

  private static func windowColumns(of descriptor: Int32) -> Int? {
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
    return Int(size.ws_col)
  }

  private static func writeAll(_ bytes: [UInt8], to descriptor: Int32) throws(Failure) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if written > 0 {
        rest = rest.dropFirst(written)
        continue
      }
      switch errno {
      case EINTR: continue
      case EAGAIN:
        var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = poll(&wait, 1, 1000)
      case EPIPE: throw .readerGone
      case let code: throw .failed(errno: code)
      }
    }
  }
}

extension Sink {
  /// Opens /dev/null for reading under those of the descriptors 0 to 2 that are closed at the start, so that no
  /// file that is opened later takes their place and gets text for the terminal. Reading from such a descriptor
  /// finds the end, and writing fails.
  public static func occupyClosedDescriptors() {
    for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) == -1 {
      // open(2) returns the lowest free descriptor.
      _ = open("/dev/null", O_RDONLY)
    }
  }

  /// Detects a descriptor that is closed or read-only, a pipe without a reader, a device that takes nothing,
  /// and a file on a file system without a free block.
  private static func probe(_ descriptor: Int32) -> Failure? {
    let flags = fcntl(descriptor, F_GETFL)
    guard flags >= 0 else { return .failed(errno: errno) }
    guard flags & O_ACCMODE != O_RDONLY else { return .failed(errno: EBADF) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return .failed(errno: errno) }
    switch status.st_mode & S_IFMT {
    case S_IFIFO:
      var wanted = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      return poll(&wanted, 1, 0) > 0 && wanted.revents & Int16(POLLERR) != 0 ? .readerGone : nil
    case S_IFCHR:
      // A full device refuses even an empty write.
      return Glibc.write(descriptor, "", 0) < 0 ? .failed(errno: errno) : nil
    case S_IFREG:
      var system = statvfs()
      guard fstatvfs(descriptor, &system) == 0, system.f_blocks > 0 else { return nil }
      return (geteuid() == 0 ? system.f_bfree : system.f_bavail) == 0 ? .failed(errno: ENOSPC) : nil
    default: return nil
    }
  }
}
