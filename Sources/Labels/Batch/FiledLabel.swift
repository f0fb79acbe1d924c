public import Cryptography

/// A label that is in its file and was read back from the bytes written there.
public struct FiledLabel: Hashable, Sendable {
  /// Place of its request in the list, from 0.
  public let index: Int
  public let request: LabelRequest
  /// Path of the file that it is in.
  public let file: String
  /// Side of one module of its symbol, millimetres.
  public let moduleMillimetres: Double
  /// Level of its symbol's error correction: L, M, Q or H.
  public let correction: String
  /// Digest of its file; nil where it shares the file with other labels.
  public let sha256: SHA256Digest?
  /// Whether an earlier run had left the very same file behind, which was read back instead of being written.
  public var wasThere = false
}
