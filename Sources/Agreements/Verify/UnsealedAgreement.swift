import Drawing
public import FoundationEssentials

/// An agreement's file from a version without seals. The file has no place for a seal and no embedded files, so
/// that only somebody who has its digest can say whether it was changed.
public struct UnsealedAgreement: Sendable {
  /// The number of pages, 1 or more.
  public let pageCount: Int

  /// Reads a file to its end.
  /// - Returns: nil for a file that is no whole PDF of this program, such as a truncated one, and for a file
  ///   that has or had a place for a seal.
  public init?(_ file: Data) {
    // Every version that embeds files also seals: a file with embedded files and without a seal has lost its
    // seal.
    guard file.firstRange(of: Data("/ByteRange".utf8)) == nil, let document = try? OwnPDFFile(file),
      document.attachments.isEmpty, !document.pages.isEmpty
    else { return nil }
    pageCount = document.pages.count
  }
}
