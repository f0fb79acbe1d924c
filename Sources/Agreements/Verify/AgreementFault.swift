public import Cryptography
public import Drawing

/// The first thing that makes a file no agreement that can be believed, and its place.
public enum AgreementFault: Error, Hashable, Sendable {
  /// The file has no seal, or its seal has not the one form; `offset` is the byte concerned, from 0.
  case form(offset: Int, SealablePDF.Fault)
  /// The seal is not over these bytes, or has a fault of its own.
  case seal(SealFault, SealPlace)
  /// The file is sealed, and is none that this program wrote.
  case structure(PDFFault)
  /// An embedded file is missing, unreadable, or one too many.
  case embedded(name: String, EmbeddedFault)
  /// Two parts of the file contradict each other.
  case disagreement(Disagreement)
  /// The pages show another text than the one that the embedded files make; the page's number, from 1, and its first text
  /// that differs, from 1 in the order of drawing.
  case page(number: Int, text: Int)

  /// Where a seal's fault is in the file.
  public enum SealPlace: Hashable, Sendable {
    /// The byte of the file at which the fault begins: the first of two hex digits.
    case byte(Int)
    /// In the bytes that the seal is over; nil where no part of them can be named, which only files that do not list their pieces
    /// leave open.
    case content(ContentPlace?)
  }

  /// Where the bytes that the seal is over were changed.
  public enum ContentPlace: Hashable, Sendable {
    /// The piece that has another digest than the manifest says, at these bytes of the file.
    case piece(PDFPiece.Subject, Range<Int>)
    /// The first place that cannot be read as this program wrote it: the change is there or before it.
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
    /// The record's digest or size in the manifest is not that of the embedded record.
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
    /// The record has not all that an agreement is about, or is signed already.
    case incomplete
  }
}
