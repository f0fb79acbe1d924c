import CPNG
import CShrink
import Files
public import FoundationEssentials
public import Records

/// The properties of a photo, found in its content.
public struct PhotoFacts: Hashable, Sendable {
  /// The media type, `image/jpeg` or `image/png`.
  public let mediaType: String
  public let bytes: Int
  public let widthPixels: Int
  public let heightPixels: Int
  /// The facts that the camera wrote; nil where the photo has no readable Exif block.
  public let camera: CameraFacts?
  /// The variance of the Laplacian of the small picture (`SmallPicture.sharpness`).
  public let sharpness: Double?
  /// The flaws for which the photo deserves another look.
  public let flaws: [PhotoFlaw]
  public let marks: PictureMarks

  /// The photo as the record describes it.
  /// - Parameter sha256: SHA-256 of the bytes, lower-case hex.
  public func photo(stage: Photo.Stage, sha256: String, takenAt: Timestamp) -> Photo {
    Photo(
      stage: stage, sha256: sha256, bytes: bytes, mediaType: mediaType, takenAt: takenAt,
      widthPixels: widthPixels, heightPixels: heightPixels)
  }
}

/// A photo that has been inspected, with the picture of which its upload copy is made.
public struct PreparedPhoto: Sendable {
  /// The bytes of the file, which are the evidence.
  public let bytes: Data
  public let facts: PhotoFacts
  let picture: CopyPicture
}

/// The pictures that one decoding makes.
struct SmallPictures {
  let small: SmallPicture
  /// The picture in colours; nil where none was requested.
  let copy: CopyPicture?

  /// Takes both pictures from C and frees them; nil where C returned no picture in greys.
  init?(taking small: wt_shrunk, _ copy: wt_shrunk) {
    self.copy = CopyPicture(taking: copy)
    guard let small = SmallPicture(taking: small) else { return nil }
    self.small = small
  }
}

/// A flaw for which a photo deserves another look. No photo is refused for a flaw, since good photos of plain
/// things have no sharp edge either.
public enum PhotoFlaw: String, Hashable, Sendable, Codable, CaseIterable {
  /// No edge in the photo is sharp.
  case blurred
  /// Almost nothing in the photo is bright.
  case dark
  /// Almost nothing in the photo is dark.
  case bright
}

/// Inspects a photo before it becomes evidence: whether the file is a photo, whether it is complete, how large
/// it is, what it looks like, and what the camera wrote. The whole file is decoded, once, since a truncated
/// file still has a good beginning. JPEG carries no checksums, so overwritten bytes that still decode are not
/// detected.
public enum PhotoInspector {
  public static let maxBytes = 50_000_000
  /// The minimum length of the shorter side, pixels, below which a number plate cannot be read.
  public static let minPixels = 240
  public static let maxPixels = 120_000_000
  /// The variance of the Laplacian below which a photo may be blurred. Nearly all clearly blurred photos of
  /// `docs/photos.md` lie below this value, and so do 3 of the 77 good photos.
  public static let minSharpness = 40.0
  /// The grey, 0 to 255, that more than a fiftieth of a photo must reach; otherwise the photo is dark.
  public static let minBrightest = 64
  /// The grey, 0 to 255, that more than a fiftieth of a photo must not exceed; otherwise the photo is bright.
  public static let maxDarkest = 160
  /// The maximum memory for a file and its decoding together, bytes. With the program's own memory a photo
  /// stays under 300 MiB.
  public static let maxMemoryBytes = 250_000_000

  static let jpegType = "image/jpeg"
  static let pngType = "image/png"

  /// Reads a file and inspects it.
  /// - Returns: the bytes to be stored, and their properties.
  /// - Throws: `unreadable`, and the errors of `inspect(_:)`.
  public static func inspect(fileAt path: String) throws(PhotoError) -> (bytes: Data, facts: PhotoFacts) {
    let bytes = try read(path)
    return (bytes, try inspect(bytes))
  }

  /// Reads and inspects a file, and keeps the picture for its upload copy.
  /// - Throws: `unreadable`, and the errors of `inspect(_:)`.
  public static func prepare(fileAt path: String) throws(PhotoError) -> PreparedPhoto {
    try prepare(try read(path))
  }

  /// Inspects the bytes of a photo, and keeps the picture for its upload copy.
  /// - Throws: the errors of `inspect(_:)`.
  public static func prepare(_ bytes: Data) throws(PhotoError) -> PreparedPhoto {
    let (facts, picture) = try examine(bytes, makesCopy: true)
    guard let picture else { throw .corrupt(mediaType: facts.mediaType) }
    return PreparedPhoto(bytes: bytes, facts: facts, picture: picture)
  }

  /// Inspects the bytes of a photo.
  /// - Throws: `empty`, `tooLarge`, `notAPhoto`, `truncated`, `corrupt`, `tooSmall`, `tooManyPixels`, `tooMuchMemory`.
  public static func inspect(_ bytes: Data) throws(PhotoError) -> PhotoFacts {
    try examine(bytes, makesCopy: false).facts
  }

  private typealias Examined = (facts: PhotoFacts, copy: CopyPicture?)

  private static func examine(_ bytes: Data, makesCopy: Bool) throws(PhotoError) -> Examined {
    if bytes.isEmpty { throw .empty }
    guard bytes.count <= maxBytes else {
      throw .tooLarge(bytes: bytes.count, largest: maxBytes)
    }
    switch FileKind(bytes) {
    case .jpeg: return try examineJPEG(bytes, makesCopy)
    case .png: return try examinePNG(bytes, makesCopy)
    case let kind: throw .notAPhoto(kind)
    }
  }

  // MARK: - JPEG

