/// The permissions of a new file or folder.
public enum FilePermissions: Hashable, Sendable {
  /// Exactly these nine bits, whatever the umask. A file system without permissions is accepted for a file.
  case exactly(UInt32)
  /// These nine bits without those that the umask removes.
  case withinUmask(UInt32)

  /// The bits that the system call gets.
  var bits: UInt32 {
    switch self {
    case .exactly(let bits), .withinUmask(let bits): bits
    }
  }
}
