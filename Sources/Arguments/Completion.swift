/// What a shell offers where a value is typed.
public enum Completion: Sendable, Equatable {
  case nothing, files, directories
  case values([String])
  /// What `PROGRAM completion-values NAME` prints, one value a line, a tab and a description after it if any.
  case dynamic(String)
}
