import Records
import Sync

/// The addresses of unfinished uploads, as a laptop keeps them from one run to the next.
final class KeptAddresses: UploadMemory {
  var addresses: [FileDigest: String] = [:]

  func uploadAddress(of sha256: FileDigest) -> String? { addresses[sha256] }
  func remember(uploadAddress: String?, of sha256: FileDigest) { addresses[sha256] = uploadAddress }
}
