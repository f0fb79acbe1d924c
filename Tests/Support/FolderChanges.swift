internal import Glibc

/// Watches folders for changes by inotify(7): entries that are created, deleted, moved, written, closed after
/// writing, or given other attributes. Folders within the folders are not watched.
final class FolderChanges {
  /// The descriptor of the watch, which can be read as soon as something has changed.
  let descriptor: Int32

  /// Begins to watch; nil where a folder does not exist or Linux can watch no more.
  init?(of folders: [String]) {
    descriptor = inotify_init1(O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    let changes =
      IN_MODIFY | IN_ATTRIB | IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO
    for folder in folders where inotify_add_watch(descriptor, folder, UInt32(changes)) < 0 { return nil }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Discards all changes so far, so that the descriptor can be read again at the next change.
  func take() {
    var buffer = [UInt8](repeating: 0, count: 16_384)
    while read(descriptor, &buffer, buffer.count) > 0 {}
  }
}
