// The types here hold what a record says of a photo besides its file: the camera's own words, what contradicts
// them, and the photos that look like it.

/// What the camera wrote into a photo, as far as it can be used. Anybody can change it, so that it proves
/// nothing by itself.
public struct PhotoExif: Hashable, Sendable, Codable {
  /// The moment by the camera's clock. Where the camera did not write its time zone, that of the laptop is taken.
  public var takenAt: Timestamp?
  /// The moment by the satellites' clock, in UTC.
  public var gpsAt: Timestamp?
  /// Latitude in degrees, north positive, to six places; it comes together with `longitude`.
  public var latitude: Double?
  /// Longitude in degrees, east positive, to six places.
  public var longitude: Double?
  /// Make and model, 1 to 80 visible characters of ASCII.
  public var camera: String?

  public init(
    takenAt: Timestamp?, gpsAt: Timestamp?, latitude: Double?, longitude: Double?, camera: String?
  ) {
    self.takenAt = takenAt
    self.gpsAt = gpsAt
    self.latitude = latitude
    self.longitude = longitude
    self.camera = camera
  }
}

/// A contradiction between what the camera wrote and what is known otherwise.
public enum PhotoContradiction: String, Hashable, Sendable, Codable, CaseIterable {
  /// The camera's time is later than the laptop's clock.
  case afterClock
  /// The camera's time is long before the laptop's clock.
  case longBeforeClock
  /// The camera's time is before the day of the plan that orders this work.
  case beforePlan
  /// The camera's time is later than the moment when the file was last written.
  case afterFile
  /// The photo of the finished work was taken before its record was opened.
  case beforeRecord
  /// The camera's time is another than that of the satellites.
  case satelliteTime
  /// The camera's place is outside the Banner.
  case outsideBanner
  /// The camera's place is far from that of another photo of the same installation.
  case farFromOthers
}

/// Another photo that shows nearly the same picture.
public struct PhotoResemblance: Hashable, Sendable, Codable {
  /// The installation whose evidence the other photo is.
  public var installation: InstallationID
  public var stage: Photo.Stage
  /// SHA-256 of the other photo, lower-case hex.
  public var sha256: String
  /// The number of the 256 bits of the pictures' hashes in which they differ, 0 to `PictureMarks.maxDistance`.
  public var distance: Int

  public init(installation: InstallationID, stage: Photo.Stage, sha256: String, distance: Int) {
    self.installation = installation
    self.stage = stage
    self.sha256 = sha256
    self.distance = distance
  }
}

/// The marks by which a picture is recognised again: one that only the same pixels have, and hashes that change little
/// where the picture changes little.
public struct PictureMarks: Hashable, Sendable {
  /// The number of hashes: of the whole picture, and of nine parts of it.
  public static let hashCount = 10
  /// The length of a hash, bytes.
  public static let hashBytes = 32
  /// The maximum distance of two pictures that are nearly the same, bits of 256.
  public static let maxDistance = 42

  /// SHA-256 of the picture's greys, lower-case hex; what else the file has does not change it.
  public let pixels: String
  /// The hashes, that of the whole picture first, `hashBytes` each; nil for an even picture, such as one of a
  /// wall, which would resemble every other even picture.
  public let hashes: [UInt8]?

  /// Makes the marks of a picture.
  /// - Parameter hashes: `hashCount` × `hashBytes` bytes; any other number of bytes counts as no hashes.
  public init(pixels: String, hashes: [UInt8]?) {
    self.pixels = pixels
    self.hashes = hashes?.count == Self.hashCount * Self.hashBytes ? hashes : nil
  }

  /// The distance of two pictures by their hashes, bits of 256: the smallest between the whole of one and the
  /// whole or a part of the other.
  /// - Parameters:
  ///   - one: the hashes of one picture, `hashCount` × `hashBytes` bytes.
  ///   - other: the hashes of the other picture, of the same size.
  /// - Returns: nil where the distance is more than `maxDistance`, or a size is wrong.
  public static func distance(_ one: UnsafeRawBufferPointer, _ other: UnsafeRawBufferPointer) -> Int? {
    guard one.count == hashCount * hashBytes, other.count == hashCount * hashBytes else { return nil }
    var nearest = maxDistance + 1
    for index in 0..<hashCount {
      nearest = min(nearest, bits(one, 0, other, index, below: nearest))
      if index > 0 { nearest = min(nearest, bits(one, index, other, 0, below: nearest)) }
    }
    return nearest <= maxDistance ? nearest : nil
  }

  /// The distance of two pictures by their hashes; nil where it is more than `maxDistance`, or one of them is even.
  public func distance(to other: PictureMarks) -> Int? {
    guard let hashes, let others = other.hashes else { return nil }
    return hashes.withUnsafeBytes { one in others.withUnsafeBytes { Self.distance(one, $0) } }
  }

  /// Counts the bits in which two hashes differ. Where the first two of the four words together differ in
  /// `limit` bits or more, which is nearly always so, the other two are not counted.
  @inline(__always)
  private static func bits(
    _ one: UnsafeRawBufferPointer, _ first: Int, _ other: UnsafeRawBufferPointer, _ second: Int,
    below limit: Int
  ) -> Int {
    func word(_ index: Int) -> Int {
      let left = one.loadUnaligned(fromByteOffset: first * hashBytes + 8 * index, as: UInt64.self)
      let right = other.loadUnaligned(fromByteOffset: second * hashBytes + 8 * index, as: UInt64.self)
      return (left ^ right).nonzeroBitCount
    }
    let half = word(0) + word(1)
    return half >= limit ? half : half + word(2) + word(3)
  }
}
