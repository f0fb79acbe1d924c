/// The reason for which a local platform does not start.
public enum LocalPlatformError: Error, Hashable, Sendable {
  /// The address is not `ADDRESS:PORT` with a numeric address (`127.0.0.1:8080`, `[::1]:0`).
  case listenAddress(String)
  /// The address can be reached from other machines, and no token is required.
  case needsToken(address: String)
  /// The address does not belong to this machine, or its port is taken or reserved.
  case cannotListen(address: String)
  /// The data folder cannot be made, read or written; `errno` says why.
  case dataFolder(path: String, errno: Int32)
  /// Another platform runs on this data folder.
  case dataFolderInUse(path: String)
  /// A file in the data folder was not written by this program.
  case damaged(path: String)
  /// OpenSSL made no key pair.
  case noKey
  /// The platform was started twice.
  case alreadyStarted
}
