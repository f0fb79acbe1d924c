import Photos
import Records
import Terminal

/// The facts that are known when a photo is attached, with which the camera's data are compared.
struct PhotoContext {
  /// The laptop's clock.
  let now: Timestamp
  /// The moment when the file was last written; nil where the file system does not say.
  let written: Timestamp?
  /// The moment before which the photo cannot have been taken, because the record of the work that it shows as finished was opened
  /// then; nil for a photo of another stage.
  var openedAt: Timestamp?
  /// The places of the other photos of the installation.
  let others: [CameraFacts.Place]

  /// The first day on which a photo can have been taken: 24 July 2024, the day of the plan that orders this
  /// work.
  static let planDay = CalendarDay(daysSince1970: 19_928)
  /// The seconds by which the clocks of a phone and a laptop may differ without a contradiction.
  static let toleranceSeconds: Int64 = 600
  /// The seconds by which the camera may differ from the satellites: a phone without a new fix writes the time
  /// of the last fix.
  static let satelliteToleranceSeconds: Int64 = 1_800
  /// The seconds after which a photo is an old one: 30 days.
  static let longSeconds: Int64 = 30 * 86_400
  /// The maximum distance between two photos of one installation, metres. Some phones write China's own
  /// coordinates, which are at most 700 m off.
  static let maxMetres = 2_000.0
  /// The ranges of latitude and longitude of 达拉特旗, the Banner, with some 15 km around it: degrees north and
  /// east.
  static let banner = (north: 39.85...40.65, east: 108.85...110.9)

  /// Whether a photo can be from `moment`: not before the day of the plan, and not in the future.
  func isPlausible(_ moment: Timestamp) -> Bool {
    moment.isWritable && moment.day >= Self.planDay && moment <= now
  }

  /// The contradictions of the camera's data, in the order of the cases of `PhotoContradiction`.
  /// - Parameter exif: the camera's data; nil where the camera wrote nothing.
  func contradictions(of exif: PhotoExif?) -> [PhotoContradiction] {
    let exif = exif ?? PhotoExif(takenAt: nil, gpsAt: nil, latitude: nil, longitude: nil, camera: nil)
    return PhotoContradiction.allCases.filter { contradicts($0, exif) }
  }

  private func contradicts(_ contradiction: PhotoContradiction, _ exif: PhotoExif) -> Bool {
    /// The seconds by which the camera is ahead of `moment`.
    func ahead(of moment: Timestamp?) -> Int64? {
      guard let taken = exif.takenAt, let moment else { return nil }
      return taken.secondsSince1970 - moment.secondsSince1970
    }
    let isBeforePlan = exif.takenAt.map { $0.day < Self.planDay } ?? false
    switch contradiction {
    case .afterClock: return (ahead(of: now) ?? 0) > Self.toleranceSeconds
    case .longBeforeClock: return !isBeforePlan && (ahead(of: now) ?? 0) < -Self.longSeconds
    case .beforePlan: return isBeforePlan
    case .afterFile:
      // A file's date that is not plausible proves nothing.
      return (ahead(of: written.flatMap { isPlausible($0) ? $0 : nil }) ?? 0) > Self.toleranceSeconds
    case .beforeRecord:
      // Where the camera wrote no time, only the file's date is left.
      guard let openedAt, let taken = exif.takenAt ?? written else { return false }
      return taken.secondsSince1970 < openedAt.secondsSince1970 - Self.toleranceSeconds
    case .satelliteTime: return abs(ahead(of: exif.gpsAt) ?? 0) > Self.satelliteToleranceSeconds
    case .outsideBanner:
      guard let place = exif.place else { return false }
      return !Self.banner.north.contains(place.latitude) || !Self.banner.east.contains(place.longitude)
    case .farFromOthers:
      guard let place = exif.place else { return false }
      return others.contains { place.metres(to: $0) > Self.maxMetres }
    }
  }
}

extension PhotoExif {
  /// Takes the camera's data that the record keeps; nil where nothing is of use.
  init?(_ camera: CameraFacts, zoneOf clock: any Clock) {
    let takenAt = camera.takenAt(zoneOf: clock).flatMap { $0.isWritable ? $0 : nil }
    let gpsAt = camera.gpsSeconds.map { Timestamp(secondsSince1970: $0, offsetSeconds: 0) }
    self.init(
      takenAt: takenAt, gpsAt: gpsAt.flatMap { $0.isWritable ? $0 : nil }, latitude: camera.place?.latitude,
      longitude: camera.place?.longitude, camera: camera.camera)
    if takenAt == nil, self.gpsAt == nil, latitude == nil, self.camera == nil { return nil }
  }

  var place: CameraFacts.Place? {
    guard let latitude, let longitude else { return nil }
    return CameraFacts.Place(latitude: latitude, longitude: longitude)
  }
}

extension PhotoContradiction {
  /// The contradiction as the rest of a sentence that begins with the photo.
  var text: Text {
    switch self {
    case .afterClock: Text(zh: "的 EXIF 时间晚于电脑时间", en: "was taken later than now, by its EXIF")
    case .longBeforeClock: Text(zh: "的 EXIF 时间在 30 天以前", en: "was taken more than 30 days ago, by its EXIF")
    case .beforePlan: Text(zh: "的 EXIF 时间早于 2024年7月24日", en: "was taken before 24 July 2024, by its EXIF")
    case .afterFile: Text(zh: "的 EXIF 时间晚于文件时间", en: "was taken later than its file was written, by its EXIF")
    case .beforeRecord:
      Text(zh: "的拍摄时间早于这台焊机登记的时间，不像是装好以后拍的", en: "was taken before this welder was registered")
    case .satelliteTime:
      Text(zh: "的 EXIF 时间与卫星时间不符", en: "has another time in its EXIF than the satellites had")
    case .outsideBanner: Text(zh: "的拍摄地点不在达拉特旗", en: "was taken outside Dalad Banner, by its EXIF")
    case .farFromOthers:
      Text(
        zh: "的拍摄地点与同一台焊机的另一张照片相距 2 公里以上",
        en: "was taken more than 2 km away from another photo of this welder, by its EXIF")
    }
  }
}

extension PhotoFlaw {
  /// The flaw as the rest of a sentence that begins with the photo.
  func text(sharpness: Double?) -> Text {
    switch self {
    case .blurred:
      let figures = "\(Int(sharpness ?? 0)) < \(Int(PhotoInspector.minSharpness))"
      return Text(
        zh: "可能模糊（清晰度 \(figures)），请再看一眼", en: "may be blurred (sharpness \(figures)): look at it again")
    case .dark: return Text(zh: "太暗，请再看一眼", en: "is very dark: look at it again")
    case .bright: return Text(zh: "太亮，请再看一眼", en: "is very bright: look at it again")
    }
  }
}
