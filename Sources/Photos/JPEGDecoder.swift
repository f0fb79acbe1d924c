import CTurboJPEG
import FoundationEssentials

/// One TurboJPEG decompressor. https://libjpeg-turbo.org/Documentation/Documentation
struct JPEGDecoder: ~Copyable {
  struct Header {
    let width: Int
    let height: Int
    let isCMYK: Bool
  }

  private let handle: tjhandle

  /// Nil where there is no memory for it.
  init?() {
    guard let handle = tjInitDecompress() else { return nil }
    self.handle = handle
  }

  deinit { tjDestroy(handle) }

  /// Nil where there is no header that TurboJPEG can read.
  func header(of bytes: Data) -> Header? {
    var (width, height, subsampling, colours): (Int32, Int32, Int32, Int32) = (0, 0, 0, 0)
    let result = bytes.withUnsafeBytes {
      tjDecompressHeader3(
        handle, $0.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt($0.count), &width, &height,
        &subsampling, &colours)
    }
    guard result == 0, width > 0, height > 0 else { return nil }
    let isCMYK = colours == Int32(TJCS_CMYK.rawValue) || colours == Int32(TJCS_YCCK.rawValue)
    return Header(width: Int(width), height: Int(height), isCMYK: isCMYK)
  }

  /// Whether every block decodes without an error or a warning. At an eighth of the size: all of the data is
  /// read, a 64th of the pixels is computed.
  func decodes(_ bytes: Data, _ header: Header) -> Bool {
    // TJSCALED, a macro: rounded up.
    let width = (header.width + 7) / 8
    let height = (header.height + 7) / 8
    let bytesPerPixel = header.isCMYK ? 4 : 1
    var pixels = [UInt8](repeating: 0, count: width * height * bytesPerPixel)
    return bytes.withUnsafeBytes {
      tjDecompress2(
        handle, $0.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt($0.count), &pixels, Int32(width), 0,
        Int32(height), Int32(header.isCMYK ? TJPF_CMYK.rawValue : TJPF_GRAY.rawValue),
        TJFLAG_LIMITSCANS | TJFLAG_STOPONWARNING | TJFLAG_FASTDCT)
    } == 0
  }
}
