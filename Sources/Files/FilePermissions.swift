/// Who may read, write and enter a file or a folder that is made.
public enum FilePermissions: Hashable, Sendable {
  /// These nine bits whatever the umask. For a file, a file system that keeps no permissions is let be.
  case exactly(UInt32)
  /// These nine bits without those that the umask takes away.
  case withinUmask(UInt32)

  /// The bits that the system is asked for.
  var bits: UInt32 {
    switch self {
    case .exactly(let bits), .withinUmask(let bits): bits
    }
  }
}
