public import Cryptography

/// The labels of a list that have files of their own, with the digests of the bytes that were read back: 33
/// bytes for each label.
public struct LabelFileLedger: Sendable {
  private var digests: [UInt8]
  private var isNoted: [Bool]

  /// - Parameter count: Number of labels in the list.
  public init(count: Int) {
    digests = [UInt8](repeating: 0, count: count * SHA256Digest.byteCount)
    isNoted = [Bool](repeating: false, count: count)
  }

  /// Records the digest of a label's file.
  /// - Parameter index: The label's place in the list, from 0.
  public mutating func note(_ digest: SHA256Digest, ofLabel index: Int) {
    digests.replaceSubrange(range(index), with: digest.bytes)
    isNoted[index] = true
  }

  /// The recorded digest of a label's file; nil where none was recorded.
  public func digest(ofLabel index: Int) -> SHA256Digest? {
    isNoted[index] ? SHA256Digest(bytes: Array(digests[range(index)])) : nil
  }

  private func range(_ index: Int) -> Range<Int> {
    index * SHA256Digest.byteCount..<(index + 1) * SHA256Digest.byteCount
  }

  /// Opens every file anew and checks that each file holds the bytes from which its label was read back, so
  /// that the files account for every label of the list exactly once.
  /// - Parameters:
  ///   - folder: The folder of the files.
  ///   - isCancelled: Called before each file; true stops the check.
  /// - Returns: false where the check was stopped.
  /// - Throws: `notAccountedFor`.
  public func check(
    _ requests: some Sequence<LabelRequest>, in folder: String, format: LabelFormat, isCancelled: () -> Bool
  ) throws(LabelError) -> Bool {
    var account = LabelAccount()
    for (index, request) in requests.enumerated() {
      if isCancelled() { return false }
      guard let noted = digest(ofLabel: index),
        let found = try? SHA256Digest(
          ofFileAt: LabelFile.path(of: request.payload.code, in: folder, format: format)), found == noted
      else { continue }
      account.add(request.payload.text.utf8)
    }
    try account.check(against: requests)
    return true
  }
}
