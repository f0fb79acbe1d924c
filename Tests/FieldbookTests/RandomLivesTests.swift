import Cryptography
import Foundation
import Records
import TestSupport
import Testing

@testable import Fieldbook

/// Random lives of welders after their installation: faults, repairs, exchanges, labels, seals, sales, moves, deliveries and
/// ends, with the program started anew in between. What is current is counted a second time beside the fieldbook.
@Suite struct RandomLivesTests {
  private static let lives =
    ProcessInfo.processInfo.environment["WELDTECH_LIVES"].flatMap(Int.init) ?? 30

  /// What the test counts itself.
  private struct Ledger {
    var modules: [String]
    var seals: [String]
    var labels: [String]
    var owners: [String]
    var hasModule = true
  }

  /// One welder's life.
  private struct Life {
    let home: TestHome
    var fieldbook: Fieldbook
    var random: SplitMix64
    let id: InstallationID
    var second: Int64
    var number = 0
    var ledger: Ledger

    mutating func unique(_ word: String) -> String {
      number += 1
      return "\(word)-\(id.text.prefix(8))-\(number)"
    }

    var record: Installation { get throws { try fieldbook.installation(id) } }

    @discardableResult
    mutating func append(_ events: [InstallationEvent]) throws -> Installation {
      second += 1
      return try fieldbook.append(events, to: id, by: Sample.technician, at: Sample.at(second))
    }

    // MARK: - Deeds

    mutating func report() throws {
      try append([
        .repairOpened(
          .init(
            technician: Sample.technician, fault: "故障", isUnsafe: random.next(below: 2) == 0,
            isTampered: random.next(below: 4) == 0))
      ])
    }

    mutating func begin() throws {
      let seals = Repair.SealFound.allCases
      let photo = try Sample.photo(.found, unique("found"), in: fieldbook)
      try append([
        .repairBegun(
          .init(
            technician: Sample.technician, seal: seals[random.next(below: seals.count)], verdict: nil,
            isUnsafe: random.next(below: 4) == 0 ? true : nil, photos: [photo]))
      ])
    }

    mutating func exchange() throws {
      if let module = try record.module, let old = module.serialNumber {
        let isDead = random.next(below: 2) == 0
        let photos = isDead ? [try Sample.photo(.found, unique("dead"), in: fieldbook)] : []
        try append([
          .moduleRetired(
            .init(serialNumber: old, keyID: module.keyID, isDead: isDead, reason: "更换", photos: photos))
        ])
        ledger.hasModule = false
        // The program may end here.
        if random.next(below: 3) == 0 { return }
      }
      try pair(unique("M"))
    }

    mutating func pair(_ serial: String) throws {
      number += 1
      let bytes = (0..<32).map { _ in UInt8(random.next(below: 256)) }
      let key = try #require(SecretKey(bytes: bytes, keyID: Sample.keyID(of: bytes)))
      try fieldbook.prepare(key, for: id, moduleSerial: serial)
      try fieldbook.markCommitted(keyID: key.keyID, for: id, moduleSerial: serial)
      try append([
        .flashed(
          .init(
            chip: "STM32F405", chipID: nil, firmwareVersion: "1.1.0", firmwareSha256: Sample.firmware,
            skipped: false)),
        .paired(.init(serialNumber: serial, keyID: key.keyID, imei: nil, iccid: nil)),
      ])
      if ledger.modules.last != serial { ledger.modules.append(serial) }
      ledger.hasModule = true
    }

    mutating func label() throws {
      let template = unique("template")
      let code = try #require(try record.code)
      try append([
        .labelled(
          LabelRecord(
            code: code, payload: "https://mashanghan.example/w/\(code)", template: template, verified: true))
      ])
      ledger.labels.append(template)
    }

    mutating func seal() throws {
      let number = unique("S")
      try append([
        .sealed(
          Seal(number: number, photoSha256: nil, appliedAt: Sample.at(second), previousNumbers: ledger.seals))
      ])
      ledger.seals.append(number)
    }

    mutating func test() throws { try append([.tested(Sample.report(passed: random.next(below: 4) > 0))]) }

    mutating func confirm() throws {
      let addendum = try Sample.agreement(in: fieldbook, unique("%PDF addendum"))
      try append([.repairClosed(.init(done: nil, addendum: addendum))])
    }

    mutating func sell() throws {
      var owner = try record.owner
      owner.unitName = WrittenText(asKept: unique("单位"))
      try append([.transferred(.init(technician: Sample.technician, owner: owner))])
      ledger.owners.append(owner.unitName.text)
    }

    mutating func correct() throws {
      let present = try record.correctableFields
      var fields = present
      fields.welder.purpose = WrittenText(asKept: unique("用途"))
      try append([.corrected(.init(changes: fields.changes(since: present), redo: [.sign]))])
    }

    mutating func sign() throws {
      let agreement = try Sample.agreement(in: fieldbook, unique("%PDF agreement"))
      try append([
        .handedOver(Handover(trainedOperators: 1, operatingRules: .existing, note: nil)), .signed(agreement),
      ])
    }

    mutating func move() throws {
      let present = try record.correctableFields
      var fields = present
      fields.owner.street = WrittenText(asKept: unique("街道"))
      try append([.moved(.init(changes: fields.changes(since: present)))])
    }

