public import Terminal

/// A shell that completions are made for.
public enum Shell: String, CaseIterable, Sendable {
  case bash, zsh, fish
}

extension Program {
  /// Writes a script that teaches `shell` the commands, options and values of this program; descriptions are in
  /// `language` (bash shows none). It calls `PROGRAM completion-values NAME` for dynamic values.
  public func completionScript(for shell: Shell, in language: Language) -> String {
    let tree = CompletionTree(self, language: language)
    return switch shell {
    case .bash: BashCompletion(tree).script
    case .zsh: ZshCompletion(tree).script
    case .fish: FishCompletion(tree).script
    }
  }
}

/// The commands that completions offer, without hidden ones.
struct CompletionTree {
  struct Node {
    /// The canonical names of the command joined by spaces; empty for the program itself.
    let path: String
    let subcommands: [(words: [String], name: String, summary: String)]
    /// The options of the command, followed by the global ones.
    let options: [Parameter]
    let arguments: [Parameter]
  }

  let program: String
  let language: Language
  private(set) var nodes: [Node] = []

  init<Globals, Context>(_ program: Program<Globals, Context>, language: Language) {
    self.program = program.name
    self.language = language
    let globals = program.globals.bindings.map(\.facts)
    func help(_ text: Text, _ name: String, _ short: Character) -> Parameter {
      Parameter(
        kind: .flag, name: name, short: short, placeholder: "", help: text, isRequired: false,
        isRepeating: false, expectation: .text, completion: .nothing, defaultValue: nil)
    }
    let common = globals + [help(Words.help, "help", "h")]
    addNode(path: "", program.commands, [], common + [help(Words.version, "version", "V")])
    func add(_ commands: [Command<Context>], below path: String) {
      for command in commands where !command.isHidden {
        let path = path.isEmpty ? command.name : path + " " + command.name
        let subcommands = command.subcommands
        addNode(path: path, subcommands, command.parameters, common)
        add(subcommands, below: path)
      }
    }
    add(program.commands, below: "")
  }

  private mutating func addNode<Context>(
    path: String, _ commands: [Command<Context>], _ parameters: [Parameter], _ common: [Parameter]
  ) {
    nodes.append(
      Node(
        path: path,
        subcommands: commands.filter { !$0.isHidden }
          .map { ([$0.name] + $0.aliases, $0.name, $0.summary[language]) },
        options: parameters.filter { $0.kind != .argument } + common,
        arguments: parameters.filter { $0.kind == .argument }))
  }
}
