import Glibc
import Synchronization

/// A terminal that delivers each byte as it is typed, as long as this value exists.
struct TerminalMode: ~Copyable {
  private let descriptor: Int32
  private var saved: termios

  /// Switches the terminal to this mode; nil where `descriptor` is no terminal.
  init?(raw descriptor: Int32) {
    var attributes = termios()
    guard tcgetattr(descriptor, &attributes) == 0 else { return nil }
    self.descriptor = descriptor
    saved = attributes
    Self.emergency.attributes.pointee = attributes
    // Output processing stays on, because other code may write lines meanwhile.
    attributes.c_lflag &= ~tcflag_t(ECHO | ICANON | ISIG | IEXTEN)
    attributes.c_iflag &= ~tcflag_t(IXON | ICRNL | INLCR | IGNCR | ISTRIP | BRKINT | INPCK)
    withUnsafeMutableBytes(of: &attributes.c_cc) { controls in
      controls[Int(VMIN)] = 1
      controls[Int(VTIME)] = 0
    }
    Self.emergency.descriptor.store(descriptor, ordering: .sequentiallyConsistent)
    tcsetattr(descriptor, TCSADRAIN, &attributes)
  }

  deinit {
    var attributes = saved
    tcsetattr(descriptor, TCSADRAIN, &attributes)
    Self.emergency.descriptor.store(-1, ordering: .sequentiallyConsistent)
  }

  // MARK: - For the second Ctrl-C, which runs no deinit

  private struct Emergency: ~Copyable, @unchecked Sendable {
    /// The terminal's own settings. They are written before `descriptor`, and read only after `descriptor` is
    /// set.
    let attributes = UnsafeMutablePointer<termios>.allocate(capacity: 1)
    let descriptor = Atomic<Int32>(-1)

    init() { attributes.initialize(to: termios()) }
  }

  private static let emergency = Emergency()

  static func prepareForSignals() {
    _ = emergency.descriptor.load(ordering: .relaxed)
  }

  /// Restores the terminal, using only calls that POSIX allows in a signal handler.
  static func restoreFromSignalHandler() {
    let descriptor = emergency.descriptor.load(ordering: .sequentiallyConsistent)
    if descriptor >= 0 { tcsetattr(descriptor, TCSANOW, emergency.attributes) }
  }
}
