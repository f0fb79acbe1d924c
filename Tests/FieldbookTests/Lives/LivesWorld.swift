import Cryptography
import Foundation
import Records
import TestSupport
import Testing

@testable import Fieldbook

/// One laptop with the lives of several welders, and the test's own counts of them. Before each step, the
/// counts before and after the step are written down, so that a process that continues after a kill knows both
/// possible states.
struct LivesWorld {
  /// The notes in the file, written before each step.
  struct Notes: Codable {
    var welders: [LifeCount] = []
    /// The count of a welder after the step that is being taken; nil between two steps.
    var next: LifeCount?
    /// The index of this welder in `welders`; a new welder has the index after the last.
    var place = 0
    /// The seconds of the laptop's clock since the world began.
    var second: Int64 = 0
    /// The last number that was used in a unique name.
    var number = 0
    /// The number of steps that are still to be taken.
    var steps: Int
    /// The number of welders that are still to be added.
    var coming: Int
  }

  let home: String
  private let notesFile: String
  let killSwitch: KillSwitch?
  var fieldbook: Fieldbook
  var random: SplitMix64
  var notes: Notes

  // MARK: - Beginning and going on

  /// Makes an empty fieldbook and its notes.
  /// - Parameter folder: a folder for the fieldbook and the notes.
  static func begin(in folder: String, welders: Int) throws {
    let fieldbook = try Fieldbook(home: folder + "/home", busyMilliseconds: 20_000)
    try fieldbook.addBlock(Sample.block("00A000", welders * 2 + 10))
    let notes = Notes(steps: welders * 30, coming: welders)
    try JSONEncoder().encode(notes).write(to: URL(filePath: folder + "/notes.json"))
  }

  /// Continues a world, after a kill or for the first time.
  init(in folder: String, seed: UInt64, killSwitch: KillSwitch? = nil) throws {
    home = folder + "/home"
    notesFile = folder + "/notes.json"
    self.killSwitch = killSwitch
    random = SplitMix64(seed: seed)
    notes = try JSONDecoder().decode(Notes.self, from: Data(contentsOf: URL(filePath: notesFile)))
    fieldbook = try Fieldbook(home: home, busyMilliseconds: 20_000)
    // Things that were made and not recorded before the kill keep their numbers, so that new things get higher
    // numbers.
    notes.number += 1_000
    try adopt()
    killSwitch?.watch(fieldbook)
  }

  /// Finds which of the two states that were written down the fieldbook has. No third state is possible.
  mutating func adopt() throws {
    guard let next = notes.next, let id = next.installationID else { return }
    let isNew = notes.place == notes.welders.count
    let before = isNew ? 0 : notes.welders[notes.place].entries
    let found = try fieldbook.events(of: id).count
    let reprints = try isNew ? 0 : countReprints(of: id)
    if found == next.entries, next.entries != before || reprints == next.reprints {
      if isNew { notes.welders.append(next) } else { notes.welders[notes.place] = next }
    } else {
      #expect(found == before, "half of a step is there")
      // A new welder whose record was not opened is still to be added.
      if isNew { notes.coming += 1 }
    }
    notes.next = nil
    try write()
  }

  private func write() throws {
    try JSONEncoder().encode(notes).write(to: URL(filePath: notesFile), options: .atomic)
  }

  // MARK: - Time and names

  /// The beginning in seconds since 1970: 1 November 2024, eight o'clock, six weeks before the Banner stops
  /// paying.
  private static let beginning: Int64 = 1_730_419_200

  var now: Timestamp {
    Timestamp(secondsSince1970: Self.beginning + notes.second, offsetSeconds: 28_800)
  }

  /// The present day, in days since 1970 in the laptop's zone.
  var today: Int { Int((Self.beginning + notes.second + 28_800) / 86_400) }

  mutating func unique(_ word: String) -> String {
    notes.number += 1
    return "\(word)-\(notes.number)"
  }

