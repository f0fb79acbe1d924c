import FoundationEssentials
import Sync

/// Where unfinished uploads are resumed: one small file each, named by the digest of what is uploaded. Losing
/// one costs time and no evidence, so nothing is synced to disk here.
struct UploadAddresses: UploadMemory {
  let folder: String

  func uploadAddress(of sha256: String) throws -> String? {
    guard let bytes = try? Data(contentsOf: file(sha256)), bytes.count <= 4096 else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }

  func remember(uploadAddress: String?, of sha256: String) throws {
    guard let uploadAddress else {
      try? FileManager.default.removeItem(at: file(sha256))
      return
    }
    try FileManager.default.createDirectory(at: URL(filePath: folder), withIntermediateDirectories: true)
    try Data(uploadAddress.utf8).write(to: file(sha256), options: .atomic)
  }

  private func file(_ sha256: String) -> URL { URL(filePath: "\(folder)/\(sha256)") }
}
