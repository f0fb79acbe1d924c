public import Files
import Glibc
public import Records

/// A use of a home that only one weldtech at a time may make.
public enum HomeLock: Hashable, Sendable {
  case sync
  /// Making an order of labels.
  case labels
  /// A walk on one installation.
  case installation(InstallationID)

  /// The name of the lock's file in the folder of locks.
  fileprivate var file: String {
    switch self {
    case .sync: "sync"
    case .labels: "labels"
    case .installation(let id): id.text
    }
  }
}

/// Proof that no other weldtech works on an installation.
public final class InstallationLock {
  public let installation: InstallationID
  private let lock: FileLock

  init(installation: InstallationID, lock: FileLock) {
    self.installation = installation
    self.lock = lock
  }

  /// Releases the lock; later calls do nothing. A call in a `defer` also keeps the lock alive until there.
  public func release() { lock.release() }

  var isHeld: Bool { lock.isHeld }
}

extension Fieldbook {
  /// Takes the lock of one installation, which every step of its walk needs, without waiting.
  /// - Returns: nil where another process (or this one) holds it.
  /// - Throws: `home`, `strangeEntry`.
  public func lock(installation id: InstallationID) throws(FieldbookError) -> InstallationLock? {
    try lock(.installation(id)).map { InstallationLock(installation: id, lock: $0) }
  }

  /// Takes a lock without waiting. The lock ends with the process that holds it, however that process ends.
  /// - Returns: nil where another process (or this one) holds it.
  /// - Throws: `home`, `strangeEntry`.
  public func lock(_ lock: HomeLock) throws(FieldbookError) -> FileLock? {
    try HomeFile.makeFolder(home + "/locks", below: home)
    do throws(FileError) {
      switch try FileLock.take(FilePath("\(home)/locks/\(lock.file)"), removesFile: true) {
      case .taken(let lock): return lock
      case .held: return nil
      }
    } catch {
      if error.errno == ELOOP { throw .strangeEntry(path: error.path.text) }
      throw FieldbookError(error)
    }
  }
}