  private static func examineJPEG(_ bytes: Data, _ makesCopy: Bool) throws(PhotoError) -> Examined {
    let header: JPEGDecoder.Header
    do { header = try JPEGDecoder.header(of: bytes) } catch { throw error.photoError }
    try checkSize(header.widthPixels, header.heightPixels)
    let maxCoefficientBytes = maxMemoryBytes - bytes.count
    guard header.coefficientBytes <= maxCoefficientBytes else {
      throw tooMuchMemory(
        header.widthPixels, header.heightPixels, needs: header.coefficientBytes, maxBytes: maxCoefficientBytes)
    }
    let pictures: SmallPictures
    do throws(JPEGDecoder.Fault) {
      pictures = try JPEGDecoder.pictures(
        bytes, makesCopy: makesCopy, maxCoefficientBytes: maxCoefficientBytes)
    } catch { throw error.photoError }
    return (facts(of: bytes, jpegType, header.widthPixels, header.heightPixels, pictures.small), pictures.copy)
  }

  /// The error with the size of the largest picture of the same shape and kind that fits. Its sides are
  /// multiples of the largest block group of JPEG, so that no block is partly used.
  private static func tooMuchMemory(
    _ width: Int, _ height: Int, needs bytes: Int, maxBytes: Int
  ) -> PhotoError {
    let scale = (Double(maxBytes) / Double(bytes)).squareRoot()
    func fitting(_ side: Int) -> Int { Int(Double(side) * scale) / 32 * 32 }
    return .tooMuchMemory(
      widthPixels: width, heightPixels: height, fittingWidthPixels: fitting(width),
      fittingHeightPixels: fitting(height))
  }

  // MARK: - PNG

  private static func examinePNG(_ bytes: Data, _ makesCopy: Bool) throws(PhotoError) -> Examined {
    // IHDR follows the signature, and its first eight bytes are width and height, so that the size is known
    // before anything is decompressed.
    let head = [UInt8](bytes.prefix(24))
    guard head.count == 24 else { throw .truncated(mediaType: pngType) }
    let sides = [head[16..<20], head[20..<24]].map { $0.reduce(0) { $0 << 8 | Int($1) } }
    guard head[12..<16].elementsEqual("IHDR".utf8), sides[0] > 0, sides[1] > 0 else {
      throw .corrupt(mediaType: pngType)
    }
    try checkSize(sides[0], sides[1])
    var small = wt_shrunk()
    var copy = wt_shrunk()
    let maxKeptBytes = max(0, maxMemoryBytes - bytes.count)
    let status = bytes.withUnsafeBytes { bytes in
      let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
      func shrink(_ copy: UnsafeMutablePointer<wt_shrunk>?) -> wt_png_status {
        wt_png_shrink(
          start, bytes.count, UInt64(maxPixels), UInt64(maxKeptBytes), UInt32(SmallPicture.longerSidePixels),
          UInt32(UploadCopy.longerSidePixels), &small, copy)
      }
      return makesCopy ? shrink(&copy) : shrink(nil)
    }
    switch status {
    case wt_png_ok: break
    case wt_png_truncated: throw .truncated(mediaType: pngType)
    case wt_png_too_large:
      throw .tooManyPixels(widthPixels: sides[0], heightPixels: sides[1], most: maxPixels)
    case wt_png_too_much_memory:
      // An interlaced picture has at most four bytes for each pixel.
      throw tooMuchMemory(sides[0], sides[1], needs: sides[0] * sides[1] * 4, maxBytes: maxKeptBytes)
    default: throw .corrupt(mediaType: pngType)
    }
    guard let pictures = SmallPictures(taking: small, copy) else { throw .corrupt(mediaType: pngType) }
    return (facts(of: bytes, pngType, sides[0], sides[1], pictures.small), pictures.copy)
  }

  // MARK: - Helpers

  private static func facts(
    of bytes: Data, _ mediaType: String, _ width: Int, _ height: Int, _ small: SmallPicture
  ) -> PhotoFacts {
    let camera = CameraFacts(of: bytes)
    let sharpness = small.sharpness
    return PhotoFacts(
      mediaType: mediaType, bytes: bytes.count, widthPixels: width, heightPixels: height, camera: camera,
      sharpness: sharpness, flaws: flaws(of: small, sharpness),
      marks: small.marks(orientation: camera?.orientation ?? 1, widthPixels: width, heightPixels: height))
  }

  /// The flaws of a photo, at most one: a dark or bright photo has no sharp edge either, so it is not called
  /// blurred too.
  private static func flaws(of small: SmallPicture, _ sharpness: Double?) -> [PhotoFlaw] {
    let range = small.range
    if range.brightest < minBrightest { return [.dark] }
    if range.darkest > maxDarkest { return [.bright] }
    return (sharpness ?? minSharpness) < minSharpness ? [.blurred] : []
  }

  private static func checkSize(_ width: Int, _ height: Int) throws(PhotoError) {
    guard min(width, height) >= minPixels else {
      throw .tooSmall(widthPixels: width, heightPixels: height, least: minPixels)
    }
    let (pixels, overflow) = width.multipliedReportingOverflow(by: height)
    guard !overflow, pixels <= maxPixels else {
      throw .tooManyPixels(widthPixels: width, heightPixels: height, most: maxPixels)
    }
  }

  private static func read(_ path: String) throws(PhotoError) -> Data {
    let size: Int
    do throws(FileError) {
      let file = try OpenFile(reading: FilePath(path), .regularOnly)
      size = try file.status().byteCount
      if size <= maxBytes { return try file.contents(maxBytes: maxBytes) }
    } catch { throw .unreadable(path: path, errno: error.errno) }
    throw .tooLarge(bytes: size, largest: maxBytes)
  }
}
