internal import Files
internal import FoundationEssentials

/// The files of a release: the manifest `X.json`, the image that it names or `X.bin`, the signature `X.sig`,
/// and the update's file where the manifest names one.
enum ImageFile {
  /// Size of the largest flash of all known chips, bytes.
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

  /// Reads a whole file, or a pipe to its end.
  /// - Throws: `unreadable`, `tooLarge`.
  static func read(_ path: String, limit: Int) throws(ImageFault) -> [UInt8] {
    do throws(FileError) {
      return [UInt8](try FilePath(path).contents(maxBytes: limit, .withoutWaiting))
    } catch {
      throw error.isTooLarge ? .tooLarge(path: path, limit: limit) : .unreadable(path: path, errno: error.errno)
    }
  }

  private static func stem(of manifestPath: String) -> String {
    manifestPath.hasSuffix(".json") ? String(manifestPath.dropLast(5)) : manifestPath
  }
}
