public import Cryptography

/// A label in its file, read back from the bytes that were written there.
public struct FiledLabel: Hashable, Sendable {
  /// Place of the label's request in the list, from 0.
  public let index: Int
  public let request: LabelRequest
  /// Path of the file that holds the label.
  public let file: String
  /// Side of one module of the symbol, millimetres.
  public let moduleMillimetres: Double
  /// Level of the symbol's error correction: L, M, Q or H.
  public let correction: String
  /// Digest of the label's file; nil where several labels share the file.
  public let sha256: SHA256Digest?
  /// Whether an earlier run has left an identical file, so that the file is read back and not written again.
  public var wasThere = false
}
