public import Terminal

/// The parameters of a command, each with a name, the key path of the options value that it fills, the way its
/// value is read, and a line of help.
public struct Parameters<Options> {
  let defaults: Options
  private(set) var bindings: [Binding<Options>] = []

  init(defaults: Options) {
    self.defaults = defaults
  }

  // MARK: - Arguments, in the order in which they are typed

  /// Adds an argument that must be given.
  public mutating func argument<Value>(
    _ name: String, _ path: WritableKeyPath<Options, Value>, _ type: ValueType<Value>, _ help: Text,
    completion: Completion? = nil
  ) {
    add(.argument, name, type, help: help, isRequired: true, completion: completion) { $0[keyPath: path] = $1 }
  }

  /// Adds an argument that may be left out.
  public mutating func argument<Value>(
    _ name: String, _ path: WritableKeyPath<Options, Value?>, _ type: ValueType<Value>, _ help: Text,
    completion: Completion? = nil
  ) {
    add(.argument, name, type, help: help, completion: completion) { $0[keyPath: path] = $1 }
  }

  /// Adds a parameter that takes all remaining arguments; at least one is needed unless `isRequired` is false.
  public mutating func arguments<Value>(
    _ name: String, _ path: WritableKeyPath<Options, [Value]>, _ type: ValueType<Value>, _ help: Text,
    isRequired: Bool = true, completion: Completion? = nil
  ) {
    add(
      .argument, name, type, help: help, isRequired: isRequired, isRepeating: true, completion: completion
    ) { $0[keyPath: path].append($1) }
  }

  // MARK: - Options: `--name VALUE` or `--name=VALUE`

  /// Adds an option without a default. `placeholder` stands for the value in the help.
  public mutating func option<Value>(
    _ name: String, _ path: WritableKeyPath<Options, Value?>, _ type: ValueType<Value>,
    placeholder: String? = nil, _ help: Text, completion: Completion? = nil
  ) {
    add(.option, name, type, placeholder: placeholder, help: help, completion: completion) {
      $0[keyPath: path] = $1
    }
  }

  /// Adds an option with a default, which the options value holds.
  public mutating func option<Value>(
    _ name: String, _ path: WritableKeyPath<Options, Value>, _ type: ValueType<Value>,
    placeholder: String? = nil, _ help: Text, completion: Completion? = nil
  ) {
    let usual = type.describe(defaults[keyPath: path])
    add(
      .option, name, type, placeholder: placeholder, help: help, completion: completion,
      defaultValue: usual.isEmpty ? nil : usual
    ) { $0[keyPath: path] = $1 }
  }

  /// Adds an option that may be given several times.
  public mutating func options<Value>(
    _ name: String, _ path: WritableKeyPath<Options, [Value]>, _ type: ValueType<Value>,
    placeholder: String? = nil, _ help: Text, completion: Completion? = nil
  ) {
    add(
      .option, name, type, placeholder: placeholder, help: help, isRepeating: true, completion: completion
    ) { $0[keyPath: path].append($1) }
  }

  /// Adds an option without a value.
  public mutating func flag(
    _ name: String, short: Character? = nil, _ path: WritableKeyPath<Options, Bool>, _ help: Text
  ) {
    let facts = Parameter(
      kind: .flag, name: name, short: short, placeholder: "", help: help, isRequired: false,
      isRepeating: false, expectation: .text, completion: .nothing, defaultValue: nil)
    bindings.append(
      Binding(facts: facts) { options, _ in
        options[keyPath: path] = true
        return true
      })
  }

  // MARK: - Private

  private mutating func add<Value>(
    _ kind: Parameter.Kind, _ name: String, _ type: ValueType<Value>, placeholder: String? = nil, help: Text,
    isRequired: Bool = false, isRepeating: Bool = false, completion: Completion?,
    defaultValue: String? = nil, store: @escaping (inout Options, Value) -> Void
  ) {
    let facts = Parameter(
      kind: kind, name: name, short: nil, placeholder: placeholder ?? type.expectation.placeholder,
      help: help, isRequired: isRequired, isRepeating: isRepeating, expectation: type.expectation,
      completion: completion ?? type.completion, defaultValue: defaultValue)
    bindings.append(
      Binding(facts: facts) { options, text in
        guard let value = type.parse(text) else { return false }
        store(&options, value)
        return true
      })
  }
}

/// A parameter, with the function that puts a typed value into the options and returns false where the value
/// does not fit.
struct Binding<Options> {
  let facts: Parameter
  let store: (inout Options, String) -> Bool
}

extension Expectation {
  var placeholder: String {
    switch self {
    case .file: "F"
    case .directory: "DIR"
    case .integer, .number: "N"
    case .text, .described, .choice: "TEXT"
    }
  }
}
