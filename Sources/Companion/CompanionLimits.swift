/// The bounds of what a phone may send and hold, as `docs/companion.md` lists them.
enum CompanionLimits {
  // MARK: - Connections

  static let maxConnections: UInt32 = 48
  static let maxConnectionsOfOneAddress: UInt32 = 8
  /// The number of connections from which each new connection ends an older one that has not shown the token.
  static let crowdedConnections = 40
  /// The memory of one connection in libmicrohttpd, which holds the head and then each piece of a body, bytes.
  static let connectionMemory = 64 << 10
  static let maxHeadBytes = 16 << 10
  static let maxBodyBytesToDrain = 1 << 20

  // MARK: - Time

  /// The maximum time from the opening of a connection until its first head is complete.
  static let headTime = Duration.seconds(5)
  /// The maximum time from the end of a response until the next head on the connection is complete.
  static let idleTime = Duration.seconds(20)
  /// The time for receiving a body or sending a response, to which the time for its bytes is added.
  static let baseTime = Duration.seconds(10)
  static let minBytesPerSecond = 16 << 10

  static let requestsPerSecond = 100.0
  static let maxRequestsAtOnce = 1000.0

  /// The maximum time for receiving a body, or sending a response, of `count` bytes.
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