    mutating func withdraw() throws {
      let photo = try Sample.photo(.found, unique("end"), in: fieldbook)
      try append([.withdrawn(.init(technician: Sample.technician, reason: "报废", photos: [photo]))])
    }

    mutating func deliver() throws {
      second += 1
      for key in try fieldbook.pendingKeys() {
        try fieldbook.acknowledge(key: key.keyID, at: Sample.at(second))
      }
      for pending in try fieldbook.pendingRecords() {
        #expect(try fieldbook.fault(of: pending) == nil)
        for file in pending.files {
          try fieldbook.acknowledge(file: file.sha256, of: pending.id, at: Sample.at(second))
        }
        try fieldbook.acknowledge(
          record: pending.id, revision: pending.revision, sha256: pending.sha256, at: Sample.at(second))
      }
    }

    // MARK: - One day

    /// Does one thing that the state allows.
    /// - Returns: false at the end of the life.
    mutating func live() throws -> Bool {
      let record = try record
      if random.next(below: 6) == 0 { fieldbook = try home.fieldbook() }
      if random.next(below: 8) == 0 { try deliver() }
      if record.isInRepair { return try repair(record) }
      if record.isInWork {
        if record.isDone(.test) || record.testCounts { try sign() } else { try test() }
        return true
      }
      if record.openRepair != nil {
        switch random.next(below: 8) {
        case 0: try move()
        default: try begin()
        }
        return true
      }
      switch random.next(below: 20) {
      case 0..<9: try report()
      case 9..<13: try sell()
      case 13..<16: try move()
      case 16..<19: try correct()
      default:
        try withdraw()
        return false
      }
      return true
    }

    private mutating func repair(_ record: Installation) throws -> Bool {
      if record.isDone(.repair) {
        try confirm()
        return true
      }
      if !record.isDone(.pair) || !record.isDone(.flash) {
        try exchange()
        return true
      }
      switch random.next(below: 12) {
      case 0: try exchange()
      case 1: try pair(try #require(record.module?.serialNumber))
      case 2: try label()
      case 3:
        try withdraw()
        return false
      default: if record.isDone(.seal) { try test() } else { try seal() }
      }
      return true
    }

    // MARK: - What has to hold

    func check() throws {
      let record = try record
      #expect((record.module?.serialNumber == nil) == !ledger.hasModule)
      let modules =
        (record.retiredModules ?? []).map(\.serialNumber) + [record.module?.serialNumber].compactMap(\.self)
      #expect(modules == ledger.modules)
      #expect((record.seal?.previousNumbers ?? []) + [record.seal?.number ?? ""] == ledger.seals)
      #expect(
        (record.earlierLabels ?? []).map(\.label.template) + [record.label?.template ?? ""] == ledger.labels)
      #expect(
        (record.earlierOwners ?? []).map(\.owner.unitName.text) + [record.owner.unitName.text] == ledger.owners)
      #expect(record.status != .outOfUse || record.openRepair?.isUnsafe == true)
      #expect(try fieldbook.summary(of: id)?.status == record.status)
    }

    /// Judges every closed revision as a stranger's record, each after the one before.
    func checkRevisions() throws {
      #expect(try fieldbook.recordFault(of: id) == nil)
      let history = try fieldbook.provenHistory(of: id)
      var before: (Installation, String)?
      for revision in history.revisions {
        let remote = try RemoteRecord(
          revision.body, sha256: revision.sha256, of: id, revision: revision.number)
        if let (installation, sha256) = before { #expect(remote.continues(installation, sha256: sha256)) }
        before = (remote.installation, revision.sha256)
      }
      #expect(history.revisions.map(\.number) == Array(1...history.revisions.count))
    }
  }

  @Test
  func
    `at each moment of random lives one module, seal, label and owner are current, and every revision is sound`()
    throws
  {
    let home = TestHome()
    let fieldbook = try home.ready(codes: Self.lives)
    var second: Int64 = 0
    for seed in 1...UInt64(Self.lives) {
      var random = SplitMix64(seed: seed)
      let bytes = (0..<32).map { _ in UInt8(random.next(below: 256)) }
      let key = try #require(SecretKey(bytes: bytes, keyID: Sample.keyID(of: bytes)))
      let signed = try Sample.signed(in: fieldbook, key: key, at: second)
      var life = Life(
        home: home, fieldbook: fieldbook, random: random, id: signed.id, second: second + 10,
        ledger: Ledger(
          modules: [try #require(signed.module?.serialNumber)], seals: [try #require(signed.seal?.number)],
          labels: [try #require(signed.label?.template)], owners: [signed.owner.unitName.text]))
      do {
        var days = 0
        while days < 40, try life.live() {
          try life.check()
          days += 1
        }
        try life.check()
        try life.checkRevisions()
      } catch { Issue.record("life \(seed): \(error)") }
      second = life.second + 10
    }
    #expect(try home.fieldbook().check().faults.isEmpty)
  }
}

extension Sample {
  /// The id of a key, which is the beginning of its digest.
  static func keyID(of bytes: [UInt8]) -> String { String(SHA256Digest(of: bytes).hex.prefix(16)) }
}
