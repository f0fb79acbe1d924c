import Arguments
import Characters
import Records
import Terminal

extension ValueType where Value: PlanWord {
  /// Parses a word of the plan, or its code.
  static var planWord: Self {
    let all = Array(Value.allCases)
    return .custom(
      Text(
        zh: all.map { "\($0.rawValue)（\($0.word)）" }.joined(separator: "、") + "之一",
        en: "one of " + all.map(\.rawValue).joined(separator: ", ")),
      completion: .values(all.map(\.rawValue)), describe: \.rawValue
    ) { text in
      let word = TextNormalization.typed(text).lowercased()
      return all.first { [$0.rawValue, $0.word].contains { $0.lowercased() == word } }
    }
  }
}
