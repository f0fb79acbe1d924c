public import Records

/// A store of the addresses of unfinished uploads from one run to the next, so that uploads are resumed instead
/// of begun again. A lost address costs time, but never a file.
public protocol UploadMemory {
  /// The address at which the upload can be resumed; nil where there is none.
  func uploadAddress(of sha256: FileDigest) throws -> String?
  /// Stores the address at which the upload can be resumed; nil removes it.
  func remember(uploadAddress: String?, of sha256: FileDigest) throws
}
