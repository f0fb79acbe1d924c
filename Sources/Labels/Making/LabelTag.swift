import Cryptography
import Glibc
public import Records

/// The eight characters behind a label's code, made with a key that stays at the company's desk, so that an
/// invented number has a wrong tag. The characters are those of Crockford's base 32, which keep code and tag in
/// the symbol's denser alphanumeric mode.
public struct LabelTag: Hashable, Sendable, CustomStringConvertible {
  public static let length = 8
  fileprivate static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)

  public let text: String

  /// Reads a tag, in either case; nil where the text is not eight characters of the alphabet.
  public init?(_ text: String) {
    let text = text.uppercased()
    guard text.utf8.count == Self.length, text.utf8.allSatisfy({ Self.alphabet.contains($0) }) else {
      return nil
    }
    self.text = text
  }

  fileprivate init(bits: UInt64) {
    text = String(
      decoding: (0..<Self.length).map { Self.alphabet[Int(bits >> UInt64(35 - 5 * $0) & 31)] }, as: UTF8.self)
  }

  public var description: String { text }
}

/// A company's authentication key. Its description shows nothing, and its bytes are overwritten when the last
/// reference is released.
public final class LabelTagKey: @unchecked Sendable, CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  /// Range of a key's length, bytes, inclusive.
  public static let lengths = 16...64

  // The bytes are written only in `init` and wiped only in `deinit`, which makes the class safe to share.
  private let storage: UnsafeMutableRawBufferPointer

  /// Reads a key; nil where there are too few or too many digits or other characters.
  /// - Parameter text: The key file's content: hexadecimal digits, with white space anywhere among them.
  public init?(hexadecimal text: [UInt8]) {
    let digits = text.filter { $0 != 0x20 && !(9...13).contains($0) }
    guard digits.count % 2 == 0, Self.lengths.contains(digits.count / 2) else { return nil }
    var bytes: [UInt8] = []
    for place in stride(from: 0, to: digits.count, by: 2) {
      guard let high = Self.value(digits[place]), let low = Self.value(digits[place + 1]) else { return nil }
      bytes.append(high << 4 | low)
    }
    storage = .allocate(byteCount: bytes.count, alignment: 1)
    storage.copyBytes(from: bytes)
    explicit_bzero(&bytes, bytes.count)
  }

  deinit {
    // The optimiser may drop a plain loop before the release as a dead store.
    if let base = storage.baseAddress { explicit_bzero(base, storage.count) }
    storage.deallocate()
  }

  private static func value(_ digit: UInt8) -> UInt8? {
    switch digit {
    case 48...57: digit - 48
    case 65...70: digit - 55
    case 97...102: digit - 87
    default: nil
    }
  }

  /// The tag of a code: the first 40 bits of HMAC-SHA-256 over the printed code, 15 characters of ASCII.
  public func tag(of code: LabelCode) -> LabelTag {
    let sum = MessageAuthentication.hmacSHA256(Array(code.description.utf8), key: Array(storage))
    return LabelTag(bits: sum.prefix(5).reduce(0) { $0 << 8 | UInt64($1) })
  }

  /// Whether the key makes this tag for a code. The time does not depend on where the tags differ.
  public func made(_ tag: LabelTag, for code: LabelCode) -> Bool {
    MessageAuthentication.isEqual(Array(tag.text.utf8), Array(self.tag(of: code).text.utf8))
  }

  public var description: String { "<label key>" }
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(reflecting: description) }
}
