import Arguments
import Fieldbook
import Records
import Terminal

extension Workplace {
  /// Runs `body` with the reason why a welder or a module is right although another record has it. Where `body`
  /// needs a reason and has none, the user is shown the other records and asked for the reason.
  /// - Parameter leadsBack: whether `<` in place of the reason throws `PromptError.back`.
  /// - Throws: `FieldbookError.welderKnown` or `FieldbookError.moduleKnown` where nobody can be asked.
  func withDuplicateReason<Result>(
    _ reason: WrittenText?, leadsBack: Bool = false, _ body: (WrittenText?) throws -> Result
  ) throws -> Result {
    do {
      return try body(reason)
    } catch let error as FieldbookError {
      let known: [InstallationID]
      switch error {
      case .welderKnown(let ids): known = ids
      case .moduleKnown(_, let ids): known = ids
      default: throw error
      }
      guard console.canPrompt else { throw error }
      console.say(error.failure.message, .yellow)
      for id in known { console.say(try line(of: id)) }
      let question = Text(
        zh: "仍要继续，写明原因（Ctrl-C 取消）", en: "to go on all the same, say why (Ctrl-C cancels)")
      let text =
        leadsBack
        ? try Prompter(console, goesBack: true).text(question, problem: { problem(with: $0, as: .note) })
        : try ask(question, as: .note)
      let written: WrittenText = try written(text, as: .note, option: "reason")
      return try body(written)
    }
  }

  /// A record that has the welder or the module already, in one line.
  private func line(of id: InstallationID) throws -> Text {
    guard let record = try? fieldbook().installation(id) else {
      return Text(verbatim: "  \(id.text.prefix(8))")
    }
    let welder = [record.welder.brand, record.welder.model, record.welder.serialNumber].compactMap { $0?.text }
    let words = [
      "  \(id.text.prefix(8))", record.code?.description ?? "–", record.owner.unitName.text,
      welder.joined(separator: " "),
    ]
    let start = words.joined(separator: "  ")
    return Text(zh: "\(start)  \(record.statusTitle.zh)", en: "\(start)  \(record.statusTitle.en)")
  }
}

extension Parameters {
  /// Adds the option for the reason why a welder or a module is right although another record has it.
  mutating func duplicateReason(_ path: WritableKeyPath<Options, String?>) {
    option(
      "reason", path, .string, placeholder: "TEXT",
      Text(zh: "这台焊机已有记录时，写明为什么还要登记", en: "why, where another record has this welder already"))
  }
}
