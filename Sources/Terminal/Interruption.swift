import Glibc
import Synchronization

/// Turns SIGINT (Ctrl-C), SIGTERM and SIGHUP into a flag that work polls between blocks, so that the module and
/// the record stay resumable. The second signal ends the program at once.
public enum Interruption {
  /// The exit status of a cancelled command.
  public static var exitStatus: Int32 { 2 }

  /// Whether a stop was requested.
  public static var isRequested: Bool { requests.load(ordering: .relaxed) > 0 }

  /// Requests a stop, as a signal does.
  public static func request() { requests.add(1, ordering: .relaxed) }

  /// Clears the request, after a loop that runs until a stop is requested (`bench`, `station`).
  public static func reset() { requests.store(0, ordering: .relaxed) }

  /// Catches SIGINT, SIGTERM and SIGHUP, and ignores SIGPIPE, so that a closed pipe is a failed write. System
  /// calls in progress return EINTR.
  public static func install() {
    // The globals must be initialised before the handler can use them.
    _ = requests.load(ordering: .relaxed)
    TerminalMode.prepareForSignals()
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { _ in
      if Interruption.requests.add(1, ordering: .relaxed).oldValue > 0 {
        TerminalMode.restoreFromSignalHandler()
        _exit(Interruption.exitStatus)
      }
    }
    for signal in [SIGINT, SIGTERM, SIGHUP] { sigaction(signal, &action, nil) }
    action.__sigaction_handler.sa_handler = SIG_IGN
    sigaction(SIGPIPE, &action, nil)
  }

  private static let requests = Atomic<Int>(0)
}