  mutating func photo(_ stage: Photo.Stage) throws -> Photo {
    try Sample.photo(stage, unique("photo \(stage.rawValue)"), in: fieldbook)
  }

  mutating func agreement(_ word: String) throws -> AgreementRecord {
    var agreement = try Sample.agreement(in: fieldbook, unique("%PDF \(word)"))
    agreement.signedAt = now
    return agreement
  }

  // MARK: - Steps

  /// Takes one step of a welder: writes down the counts before and after the step, and then runs `body`.
  mutating func take(
    _ next: LifeCount, _ place: Int, _ body: (Fieldbook, InstallationID, Timestamp) throws -> Void
  ) throws {
    (notes.next, notes.place) = (next, place)
    try write()
    try body(fieldbook, try #require(next.installationID), now)
    if place == notes.welders.count { notes.welders.append(next) } else { notes.welders[place] = next }
    notes.next = nil
  }

  mutating func append(
    _ events: [InstallationEvent], _ place: Int, _ change: (inout LifeCount) -> Void = { _ in }
  ) throws {
    var next = notes.welders[place]
    next.entries += events.count
    change(&next)
    try take(next, place) { fieldbook, id, now in
      _ = try fieldbook.append(events, to: id, by: Sample.technician, at: now)
    }
  }

  func record(_ place: Int) throws -> Installation {
    try fieldbook.installation(try #require(notes.welders[place].installationID))
  }

  // MARK: - Beginning a life

  private static let units = [
    ("树林召汽修", "13900000003"), ("展旦召钢构", "13900000004"), ("=1+1", "0477-5200001"), ("白泥井铁艺", "13900000005"),
  ]
  static let streets = ["树林召镇", "展旦召苏木", "白泥井镇"]

  /// Adds a welder that is found for the first time, or registers a refused welder again.
  mutating func come() throws {
    notes.coming -= 1
    let refused = notes.welders.last { welder in
      welder.standing == .refused && notes.welders.count { $0.serial == welder.serial } == 1
    }
    let again = random.next(below: 2) == 0 ? refused : nil
    let (unit, phone) = Self.units[random.next(below: Self.units.count)]
    let industry = again?.industry ?? Industry.allCases[random.next(below: Industry.allCases.count)].rawValue
    let bought: [Int?] = [nil, 19_500, 20_010, today - 3]
    let purchased = again.map(\.purchased) ?? bought[random.next(below: bought.count)]
    var next = LifeCount(
      id: Sample.id().text, standing: .begun, unit: again?.unit ?? unit, phone: again?.phone ?? phone,
      serial: again?.serial ?? unique("W"), street: again?.street ?? Self.streets[random.next(below: 3)],
      industry: industry, fundedIndustry: industry, purchased: purchased, recorded: today)
    next.owners = [next.unit]
    let (registered, place) = (try registration(of: next), notes.welders.count)
    switch random.next(below: 8) {
    case 0..<3:
      next.standing = .surveyed
      next.entries = 1
      let row = InstallationEvent.Surveyed(
        owner: registered.owner, welder: registered.welder,
        survey: Survey(
          filledBy: nil, filledByPhone: nil, list: "list.xlsx", row: next.serial, sha256: Sample.firmware),
        remarks: nil)
      try take(next, place) { fieldbook, id, now in
        let known = try fieldbook.surveyedWelders(withPhones: [row.owner.responsiblePhone.full])
        try fieldbook.survey([.new(id, row)], since: known, at: now)
      }
    case 3:
      (next.standing, next.retired, next.entries) = (.retired, today, 2)
      let photo = try photo(.before)
      let retired = try registration(of: next)
      try take(next, place) { fieldbook, id, now in
        _ = try fieldbook.open(id, retired, photos: [photo], at: now)
      }
    default:
      next.entries = 1
      try take(next, place) { fieldbook, id, now in _ = try fieldbook.open(id, registered, at: now) }
    }
  }

  private func registration(of count: LifeCount) throws -> InstallationEvent.Registered {
    var registered = Sample.registered(
      unit: WrittenText(asKept: count.unit), retired: count.standing == .retired ? "机壳带电" : nil)
    registered.owner.responsiblePhone = try #require(PhoneNumber(count.phone))
    registered.owner.street = WrittenText(asKept: count.street)
    registered.owner.industry = try #require(Industry(rawValue: count.industry))
    if count.industry == "other" { registered.owner.industryNote = "农机" }
    registered.welder.serialNumber = WrittenText(asKept: count.serial)
    registered.welder.purchasedOn = count.purchased.map { CalendarDay(daysSince1970: $0) }
    return registered
  }

  mutating func liveOnList(_ place: Int) throws {
    switch random.next(below: 8) {
    case 0:
      let day = CalendarDay(daysSince1970: today + 3)
      try append([.planned(.init(appointment: Appointment(day: day, note: nil)))], place)
    case 1: try correct(place)
    case 2: try refuse(place)
    case 3: try void(place)
    case 4:
      let photo = try photo(.before)
      var next = notes.welders[place]
      (next.standing, next.retired, next.entries) = (.retired, today, next.entries + 2)
      let registered = try registration(of: next)
      try take(next, place) { fieldbook, id, now in
        _ = try fieldbook.open(id, registered, photos: [photo], at: now)
      }
    default:
      let registered = try registration(of: notes.welders[place])
      var next = notes.welders[place]
      (next.standing, next.entries) = (.begun, next.entries + 1)
      try take(next, place) { fieldbook, id, now in _ = try fieldbook.open(id, registered, at: now) }
    }
  }

  // MARK: - The walk

  mutating func walk(_ place: Int, _ record: Installation) throws {
    let isSigned = notes.welders[place].fitted != nil
    switch random.next(below: 40) {
    case 0: return try correct(place)
    case 1 where !isSigned: return try refuse(place)
    case 2 where !isSigned: return try void(place)
    case 3 where record.isDone(.pair) && !isSigned: return try label(place)
    case 4 where record.isDone(.label): return try seal(place)
    default: break
    }
    switch record.nextStep {
    case .photoBefore: try append([.photographed(try photo(.before))], place)
    case .flash: try append([Self.flashed], place) { $0.testHolds = false }
    case .pair: try pair(place, unique("M"))
    case .label: try label(place)
    case .seal: try seal(place)
    case .test: try test(place)
    case .photoAfter: try append([.photographed(try photo(.after))], place)
    case .handover:
      try append([.handedOver(Handover(trainedOperators: 1, operatingRules: .existing, note: nil))], place)
    case .sign:
      let agreement = try agreement("agreement")
      try append([.signed(agreement)], place) { [today] in
        ($0.standing, $0.isInWork, $0.fitted) = (.installed, false, $0.fitted ?? today)
        $0.fundedIndustry = $0.industry
      }
    case .repair, .confirm, nil: Issue.record("no step of a walk: \(String(describing: record.nextStep))")
    }
  }

  private static let flashed = InstallationEvent.flashed(
    .init(
      chip: "STM32F405", chipID: nil, firmwareVersion: "1.1.0", firmwareSha256: Sample.firmware, skipped: false)
  )

  mutating func pair(_ place: Int, _ serial: String) throws {
    let bytes = (0..<32).map { _ in UInt8(random.next(below: 256)) }
    let key = try #require(SecretKey(bytes: bytes, keyID: Sample.keyID(of: bytes)))
    let id = try #require(notes.welders[place].installationID)
    try fieldbook.prepare(key, for: id, moduleSerial: serial)
    try fieldbook.markCommitted(keyID: key.keyID, for: id, moduleSerial: serial)
    try append(
      [Self.flashed, .paired(.init(serialNumber: serial, keyID: key.keyID, imei: nil, iccid: nil))], place
    ) {
      if $0.modules.last != serial { $0.modules.append(serial) }
      ($0.hasModule, $0.testHolds) = (true, false)
    }
  }

  mutating func label(_ place: Int) throws {
    let (template, record) = (unique("template"), try record(place))
    let code = try #require(record.code)
    // A label that is made again before the first signature replaces the one before it.
    let isAnother = record.isInRepair || record.earlierOwners != nil || notes.welders[place].labels.isEmpty
    try append(
      [
        .labelled(
          LabelRecord(
            code: code, payload: "https://mashanghan.example/w/\(code)", template: template, verified: true))
      ], place
    ) {
      if !isAnother { $0.labels.removeLast() }
      $0.labels.append(template)
    }
  }

  mutating func seal(_ place: Int) throws {
    let number = unique("S")
    let seal = Seal(
      number: number, photoSha256: nil, appliedAt: now, previousNumbers: notes.welders[place].seals)
    try append([.sealed(seal)], place) {
      $0.seals.append(number)
      $0.testHolds = false
    }
  }

  mutating func test(_ place: Int) throws {
    let passed = random.next(below: 4) > 0
    try append([.tested(Sample.report(passed: passed))], place) {
      ($0.testHolds, $0.hasFailed) = (passed, !passed)
    }
  }

  mutating func correct(_ place: Int) throws {
    let present = try record(place).correctableFields
    var fields = present
    let (street, purpose) = (Self.streets[random.next(below: 3)], unique("用途"))
    let industry = Industry.allCases[random.next(below: Industry.allCases.count)]
    fields.owner.street = WrittenText(asKept: street)
    fields.owner.industry = industry
    fields.owner.industryNote = industry == .other ? "农机" : nil
    fields.welder.purpose = WrittenText(asKept: purpose)
    let isSigned = notes.welders[place].fitted != nil
    try append(
      [.corrected(.init(changes: fields.changes(since: present), redo: isSigned ? [.sign] : []))], place
    ) {
      ($0.street, $0.industry, $0.fundedIndustry) = (street, industry.rawValue, industry.rawValue)
      if isSigned { $0.isInWork = true }
    }
  }

  mutating func refuse(_ place: Int) throws {
    try append([.refused(.init(reason: "不装", releasesCode: false))], place) { $0.standing = .refused }
  }

  mutating func void(_ place: Int) throws {
    try append([.voided(reason: "误建")], place) { $0.standing = .void }
  }

  // MARK: - A day

  mutating func deliver() throws {
    for key in try fieldbook.pendingKeys() { try fieldbook.acknowledge(key: key.keyID, at: now) }
    for pending in try fieldbook.pendingRecords() {
      #expect(try fieldbook.fault(of: pending) == nil)
      for file in pending.files { try fieldbook.acknowledge(file: file.sha256, of: pending.id, at: now) }
      try fieldbook.acknowledge(
        record: pending.id, revision: pending.revision, sha256: pending.sha256, at: now)
    }
  }

  /// Takes one step that the state of some welder allows.
  /// - Returns: false where all lives are over, or no steps are left.
  mutating func live() throws -> Bool {
    guard notes.steps > 0 else { return false }
    notes.steps -= 1
    notes.second += 600 + Int64(random.next(below: 30_000))
    if random.next(below: 12) == 0 {
      fieldbook = try Fieldbook(home: home, busyMilliseconds: 20_000)
      killSwitch?.watch(fieldbook)
    }
    if random.next(below: 20) == 0 { try deliver() }
    let living = notes.welders.indices.filter {
      [.surveyed, .begun, .installed].contains(notes.welders[$0].standing)
    }
    if notes.coming > 0, living.count < 4 || random.next(below: 10) == 0 {
      try come()
      try check(notes.welders.count - 1)
      return true
    }
    guard let place = living.randomElement(using: &random) else { return false }
    let record = try record(place)
    if record.status == .surveyed {
      try liveOnList(place)
    } else if record.isInRepair {
      try repair(place, record)
    } else if record.isInWork {
      try walk(place, record)
    } else if record.openRepair != nil {
      if random.next(below: 8) == 0 { try move(place) } else { try begin(place) }
    } else {
      try liveOn(place)
    }
    try check(place)
    return true
  }
}
