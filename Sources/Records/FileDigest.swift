import Characters

/// The SHA-256 of a file's contents, which is its name here and at the platform: 64 digits of lower-case hex
/// and nothing else, so that the digest can be part of a path.
public struct FileDigest: Hashable, Sendable, CustomStringConvertible {
  public let hex: String

  /// Reads a digest; nil for any other text, such as upper case, another length or a path.
  public init?(_ text: some StringProtocol) {
    guard text.utf8.count == 64, text.utf8.allSatisfy(\.isLowerCaseHexDigit) else { return nil }
    hex = String(text)
  }

  public var description: String { hex }
}
