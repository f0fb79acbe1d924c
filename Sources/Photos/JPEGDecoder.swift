import CJPEG
import CShrink
import FoundationEssentials

/// Decodes the JPEG of a file with libjpeg.
enum JPEGDecoder {
  struct Header {
    let widthPixels: Int
    let heightPixels: Int
    /// The memory that decoding needs besides the file, bytes; 0 for a picture in one pass, since only a
    /// picture in several passes is kept in memory.
    let coefficientBytes: Int
  }

  enum Fault: Error {
    case truncated, corrupt
    /// The picture needs more memory, or more passes, than are allowed.
    case tooLarge

    /// The photo's error for this fault. `tooLarge` counts as damage: the size is checked before, so only an
    /// excessive number of passes remains.
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

  /// Decodes all of the data, once, into the small pictures.
  /// - Parameter makesCopy: whether the picture is wanted in colours as well; the greys are the same either
  ///   way.
  static func pictures(_ bytes: Data, makesCopy: Bool, maxCoefficientBytes: Int) throws(Fault) -> SmallPictures
  {
    var small = wt_shrunk()
    var copy = wt_shrunk()
    try check(
      bytes.withUnsafeBytes { bytes in
        let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        func shrink(_ copy: UnsafeMutablePointer<wt_shrunk>?) -> wt_jpeg_status {
          wt_jpeg_shrink(
            start, bytes.count, UInt64(max(0, maxCoefficientBytes)), UInt32(SmallPicture.longerSidePixels),
            UInt32(UploadCopy.longerSidePixels), &small, copy)
        }
        return makesCopy ? shrink(&copy) : shrink(nil)
      })
    guard let pictures = SmallPictures(taking: small, copy) else { throw .tooLarge }
    return pictures
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
