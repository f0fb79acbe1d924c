import Arguments
public import Drawing
public import Records
import Terminal

extension FontCoverage: GlyphCoverage {}

extension Workplace {
  /// The characters that labels and agreements can show.
  var glyphs: FontCoverage { FontCoverage() }

  /// The text of an option in the form that the record keeps.
  /// - Throws: `EntryRejected`; `UsageError.empty` for an option without a visible text.
  func written(_ text: String, as shape: WrittenText.Shape, option: String) throws -> WrittenText {
    do {
      return try WrittenText(text, shape, drawnBy: glyphs)
    } catch {
      guard let fault = FieldProblem.Fault(error) else { throw UsageError.empty(option: option) }
      throw EntryRejected(option: option, fault: fault)
    }
  }

  /// Reads the text of an option that may be omitted or empty.
  func written(_ text: String?, as shape: WrittenText.Shape, option: String) throws -> WrittenText? {
    do {
      return try WrittenText.optional(text, shape, drawnBy: glyphs)
    } catch {
      throw EntryRejected(option: option, fault: FieldProblem.Fault(error) ?? .missing)
    }
  }

  /// The problem with an answer at a prompt; nil where the answer is valid.
  func problem(with text: String, as shape: WrittenText.Shape) -> Text? {
    do {
      _ = try WrittenText(text, shape, drawnBy: glyphs)
      return nil
    } catch {
      return (FieldProblem.Fault(error) ?? .missing).message
    }
  }

  /// Asks on the terminal for a text that the record keeps.
  func ask(_ question: Text, as shape: WrittenText.Shape) throws -> String {
    try console.asking {
      try Prompter(console, goesBack: true).text(question, problem: { problem(with: $0, as: shape) })
    }
  }
}

/// The error that the text of an option cannot be stored.
struct EntryRejected: Error {
  /// The name of the option without its hyphens.
  let option: String
  let fault: FieldProblem.Fault
}

extension EntryRejected: Explained {
  var failure: Failure {
    let message = fault.message
    return Failure(
      code: fault.code, message: Text(zh: "--\(option)：\(message.zh)", en: "--\(option) \(message.en)"),
      hint: Text(zh: "改正后再运行", en: "mend it and run the command again"), exit: .badData)
  }
}

/// The type of a number of people in an option, which may have full-width digits and `人` behind it.
extension ValueType where Value == Int {
  static func people(_ range: ClosedRange<Int>) -> Self {
    .custom(
      Text(
        zh: "\(range.lowerBound) 到 \(range.upperBound) 的整数",
        en: "a whole number from \(range.lowerBound) to \(range.upperBound)")
    ) { people($0, within: range) }
  }

  static func people(_ text: String, within range: ClosedRange<Int>) -> Int? {
    guard let number = try? WrittenNumber.read(text, unit: .people), let whole = Int(exactly: number),
      range.contains(whole)
    else { return nil }
    return whole
  }
}
