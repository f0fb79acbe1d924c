internal import Glibc

/// The three files of a release: `X.json`, the manifest; the image that it names, or `X.bin`; and `X.sig`.
enum ImageFile {
  /// The largest flash of any chip we know, and documents of any sensible length.
  static let imageByteLimit = 4 << 20
  static let manifestByteLimit = 64 << 10
  static let signatureByteLimit = 4096

  static func imagePath(of manifest: ImageManifest, at manifestPath: String) -> String {
    guard let file = manifest.file else { return stem(of: manifestPath) + ".bin" }
    return path(of: file, beside: manifestPath)
  }

  static func path(of file: String, beside manifestPath: String) -> String {
    manifestPath.split(separator: "/", omittingEmptySubsequences: false).dropLast()
      .map { $0 + "/" }.joined() + file
  }

  static func signaturePath(manifestPath: String) -> String { stem(of: manifestPath) + ".sig" }

  /// The whole file, or a pipe to its end.
  static func read(_ path: String, limit: Int) throws(ImageFault) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .unreadable(path: path, errno: errno) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    while true {
      var count = 0
      let piece = [UInt8](unsafeUninitializedCapacity: 64 << 10) { buffer, initialized in
        count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
        initialized = max(0, count)
      }
      if count < 0, errno == EINTR { continue }
      if count < 0 { throw .unreadable(path: path, errno: errno) }
      if count == 0 { return bytes }
      bytes += piece
      guard bytes.count <= limit else { throw .tooLarge(path: path, limit: limit) }
    }
  }

  private static func stem(of manifestPath: String) -> String {
    manifestPath.hasSuffix(".json") ? String(manifestPath.dropLast(5)) : manifestPath
  }
}
