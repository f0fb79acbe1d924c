internal import Glibc

/// The changes of folders that Linux tells of (inotify(7)): entries that come, go, are written to or closed. Folders within
/// the folders are not watched.
final class FolderChanges {
  /// Can be read as soon as something has changed.
  let descriptor: Int32

  /// Nil where a folder is not there or Linux watches no more.
  init?(of folders: [String]) {
    descriptor = inotify_init1(O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    let changes =
      IN_MODIFY | IN_ATTRIB | IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO
    for folder in folders where inotify_add_watch(descriptor, folder, UInt32(changes)) < 0 { return nil }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Takes all changes so far, so that the descriptor tells of the next.
  func take() {
    var buffer = [UInt8](repeating: 0, count: 16_384)
    while read(descriptor, &buffer, buffer.count) > 0 {}
  }
}
