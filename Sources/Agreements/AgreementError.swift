public import Cryptography
public import Drawing
public import Records

/// The failures between a record and its agreement. No case carries a name, a phone or a signature.
public enum AgreementError: Error, Hashable, Sendable {
  /// The record lacks parts that an agreement needs; the value names the steps that bring these parts, in the
  /// order of the walk.
  case incomplete([Step])
  /// The strokes are wrong at `path`, as in `strokes[3][17].x`; `$` is the document itself.
  case strokes(path: String, StrokesFault)
  /// A file with words for paper, the clauses or the operating rules, is wrong at `path`, as in
  /// `sections[1].clauses[0]`; `$` is the document itself.
  case terms(path: String, TermsFault)
  /// The text that would be signed is not the one that was shown, because clauses or schemes were changed meanwhile.
  case textChanged
  /// The record has characters that no installed font has, each named once.
  case noGlyph([Unicode.Scalar])
  case drawing(DrawingError)
  /// The document could not be sealed, or its seal could not be read or joined with its timestamp.
  case sealing(CryptographyError)

  public enum StrokesFault: Hashable, Sendable {
    case notJSON(JSONFault)
    case missing
    case wrongType
    /// The value is outside its limits, both inclusive.
    case outOfRange(lower: Double, upper: Double)
    /// The file has more than `most` strokes, points or bytes.
    case tooMany(most: Int)
    /// There is so little ink that it may be a slip: its length is under a tenth of the pad's shorter side.
    case noSignature
  }

  public enum TermsFault: Hashable, Sendable {
    case notJSON(JSONFault)
    case missing
    case wrongType
    /// The document is of another kind or version.
    case otherSchema(expected: String)
    /// The text is empty, has characters other than small letters, digits and hyphens, or has more than 40
    /// characters.
    case notAName
    /// The text has more than `most` characters, or the file more than `most` bytes.
    case tooLong(most: Int)
    /// The list has fewer than `lower` or more than `upper` entries.
    case count(lower: Int, upper: Int)
    case character(UnusableCharacter)
  }
}
