import Foundation
import Records
import TestSupport
import Testing

@testable import Fieldbook

/// Takes the steps of a welder that is installed.
extension LivesWorld {
  // MARK: - After the installation

  mutating func liveOn(_ place: Int) throws {
    switch random.next(below: 24) {
    case 0..<9:
      let isUnsafe = random.next(below: 2) == 0
      let isTampered = random.next(below: 4) == 0
      let opened = InstallationEvent.RepairOpened(
        technician: Sample.technician, fault: "故障", isUnsafe: isUnsafe, isTampered: isTampered)
      try append([.repairOpened(opened)], place) {
        $0.isUnsafe = isUnsafe
        if isUnsafe { $0.testHolds = false }
      }
    case 9..<12: try sell(place)
    case 12..<14: try move(place)
    case 14..<16: try correct(place)
    case 16..<20: try inspect(place)
    case 20..<22: try reprint(place)
    case 22: try withdraw(place)
    default: if random.next(below: 3) == 0 { try void(place) } else { try reprint(place) }
    }
  }

  mutating func sell(_ place: Int) throws {
    var owner = try record(place).owner
    let unit = unique("单位")
    owner.unitName = WrittenText(asKept: unit)
    let redo: [Step] = random.next(below: 2) == 0 ? [.label] : []
    try append([.transferred(.init(technician: Sample.technician, owner: owner, redo: redo))], place) {
      $0.owners.append(unit)
      ($0.unit, $0.isInWork) = (unit, true)
    }
  }

  mutating func move(_ place: Int) throws {
    let present = try record(place).correctableFields
    var fields = present
    let street = try #require(
      Self.streets.filter { $0 != present.owner.street.text }.randomElement(using: &random))
    fields.owner.street = WrittenText(asKept: street)
    try append([.moved(.init(changes: fields.changes(since: present)))], place) { $0.street = street }
  }

  mutating func inspect(_ place: Int) throws {
    let (revision, isRight) = (try record(place).revision, random.next(below: 3) > 0)
    var next = notes.welders[place]
    (next.inspections, next.entries) = (next.inspections + 1, next.entries + 1)
    try take(next, place) { fieldbook, id, now in
      let inspection = Inspection(
        inspector: Inspector(Sample.technician), inspectedAt: now, source: .fieldbook,
        againstRevision: revision,
        againstSha256: nil, checks: [isRight ? InspectionCheck(.key) : InspectionCheck(.key, .otherKey)],
        state: nil)
      let lock = try #require(try fieldbook.lock(installation: id))
      defer { lock.release() }
      _ = try fieldbook.append(inspection, holding: lock, at: now)
    }
  }

  /// Prints a faded label again. An order that a kill interrupted is continued, since the request is the same.
  mutating func reprint(_ place: Int) throws {
    let code = try #require(try record(place).code)
    if try !fieldbook.label(of: code).events.contains(where: { $0.name == .printed }) {
      try Self.print(code, output: "/labels/\(notes.welders[place].id)", reason: nil, in: fieldbook, at: now)
    }
    let output = "/labels/\(notes.welders[place].id)-\(notes.welders[place].reprints)"
    var next = notes.welders[place]
    next.reprints += 1
    try take(next, place) { fieldbook, _, now in
      try Self.print(code, output: output, reason: "褪色", in: fieldbook, at: now)
    }
  }

  private static func print(
    _ code: LabelCode, output: String, reason: String?, in fieldbook: Fieldbook, at now: Timestamp
  ) throws {
    let request = Fieldbook.StockRequest(codes: [code], digest: output, output: output, reason: reason)
    let order = try fieldbook.beginOrder(request, at: now)
    let label = Fieldbook.CountedLabel(
      code: code, payload: "https://mashanghan.example/w/\(code)", sha256: nil, texts: [:])
    if order.made.isEmpty { try fieldbook.count([label], in: order, at: now) }
    try fieldbook.endOrder(order, at: now)
  }

  func countReprints(of id: InstallationID) throws -> Int {
    guard let code = try fieldbook.installation(id).code else { return 0 }
    return try fieldbook.label(of: code).events.count { $0.name == .reprinted }
  }

  mutating func withdraw(_ place: Int) throws {
    let photo = try photo(.found)
    try append([.withdrawn(.init(technician: Sample.technician, reason: "报废", photos: [photo]))], place) {
      [today] in
      ($0.standing, $0.retired, $0.isUnsafe) = (.retired, today, false)
      ($0.isInWork, $0.isInRepair) = (false, false)
    }
  }

  // MARK: - A repair

  mutating func begin(_ place: Int) throws {
    let seals = Repair.SealFound.allCases
    let found = InstallationEvent.RepairBegun(
      technician: Sample.technician, seal: seals[random.next(below: seals.count)], verdict: nil,
      isUnsafe: random.next(below: 4) == 0 ? true : nil, photos: [try photo(.found)])
    try append([.repairBegun(found)], place) {
      ($0.isInWork, $0.isInRepair, $0.hasFailed) = (true, true, false)
      if found.isUnsafe == true { ($0.isUnsafe, $0.testHolds) = (true, false) }
    }
  }

  mutating func repair(_ place: Int, _ record: Installation) throws {
    if record.isDone(.repair) {
      let addendum = try agreement("addendum")
      return try append([.repairClosed(.init(done: nil, addendum: addendum))], place) {
        ($0.isInWork, $0.isInRepair, $0.isUnsafe) = (false, false, false)
      }
    }
    guard record.isDone(.pair), record.isDone(.flash) else { return try pair(place, unique("M")) }
    switch random.next(below: 12) {
    case 0, 1:
      let module = try #require(record.module)
      let isDead = random.next(below: 2) == 0
      let retired = InstallationEvent.ModuleRetired(
        serialNumber: try #require(module.serialNumber), keyID: module.keyID, isDead: isDead, reason: "更换",
        photos: isDead ? [try photo(.found)] : [])
      try append([.moduleRetired(retired)], place) { ($0.hasModule, $0.testHolds) = (false, false) }
    case 2: try pair(place, try #require(record.module?.serialNumber))
    case 3: try label(place)
    case 4: try withdraw(place)
    default: if record.isDone(.seal) { try test(place) } else { try seal(place) }
    }
  }
}
