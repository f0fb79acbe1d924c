/// Writes completion for bash 4 and later; it needs no bash-completion package.
struct BashCompletion {
  private let tree: CompletionTree
  private let function: String

  init(_ tree: CompletionTree) {
    self.tree = tree
    function = "_" + tree.program.replacingHyphens
  }

  var script: String {
    """
    # bash completion for \(tree.program)
    \(function)() {
      local program=${COMP_WORDS[0]} path='' option='' current='' count=0 literal='' word value i
      local -a words=()
      COMPREPLY=()
      # Readline splits words at = and :, here they are whole again.
      for ((i = 1; i <= COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        if ((${#words[@]})) && { [[ $word == [=:]* ]] || [[ ${words[-1]} == *: || ${words[-1]} == --*= ]]; }; then
          words[-1]+=$word
        else
          words+=("$word")
        fi
      done
      ((${#words[@]})) || words=('')
      current=${words[-1]}
      unset 'words[-1]'

      for word in "${words[@]}"; do
        if [[ $option ]]; then option=''; continue; fi
        if [[ ! $literal ]]; then
          case $word in
            --) literal=1; continue ;;
            --*=*) continue ;;
            -*)
              case "$path|$word" in
    \(Self.valueOptions(of: tree).indented(12))
              esac
              continue ;;
          esac
        fi
        if ((count == 0)); then
          case "$path|$word" in
    \(Self.descents(of: tree).indented(8))
          esac
        fi
        count=$((count + 1))
      done

      if [[ ! $option && ! $literal && $current == --*=* ]]; then
        option=${current%%=*}
        # Only what follows the = is replaced, unless = does not split words here.
        [[ $COMP_WORDBREAKS == *=* ]] || value=$option=
        current=${current#*=}
      fi
      if [[ $option ]]; then
        case "$path|$option" in
    \(values.indented(6))
        esac
      elif [[ $current == -* && ! $literal ]]; then
        case $path in
    \(options.indented(6))
        esac
      else
        if ((count == 0)); then
          case $path in
    \(subcommands.indented(8))
          esac
        fi
        case "$path|$count" in
    \(arguments.indented(6))
        esac
      fi
      # A prefix that readline does not see belongs to every answer.
      if [[ $value ]]; then COMPREPLY=("${COMPREPLY[@]/#/$value}"); fi
    }

    \(function)_words() {
      local word
      for word in "$@"; do
        if [[ $word == "$current"* ]]; then COMPREPLY+=("$word"); fi
      done
    }

    \(function)_files() {
      compopt -o filenames 2>/dev/null
      local file
      while IFS= read -r file; do COMPREPLY+=("$file"); done < <(compgen "$1" -- "$current")
    }

    \(function)_values() {
      local word rest
      while IFS=$'\\t' read -r word rest; do
        if [[ $word == "$current"* ]]; then printf -v word %q "$word"; COMPREPLY+=("$word"); fi
      done < <("$program" completion-values "$1" 2>/dev/null)
    }

    complete -F \(function) \(tree.program)

    """
  }

  // MARK: - Branches

  private var values: [String] {
    tree.nodes.flatMap { node in
      node.options.filter { $0.kind == .option }
        .map { "\((node.path + "|" + $0.spelling).quoted)) \(offer($0.completion)) ;;" }
    }
  }

  private var options: [String] {
    tree.nodes.map { node in
      "\(node.path.quoted)) \(function)_words \(node.options.map(\.spelling).joined(separator: " ")) ;;"
    }
  }

  private var subcommands: [String] {
    tree.nodes.filter { !$0.subcommands.isEmpty }.map { node in
      "\(node.path.quoted)) \(function)_words \(node.subcommands.map(\.name).joined(separator: " ")) ;;"
    }
  }

  private var arguments: [String] {
    tree.nodes.flatMap { node in
      node.arguments.enumerated().map { index, argument in
        let last = argument.isRepeating ? "*" : "\(index)"
        return "\((node.path + "|").quoted)\(last)) \(offer(argument.completion)) ;;"
      }
    }
  }

  private func offer(_ completion: Completion) -> String {
    switch completion {
    case .nothing: ":"
    case .files: "\(function)_files -f"
    case .directories: "\(function)_files -d"
    case .values(let values): "\(function)_words " + values.map(\.quoted).joined(separator: " ")
    case .dynamic(let name): "\(function)_values \(name.quoted)"
    }
  }

  /// Branches for the options that take the next word as their value, in the syntax that bash and zsh share.
  static func valueOptions(of tree: CompletionTree) -> [String] {
    tree.nodes.compactMap { node in
      let patterns = node.options.filter { $0.kind == .option }
        .map { (node.path + "|" + $0.spelling).quoted }
      return patterns.isEmpty ? nil : patterns.joined(separator: " | ") + ") option=$word ;;"
    }
  }

  /// Branches for the words that name a subcommand. Its path goes into `variable`, because `path` has a meaning
  /// of its own in zsh.
  static func descents(of tree: CompletionTree, into variable: String = "path") -> [String] {
    tree.nodes.flatMap { node in
      node.subcommands.map { subcommand in
        let patterns = subcommand.words.map { (node.path + "|" + $0).quoted }.joined(separator: " | ")
        let path = node.path.isEmpty ? subcommand.name : node.path + " " + subcommand.name
        return "\(patterns)) \(variable)=\(path.quoted); continue ;;"
      }
    }
  }
}

extension String {
  /// The text in single quotes, for bash and zsh.
  var quoted: String {
    "'" + split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
  }

  var replacingHyphens: String { String(map { $0 == "-" ? "_" : $0 }) }
}

extension [String] {
  /// The lines of a script, each indented.
  func indented(_ spaces: Int) -> String {
    map { String(repeating: " ", count: spaces) + $0 }.joined(separator: "\n")
  }
}
