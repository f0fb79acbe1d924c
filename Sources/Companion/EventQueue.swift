import Threads

/// The events of the phone that wait for the task.
final class EventQueue: Sendable {
  private static let maxOpenings = 32

  private let events = Monitor<[CompanionEvent]>([])

  /// Appends an action.
  /// - Returns: false where `CompanionLimits.maxWaitingActions` actions wait already.
  func add(_ action: CompanionAction) -> Bool {
    events.change { events in
      let waiting = events.count { if case .action = $0 { true } else { false } }
      guard waiting < CompanionLimits.maxWaitingActions else { return false }
      events.append(.action(action))
      return true
    }
  }

  func addOpening(userAgent: String) {
    events.change { events in
      let waiting = events.count { if case .opened = $0 { true } else { false } }
      if waiting < Self.maxOpenings { events.append(.opened(userAgent: userAgent)) }
    }
  }

  /// Appends the progress of a shot's upload, in place of an earlier one that is still waiting.
  func addProgress(shot: String, bytes: Int, of count: Int) {
    events.change { events in
      events.removeAll { if case .uploading(shot, _, _) = $0 { true } else { false } }
      events.append(.uploading(shot: shot, bytes: bytes, of: count))
    }
  }

  /// Waits for the next event.
  /// - Returns: nil where no event comes within this time.
  func next(waitMilliseconds: Int) -> CompanionEvent? {
    events.wait(milliseconds: max(0, waitMilliseconds)) { $0.isEmpty ? nil : $0.removeFirst() }
  }
}
