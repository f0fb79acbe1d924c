import Foundation
import Records
import Testing

@testable import Fieldbook

/// Checks repairs in the store: the revisions that they make, what is queued, and what is claimed and released.
@Suite struct RepairTests {
  let home = TestHome()

  private func append(
    _ events: [InstallationEvent], to id: InstallationID, in fieldbook: Fieldbook, at second: Int64
  ) throws -> Installation {
    try fieldbook.append(events, to: id, by: Sample.technician, at: Sample.at(second))
  }

  private func begun(
    _ seal: Repair.SealFound, _ contents: String, in fieldbook: Fieldbook
  ) throws -> InstallationEvent {
    .repairBegun(
      .init(
        technician: Sample.technician, seal: seal, verdict: .differs,
        photos: [try Sample.photo(.found, contents, in: fieldbook)]))
  }

  private static func opened(unsafe: Bool = false) -> InstallationEvent {
    .repairOpened(.init(technician: Sample.technician, fault: "扫码后不启动", isUnsafe: unsafe))
  }

  private func paired(_ id: InstallationID, _ serial: String, _ key: SecretKey, in fieldbook: Fieldbook) throws
    -> InstallationEvent
  {
    try fieldbook.prepare(key, for: id, moduleSerial: serial)
    try fieldbook.markCommitted(keyID: key.keyID, for: id, moduleSerial: serial)
    return .paired(.init(serialNumber: serial, keyID: key.keyID, imei: nil, iccid: nil))
  }

  private static func flashed() -> InstallationEvent {
    .flashed(
      .init(
        chip: "STM32F405", chipID: nil, firmwareVersion: "1.1.0", firmwareSha256: Sample.firmware,
        skipped: false))
  }

  private static func seal(_ number: String, _ previous: [String]) -> InstallationEvent {
    .sealed(Seal(number: number, photoSha256: nil, appliedAt: Sample.at(60), previousNumbers: previous))
  }

