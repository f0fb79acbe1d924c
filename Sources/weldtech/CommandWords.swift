import Arguments
import Glibc
import Terminal

/// Turns the words of a command line, which are bytes, into texts.
struct CommandWords {
  let names: PathNames
  /// The options that take a path, such as `--home`.
  private let pathOptions: Set<String>

  init(names: PathNames, program: Program<GlobalOptions, Workplace>) {
    self.names = names
    var paths: Set<String> = []
    var others: Set<String> = []
    func add(_ parameters: [Parameter]) {
      for parameter in parameters where parameter.kind == .option {
        let isPath = parameter.expectation == .file || parameter.expectation == .directory
        if isPath { paths.insert(parameter.spelling) } else { others.insert(parameter.spelling) }
      }
    }
    func add(_ command: Command<Workplace>) {
      add(command.parameters)
      command.subcommands.forEach(add)
    }
    add(program.globalParameters)
    program.commands.forEach(add)
    pathOptions = paths.subtracting(others)
  }

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
    if let option, option.hasPrefix("--"), !pathOptions.contains(option) {
      return String(decoding: word, as: UTF8.self)
    }
    return names.name(of: word)
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
