import Synchronization

/// The number of a file's bytes that one request sends. It grows with the link, so that the pauses between
/// requests cost little on a fast one and an interruption costs little on a slow one. It is reduced for all
/// later requests once a gateway on the way has found it too large.
final class PieceSize: Sendable {
  static let minBytes = 16_384
  /// The maximum size of a piece, bytes. No file is larger, so that any file can go in one piece.
  static let maxBytes = 67_108_864
  /// The time that a piece should take.
  private static let wantedTime = Duration.seconds(2)
  /// The maximum factor by which the size grows after one piece.
  private static let maxGrowth = 4

  private struct State {
    var bytes = 262_144
    /// The maximum size of a piece, bytes; it falls to half of a piece that a gateway refuses.
    var limit = PieceSize.maxBytes
  }

  private let state = Mutex(State())

  /// The size of the next piece of a file of which `left` bytes are left, 1 or more. A rest that is little
  /// larger than a piece goes with it.
  func bytes(ofRest left: Int) -> Int {
    state.withLock { state in
      left <= min(state.bytes + state.bytes / 2, state.limit) ? left : min(left, state.bytes)
    }
  }

  /// Fits the size to the time that a piece has taken.
  func note(_ bytes: Int, took duration: Duration) {
    let seconds = max(duration / .seconds(1), 0.000_001)
    let wanted = Double(bytes) / seconds * (Self.wantedTime / .seconds(1))
    state.withLock { state in
      // A piece that was the rest of a file says little about larger ones.
      guard bytes >= state.bytes / 2 else { return }
      let largest = min(state.limit, state.bytes * Self.maxGrowth)
      state.bytes = max(Self.minBytes, wanted >= Double(largest) ? largest : Int(wanted))
    }
  }

  /// Limits pieces to half the size of a piece that a gateway refused.
  /// - Returns: false where the refused piece had the minimum size already.
  func halve(after bytes: Int) -> Bool {
    guard bytes > Self.minBytes else { return false }
    state.withLock { state in
      state.limit = min(state.limit, max(Self.minBytes, bytes / 2))
      state.bytes = min(state.bytes, state.limit)
    }
    return true
  }
}
