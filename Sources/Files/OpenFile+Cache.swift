internal import Glibc

extension OpenFile {
  /// Asks the system to forget what it holds of the file in memory, so that the next reading comes from the disk. It is only
  /// a request: a file system in memory has nowhere else to read from, and one that was not synced keeps what is not written.
  public func dropCache() { posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED) }
}
