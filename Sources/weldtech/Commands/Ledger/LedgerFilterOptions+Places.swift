import Arguments
import Characters
import Fieldbook
import Records
import Terminal

extension LedgerFilterOptions {
  /// Replaces street and community by the names in the records: a name of the Banner in any spelling, or the
  /// only name that contains the text. Otherwise a typing error would give an empty form.
  /// - Throws: `UsageError.badValue` where there is no such place or several, and the errors of the fieldbook.
  mutating func resolvePlaces(in fieldbook: Fieldbook, _ console: Console) throws {
    if let text = street {
      let name = try Self.resolved(
        text, among: fieldbook.ledgerStreets(), else: BannerStreet.name(of: text),
        parameter: "--street", Text(zh: "记录里的苏木镇、街道", en: "a 苏木镇 or 街道 of the records"))
      tell(text, name, console)
      street = name
    }
    if let text = community {
      let name = try Self.resolved(
        text, among: fieldbook.ledgerCommunities(of: street), else: nil, parameter: "--community",
        Text(zh: "记录里的社区", en: "a community of the records"))
      tell(text, name, console)
      community = name
    }
  }

  private func tell(_ typed: String, _ name: String, _ console: Console) {
    guard TextNormalization.trimmed(typed) != name else { return }
    console.say(Text(zh: "“\(typed)”按“\(name)”算", en: "'\(typed)' is taken for \(name)"))
  }

  /// The maximum number of names that an error lists.
  private static let maxNames = 30

  private static func resolved(
    _ text: String, among names: [String], else known: String?, parameter: String, _ kind: Text
  ) throws -> String {
    let wanted = TextNormalization.trimmed(text)
    if names.contains(wanted) { return wanted }
    if let known { return known }
    let parts = names.filter { TextNormalization.folded($0).contains(TextNormalization.folded(wanted)) }
    if parts.count == 1, let part = parts.first { return part }
    let shown = (parts.isEmpty ? names : parts).prefix(maxNames)
    guard !shown.isEmpty else {
      throw UsageError.badValue(
        parameter: parameter,
        expected: .described(Text(zh: "\(kind.zh)（还没有记录）", en: "\(kind.en), which has none yet")))
    }
    throw UsageError.badValue(
      parameter: parameter,
      expected: .described(
        Text(
          zh: "\(kind.zh)：\(shown.joined(separator: "、"))", en: "\(kind.en): \(shown.joined(separator: ", "))"))
    )
  }
}
