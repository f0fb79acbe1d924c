public import Drawing
public import Records

/// What can go wrong between a record and its agreement. No name, phone or signature appears here.
public enum AgreementError: Error, Hashable, Sendable {
  /// Parts of the record that an agreement is about and that are not there yet, as the steps that bring
  /// them, in the order of the walk.
  case incomplete([Step])
  /// `path` as in `strokes[3][17].x`; `$` for the document itself.
  case strokes(path: String, StrokesFault)
  /// Characters of the record that no installed font has, each once.
  case noGlyph([Unicode.Scalar])
  case drawing(DrawingError)

  public enum StrokesFault: Hashable, Sendable {
    case notJSON(JSONFault)
    case missing
    case wrongType
    /// Inclusive.
    case outOfRange(lower: Double, upper: Double)
    /// More of them, or of bytes, than are read.
    case tooMany(most: Int)
    /// So little ink that it may be a slip: its length is under a tenth of the pad's shorter side.
    case noSignature
  }
}
