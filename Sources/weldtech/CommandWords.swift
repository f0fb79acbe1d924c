import Arguments
import Glibc
import Terminal

/// Turns the words of a command line, which are bytes, into texts.
struct CommandWords {
  let names: PathNames
  let program: Program<GlobalOptions, Workplace>

  /// The words as texts. A word that is not UTF-8 is taken as a path where an option takes one, and as an
  /// argument of a command. As the value of another option it becomes the nearest text, which is refused or
  /// shown like any other.
  func texts(of words: [[UInt8]]) -> [String] {
    var texts: [String] = []
    for word in words {
      if let text = String(validating: word, as: UTF8.self) {
        texts.append(text)
      } else if let end = word.firstIndex(of: UInt8(ascii: "=")), word.starts(with: "--".utf8) {
        let option = String(decoding: word[..<end], as: UTF8.self)
        texts.append("\(option)=" + text(of: Array(word[(end + 1)...]), after: option))
      } else {
        texts.append(text(of: word, after: texts.last))
      }
    }
    return texts
  }

  private func text(of word: [UInt8], after option: String?) -> String {
    if let option, option.hasPrefix("--"), !takesPath(option) {
      return String(decoding: word, as: UTF8.self)
    }
    return names.name(of: word)
  }

  /// Whether every command that has the option takes a path with it, as with `--home`. The parameters of all
  /// commands are made for that, which takes a quarter of the program's start; so it is asked only of a word
  /// that is not UTF-8.
  private func takesPath(_ option: String) -> Bool {
    func expectations(_ parameters: [Parameter]) -> [Expectation] {
      parameters.filter { $0.kind == .option && $0.spelling == option }.map(\.expectation)
    }
    func expectations(of command: Command<Workplace>) -> [Expectation] {
      expectations(command.parameters) + command.subcommands.flatMap(expectations(of:))
    }
    let expected = expectations(program.globalParameters) + program.commands.flatMap(expectations(of:))
    return !expected.isEmpty && expected.allSatisfy { $0 == .file || $0 == .directory }
  }

  /// The words with which this process was started, without the program's own name.
  static func ofProcess() -> [[UInt8]] {
    (1..<max(1, Int(CommandLine.argc))).compactMap { index in
      CommandLine.unsafeArgv[index].map { word in
        Array(UnsafeRawBufferPointer(start: word, count: strlen(word)))
      }
    }
  }
}
