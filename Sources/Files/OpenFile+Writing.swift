public import FoundationEssentials
internal import Glibc

extension OpenFile {
  /// Writes all of the bytes.
  /// - Parameters:
  ///   - patienceSeconds: how long a device or a pipe that was opened `withoutWaiting` may take nothing before the
  ///     writing fails with ETIMEDOUT; 0 lets it fail with EAGAIN at once.
  ///   - isCancelled: asked when a signal interrupts the writing; true ends it with EINTR.
  /// - Throws: `FileError` of `write`.
  public func write(
    _ bytes: some ContiguousBytes, patienceSeconds: Int32 = 0, isCancelled: () -> Bool = { false }
  ) throws(FileError) {
    let failure = bytes.withUnsafeBytes { bytes in
      Self.forRest(of: bytes, isCancelled) { rest, _ in
        let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
        guard count < 0, errno == EAGAIN, patienceSeconds > 0 else { return count }
        var wanted = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        // EINTR brings it back here.
        errno = poll(&wanted, 1, patienceSeconds * 1000) == 0 ? ETIMEDOUT : EINTR
        return -1
      }
    }
    guard failure == 0 else { throw FileError(path, .write, failure) }
  }

  /// Writes all of the bytes from a place in the file on.
  /// - Parameter offset: in bytes from the file's start.
  /// - Throws: `FileError` of `write`.
  public func write(_ bytes: some ContiguousBytes, at offset: Int) throws(FileError) {
    let failure = bytes.withUnsafeBytes { bytes in
      Self.forRest(of: bytes, { false }) { rest, done in
        pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset + done))
      }
    }
    guard failure == 0 else { throw FileError(path, .write, failure) }
  }

  /// Brings what was written to disk, see fsync(2).
  /// - Parameter isRequired: false lets a file system pass that cannot sync and so has nothing to lose by it. A pipe or a
  ///   device, which has nothing to sync, passes in any case.
  /// - Throws: `FileError` of `sync`.
  public func sync(isRequired: Bool = true) throws(FileError) {
    guard fsync(descriptor) != 0 else { return }
    let failure = failure(.sync)
    let isKept = [.regular, .folder].contains(try? status().kind)
    // Of a regular file EROFS says that its disk was shut off after an error, and that what was written may be lost.
    let cannotSync = [EINVAL, ENOTSUP].contains(failure.errno)
    guard isKept ? cannotSync && !isRequired : cannotSync || failure.errno == EROFS else { throw failure }
  }

  /// - Parameter write: writes some of the rest, of which it is told how much lies before it: number of bytes, or -1 with
  ///   errno, of which EINTR is tried again.
  /// - Returns: 0, or why not all was written.
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
