/// Writes completion for fish 3, with descriptions.
struct FishCompletion {
  private let tree: CompletionTree
  private let function: String

  init(_ tree: CompletionTree) {
    self.tree = tree
    function = "__" + tree.program.replacingHyphens
  }

  var script: String {
    """
    # fish completion for \(tree.program)
    # Prints the command typed so far, and how many arguments of its own it has.
    function \(function)_place
        set -l path ''
        set -l count 0
        set -l value ''
        set -l literal ''
        for word in (commandline -opc)[2..]
            if test -n "$value"
                set value ''
                continue
            end
            if test -z "$literal"
                switch $word
                    case '--'
                        set literal 1
                        continue
                    case '--*=*'
                        continue
                    case '-*'
                        switch "$path|$word"
    \(valueOptions.indented(20))
                        end
                        continue
                end
            end
            if test $count -eq 0
                switch "$path|$word"
    \(descents.indented(16))
                end
            end
            set count (math $count + 1)
        end
        echo "$path|$count"
    end

    function \(function)_at
        string match -q -- "$argv[1]|*" (\(function)_place)
    end

    function \(function)_argument
        string match -q -- $argv[1] (\(function)_place)
    end

    complete -c \(tree.program) -f
    \(completions.joined(separator: "\n"))

    """
  }

  // MARK: - Branches

  private var valueOptions: [String] {
    tree.nodes.compactMap { node in
      let patterns = node.options.filter { $0.kind == .option }
        .map { Self.quoted(node.path + "|" + $0.spelling) }
      return patterns.isEmpty ? nil : "case \(patterns.joined(separator: " "))\n\(line(24))set value 1"
    }
  }

  private var descents: [String] {
    tree.nodes.flatMap { node in
      node.subcommands.map { subcommand in
        let patterns = subcommand.words.map { Self.quoted(node.path + "|" + $0) }.joined(separator: " ")
        let path = node.path.isEmpty ? subcommand.name : node.path + " " + subcommand.name
        return "case \(patterns)\n\(line(20))set path \(Self.quoted(path))\n\(line(20))continue"
      }
    }
  }

  private func line(_ spaces: Int) -> String { String(repeating: " ", count: spaces) }

  private var completions: [String] {
    tree.nodes.flatMap { node in
      let here = Self.quoted("\(function)_at \(Self.quoted(node.path))")
      let first = Self.quoted("\(function)_argument \(Self.quoted(node.path + "|0"))")
      let subcommands = node.subcommands.map {
        "complete -c \(tree.program) -n \(first) -a \($0.name) -d \(Self.quoted($0.summary))"
      }
      let options = node.options.map { option in
        let short = option.short.map { " -s \($0)" } ?? ""
        let value = option.kind == .option ? offer(option.completion, required: true) : ""
        let text = Self.quoted(option.help[tree.language])
        return "complete -c \(tree.program) -n \(here)\(short) -l \(option.name)\(value) -d \(text)"
      }
      let arguments = node.arguments.enumerated().compactMap { index, argument -> String? in
        let offer = offer(argument.completion, required: false)
        guard !offer.isEmpty else { return nil }
        let place = Self.quoted(node.path + (argument.isRepeating ? "|*" : "|\(index)"))
        return "complete -c \(tree.program) -n \(Self.quoted("\(function)_argument \(place)"))\(offer)"
      }
      return subcommands + options + arguments
    }
  }

  private func offer(_ completion: Completion, required: Bool) -> String {
    let exclusive = required ? " -x" : ""
    return switch completion {
    case .nothing: exclusive
    case .files: required ? " -r -F" : " -F"
    case .directories: exclusive + " -a '(__fish_complete_directories)'"
    case .values(let values): exclusive + " -a " + Self.quoted(values.joined(separator: " "))
    case .dynamic(let name):
      exclusive + " -a " + Self.quoted("(\(tree.program) completion-values \(name) 2>/dev/null)")
    }
  }

  private static func quoted(_ text: String) -> String {
    var result = "'"
    for character in text {
      if character == "'" || character == "\\" { result.append("\\") }
      result.append(character)
    }
    return result + "'"
  }
}
