import Characters
import Fieldbook
import Records

/// Compares the rows of a list with rows that were imported before. The n-th row of a unit and phone with
/// certain data is the same as the n-th earlier row with the same data.
struct SurveyMatching {
  enum Match {
    case new
    /// The row was imported before.
    case same(InstallationID)
    /// The welder was imported before from another row, and is not registered yet.
    case changed(Fieldbook.SurveyedWelder, [FieldChange])
    /// The row has the data of a welder that no row of the list has any more, and another phone or another name of the unit.
    case corrected(Fieldbook.SurveyedWelder, [FieldChange])
    /// The welder was imported before, and has been registered since by a technician who has seen it.
    case registered(InstallationID)
  }

  /// A unit at a phone number, whatever the spacing of its name.
  private struct Key: Hashable {
    let unit: String
    let phone: String

    init(_ owner: Owner) {
      unit = TextNormalization.folded(owner.unitName.text)
      phone = owner.responsiblePhone.full
    }
  }

  /// The maximum number of welders of one unit with which a row is compared to find the most similar.
  private static let maxCompared = 50

  /// The maximum number of fields in which a row may differ from a registered welder's and still be about that
  /// welder.
  private static let maxSlips = 2

  /// The match of each row, in the order of the rows.
  static func matches(of rows: [InstallationEvent.Surveyed], with known: [Fieldbook.SurveyedWelder]) -> [Match]
  {
    var matches = [Match](repeating: .new, count: rows.count)
    let groups = Dictionary(grouping: rows.indices) { Key(rows[$0].owner) }
    let knownGroups = Dictionary(grouping: known) { Key($0.row.owner) }
    for (key, indices) in groups {
      match(indices, of: rows, with: knownGroups[key] ?? [], &matches)
    }
    findCorrections(of: rows, among: known, &matches)
    return matches
  }

  /// Looks among the new rows for those whose phone or unit's name was corrected since an earlier list: all
  /// other fields agree with a welder that no row of this list has.
  private static func findCorrections(
    of rows: [InstallationEvent.Surveyed], among known: [Fieldbook.SurveyedWelder], _ matches: inout [Match]
  ) {
    guard let first = rows.first else { return }
    let taken = Set(matches.compactMap(\.id))
    var free: [CorrectableFields: [Fieldbook.SurveyedWelder]] = [:]
    // The keys of a row without its phone, and without its unit's name.
    func keys(_ row: InstallationEvent.Surveyed) -> [CorrectableFields] {
      var (phoneless, nameless) = (comparable(row), comparable(row))
      phoneless.owner.responsiblePhone = first.owner.responsiblePhone
      nameless.owner.unitName = WrittenText(asKept: "")
      return [phoneless, nameless]
    }
    // A registered welder was seen by a technician. A row that only resembles it is another welder, which is
    // not dropped without a question.
    for welder in known.reversed() where welder.status == .surveyed && !taken.contains(welder.id) {
      for key in keys(welder.row) { free[key, default: []].append(welder) }
    }
    var found: Set<InstallationID> = []
    for index in rows.indices {
      guard case .new = matches[index] else { continue }
      for key in keys(rows[index]) {
        while let welder = free[key]?.popLast() {
          guard found.insert(welder.id).inserted else { continue }
          matches[index] = .corrected(welder, rows[index].fields.changes(since: welder.row.fields))
          break
        }
        if case .new = matches[index] { continue }
        break
      }
    }
  }

  private static func match(
    _ indices: [Int], of rows: [InstallationEvent.Surveyed], with known: [Fieldbook.SurveyedWelder],
    _ matches: inout [Match]
  ) {
    // The n-th row of equal data is the n-th known welder with these data.
    var free: [CorrectableFields: [Fieldbook.SurveyedWelder]] = [:]
    for welder in known.reversed() { free[comparable(welder.row), default: []].append(welder) }
    var others: [Int] = []
    var taken: Set<InstallationID> = []
    for index in indices {
      if let welder = free[comparable(rows[index])]?.popLast() {
        matches[index] = .same(welder.id)
        taken.insert(welder.id)
      } else {
        others.append(index)
      }
    }
    // The same row does not make a cancelled appointment again; for other rows a cancelled appointment does not
    // count.
    var left = known.filter { !taken.contains($0.id) && $0.status != .void }
    for index in others where !left.isEmpty {
      let row = comparable(rows[index])
      let changes = left.prefix(maxCompared).map { row.changes(since: comparable($0.row)) }
      guard let place = changes.indices.min(by: { changes[$0].count < changes[$1].count }) else { continue }
      // A row that differs in more than `maxSlips` fields is not about the registered welder but about an
      // additional one.
      if left[place].status != .surveyed, changes[place].count > maxSlips { continue }
      let welder = left.remove(at: place)
      matches[index] = welder.status == .surveyed ? .changed(welder, changes[place]) : .registered(welder.id)
    }
  }

  /// The fields by which a row is compared, without the unit's id and the spacing of the unit's name.
  private static func comparable(_ row: InstallationEvent.Surveyed) -> CorrectableFields {
    var fields = row.fields
    fields.owner.unitID = nil
    fields.owner.unitName = WrittenText(asKept: TextNormalization.folded(fields.owner.unitName.text))
    // An earlier appointment may have the street as it was typed.
    if let name = BannerStreet.name(of: fields.owner.street.text) {
      fields.owner.street = WrittenText(asKept: name)
    }
    return fields
  }
}

extension SurveyMatching.Match {
  /// The record that the row is about; nil for a new welder.
  var id: InstallationID? {
    switch self {
    case .new: nil
    case .same(let id), .registered(let id): id
    case .changed(let welder, _), .corrected(let welder, _): welder.id
    }
  }
}
