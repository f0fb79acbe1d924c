import CPNG
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

  /// The photo as the record describes it.
  /// - Parameter sha256: SHA-256 of the bytes, lower-case hex.
  public func photo(stage: Photo.Stage, sha256: String, takenAt: Timestamp) -> Photo {
    Photo(
      stage: stage, sha256: sha256, bytes: bytes, mediaType: mediaType, takenAt: takenAt,
      widthPixels: widthPixels, heightPixels: heightPixels)
  }
}

/// Inspects a photo before it becomes evidence: whether the file is a photo, whether it is complete, and how
/// large it is. All of it is decoded, since a file that was cut off still has a good beginning. JPEG carries no
/// checksums, so overwritten bytes that still decode are not detected.
public enum PhotoInspector {
  public static let maxBytes = 50_000_000
  /// The minimum length of the shorter side, pixels, below which a number plate cannot be read.
  public static let minPixels = 240
  public static let maxPixels = 120_000_000
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

  /// Inspects the bytes of a photo.
  /// - Throws: `empty`, `tooLarge`, `notAPhoto`, `truncated`, `corrupt`, `tooSmall`, `tooManyPixels`.
  public static func inspect(_ bytes: Data) throws(PhotoError) -> PhotoFacts {
    if bytes.isEmpty { throw .empty }
    guard bytes.count <= maxBytes else {
      throw .tooLarge(bytes: bytes.count, largest: maxBytes)
    }
    switch FileKind(bytes) {
    case .jpeg: return try inspectJPEG(bytes)
    case .png: return try inspectPNG(bytes)
    case let kind: throw .notAPhoto(kind)
    }
  }

  // MARK: - JPEG

  private static func inspectJPEG(_ bytes: Data) throws(PhotoError) -> PhotoFacts {
    let header: JPEGDecoder.Header
    do { header = try JPEGDecoder.header(of: bytes) } catch { throw error.photoError }
    try checkSize(header.widthPixels, header.heightPixels)
    let maxCoefficientBytes = maxMemoryBytes - bytes.count
    guard header.coefficientBytes <= maxCoefficientBytes else {
      throw tooMuchMemory(header, maxCoefficientBytes: maxCoefficientBytes)
    }
    do { try JPEGDecoder.decode(bytes, maxCoefficientBytes: maxCoefficientBytes) } catch {
      throw error.photoError
    }
    return PhotoFacts(
      mediaType: jpegType, bytes: bytes.count, widthPixels: header.widthPixels,
      heightPixels: header.heightPixels)
  }

  /// The size of the largest picture of the same shape and kind that fits. Its sides are multiples of the
  /// largest block group of JPEG, so that no block is partly used.
  private static func tooMuchMemory(_ header: JPEGDecoder.Header, maxCoefficientBytes: Int) -> PhotoError {
    let scale = (Double(maxCoefficientBytes) / Double(header.coefficientBytes)).squareRoot()
    func fitting(_ side: Int) -> Int { Int(Double(side) * scale) / 32 * 32 }
    return .tooMuchMemory(
      widthPixels: header.widthPixels, heightPixels: header.heightPixels,
      fittingWidthPixels: fitting(header.widthPixels), fittingHeightPixels: fitting(header.heightPixels))
  }

  // MARK: - PNG

  private static func inspectPNG(_ bytes: Data) throws(PhotoError) -> PhotoFacts {
    // IHDR follows the signature, and its first eight bytes are width and height, so that both are known before
    // anything is decompressed.
    let head = [UInt8](bytes.prefix(24))
    guard head.count == 24 else { throw .truncated(mediaType: pngType) }
    let sides = [head[16..<20], head[20..<24]].map { $0.reduce(0) { $0 << 8 | Int($1) } }
    guard head[12..<16].elementsEqual("IHDR".utf8), sides[0] > 0, sides[1] > 0 else {
      throw .corrupt(mediaType: pngType)
    }
    try checkSize(sides[0], sides[1])
    var width: UInt32 = 0
    var height: UInt32 = 0
    let status = bytes.withUnsafeBytes {
      wt_png_check($0.baseAddress?.assumingMemoryBound(to: UInt8.self), $0.count, &width, &height)
    }
    switch status {
    case wt_png_ok: break
    case wt_png_truncated: throw .truncated(mediaType: pngType)
    case wt_png_too_large:
      throw .tooManyPixels(widthPixels: sides[0], heightPixels: sides[1], most: maxPixels)
    default: throw .corrupt(mediaType: pngType)
    }
    return PhotoFacts(
      mediaType: pngType, bytes: bytes.count, widthPixels: Int(width), heightPixels: Int(height))
  }

  // MARK: - Helpers

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
