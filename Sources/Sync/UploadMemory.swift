public import Records

/// Keeps the address of an unfinished upload from one run to the next, so that it is resumed and not begun again.
/// Losing it costs time, never a file.
public protocol UploadMemory {
  /// Gives the address to resume at; nil where there is none.
  func uploadAddress(of sha256: FileDigest) throws -> String?
  /// Keeps the address to resume at; nil forgets it.
  func remember(uploadAddress: String?, of sha256: FileDigest) throws
}
