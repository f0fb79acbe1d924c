import Characters
import Glibc

/// A module's 256-bit pairing key. It prints as its id only, is never encoded by itself, and its bytes are
/// overwritten when the last reference goes.
public final class SecretKey: @unchecked Sendable, CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  public static let byteCount = 32

  /// The first eight bytes of SHA-256 over the key, 16 characters of lower-case hex.
  public let keyID: String
  // The bytes are written in `init` and wiped in `deinit` only, which is what makes the class safe to share.
  private let storage: UnsafeMutableRawPointer

  /// The result is nil where `bytes` are not 32 or `keyID` is not 16 lower-case hex digits. That the two belong
  /// together is the caller's knowledge: this layer has no hash.
  public init?(bytes: [UInt8], keyID: String) {
    guard bytes.count == Self.byteCount, keyID.utf8.count == 16,
      keyID.utf8.allSatisfy(\.isLowerCaseHexDigit)
    else { return nil }
    self.keyID = keyID
    storage = .allocate(byteCount: Self.byteCount, alignment: 1)
    storage.copyMemory(from: bytes, byteCount: Self.byteCount)
  }

  deinit {
    // A plain loop before the release is a dead store that the optimiser may drop.
    explicit_bzero(storage, Self.byteCount)
    storage.deallocate()
  }

  /// A copy of the 32 bytes, which is not wiped: hold it no longer than the message or the row that needs it.
  public var bytes: [UInt8] { Array(UnsafeRawBufferPointer(start: storage, count: Self.byteCount)) }

  public var description: String { "<key \(keyID)>" }
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(reflecting: description) }
}
