/// The readings of a board at one moment.
public struct BoardReadings: Sendable {
  /// Supply voltage, millivolts RMS.
  public var millivolts: UInt32
  /// Welding current, milliamperes.
  public var milliamperes: Int32
  /// Whether the relay's contact reports closed.
  public var feedbackIsClosed: Bool
  /// The clock, seconds since 1970, 0 where it was never set.
  public var time: UInt64
  public var hasFix: Bool
  /// Latitude in millionths of a degree, north positive; 0 without a fix.
  public var latitude: Int32
  /// Longitude in millionths of a degree, east positive; 0 without a fix.
  public var longitude: Int32
  public var satellites: UInt8
  public var hasSimCard: Bool
  public var isRegistered: Bool
  /// Signal strength in dBm, 0 where the modem gives none.
  public var signalStrength: Int16

  public init(
    millivolts: UInt32, milliamperes: Int32, feedbackIsClosed: Bool, time: UInt64, hasFix: Bool = false,
    latitude: Int32 = 0, longitude: Int32 = 0, satellites: UInt8 = 0, hasSimCard: Bool = false,
    isRegistered: Bool = false, signalStrength: Int16 = 0
  ) {
    self.millivolts = millivolts
    self.milliamperes = milliamperes
    self.feedbackIsClosed = feedbackIsClosed
    self.time = time
    self.hasFix = hasFix
    self.latitude = latitude
    self.longitude = longitude
    self.satellites = satellites
    self.hasSimCard = hasSimCard
    self.isRegistered = isRegistered
    self.signalStrength = signalStrength
  }
}
