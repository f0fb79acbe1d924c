internal import Glibc

extension OpenFile {
  /// Asks the system to forget what it holds of the file in memory, so that the next reading comes from the
  /// disk. This is only a request: a file system in memory has no disk to read from, and of a file that was not
  /// synced, the system keeps what is not written yet.
  public func dropCache() { posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED) }
}
