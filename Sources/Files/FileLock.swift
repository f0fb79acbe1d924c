internal import Glibc
internal import Synchronization

/// The exclusive use of something, by a lock on a file. The lock ends with the process that holds it, however
/// that process ends.
public final class FileLock: Sendable {
  public enum Attempt: Sendable {
    case taken(FileLock)
    /// Another process, or this one, holds the lock; the value is the id of that process, or nil where the
    /// system does not say.
    case held(by: Int32?)
  }

  private let path: FilePath
  private let removesFile: Bool
  /// The descriptor of the locked file; -1 once the lock is released.
  private let descriptor: Mutex<Int32>

  private init(_ file: OpenFile, removesFile: Bool) {
    path = file.path
    self.removesFile = removesFile
    descriptor = Mutex(file.release())
  }

  /// Takes a lock without waiting. The lock's file is made where it is missing, for its owner only.
  /// - Parameter removesFile: whether the file is removed with the lock; all takers of one lock have to pass
  ///   the same value.
  /// - Throws: `FileError` of `lock`; ELOOP where a link has the name.
  public static func take(_ path: FilePath, removesFile: Bool) throws(FileError) -> Attempt {
    while true {
      let file: OpenFile
      do throws(FileError) {
        file = try OpenFile(
          writing: path, [.refusesLinks, .withoutWaiting], making: .exactly(0o600))
      } catch { throw FileError(path, .lock, error.errno) }
      guard try file.lock(waits: false) else { return .held(by: (try? file.status()).flatMap(holder)) }
      // The previous holder may have removed the file. The lock would then be on a file that others cannot
      // open.
      guard removesFile else { return .taken(FileLock(file, removesFile: false)) }
      if let held = try? file.status(), let named = try? path.status(followsLinks: false),
        held.identity == named.identity
      {
        return .taken(FileLock(file, removesFile: true))
      }
    }
  }

  /// Releases the lock; later calls do nothing. A call in a `defer` also keeps the lock alive until there.
  public func release() {
    descriptor.withLock { descriptor in
      guard descriptor >= 0 else { return }
      if removesFile { try? path.removeFile() }
      // A child process that is being started has a copy of the descriptor until it executes its program.
      flock(descriptor, LOCK_UN)
      close(descriptor)
      descriptor = -1
    }
  }

  public var isHeld: Bool { descriptor.withLock { $0 >= 0 } }

  deinit { release() }

  /// The id of the process that holds a lock on a file, from /proc/locks; nil where it is not found. proc(5)
  /// describes the lines, such as `1: FLOCK  ADVISORY  WRITE 4711 08:01:131 0 EOF`.
  private static func holder(of file: FileStatus) -> Int32? {
    guard let table = try? FilePath("/proc/locks").contents(maxBytes: 1 << 20) else { return nil }
    let device = file.identity.device
    let place = (major(device), minor(device), file.identity.inode)
    for line in String(decoding: table, as: UTF8.self).split(separator: "\n") {
      let fields = line.split(separator: " ")
      guard fields.count >= 6, fields[1] == "FLOCK", let process = Int32(fields[4]), process > 0 else {
        continue
      }
      let numbers = fields[5].split(separator: ":")
      guard numbers.count == 3, let major = UInt64(numbers[0], radix: 16),
        let minor = UInt64(numbers[1], radix: 16), let inode = UInt64(numbers[2])
      else { continue }
      if (major, minor, inode) == place { return process }
    }
    return nil
  }

  /// The major half of a device number, as makedev(3) puts the halves together.
  private static func major(_ device: UInt64) -> UInt64 { device >> 8 & 0xFFF | device >> 32 & 0xFFFF_F000 }
  /// The minor half of a device number.
  private static func minor(_ device: UInt64) -> UInt64 { device & 0xFF | device >> 12 & 0xFFFF_FF00 }
}
