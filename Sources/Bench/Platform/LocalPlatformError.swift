/// The reason for which a local platform does not start.
public enum LocalPlatformError: Error, Hashable, Sendable {
  /// The address is not `ADDRESS:PORT` with a numeric address (`127.0.0.1:8080`, `[::1]:0`).
  case listenAddress(String)
  /// Others than this machine could reach the address, and there is no token that they would have to know.
  case needsToken(address: String)
  /// The address is not this machine's, or its port is taken or reserved.
  case cannotListen(address: String)
  /// The data folder cannot be made, read or written; `errno` says why.
  case dataFolder(path: String, errno: Int32)
  /// Another platform runs on this data folder.
  case dataFolderInUse(path: String)
  /// A file in the data folder is not what this program wrote there.
  case damaged(path: String)
  /// OpenSSL made no key pair.
  case noKey
  /// The platform was started twice.
  case alreadyStarted
}
