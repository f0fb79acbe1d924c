import Characters
import Fieldbook
import Records
import Terminal

extension RepairTarget {
  /// The maximum number of welders that are offered or named.
  private static let maxOffered = 10

  /// Finds an installed welder by words of its record, as `list --search` does: its unit, a person, a phone number.
  /// - Throws: `FieldbookError.notFound` where no installed welder has the words, `RepairAmbiguous` where
  ///   several have them and nobody can be asked which is meant.
  func search(_ text: String) throws -> Installation {
    let fieldbook = try workplace.fieldbook()
    var query = InstallationQuery()
    query.text = text
    let welders = TextNormalization.folded(text).isEmpty ? [] : try installed(query, fieldbook)
    guard let first = welders.first else { throw FieldbookError.notFound(text) }
    var chosen = first
    if welders.count > 1 {
      let console = workplace.console
      guard console.canPrompt else { throw RepairAmbiguous(welders: welders) }
      let choices = welders.map { Choice($0.id.text, Text(verbatim: Self.line(of: $0)), value: $0) }
      chosen = try console.asking {
        try Prompter(console, goesBack: true).choose(Text(zh: "哪一台焊机", en: "which welder"), choices)
      }
    }
    workplace.concerned = chosen.id
    workplace.console.say(
      Text(zh: "焊机：\(Self.line(of: chosen))", en: "the welder: \(Self.line(of: chosen))"))
    return chosen
  }

  /// The installed welders that a query finds, at most `maxOffered` + 1.
  private func installed(_ query: InstallationQuery, _ fieldbook: Fieldbook) throws -> [Installation] {
    var welders: [Installation] = []
    var last: InstallationID?
    while welders.count <= Self.maxOffered {
      let page = try fieldbook.page(query, limit: 100, after: last)
      for summary in page.installations where welders.count <= Self.maxOffered {
        switch summary.status {
        case .closed, .delivered, .outOfUse: welders.append(try fieldbook.installation(summary.id))
        case .open where summary.isInRepair: welders.append(try fieldbook.installation(summary.id))
        case .surveyed, .open, .retired, .refused, .void: break
        }
      }
      last = page.installations.last?.id
      if page.installations.count + page.unreadable < 100 || last == nil { break }
    }
    return welders
  }

  /// A welder in one line, by which a technician distinguishes it from others of the same unit.
  fileprivate static func line(of installation: Installation) -> String {
    let welder = installation.welder
    let words = [welder.brand, welder.model, welder.serialNumber].compactMap { $0?.text }
    return [
      installation.code?.description ?? String(installation.id.text.prefix(8)),
      installation.owner.unitName.text,
      installation.owner.street.text, words.joined(separator: " "),
    ].filter { !$0.isEmpty }.joined(separator: "  ")
  }
}

/// The error that several installed welders have the words that were given.
struct RepairAmbiguous: Error {
  let welders: [Installation]
}

extension RepairAmbiguous: Explained {
  var failure: Failure {
    let named = welders.map { welder in
      "\(welder.code?.description ?? String(welder.id.text.prefix(8))) \(welder.owner.unitName.text)"
    }
    return Failure(
      code: "repair.ambiguous",
      message: Text(
        zh: "对应多台焊机：\(named.joined(separator: "、"))",
        en: "several welders go by that: \(named.joined(separator: ", "))"),
      hint: Text(zh: "写其中一台的标牌码", en: "give the code of one of them"), exit: .badData)
  }
}
