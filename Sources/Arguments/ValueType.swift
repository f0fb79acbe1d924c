public import Terminal

/// A type of value: its name, the way it is read from the command line, and the values that a shell offers for
/// it.
public struct ValueType<Value> {
  let expectation: Expectation
  let completion: Completion
  /// The value as it would be typed, which the help shows as the default.
  let describe: (Value) -> String
  let parse: (String) -> Value?

  /// Makes a type of value from the caller's functions; `parse` returns nil where the text does not fit.
  public static func custom(
    _ expected: Text, completion: Completion = .nothing,
    describe: @escaping (Value) -> String = { "\($0)" }, parse: @escaping (String) -> Value?
  ) -> Self {
    Self(expectation: .described(expected), completion: completion, describe: describe, parse: parse)
  }

}

extension ValueType where Value == String {
  public static var string: Self { plain(.text, .nothing) }
  public static var file: Self { plain(.file, .files) }
  public static var directory: Self { plain(.directory, .directories) }

  /// Takes any text; the shell offers `values`.
  public static func string(suggesting values: [String]) -> Self { plain(.text, .values(values)) }

  /// Takes exactly one of `values`.
  public static func choice(of values: [String]) -> Self {
    Self(
      expectation: .choice(values), completion: .values(values), describe: { $0 },
      parse: { text in
        let plain = Spelling.typed(text)
        return values.contains(plain) ? plain : nil
      })
  }

  private static func plain(_ expectation: Expectation, _ completion: Completion) -> Self {
    Self(expectation: expectation, completion: completion, describe: { $0 }, parse: { $0 })
  }
}

extension ValueType where Value == Int {
  public static var int: Self { int(nil) }
  public static func int(_ range: ClosedRange<Int>) -> Self { int(Optional(range)) }

  private static func int(_ range: ClosedRange<Int>?) -> Self {
    Self(
      expectation: .integer(range), completion: .nothing, describe: { "\($0)" },
      parse: { text in
        guard let number = Spelling.wholeNumber(text), range?.contains(number) ?? true else { return nil }
        return number
      })
  }
}

extension ValueType where Value == Double {
  public static var double: Self { double(nil) }
  public static func double(_ range: ClosedRange<Double>) -> Self { double(Optional(range)) }

  private static func double(_ range: ClosedRange<Double>?) -> Self {
    Self(
      expectation: .number(range), completion: .nothing, describe: { "\($0)" },
      parse: { text in
        guard let number = Double(Spelling.typed(text)), number.isFinite, range?.contains(number) ?? true else {
          return nil
        }
        return number
      })
  }
}

extension ValueType where Value: CaseIterable & RawRepresentable, Value.RawValue == String {
  /// Takes one of the raw values of the enumeration.
  public static var choice: Self {
    let values = Value.allCases.map(\.rawValue)
    return Self(expectation: .choice(values), completion: .values(values), describe: \.rawValue) {
      Value(rawValue: Spelling.typed($0))
    }
  }
}
