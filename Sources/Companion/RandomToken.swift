/// A text that nobody can guess: 22 characters of 6 random bits each.
struct RandomToken: Hashable, Sendable {
  static let characterCount = 22
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

  let text: String

  /// Makes a new token.
  /// - Throws: `random`.
  init(random: (Int) throws -> [UInt8]) throws(CompanionError) {
    guard let bytes = try? random(Self.characterCount), bytes.count == Self.characterCount else {
      throw .random
    }
    // A byte has four times as many values as the alphabet has characters, so that all characters are equally
    // likely.
    text = String(decoding: bytes.map { Self.alphabet[Int($0) % Self.alphabet.count] }, as: UTF8.self)
  }

  /// Reads a token that was stored; nil for a text that is no token.
  init?(_ text: String) {
    guard text.utf8.count == Self.characterCount, text.utf8.allSatisfy(Self.alphabet.contains) else {
      return nil
    }
    self.text = text
  }
}
