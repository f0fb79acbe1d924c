internal import Glibc

/// Waits for the event that a test needs, never for a fixed time.
public enum Waiting {
  /// The time after which a test gives up waiting: 30 minutes. It is the only guard against a test that hangs,
  /// and so long that no outcome of a correct program depends on it, however busy the machine is.
  public static let guardTime = Duration.seconds(1_800)

  /// Waits until one of the descriptors can be read or has hung up; false where the guard ended the wait.
  public static func forInput(on descriptors: Int32...) -> Bool {
    forInput(on: descriptors, until: .now + guardTime)
  }

  static func forInput(on descriptors: [Int32], until limit: ContinuousClock.Instant) -> Bool {
    var entries = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    while true {
      let seconds = (limit - .now).components.seconds
      guard seconds >= 0 else { return false }
      let count = poll(&entries, nfds_t(entries.count), Int32(clamping: (seconds + 1) * 1000))
      if count > 0 { return true }
      if count < 0, errno != EINTR { return false }
    }
  }

  /// Whether the descriptor can be read or has hung up at this moment.
  public static func hasInput(on descriptor: Int32) -> Bool {
    var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&entry, 1, 0) > 0
  }
}
