import Fieldbook
import Files
import FoundationEssentials
import Records
import Sync

/// Keeps the addresses at which unfinished uploads are resumed: one small file each, named by the digest of the
/// upload. Losing one costs time and no evidence, so nothing is synced to disk here.
struct UploadAddresses: UploadMemory {
  /// The length of the longest address that is kept, bytes; `PlatformAddress` allows no longer one.
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
      // Never a folder, and never what a link leads to.
      try? FilePath(path(sha256)).removeFile()
      return
    }
    try HomeFile.write(Data(uploadAddress.utf8), to: path(sha256), below: home, isSynced: false)
  }

  private func path(_ sha256: FileDigest) -> String { "\(home)/uploads/\(sha256.hex)" }
}
