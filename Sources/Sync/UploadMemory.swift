public import Records

/// Where the address of an unfinished upload is kept from one run to the next, so that it is resumed and not begun
/// again. Losing it costs time, never a file.
public protocol UploadMemory {
  /// The address to resume at; nil where there is none.
  func uploadAddress(of sha256: FileDigest) throws -> String?
  /// Nil forgets it.
  func remember(uploadAddress: String?, of sha256: FileDigest) throws
}
