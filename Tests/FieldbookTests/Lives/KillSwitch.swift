import CSQLite
import Glibc
import Synchronization

@testable import Fieldbook

/// Kills this process at one of its writes: a row that is changed in the database, or a transaction that is about to be
/// committed. SIGKILL leaves nothing to tidy up, as when a battery dies.
final class KillSwitch: Sendable {
  private let left: Atomic<Int>

  /// - Parameter writes: number of writes that are still made, from 0.
  init(after writes: Int) { left = Atomic(writes) }

  private func write() {
    if left.subtract(1, ordering: .relaxed).newValue < 0 { kill(getpid(), SIGKILL) }
  }

  /// Counts the writes of a fieldbook. The switch has to live as long as the fieldbook.
  func watch(_ fieldbook: Fieldbook) {
    let context = Unmanaged.passUnretained(self).toOpaque()
    // https://www.sqlite.org/c3ref/update_hook.html and https://www.sqlite.org/c3ref/commit_hook.html
    sqlite3_update_hook(
      fieldbook.database.handle,
      { context, _, _, _, _ in
        if let context { Unmanaged<KillSwitch>.fromOpaque(context).takeUnretainedValue().write() }
      }, context)
    sqlite3_commit_hook(
      fieldbook.database.handle,
      { context in
        if let context { Unmanaged<KillSwitch>.fromOpaque(context).takeUnretainedValue().write() }
        return 0
      }, context)
  }
}
