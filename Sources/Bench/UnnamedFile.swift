internal import Glibc

/// What another program is handed that is larger than a pipe takes: a file without a name.
public enum UnnamedFile {
  /// - Returns: a descriptor at the file's start, which another program gets only as a copy. Its owner closes it.
  /// - Throws: `emulator`.
  public static func holding(_ bytes: [UInt8]) throws(ModuleBenchError) -> Int32 {
    var name = Array("/tmp/weldtech-XXXXXX".utf8CString)
    let file = mkstemp(&name)
    guard file >= 0 else { throw .emulator(errno: errno) }
    unlink(name)
    guard fcntl(file, F_SETFD, FD_CLOEXEC) == 0, writeAll(bytes, to: file), lseek(file, 0, SEEK_SET) == 0 else {
      let failure = errno
      close(file)
      throw .emulator(errno: failure)
    }
    return file
  }

  private static func writeAll(_ bytes: [UInt8], to file: Int32) -> Bool {
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
      guard count > 0 else { return false }
      sent += count
    }
    return true
  }
}