  @Test
  func `a fault of an unsafe welder is a closed revision at once, and out of use until a test has passed`()
    throws
  {
    let fieldbook = try home.ready()
    let signed = try Sample.signed(in: fieldbook)
    let id = signed.id
    let reported = try append([Self.opened(unsafe: true)], to: id, in: fieldbook, at: 20)
    #expect(reported.status == .outOfUse && reported.revision == 2 && reported.closedAt != nil)
    #expect(reported.agreement == signed.agreement && reported.nextStep == .repair)
    #expect(try fieldbook.pendingRecords().map(\.revision) == [1, 2])
    #expect(try fieldbook.repairsDue().map(\.id) == [id] && fieldbook.signaturesDue() == 0)

    let found = try append([try begun(.broken, "found", in: fieldbook)], to: id, in: fieldbook, at: 30)
    #expect(found.status == .outOfUse && found.isInWork && found.revision == 3 && !found.sealHolds)
    #expect(try fieldbook.pendingRecords().map(\.revision) == [1, 2])
    let sealed = try append(
      [Self.seal("S-new", [try #require(signed.seal?.number)])], to: id, in: fieldbook, at: 40)
    #expect(sealed.status == .outOfUse && sealed.nextStep == .repair)
    let failed = try append([.tested(Sample.report(passed: false))], to: id, in: fieldbook, at: 41)
    #expect(failed.status == .outOfUse)
    let tested = try append([.tested(Sample.report())], to: id, in: fieldbook, at: 42)
    #expect(tested.status == .open && tested.nextStep == .confirm)

    let addendum = try Sample.agreement(in: fieldbook, "%PDF-1.7 addendum")
    let closed = try append(
      [.repairClosed(.init(done: "换了封条", addendum: addendum))], to: id, in: fieldbook, at: 50)
    #expect(closed.status == .closed && closed.revision == 3 && closed.openRepair == nil)
    #expect(closed.agreement == signed.agreement && closed.repairs?.first?.addendum == addendum)
    #expect(try fieldbook.pendingRecords().map(\.revision) == [1, 2, 3])
    let last = try #require(try fieldbook.pendingRecords().last)
    #expect(last.files.map(\.filename).contains("addendum-1.pdf"))
    for record in try fieldbook.pendingRecords() { #expect(try fieldbook.fault(of: record) == nil) }
    #expect(try fieldbook.recordFault(of: id) == nil && fieldbook.check().faults.isEmpty)
    #expect(try fieldbook.repairsDue().isEmpty)
  }

  @Test func `a second report may say that a welder is unsafe, and a test that failed does`() throws {
    let fieldbook = try home.ready()
    let id = try Sample.signed(in: fieldbook).id
    let first = try append([Self.opened(unsafe: false)], to: id, in: fieldbook, at: 20)
    #expect(first.status == .closed && first.openRepair?.isUnsafe == false)
    // A second report that adds nothing is refused.
    #expect(throws: FieldbookError.refused(.repairOpen)) {
      try append([Self.opened(unsafe: false)], to: id, in: fieldbook, at: 21)
    }
    let live = InstallationEvent.repairOpened(
      .init(technician: Sample.technician, fault: "机壳漏电", isUnsafe: true, isTampered: true))
    let second = try append([live], to: id, in: fieldbook, at: 22)
    #expect(second.status == .outOfUse && second.repairs?.count == 1 && second.revision == first.revision + 1)
    #expect(second.openRepair?.fault.text == "扫码后不启动；机壳漏电" && second.openRepair?.isTampered == true)
    #expect(throws: FieldbookError.refused(.repairOpen)) { try append([live], to: id, in: fieldbook, at: 23) }

    let other = try Sample.signed(in: fieldbook, key: Sample.key(2)).id
    _ = try append([Self.opened(unsafe: false)], to: other, in: fieldbook, at: 30)
    let begun = try append([try begun(.intact, "found", in: fieldbook)], to: other, in: fieldbook, at: 31)
    #expect(begun.status == .open)
    #expect(
      try append([.tested(Sample.report(passed: false))], to: other, in: fieldbook, at: 32).status == .outOfUse)
    #expect(try append([.tested(Sample.report())], to: other, in: fieldbook, at: 33).status == .open)
    #expect(try fieldbook.check().faults.isEmpty)
  }

  @Test func `an exchanged module is free elsewhere, and a dead one is fitted nowhere again`() throws {
    let fieldbook = try home.ready()
    let signed = try Sample.signed(in: fieldbook)
    let old = try #require(signed.module?.serialNumber)
    let id = signed.id
    _ = try append([Self.opened(), try begun(.broken, "found", in: fieldbook)], to: id, in: fieldbook, at: 20)
    #expect(throws: FieldbookError.refused(.moduleOnRecord(old))) {
      try append([try paired(id, "M-new", Sample.key(9), in: fieldbook)], to: id, in: fieldbook, at: 21)
    }
    #expect(throws: FieldbookError.refused(.otherModule(old))) {
      try append(
        [.moduleRetired(.init(serialNumber: "M-x", keyID: nil, isDead: false, reason: "坏", photos: []))],
        to: id,
        in: fieldbook, at: 21)
    }
    let retired = try append(
      [
        .moduleRetired(
          .init(serialNumber: old, keyID: signed.module?.keyID, isDead: false, reason: "坏", photos: []))
      ],
      to: id, in: fieldbook, at: 22)
    #expect(retired.module == nil && retired.retiredModules?.map(\.serialNumber) == [old])
    #expect(try fieldbook.installations(withModule: old, otherThan: Sample.id()).isEmpty)
    let exchanged = try append(
      [Self.flashed(), try paired(id, "M-new", Sample.key(9), in: fieldbook)], to: id, in: fieldbook, at: 23)
    #expect(exchanged.module?.serialNumber == "M-new" && exchanged.module?.firmwareVersion == "1.1.0")
    #expect(try fieldbook.installations(withModule: "M-new", otherThan: Sample.id()) == [id])

    _ = try append(
      [
        .moduleRetired(
          .init(
            serialNumber: "M-new", keyID: nil, isDead: true, reason: "进水",
            photos: [try Sample.photo(.found, "dead", in: fieldbook)]))
      ], to: id, in: fieldbook, at: 24)
    #expect(throws: FieldbookError.moduleDead(serialNumber: "M-new", id)) {
      try fieldbook.duplicate(ofModule: "M-new", otherThan: Sample.id(), reason: "再用")
    }
    #expect(try fieldbook.duplicate(ofModule: old, otherThan: Sample.id(), reason: nil) == nil)
  }

