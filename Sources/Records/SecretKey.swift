import Characters
import Glibc

/// A module's 256-bit pairing key. Its description shows only its id, it is never encoded by itself, and its
/// bytes are overwritten when the last reference is released.
public final class SecretKey: @unchecked Sendable, CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  public static let byteCount = 32

  /// The first eight bytes of SHA-256 over the key, 16 characters of lower-case hex.
  public let keyID: String
  // The bytes are written only in `init` and wiped only in `deinit`, which makes the class safe to share.
  private let storage: UnsafeMutableRawPointer

  /// Copies the bytes of a key; nil where `bytes` are not 32 or `keyID` is not 16 lower-case hex digits. The
  /// caller guarantees that bytes and id belong together, because this layer has no hash.
  public init?(bytes: [UInt8], keyID: String) {
    guard bytes.count == Self.byteCount, keyID.utf8.count == 16,
      keyID.utf8.allSatisfy(\.isLowerCaseHexDigit)
    else { return nil }
    self.keyID = keyID
    storage = .allocate(byteCount: Self.byteCount, alignment: 1)
    storage.copyMemory(from: bytes, byteCount: Self.byteCount)
  }

  deinit {
    // The optimiser may drop a plain loop before the release as a dead store.
    explicit_bzero(storage, Self.byteCount)
    storage.deallocate()
  }

  /// A copy of the 32 bytes, which is not wiped; callers keep it no longer than the message or row that needs
  /// it.
  public var bytes: [UInt8] { Array(UnsafeRawBufferPointer(start: storage, count: Self.byteCount)) }

  public var description: String { "<key \(keyID)>" }
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(reflecting: description) }
}
