import CPNG
import Files
public import FoundationEssentials
public import Records

/// The facts of a photo by its content.
public struct PhotoFacts: Hashable, Sendable {
  /// The media type, `image/jpeg` or `image/png`.
  public let mediaType: String
  public let bytes: Int
  public let widthPixels: Int
  public let heightPixels: Int

  /// The photo as the record names it.
  /// - Parameter sha256: SHA-256 of the bytes, lower-case hex.
  public func photo(stage: Photo.Stage, sha256: String, takenAt: Timestamp) -> Photo {
    Photo(
      stage: stage, sha256: sha256, bytes: bytes, mediaType: mediaType, takenAt: takenAt,
      widthPixels: widthPixels, heightPixels: heightPixels)
  }
}

/// Looks at a photo before it becomes evidence: whether it is one, whether it is whole, and how large it is.
/// Everything is decoded to the end, since a file that was cut off still has a good beginning. JPEG carries no
/// checksums: bytes that were overwritten and still decode cannot be told from the photo's own.
public enum PhotoInspector {
  public static let maxBytes = 50_000_000
  /// The length of the shorter side, pixels, below which a number plate cannot be read.
  public static let minPixels = 240
  public static let maxPixels = 120_000_000
  /// The bytes that a file and its decoding may take together. With what the program itself takes, a photo stays
  /// under 300 MiB.
  public static let maxMemoryBytes = 250_000_000

  static let jpegType = "image/jpeg"
  static let pngType = "image/png"

  /// Reads a file and inspects it.
  /// - Returns: its bytes, to be stored, and their facts.
  /// - Throws: `unreadable`, and as `inspect(_:)`.
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

  /// Names the largest picture of the same shape and kind that fits. Its sides are multiples of the largest group of
  /// blocks that JPEG knows, so that no block is begun in vain.
  private static func tooMuchMemory(_ header: JPEGDecoder.Header, maxCoefficientBytes: Int) -> PhotoError {
    let scale = (Double(maxCoefficientBytes) / Double(header.coefficientBytes)).squareRoot()
    func fitting(_ side: Int) -> Int { Int(Double(side) * scale) / 32 * 32 }
    return .tooMuchMemory(
      widthPixels: header.widthPixels, heightPixels: header.heightPixels,
      fittingWidthPixels: fitting(header.widthPixels), fittingHeightPixels: fitting(header.heightPixels))
  }

  // MARK: - PNG

  private static func inspectPNG(_ bytes: Data) throws(PhotoError) -> PhotoFacts {
    // The signature is followed by IHDR, whose first eight bytes are width and height: both are known before anything
    // is unpacked.
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
