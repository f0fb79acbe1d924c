import FoundationEssentials
import Glibc
import Records
import Sync

/// Where unfinished uploads are resumed: one small file each, named by the digest of what is uploaded. Losing
/// one costs time and no evidence, so nothing is synced to disk here.
struct UploadAddresses: UploadMemory {
  /// The longest address that is kept, bytes; that of `PlatformAddress` is shorter.
  private static let maxBytes = 4096

  let folder: String

  func uploadAddress(of sha256: FileDigest) throws -> String? {
    let descriptor = open(path(sha256), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: Self.maxBytes + 1)
    let count = read(descriptor, &bytes, bytes.count)
    guard (1...Self.maxBytes).contains(count) else { return nil }
    return String(validating: bytes[..<count], as: UTF8.self)
  }

  func remember(uploadAddress: String?, of sha256: FileDigest) throws {
    guard let uploadAddress else {
      // Never a folder, and never what a link leads to.
      unlink(path(sha256))
      return
    }
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    try DraftFile.write(Array(uploadAddress.utf8), to: path(sha256))
  }

  private func path(_ sha256: FileDigest) -> String { "\(folder)/\(sha256.hex)" }
}
