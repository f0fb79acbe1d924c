import CTurboJPEG
public import FoundationEssentials

/// A small JPEG that a page shows as it is, without being decoded and packed again.
public struct JPEGPicture: Hashable, Sendable {
  public let bytes: Data
  public let widthPixels: Int
  public let heightPixels: Int
  /// Whether the picture has only greys.
  public let isGrey: Bool

  /// The maximum length of a side that is taken, pixels, inclusive: a page shows small pictures.
  public static let maxSidePixels = 2_000
  /// The quality of pictures that are made smaller, 1 to 100 as libjpeg counts.
  private static let quality: Int32 = 72

  /// Takes a JPEG and reads only its headers.
  /// - Throws: `jpeg`, `outOfMemory`.
  public init(jpeg: Data) throws(DrawingError) {
    guard let handle = tjInitDecompress() else { throw .outOfMemory }
    defer { tjDestroy(handle) }
    let header = try Self.header(of: jpeg, handle)
    guard max(header.width, header.height) <= Self.maxSidePixels else { throw .jpeg(.tooLarge) }
    bytes = jpeg
    (widthPixels, heightPixels, isGrey) = header
  }

  /// Makes a JPEG smaller. The same bytes give the same picture on one machine.
  /// - Parameter minSidePixels: the minimum length of the longer side, which becomes less than twice as long; a
  ///   picture that is smaller keeps its size.
  /// - Throws: `jpeg`, `outOfMemory`.
  public init(shrinking jpeg: Data, minSidePixels: Int) throws(DrawingError) {
    guard let reader = tjInitDecompress() else { throw .outOfMemory }
    defer { tjDestroy(reader) }
    let (width, height, isGrey) = try Self.header(of: jpeg, reader)
    // The decoder can scale a picture to eighths at little cost.
    let eighths =
      (1...8).first { max(Self.part($0, of: width), Self.part($0, of: height)) >= minSidePixels } ?? 8
    let (small, low) = (Self.part(eighths, of: width), Self.part(eighths, of: height))
    guard max(small, low) <= Self.maxSidePixels else { throw .jpeg(.tooLarge) }
    let format = Int32((isGrey ? TJPF_GRAY : TJPF_RGB).rawValue)
    var pixels = [UInt8](repeating: 0, count: small * low * (isGrey ? 1 : 3))
    let result = jpeg.withUnsafeBytes {
      tjDecompress2(
        reader, $0.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt($0.count), &pixels, Int32(small), 0,
        Int32(low), format, TJFLAG_LIMITSCANS)
    }
    guard result == 0 || tjGetErrorCode(reader) == Int32(TJERR_WARNING.rawValue) else { throw .jpeg(.corrupt) }
    guard let writer = tjInitCompress() else { throw .outOfMemory }
    defer { tjDestroy(writer) }
    var written: UnsafeMutablePointer<UInt8>?
    var count: UInt = 0
    let sampling = Int32((isGrey ? TJSAMP_GRAY : TJSAMP_420).rawValue)
    guard
      tjCompress2(
        writer, pixels, Int32(small), 0, Int32(low), format, &written, &count, sampling, Self.quality, 0) == 0,
      let written
    else { throw .outOfMemory }
    defer { tjFree(written) }
    bytes = Data(bytes: written, count: Int(count))
    (widthPixels, heightPixels, self.isGrey) = (small, low, isGrey)
  }

  /// The size of a side in eighths, as the decoder rounds it.
  private static func part(_ eighths: Int, of side: Int) -> Int { (side * eighths + 7) / 8 }

  private static func header(of jpeg: Data, _ handle: tjhandle) throws(DrawingError) -> (
    width: Int, height: Int, isGrey: Bool
  ) {
    var (width, height, subsampling, colours): (Int32, Int32, Int32, Int32) = (0, 0, 0, 0)
    let result = jpeg.withUnsafeBytes {
      tjDecompressHeader3(
        handle, $0.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt($0.count), &width, &height,
        &subsampling, &colours)
    }
    guard result == 0, width > 0, height > 0 else { throw .jpeg(.notJPEG) }
    guard Int(width) * Int(height) <= PixelSize.maxPixels else { throw .jpeg(.tooLarge) }
    guard colours != Int32(TJCS_CMYK.rawValue), colours != Int32(TJCS_YCCK.rawValue) else {
      throw .jpeg(.colours)
    }
    return (Int(width), Int(height), colours == Int32(TJCS_GRAY.rawValue))
  }
}
