/// The reason why a file cannot be evidence.
public enum PhotoError: Error, Hashable, Sendable {
  /// The file cannot be read; `errno` is that of open(2) or read(2).
  case unreadable(path: String, errno: Int32)
  case empty
  case tooLarge(bytes: Int, largest: Int)
  /// The file is neither JPEG nor PNG, whatever its name says.
  case notAPhoto(FileKind)
  /// The file ends before the picture does, as after an interrupted copy.
  case truncated(mediaType: String)
  /// The picture's data are damaged and cannot be decoded.
  case corrupt(mediaType: String)
  /// The picture is too small to show anything; its shorter side has fewer than `least` pixels.
  case tooSmall(widthPixels: Int, heightPixels: Int, least: Int)
  case tooManyPixels(widthPixels: Int, heightPixels: Int, most: Int)
  /// The picture is a JPEG in several passes (progressive, or CMYK in parts) or an interlaced PNG, which take too much
  /// memory. A picture of the size `fitting` could be decoded.
  case tooMuchMemory(widthPixels: Int, heightPixels: Int, fittingWidthPixels: Int, fittingHeightPixels: Int)
}

/// The type of a file, recognised by its first bytes.
public enum FileKind: String, Hashable, Sendable, CaseIterable {
  case jpeg, png
  /// HEIC, the default of many phones.
  case heic
  case avif, webp, gif, bmp, tiff, pdf
  /// MP4, MOV and related formats.
  case video
  /// A Zip archive; office documents are Zip archives too.
  case zip
  /// A web page that was saved under the photo's name.
  case html
  case other

  init(_ bytes: some RandomAccessCollection<UInt8>) {
    let head = Array(bytes.prefix(64))
    func has(_ text: String, at offset: Int = 0) -> Bool { head.dropFirst(offset).starts(with: text.utf8) }
    if head.starts(with: [0xFF, 0xD8, 0xFF]) {
      self = .jpeg
    } else if head.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
      self = .png
    } else if has("ftyp", at: 4) {
      let brand = String(decoding: head.dropFirst(8).prefix(4), as: UTF8.self)
      switch brand {
      case "heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1": self = .heic
      case "avif", "avis": self = .avif
      default: self = .video
      }
    } else if has("RIFF"), has("WEBP", at: 8) {
      self = .webp
    } else if has("GIF8") {
      self = .gif
    } else if has("BM") {
      self = .bmp
    } else if head.starts(with: [0x49, 0x49, 0x2A, 0]) || head.starts(with: [0x4D, 0x4D, 0, 0x2A]) {
      self = .tiff
    } else if has("%PDF-") {
      self = .pdf
    } else if head.starts(with: [0x50, 0x4B, 3, 4]) {
      self = .zip
    } else if Self.looksLikeHTML(head) {
      self = .html
    } else {
      self = .other
    }
  }

  private static func looksLikeHTML(_ head: [UInt8]) -> Bool {
    let text = String(decoding: head, as: UTF8.self).lowercased().drop { $0.isWhitespace || $0 == "\u{FEFF}" }
    return text.hasPrefix("<!doctype html") || text.hasPrefix("<html")
  }
}
