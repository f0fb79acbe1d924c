import Fieldbook
import Files
import FoundationEssentials
import Records
import Sync

/// Stores the addresses at which unfinished uploads are resumed, each in a small file named by the digest of
/// the upload. A lost address costs time and no evidence, so nothing is synced to disk here.
struct UploadAddresses: UploadMemory {
  /// The maximum length of a stored address, bytes; `PlatformAddress` allows no longer one.
  private static let maxBytes = 4096

  /// The fieldbook's directory; the files are in its folder `uploads`.
  let home: String

  func uploadAddress(of sha256: FileDigest) throws -> String? {
    guard let bytes = HomeFile.contents(of: path(sha256), maxBytes: Self.maxBytes), !bytes.isEmpty else {
      return nil
    }
    return String(validating: bytes, as: UTF8.self)
  }

  func remember(uploadAddress: String?, of sha256: FileDigest) throws {
    guard let uploadAddress else {
      // Only a file is removed, never a folder and never a link's target.
      try? FilePath(path(sha256)).removeFile()
      return
    }
    try HomeFile.write(Data(uploadAddress.utf8), to: path(sha256), below: home, isSynced: false)
  }

  private func path(_ sha256: FileDigest) -> String { "\(home)/uploads/\(sha256.hex)" }
}
