import CNetlink
import Glibc

/// Waits for the kernel's reports of changes of the network: a link that comes up, an address, a route. The
/// reports need no rights and no service such as NetworkManager.
public final class NetworkChanges {
  /// The time without a report after which a change is over; a new network causes a dozen reports.
  private static let quiet = Duration.seconds(2)
  /// The time after which a change counts although reports keep coming, as those of a network that flaps do.
  private static let longestChange = Duration.seconds(30)
  /// The time in milliseconds after which a wait asks whether it is to end.
  private static let sliceMilliseconds: Int32 = 100

  private let descriptor: Int32

  /// Opens the kernel's reports; nil where the kernel gives none.
  public init?() {
    descriptor = wt_netlink_open()
    if descriptor < 0 { return nil }
  }

  deinit { close(descriptor) }

  /// Waits for a change of the network and until it is over.
  /// - Parameter duration: the longest wait for a change to begin.
  /// - Returns: whether the network has changed.
  public func wait(for duration: Duration, unless isCancelled: () -> Bool) -> Bool {
    var end = ContinuousClock.now + duration
    var last: ContinuousClock.Instant?
    while ContinuousClock.now < end, !isCancelled() {
      guard hasReport() else { continue }
      drain()
      let latest = last ?? .now + Self.longestChange
      last = latest
      end = min(latest, .now + Self.quiet)
    }
    return last != nil
  }

  /// Waits a moment for a report.
  private func hasReport() -> Bool {
    var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&waiting, 1, Self.sliceMilliseconds) > 0
  }

  /// Reads all reports, whose contents do not matter.
  private func drain() {
    withUnsafeTemporaryAllocation(byteCount: 8192, alignment: 8) { buffer in
      // Reports that found no room in the socket's buffer are one error; the other reports follow it.
      while recv(descriptor, buffer.baseAddress, buffer.count, 0) > 0 || errno == ENOBUFS {}
    }
  }
}
