import Characters
import Fieldbook
import Records

/// Compares the rows of a list with those that were imported before. A row is the same as one before when the unit, the phone and
/// the n-th welder of equal data agree.
struct SurveyMatching {
  enum Match {
    case new
    /// The row was imported before.
    case same(InstallationID)
    /// The welder was imported before from another row, and is not registered yet.
    case changed(Fieldbook.SurveyedWelder, [FieldChange])
    /// The row has the data of a welder that no row of the list has any more, and another phone or another name of the unit.
    case corrected(Fieldbook.SurveyedWelder, [FieldChange])
    /// The welder was imported before from another row, and is registered since, where a technician has seen it.
    case registered(InstallationID)
  }

  /// A unit at a phone number, however its name is spaced.
  private struct Key: Hashable {
    let unit: String
    let phone: String

    init(_ owner: Owner) {
      unit = TextNormalization.folded(owner.unitName.text)
      phone = owner.responsiblePhone.full
    }
  }

  /// The maximum number of welders of one unit that are compared each with each, to find the most similar.
  private static let maxCompared = 50

  /// The maximum number of fields in which a row may differ from that of a registered welder and still be its.
  private static let maxSlips = 2

  /// What becomes of each row, in the order of the rows.
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

  /// Looks for the rows of no known unit whose phone or whose unit's name was put right since the list before: all else agrees with
  /// a welder that no row of this list has.
  private static func findCorrections(
    of rows: [InstallationEvent.Surveyed], among known: [Fieldbook.SurveyedWelder], _ matches: inout [Match]
  ) {
    guard let first = rows.first else { return }
    let taken = Set(matches.compactMap(\.id))
    var free: [CorrectableFields: [Fieldbook.SurveyedWelder]] = [:]
    // Another phone of the same unit, or another name at the same phone.
    func keys(_ row: InstallationEvent.Surveyed) -> [CorrectableFields] {
      var (phoneless, nameless) = (comparable(row), comparable(row))
      phoneless.owner.responsiblePhone = first.owner.responsiblePhone
      nameless.owner.unitName = WrittenText(asKept: "")
      return [phoneless, nameless]
    }
    // A registered welder was seen by a technician: a row that only resembles it is another one, which nobody drops unasked.
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
    // The n-th row of equal data is the n-th welder of it.
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
    // An appointment that was cancelled is not made again by the same row, and stands in the way of no other one.
    var left = known.filter { !taken.contains($0.id) && $0.status != .void }
    for index in others where !left.isEmpty {
      let row = comparable(rows[index])
      let changes = left.prefix(maxCompared).map { row.changes(since: comparable($0.row)) }
      guard let place = changes.indices.min(by: { changes[$0].count < changes[$1].count }) else { continue }
      // A registered welder is another one where more than a slip differs, and the row is then a welder more.
      if left[place].status != .surveyed, changes[place].count > maxSlips { continue }
      let welder = left.remove(at: place)
      matches[index] = welder.status == .surveyed ? .changed(welder, changes[place]) : .registered(welder.id)
    }
  }

  /// The fields of a row by which it is compared: the unit's id and the spacing of its name say nothing.
  private static func comparable(_ row: InstallationEvent.Surveyed) -> CorrectableFields {
    var fields = row.fields
    fields.owner.unitID = nil
    fields.owner.unitName = WrittenText(asKept: TextNormalization.folded(fields.owner.unitName.text))
    // An appointment of before may have the street as it was typed.
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
