/// The values that a shell offers where a value is typed.
public enum Completion: Sendable, Equatable {
  case nothing, files, directories
  case values([String])
  /// The values that `PROGRAM completion-values NAME` prints, one on each line. A tab and a description may
  /// follow a value.
  case dynamic(String)
}
