/// What goes wrong below the features' own meaning.
public enum CryptographyError: Error, Hashable, Sendable {
  /// The operating system gave no randomness.
  case noRandom
  /// A file could not be read; `errno` of open(2) or read(2).
  case unreadable(path: String, errno: Int32)
}
