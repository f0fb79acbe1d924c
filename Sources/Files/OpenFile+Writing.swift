public import FoundationEssentials
internal import Glibc

extension OpenFile {
  /// Writes all of the bytes.
  /// - Parameters:
  ///   - patienceSeconds: the time, in seconds, for which a device or a pipe opened `withoutWaiting` may accept
  ///     nothing before the writing fails with ETIMEDOUT; 0 lets it fail with EAGAIN at once.
  ///   - isCancelled: a closure that is called when a signal interrupts the writing; true ends it with EINTR.
  /// - Throws: `FileError` of `write`.
  public func write(
    _ bytes: some ContiguousBytes, patienceSeconds: Int32 = 0, isCancelled: () -> Bool = { false }
  ) throws(FileError) {
    let failure = bytes.withUnsafeBytes { bytes in
      Self.forRest(of: bytes, isCancelled) { rest, _ in
        let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
        guard count < 0, errno == EAGAIN, patienceSeconds > 0 else { return count }
        var wanted = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        // After EINTR this closure is called again.
        errno = poll(&wanted, 1, patienceSeconds * 1000) == 0 ? ETIMEDOUT : EINTR
        return -1
      }
    }
    guard failure == 0 else { throw FileError(path, .write, failure) }
  }

  /// Writes all of the bytes at a place in the file.
  /// - Parameter offset: the place in the file, in bytes from its start.
  /// - Throws: `FileError` of `write`.
  public func write(_ bytes: some ContiguousBytes, at offset: Int) throws(FileError) {
    let failure = bytes.withUnsafeBytes { bytes in
      Self.forRest(of: bytes, { false }) { rest, done in
        pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset + done))
      }
    }
    guard failure == 0 else { throw FileError(path, .write, failure) }
  }

  /// Sets the time at which the contents were last written, as other programs will read it.
  /// - Parameter milliseconds: the time in milliseconds since 1970 UTC, 0 or more.
  /// - Throws: `FileError` of `write`.
  public func setModified(milliseconds: Int64) throws(FileError) {
    let time = timespec(tv_sec: Int(milliseconds / 1000), tv_nsec: Int(milliseconds % 1000) * 1_000_000)
    // The time of the last reading stays, see utimensat(2).
    let times = [timespec(tv_sec: 0, tv_nsec: (1 << 30) - 2), time]
    guard futimens(descriptor, times) == 0 else { throw failure(.write) }
  }

  /// Brings everything written to disk, see fsync(2).
  /// - Parameter isRequired: false accepts a file system that cannot sync and so loses nothing by it. A pipe or
  ///   a device, which has nothing to sync, is accepted in any case.
  /// - Throws: `FileError` of `sync`.
  public func sync(isRequired: Bool = true) throws(FileError) {
    guard fsync(descriptor) != 0 else { return }
    let failure = failure(.sync)
    let isKept = [.regular, .folder].contains(try? status().kind)
    // For a regular file, EROFS means that its disk was set to read-only after an error, so that written bytes
    // may be lost.
    let cannotSync = [EINVAL, ENOTSUP].contains(failure.errno)
    guard isKept ? cannotSync && !isRequired : cannotSync || failure.errno == EROFS else { throw failure }
  }

  /// Calls `write` until all bytes are written.
  /// - Parameter write: a closure that writes some of the remaining bytes. It gets the number of bytes already
  ///   written, and returns the number of bytes that it wrote, or -1 with errno. A call that fails with EINTR
  ///   is repeated.
  /// - Returns: 0 where all bytes were written; otherwise the error number.
  private static func forRest(
    of bytes: UnsafeRawBufferPointer, _ isCancelled: () -> Bool, _ write: (UnsafeRawBufferPointer, Int) -> Int
  ) -> Int32 {
    var done = 0
    while done < bytes.count {
      let count = write(UnsafeRawBufferPointer(rebasing: bytes[done...]), done)
      if count > 0 {
        done += count
      } else {
        let failure = count == 0 ? EIO : errno
        if failure != EINTR || isCancelled() { return failure }
      }
    }
    return 0
  }
}
