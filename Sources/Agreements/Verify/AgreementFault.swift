public import Cryptography
public import Drawing

/// The first fault for which a file is not accepted as an agreement, and its place.
public enum AgreementFault: Error, Hashable, Sendable {
  /// The file has no seal, or its seal does not have the one form that is accepted; `offset` is the byte
  /// concerned, from 0.
  case form(offset: Int, SealablePDF.Fault)
  /// The seal is not over these bytes, or has a fault of its own.
  case seal(SealFault, SealPlace)
  /// The file is sealed, but this program did not write it.
  case structure(PDFFault)
  /// An embedded file is missing, unreadable, or one too many.
  case embedded(name: String, EmbeddedFault)
  /// Two parts of the file contradict each other.
  case disagreement(Disagreement)
  /// The pages show another text than the one that the embedded files make; `number` is the page's number, from
  /// 1, and `text` the number of its first text that differs, from 1 in the order of drawing.
  case page(number: Int, text: Int)

  /// The place of a seal's fault in the file.
  public enum SealPlace: Hashable, Sendable {
    /// The byte of the file at which the fault begins: the first of two hex digits.
    case byte(Int)
    /// A place in the bytes that the seal covers; nil where no place can be named, as in files that do not list
    /// their pieces.
    case content(ContentPlace?)
  }

  /// The place at which the bytes that the seal covers were changed.
  public enum ContentPlace: Hashable, Sendable {
    /// The piece whose digest is not the one in the manifest, or the manifest where it was changed itself, with
    /// the range of its bytes in the file.
    case piece(PDFPiece.Subject, Range<Int>)
    /// The first place that this program would not have written so; the change is at this place or before it.
    case unreadable(PDFFault)
  }

  public enum EmbeddedFault: Hashable, Sendable {
    case missing
    case unknownFile
    /// The file is not the JSON that it has to be; `path` is the place, as in `owner.unitName`.
    case malformed(path: String)
    /// The file's values are written in other bytes than this program writes them.
    case notCanonical
  }

  public enum Disagreement: String, Hashable, Sendable, CaseIterable {
    /// The record's digest or size in the manifest is not that of the embedded record, or another value of the
    /// manifest is not the one that the embedded files give.
    case record
    /// The installation's number or code in the manifest is not the record's.
    case installation
    /// The clauses' name, version or digest in the manifest are not those of the embedded clauses.
    case terms
    /// The text that record and clauses make has another digest than the manifest says.
    case text
    /// The photos in the manifest are not the record's.
    case photos
    /// The photo of the seal in the manifest is not the record's.
    case sealPhoto
    /// The agreement that is voided is not the one that the record names.
    case supersedes
    /// The manifest names another certificate than the one that sealed.
    case sealer
    /// The signatory's authority is not among the record's photos.
    case authority
    /// The digests of the file's pieces in the manifest are not those of the file, or leave bytes out.
    case pieces
    /// The record lacks parts that an agreement needs, or is signed already.
    case incomplete
  }
}