  @Test func `a sold welder keeps its old owner and agreement, and waits for the new owner's signature`() throws
  {
    let fieldbook = try home.ready()
    let signed = try Sample.signed(in: fieldbook)
    var owner = signed.owner
    owner.unitName = "东风路修理部"
    let sold = try append(
      [.transferred(.init(technician: Sample.technician, owner: owner))], to: signed.id, in: fieldbook, at: 20)
    #expect(sold.status == .open && sold.isSignatureDue && sold.nextStep == .handover)
    #expect(sold.earlierOwners?.map(\.owner) == [signed.owner] && sold.owner == owner)
    #expect(try fieldbook.signaturesDue() == 1)
    let agreement = try Sample.agreement(in: fieldbook, "%PDF-1.7 second")
    let again = try append(
      [.handedOver(Handover(trainedOperators: 1, operatingRules: .existing, note: nil)), .signed(agreement)],
      to: signed.id, in: fieldbook, at: 30)
    let earlier = try #require(signed.agreement)
    #expect(again.status == .closed && again.earlierAgreements == [earlier])
    #expect(try fieldbook.list().map(\.unitName) == ["东风路修理部"])
  }

  @Test func `a move and a retirement close at once, and a retired welder's photos are evidence of it`() throws
  {
    let fieldbook = try home.ready()
    let signed = try Sample.signed(in: fieldbook)
    var fields = signed.correctableFields
    fields.owner.street = "白泥井镇"
    let moved = try append(
      [.moved(.init(changes: fields.changes(since: signed.correctableFields)))], to: signed.id, in: fieldbook,
      at: 20)
    #expect(moved.status == .closed && moved.revision == 2 && moved.owner.street == "白泥井镇")
    #expect(moved.agreement == signed.agreement)
    let photo = try Sample.photo(.found, "scrapped", in: fieldbook)
    let retired = try append(
      [.withdrawn(.init(technician: Sample.technician, reason: "报废", photos: [photo]))], to: signed.id,
      in: fieldbook, at: 30)
    #expect(retired.status == .retired && retired.revision == 3 && retired.retiredReason == "报废")
    #expect(try fieldbook.pendingRecords().map(\.revision) == [1, 2, 3])
    let module = try #require(signed.module?.serialNumber)
    #expect(try fieldbook.installations(withModule: module, otherThan: Sample.id()).isEmpty)
    #expect(throws: FieldbookError.photoUsed(sha256: photo.sha256, by: signed.id, stage: .found)) {
      let other = try Sample.signed(in: fieldbook, key: Sample.key(1), at: 40)
      return try append(
        [.withdrawn(.init(technician: Sample.technician, reason: "报废", photos: [photo]))], to: other.id,
        in: fieldbook, at: 50)
    }
    #expect(try fieldbook.recordFault(of: signed.id) == nil && fieldbook.check().faults.isEmpty)
  }

  @Test func `what does not belong to the state of a welder is refused`() throws {
    let fieldbook = try home.ready()
    let opened = try fieldbook.open(Sample.id(), Sample.registered(), at: Sample.at(0))
    let signed = try Sample.signed(in: fieldbook, at: 10)
    func refusal(_ events: [InstallationEvent], _ id: InstallationID) throws -> StepRefusal? {
      do {
        _ = try append(events, to: id, in: fieldbook, at: 40)
        return nil
      } catch FieldbookError.refused(let refusal) { return refusal }
    }
    let found = try begun(.intact, "found", in: fieldbook)
    let addendum = try Sample.agreement(in: fieldbook, "%PDF-1.7 addendum")
    #expect(try refusal([Self.opened()], opened.id) == .notInstalled)
    #expect(try refusal([found], signed.id) == .noRepair)
    #expect(try refusal([.repairClosed(.init(done: nil, addendum: addendum))], signed.id) == .noRepair)
    #expect(try refusal([Self.seal("S-9", [])], signed.id) == .closed)
    _ = try append([Self.opened(unsafe: true)], to: signed.id, in: fieldbook, at: 31)
    #expect(try refusal([Self.opened()], signed.id) == .repairOpen)
    #expect(try refusal([Self.seal("S-9", [])], signed.id) == .repairNotBegun)
    #expect(
      try refusal([.transferred(.init(technician: Sample.technician, owner: signed.owner))], signed.id)
        == .repairOpen)
    _ = try append([found], to: signed.id, in: fieldbook, at: 32)
    #expect(try refusal([found], signed.id) == .repairOpen)
    #expect(try refusal([.signed(addendum)], signed.id) == .repairOpen)
    #expect(try refusal([.repairClosed(.init(done: nil, addendum: addendum))], signed.id) == .testBeforeRepair)
  }
}
