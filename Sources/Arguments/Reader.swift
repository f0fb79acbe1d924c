/// The arguments of one command line, taken out one by one: first the global options wherever they stand, then
/// the words that name the command, then the command's own options and arguments.
struct Reader {
  enum Token {
    case word(String)
    case option(name: String, value: String?)
    /// The word `--`, after which there are only words.
    case terminator
  }

  private var tokens: [Token] = []
  private var isTaken: [Bool]

  init(_ arguments: [String]) {
    tokens.reserveCapacity(arguments.count)
    var areWords = false
    for argument in arguments {
      if areWords {
        tokens.append(.word(argument))
      } else if argument == "--" {
        tokens.append(.terminator)
        areWords = true
      } else if let option = Spelling.option(argument) {
        tokens.append(.option(name: option.name, value: option.value))
      } else {
        tokens.append(.word(argument))
      }
    }
    isTaken = Array(repeating: false, count: tokens.count)
  }

  // MARK: - Walking to the command

  /// The first token that has not been taken.
  var next: (index: Int, token: Token)? {
    for (index, token) in tokens.enumerated() where !isTaken[index] { return (index, token) }
    return nil
  }

  mutating func take(_ index: Int) {
    if isTaken.indices.contains(index) { isTaken[index] = true }
  }

  /// Takes the options of these names and returns whether there were any.
  mutating func takeOptions(named names: [String]) -> Bool {
    var found = false
    for (index, token) in tokens.enumerated() where !isTaken[index] {
      guard case .option(let name, nil) = token, names.contains(name) else { continue }
      isTaken[index] = true
      found = true
    }
    return found
  }

  // MARK: - Filling options

  /// Fills `options` from those tokens, anywhere on the line, that `bindings` describe, and leaves the other
  /// tokens. The first error is returned, and reading goes on after it so that as much as possible is known.
  mutating func fillGlobals<Options>(_ options: inout Options, _ bindings: [Binding<Options>]) -> UsageError? {
    var first: UsageError?
    var seen: Set<String> = []
    for index in tokens.indices {
      guard case .option(let name, let value) = tokens[index],
        let binding = binding(for: name, in: bindings)
      else { continue }
      do {
        try fillOption(&options, binding, name: name, value: value, at: index, seen: &seen)
      } catch {
        first = first ?? error
      }
    }
    return first
  }

  /// Fills `options` with all tokens that are left.
  mutating func fill<Options>(_ options: inout Options, _ bindings: [Binding<Options>]) throws(UsageError) {
    var seen: Set<String> = []
    var arguments = bindings.filter { $0.facts.kind == .argument }[...]
    for index in tokens.indices where !isTaken[index] {
      switch tokens[index] {
      case .terminator: continue
      case .word(let word):
        guard let argument = arguments.first else { throw .unexpectedArgument(word) }
        guard argument.store(&options, word) else {
          throw .badValue(parameter: argument.facts.name, expected: argument.facts.expectation)
        }
        seen.insert(argument.facts.name)
        if !argument.facts.isRepeating { arguments.removeFirst() }
      case .option(let name, let value):
        guard let binding = binding(for: name, in: bindings) else {
          throw .unknownOption(name, suggestions: Self.suggestions(for: name, among: bindings.map(\.facts)))
        }
        try fillOption(&options, binding, name: name, value: value, at: index, seen: &seen)
      }
    }
    if let missing = arguments.first(where: { $0.facts.isRequired && !seen.contains($0.facts.name) }) {
      throw .missingArgument(missing.facts.name)
    }
  }

  // MARK: - Private

  private func binding<Options>(for name: String, in bindings: [Binding<Options>]) -> Binding<Options>? {
    bindings.first { binding in
      guard binding.facts.kind != .argument else { return false }
      return name == binding.facts.spelling || binding.facts.short.map { name == "-\($0)" } == true
    }
  }

  private mutating func fillOption<Options>(
    _ options: inout Options, _ binding: Binding<Options>, name: String, value: String?, at index: Int,
    seen: inout Set<String>
  ) throws(UsageError) {
    let facts = binding.facts
    take(index)
    if facts.kind == .flag {
      guard value == nil else { throw .unexpectedValue(option: facts.spelling) }
      _ = binding.store(&options, "")
      return
    }
    guard let text = value ?? takeWord(at: index + 1) else {
      throw .missingValue(option: facts.spelling, expected: facts.expectation)
    }
    guard seen.insert(facts.spelling).inserted || facts.isRepeating else {
      throw .repeatedOption(facts.spelling)
    }
    guard binding.store(&options, text) else {
      throw .badValue(parameter: facts.spelling, expected: facts.expectation)
    }
  }

  private mutating func takeWord(at index: Int) -> String? {
    guard tokens.indices.contains(index), !isTaken[index], case .word(let word) = tokens[index] else {
      return nil
    }
    isTaken[index] = true
    return word
  }

  static func suggestions(for name: String, among parameters: [Parameter]) -> [String] {
    let options = parameters.filter { $0.kind != .argument }.map(\.spelling)
    // The usual slips are one hyphen where two are meant and capitals where small letters are meant.
    let typed = "--" + name.lowercased().drop { $0 == "-" }
    return Suggestions.nearest(to: typed, among: options)
  }
}
