/// The reason for which a simulated module could not be put on a pty.
public enum ModuleBenchError: Error, Hashable, Sendable {
  /// The system refused a pty, an inotify watch on it or a thread.
  case terminal(errno: Int32)
  /// The module is on a pty already.
  case alreadyStarted
  /// QEMU could not be started, or its image could not be handed over.
  case emulator(errno: Int32)
}
