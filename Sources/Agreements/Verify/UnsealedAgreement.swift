import Drawing
public import FoundationEssentials

/// The file of an agreement from before there were seals. It has no place for a seal and nothing embedded, so that only whoever has its
/// digest can say whether it was changed.
public struct UnsealedAgreement: Sendable {
  /// The number of its pages, 1 or more.
  public let pageCount: Int

  /// Reads a file to its end.
  /// - Returns: nil for what is no whole PDF of this program, such as one that was cut off, and for one that has or had a place for a
  ///   seal.
  public init?(_ file: Data) {
    // What was embedded came with the seals: a file that has one without the other has lost its seal.
    guard file.firstRange(of: Data("/ByteRange".utf8)) == nil, let document = try? OwnPDFFile(file),
      document.attachments.isEmpty, !document.pages.isEmpty
    else { return nil }
    pageCount = document.pages.count
  }
}
