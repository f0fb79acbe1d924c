import Glibc
public import Records

/// A lock that ends with the process that holds it, however it ends.
public final class HomeLock {
  public enum Name: Hashable, Sendable {
    /// One sync at a time.
    case sync
    /// One order of labels at a time.
    case labels
    /// One walk at a time on one installation.
    case installation(InstallationID)
  }

  private let path: String
  private var descriptor: Int32

  /// Nil where another process holds it.
  init?(path: String) throws(FieldbookError) {
    self.path = path
    descriptor = -1
    while true {
      let opened = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o600)
      guard opened >= 0 else {
        if errno == ELOOP { throw .strangeEntry(path: path) }
        throw .home(path: path, operation: .lock, errno: errno)
      }
      fchmod(opened, 0o600)
      guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
        let code = errno
        close(opened)
        if code == EWOULDBLOCK { return nil }
        throw .home(path: path, operation: .lock, errno: code)
      }
      // Its last holder removes the file: what is locked may no longer be what others will open.
      var held = stat()
      var named = stat()
      if fstat(opened, &held) == 0, stat(path, &named) == 0, held.st_ino == named.st_ino,
        held.st_dev == named.st_dev
      {
        descriptor = opened
        return
      }
      close(opened)
    }
  }

  /// Once; later calls do nothing. Call it in a `defer`: it also keeps the lock alive until there.
  public func release() {
    guard descriptor >= 0 else { return }
    unlink(path)
    close(descriptor)
    descriptor = -1
  }

  var isHeld: Bool { descriptor >= 0 }

  deinit { release() }
}

/// Proof that no other weldtech works on an installation.
public final class InstallationLock {
  public let installation: InstallationID
  private let lock: HomeLock

  init(installation: InstallationID, lock: HomeLock) {
    self.installation = installation
    self.lock = lock
  }

  /// Once; later calls do nothing. Call it in a `defer`: it also keeps the lock alive until there.
  public func release() { lock.release() }

  var isHeld: Bool { lock.isHeld }
}

extension Fieldbook {
  /// Takes the lock of one installation without waiting: what every step of its walk needs.
  /// - Returns: nil where another process (or this one) holds it.
  /// - Throws: `home`.
  public func lock(installation id: InstallationID) throws(FieldbookError) -> InstallationLock? {
    try lock(.installation(id)).map { InstallationLock(installation: id, lock: $0) }
  }

  /// Takes a lock without waiting.
  /// - Returns: nil where another process (or this one) holds it.
  /// - Throws: `home`.
  public func lock(_ name: HomeLock.Name) throws(FieldbookError) -> HomeLock? {
    try HomeFile.makeFolder(home + "/locks", below: home)
    let file =
      switch name {
      case .sync: "sync"
      case .labels: "labels"
      case .installation(let id): id.text
      }
    return try HomeLock(path: "\(home)/locks/\(file)")
  }
}
