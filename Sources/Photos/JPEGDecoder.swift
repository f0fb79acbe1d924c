import CJPEG
import CShrink
import FoundationEssentials

/// Decodes the JPEG of a file with libjpeg.
enum JPEGDecoder {
  struct Header {
    let widthPixels: Int
    let heightPixels: Int
    /// The memory that decoding needs besides the file, bytes; 0 for a picture in one pass, since only several
    /// passes are kept.
    let coefficientBytes: Int
  }

  enum Fault: Error {
    case truncated, corrupt
    /// The picture needs more memory, or more passes, than are allowed.
    case tooLarge

    /// The error of the photo. The size was checked before, so that only an excessive number of passes remains.
    var photoError: PhotoError {
      switch self {
      case .truncated: .truncated(mediaType: PhotoInspector.jpegType)
      case .corrupt, .tooLarge: .corrupt(mediaType: PhotoInspector.jpegType)
      }
    }
  }

  static func header(of bytes: Data) throws(Fault) -> Header {
    var header = wt_jpeg_header()
    try check(
      bytes.withUnsafeBytes {
        wt_jpeg_read_header($0.baseAddress?.assumingMemoryBound(to: UInt8.self), $0.count, &header)
      })
    return Header(
      widthPixels: Int(header.width), heightPixels: Int(header.height),
      coefficientBytes: Int(clamping: header.coefficient_bytes))
  }

  /// Decodes all of the data into a small picture.
  static func small(_ bytes: Data, maxCoefficientBytes: Int) throws(Fault) -> SmallPicture {
    var shrunk = wt_shrunk()
    try check(
      bytes.withUnsafeBytes {
        wt_jpeg_shrink(
          $0.baseAddress?.assumingMemoryBound(to: UInt8.self), $0.count, UInt64(max(0, maxCoefficientBytes)),
          UInt32(SmallPicture.longerSidePixels), &shrunk)
      })
    guard let small = SmallPicture(taking: shrunk) else { throw .tooLarge }
    return small
  }

  private static func check(_ status: wt_jpeg_status) throws(Fault) {
    switch status {
    case wt_jpeg_ok: return
    case wt_jpeg_truncated: throw .truncated
    case wt_jpeg_too_large: throw .tooLarge
    default: throw .corrupt
    }
  }
}
