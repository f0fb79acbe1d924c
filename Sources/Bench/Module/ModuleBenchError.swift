/// The reason for which a simulated module could not be put on a pty.
public enum ModuleBenchError: Error, Hashable, Sendable {
  /// The system gave no pty, no watch on it or no thread.
  case terminal(errno: Int32)
  /// The module is on a pty already.
  case alreadyStarted
  /// QEMU could not be started, or not be given its image.
  case emulator(errno: Int32)
}
