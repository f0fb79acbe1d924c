import Cryptography
import Drawing
import FoundationEssentials

/// Compares the pieces that a file's manifest lists with the file. Where the manifest itself is damaged, no
/// other piece is reported.
struct PiecesCheck {
  private let pdf: SealablePDF
  private let found: PDFClosingAttachment.Found
  private let pieces: [EvidenceManifest.Piece]
  /// Whether the manifest's object is, byte for byte, as it was written.
  private let isManifestWhole: Bool

  /// - Returns: nil where no manifest that lists pieces can be read.
  init?(_ pdf: SealablePDF) {
    guard let found = PDFClosingAttachment.Found(in: pdf.bytes),
      let manifest = try? EvidenceManifest(json: found.contents), let pieces = manifest.pieces
    else { return nil }
    (self.pdf, self.found, self.pieces) = (pdf, found, pieces)
    isManifestWhole =
      (try? manifest.json()) == found.contents
      && found.isAsWritten(mediaType: Agreement.mediaType, date: manifest.signing.signedAt.description)
  }

  /// Whether the pieces are unchanged, and cover the whole file before the manifest except the place of the
  /// seal.
  var isSound: Bool {
    guard isManifestWhole, changedPiece == nil else { return false }
    var position = 0
    for piece in pieces {
      if position == pdf.frame.lowerBound { position = pdf.frame.upperBound }
      guard piece.offset == position, piece.bytes > 0, piece.bytes <= found.place.lowerBound - position else {
        return false
      }
      position += piece.bytes
    }
    return position == found.place.lowerBound
  }

  /// The first piece whose digest is not the one in the manifest; nil where there is none, or the manifest is
  /// damaged.
  var changedPiece: AgreementFault.ContentPlace? {
    guard isManifestWhole else { return nil }
    for piece in pieces {
      guard let range = range(of: piece) else { continue }
      if SHA256Digest(of: pdf.bytes[range]).hex != piece.sha256 { return .piece(piece.subject, range) }
    }
    return nil
  }

  /// The manifest's object where it was changed; nil where it is as it was written.
  var changedManifest: AgreementFault.ContentPlace? {
    let subject = PDFPiece.Subject(.attachment, Agreement.EmbeddedFile.evidence.rawValue)
    return isManifestWhole ? nil : .piece(subject, found.place)
  }

  /// The range of the piece's bytes; nil where it does not lie within the file.
  private func range(of piece: EvidenceManifest.Piece) -> Range<Int>? {
    let count = pdf.bytes.count
    guard (0...count).contains(piece.offset), (0...(count - piece.offset)).contains(piece.bytes) else {
      return nil
    }
    return piece.offset..<(piece.offset + piece.bytes)
  }
}
