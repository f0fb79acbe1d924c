public import Records

/// The words at the lower edge of an upload copy. They are Chinese in any language of the program, because they
/// are for the people in the Banner who look at the platform. A person or a unit is never named.
public struct Watermark: Hashable, Sendable {
  /// The welder's code, or the first eight characters of the installation's id where there is no code, and the
  /// stage.
  public let title: String
  /// The moment of the photo, or of attaching it where the photo's own moment is unknown.
  public let time: String
  /// The latitude and longitude to 0.00001°, about a metre; nil where the camera wrote no place.
  public let place: String?

  /// Makes the words for a photo.
  /// - Parameter code: the code of the welder; nil for a retired welder, and at registration for a welder whose
  ///   code is not drawn yet.
  public init(code: LabelCode?, id: InstallationID, photo: Photo) {
    let name = code.map { "\($0)" } ?? "记录 \(id.text.prefix(8))"
    title = "\(name)　\(photo.stage.word)"
    // The laptop's time is not that of the photo, but of the moment at which the photo was attached.
    time = photo.takenAtSource == .clock ? "\(photo.takenAt.paperText) 附上" : photo.takenAt.paperText
    if let latitude = photo.exif?.latitude, let longitude = photo.exif?.longitude {
      place = Self.degrees(latitude, "北纬", "南纬") + "　" + Self.degrees(longitude, "东经", "西经")
    } else {
      place = nil
    }
  }

  private static func degrees(_ degrees: Double, _ positive: String, _ negative: String) -> String {
    let parts = Int((abs(degrees) * 100_000).rounded())
    let fraction = String(parts % 100_000)
    let zeros = String(repeating: "0", count: 5 - fraction.count)
    return "\(degrees < 0 ? negative : positive) \(parts / 100_000).\(zeros)\(fraction)°"
  }
}
