/// The bounds of what a phone may send and hold, as `docs/companion.md` lists them.
enum CompanionLimits {
  // MARK: - Connections

  static let maxConnections: UInt32 = 48
  static let maxConnectionsOfOneAddress: UInt32 = 8
  /// Number of connections from which on each new one ends an older one that has not shown the token.
  static let crowdedConnections = 40
  /// Memory of one connection in libmicrohttpd: the head, and then each piece of a body, bytes.
  static let connectionMemory = 64 << 10
  static let maxHeadBytes = 16 << 10
  static let maxBodyBytesToDrain = 1 << 20

  // MARK: - Time

  /// From the opening of a connection until its first head is complete.
  static let headTime = Duration.seconds(5)
  /// From an answer until the next head on the connection is complete.
  static let idleTime = Duration.seconds(20)
  /// For a body, or for an answer to be read, beside the time for its bytes.
  static let baseTime = Duration.seconds(10)
  static let minBytesPerSecond = 16 << 10

  static let requestsPerSecond = 100.0
  static let maxRequestsAtOnce = 1000.0

  /// The time within which a body has arrived, or an answer is read.
  static func time(forBytes count: Int) -> Duration {
    baseTime + .milliseconds(count * 1000 / minBytesPerSecond)
  }

  // MARK: - Contents

  static let maxPieceBytes = 512 << 10
  static let maxUploadBytes = 64 << 20
  static let maxUnfinishedUploads = 16
  static let maxBytesOfAllUploads = 512 << 20
  static let maxAnnouncementBytes = 4 << 10
  static let maxKeptBytes = 64 << 10
  static let maxActionBytes = (4 << 20) + (64 << 10)
  static let maxWaitingActions = 32
  static let maxOutcomes = 32
  /// The number of actions whose ids are remembered, so that none of them is carried out again.
  static let maxFinishedActions = 1000
  static let maxPageBytes = 1 << 20
}
