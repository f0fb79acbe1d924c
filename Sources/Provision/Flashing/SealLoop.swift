/// What is known of the seal's loop during a flashing.
public enum SealLoop: Hashable, Sendable {
  /// The loop was closed before and after, and was not opened meanwhile.
  case stayedClosed
  /// The loop was open before or after, or was opened meanwhile.
  case opened

  /// Judges the loop by what the module said.
  /// - Parameters:
  ///   - moments: whether the loop was closed at each moment that was looked at; nil where the module did not say.
  ///   - openings: the module's count of openings at the beginning and at the end.
  /// - Returns: nil where it is not known.
  init?(at moments: [Bool?], openings: (before: UInt64, after: UInt64)) {
    if openings.before != openings.after || moments.contains(false) {
      self = .opened
    } else {
      guard moments.allSatisfy({ $0 == true }) else { return nil }
      self = .stayedClosed
    }
  }
}

extension SMPClient {
  /// Whether the seal's loop is closed now; nil where the module does not say.
  func sealIsClosed() -> Bool? { (try? readings())?.sealClosed }
}
