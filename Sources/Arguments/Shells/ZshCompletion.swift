import Terminal

/// Writes completion for zsh, with descriptions. It works from `fpath` and when sourced.
struct ZshCompletion {
  private let tree: CompletionTree
  private let function: String

  init(_ tree: CompletionTree) {
    self.tree = tree
    function = "_" + tree.program.replacingHyphens
  }

  var script: String {
    """
    #compdef \(tree.program)
    # zsh completion for \(tree.program)
    \(function)() {
      local program=${words[1]} current=${words[CURRENT]} cmd='' option='' literal='' word
      local -i count=0
      local -a offers
      for word in "${(@)words[2,CURRENT-1]}"; do
        if [[ -n $option ]]; then option=''; continue; fi
        if [[ -z $literal ]]; then
          case $word in
            --) literal=1; continue ;;
            --*=*) continue ;;
            -*)
              case "$cmd|$word" in
    \(BashCompletion.valueOptions(of: tree).indented(12))
              esac
              continue ;;
          esac
        fi
        if (( count == 0 )); then
          case "$cmd|$word" in
    \(BashCompletion.descents(of: tree, into: "cmd").indented(8))
          esac
        fi
        count+=1
      done

      if [[ -z $option && -z $literal && $current == --*=* ]]; then
        option=${current%%=*}
        compset -P '*='
      fi
      if [[ -n $option ]]; then
        case "$cmd|$option" in
    \(values.indented(6))
        esac
      elif [[ -z $literal && $current == -* ]]; then
        case $cmd in
    \(options.indented(6))
        esac
        _describe -o \(label(Words.options)) offers
      else
        if (( count == 0 )); then
          case $cmd in
    \(subcommands.indented(8))
          esac
          (( $#offers )) && _describe \(label(Words.commands)) offers
        fi
        case "$cmd|$count" in
    \(arguments.indented(6))
        esac
      fi
    }

    \(function)_values() {
      local line
      local -a offers
      for line in ${(f)"$($program completion-values $1 2>/dev/null)"}; do
        line=${line//:/\\\\:}
        offers+=("${line/$'\\t'/:}")
      done
      _describe ${2} offers
    }

    if [[ ${zsh_eval_context[-1]} == loadautofunc ]]; then
      \(function) "$@"
    else
      compdef \(function) \(tree.program)
    fi

    """
  }

  // MARK: - Branches

  private var values: [String] {
    tree.nodes.flatMap { node in
      node.options.filter { $0.kind == .option }
        .map { "\((node.path + "|" + $0.spelling).quoted)) \(offer($0)) ;;" }
    }
  }

  private var options: [String] {
    tree.nodes.map { node in
      let offers = node.options.map { described($0.spelling, $0.help[tree.language]) }
      return "\(node.path.quoted)) offers=(\(offers.joined(separator: " "))) ;;"
    }
  }

  private var subcommands: [String] {
    tree.nodes.filter { !$0.subcommands.isEmpty }.map { node in
      let offers = node.subcommands.map { described($0.name, $0.summary) }
      return "\(node.path.quoted)) offers=(\(offers.joined(separator: " "))) ;;"
    }
  }

  private var arguments: [String] {
    tree.nodes.flatMap { node in
      node.arguments.enumerated().map { index, argument in
        let last = argument.isRepeating ? "*" : "\(index)"
        return "\((node.path + "|").quoted)\(last)) \(offer(argument)) ;;"
      }
    }
  }

  private func offer(_ parameter: Parameter) -> String {
    switch parameter.completion {
    case .nothing: "_message \(parameter.help[tree.language].quoted)"
    case .files: "_files"
    case .directories: "_files -/"
    case .values(let values): "compadd -- " + values.map(\.quoted).joined(separator: " ")
    case .dynamic(let name): "\(function)_values \(name.quoted) \(parameter.help[tree.language].quoted)"
    }
  }

  private func described(_ word: String, _ text: String) -> String {
    "\(word):\(text)".quoted
  }

  private func label(_ text: Text) -> String {
    String(text[tree.language].drop { $0 == " " }.prefix { $0 != ":" && $0 != "：" }).quoted
  }
}
