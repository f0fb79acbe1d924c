import Glibc

/// Writes small files of the home whole or not at all: beside their place first, and never through a link that somebody
/// has put there.
enum DraftFile {
  /// Replaces the file, or makes it, for its owner only.
  /// - Throws: `FileTrouble.unwritable`.
  static func write(_ bytes: [UInt8], to path: String) throws(FileTrouble) {
    let draft = path + ".new"
    // One that a killed run left.
    unlink(draft)
    let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .unwritable(path: path, errno: errno) }
    var written = 0
    var failure: Int32 = 0
    while written < bytes.count, failure == 0 {
      let count = bytes[written...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count > 0 { written += count } else if errno != EINTR { failure = errno }
    }
    if close(descriptor) != 0, failure == 0 { failure = errno }
    if failure == 0, rename(draft, path) != 0 { failure = errno }
    guard failure == 0 else {
      unlink(draft)
      throw .unwritable(path: path, errno: failure)
    }
  }
}
