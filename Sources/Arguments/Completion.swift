/// The values that a shell offers where one is typed.
public enum Completion: Sendable, Equatable {
  case nothing, files, directories
  case values([String])
  /// The values that `PROGRAM completion-values NAME` prints, one a line, a tab and a description after it if any.
  case dynamic(String)
}
