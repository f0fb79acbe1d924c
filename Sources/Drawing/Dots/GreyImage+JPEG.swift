import CJPEG
import CTurboJPEG
public import FoundationEssentials

extension GreyImage {
  /// Makes a picture of these pixels.
  /// - Parameter pixelsPerMetre: the resolution; nil where it is not known.
  public init(widthPixels: Int, heightPixels: Int, pixelsPerMetre: Int?, pixels: [UInt8]) {
    self.widthPixels = widthPixels
    self.heightPixels = heightPixels
    self.pixelsPerMetre = pixelsPerMetre
    self.pixels = pixels
  }

  /// The picture with dark and light exchanged.
  public var inverted: GreyImage {
    GreyImage(
      widthPixels: widthPixels, heightPixels: heightPixels, pixelsPerMetre: pixelsPerMetre,
      pixels: pixels.map { 255 - $0 })
  }

  /// The picture with the greys between its darkest and its lightest hundredth spread over the whole range.
  public var stretched: GreyImage {
    var counts = [Int](repeating: 0, count: 256)
    for pixel in pixels { counts[Int(pixel)] += 1 }
    let tail = pixels.count / 100
    func end(_ greys: some Sequence<Int>) -> Int {
      var seen = 0
      return greys.first {
        seen += counts[$0]
        return seen > tail
      } ?? 0
    }
    let darkest = end(0...255)
    let range = max(1, end((0...255).reversed()) - darkest)
    let table = (0...255).map { UInt8(clamping: ($0 - darkest) * 255 / range) }
    return GreyImage(
      widthPixels: widthPixels, heightPixels: heightPixels, pixelsPerMetre: pixelsPerMetre,
      pixels: pixels.map { table[Int($0)] })
  }

  /// Maximum memory that the decoding of a JPEG in several passes may use besides its pixels, bytes.
  private static let maxCoefficientBytes = 160_000_000

  /// Decodes a JPEG as grey, also where the decoder merely warns of damage. The resolution is not read, because
  /// the resolution of a camera's file says nothing about the scene.
  /// - Parameter maxPixels: a larger picture is refused before its pixels are read.
  /// - Throws: `jpeg`, `outOfMemory`.
  public init(jpeg: Data, maxPixels: Int = PixelSize.maxPixels) throws(DrawingError) {
    guard let handle = tjInitDecompress() else { throw .outOfMemory }
    defer { tjDestroy(handle) }
    var (width, height, subsampling, colours): (Int32, Int32, Int32, Int32) = (0, 0, 0, 0)
    let header = jpeg.withUnsafeBytes {
      tjDecompressHeader3(
        handle, $0.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt($0.count), &width, &height,
        &subsampling, &colours)
    }
    guard header == 0, width > 0, height > 0 else { throw .jpeg(.notJPEG) }
    guard Int(width) * Int(height) <= maxPixels else { throw .jpeg(.tooLarge) }
    var kept = wt_jpeg_header()
    _ = jpeg.withUnsafeBytes {
      wt_jpeg_read_header($0.baseAddress?.assumingMemoryBound(to: UInt8.self), $0.count, &kept)
    }
    guard kept.coefficient_bytes <= UInt64(Self.maxCoefficientBytes) else { throw .jpeg(.tooLarge) }
    guard colours != Int32(TJCS_CMYK.rawValue), colours != Int32(TJCS_YCCK.rawValue) else {
      throw .jpeg(.colours)
    }
    var pixels = [UInt8](repeating: 255, count: Int(width) * Int(height))
    let result = jpeg.withUnsafeBytes {
      tjDecompress2(
        handle, $0.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt($0.count), &pixels, width, 0, height,
        Int32(TJPF_GRAY.rawValue), TJFLAG_LIMITSCANS)
    }
    // After a mere warning the picture is complete enough to use.
    guard result == 0 || tjGetErrorCode(handle) == Int32(TJERR_WARNING.rawValue) else { throw .jpeg(.corrupt) }
    self.init(widthPixels: Int(width), heightPixels: Int(height), pixelsPerMetre: nil, pixels: pixels)
  }
}
