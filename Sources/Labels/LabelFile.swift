import FoundationEssentials
import Glibc

/// Files of labels: whole or not there.
enum LabelFile {
  /// Written beside its place and put there by renaming. Not synced to the disk: a label lost with the power
  /// is made again with the same bytes.
  static func write(_ bytes: Data, to file: String) throws(LabelError) {
    let draft = file + ".part"
    let descriptor = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw .unwritable(file: file, errno: errno) }
    var trouble = write(Array(bytes), to: descriptor)
    if close(descriptor) != 0, trouble == 0 { trouble = errno }
    if trouble == 0, rename(draft, file) != 0 { trouble = errno }
    guard trouble == 0 else {
      unlink(draft)
      throw .unwritable(file: file, errno: trouble)
    }
  }

  /// - Returns: 0, or what went wrong.
  static func write(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
    bytes.withUnsafeBytes { buffer in
      var rest = buffer[...]
      while !rest.isEmpty {
        let count = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
        if count > 0 {
          rest = rest.dropFirst(count)
        } else if errno != EINTR {
          return errno
        }
      }
      return 0
    }
  }
}
