/// Writes words in the form for a shell, for commands that the user is to type.
enum ShellWord {
  static func quoted(_ word: String) -> String {
    let isPlain = word.utf8.allSatisfy { byte in
      switch byte {
      case 43, 45...58, 64...90, 95, 97...122, 128...255: true
      default: false
      }
    }
    return isPlain && !word.isEmpty ? word : "'" + word.replacing("'", with: "'\\''") + "'"
  }

  /// The command line that consists of these words.
  static func line(_ words: [String]) -> String { words.map(quoted).joined(separator: " ") }
}
