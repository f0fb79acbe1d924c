import Bench
import Cryptography
import Fieldbook
import Foundation
import ModuleCore
import Records
import Sync
import TestSupport
import Testing

/// Checks the queue at full size: three laptops inspect 2,000 records and deliver in turns, and the platform
/// then has the same set of inspections.
@Suite struct InspectionQueueTests {
  private static let count = 2_000
  /// The numbers of the records of which the platform has a forged revision that no laptop has made.
  private static let falsified = Set(stride(from: 100, to: count, by: 400))

  private let scratch = TemporaryFolder(isInMemory: true)

  private final class Memory: UploadMemory {
    var addresses: [FileDigest: String] = [:]
    func uploadAddress(of sha256: FileDigest) -> String? { addresses[sha256] }
    func remember(uploadAddress: String?, of sha256: FileDigest) { addresses[sha256] = uploadAddress }
  }

  private static let technician = Technician(
    name: PersonName("张三"), phone: PhoneNumber("13800000001")!, company: "达旗焊安", certificate: "T-1",
    certificateExpires: CalendarDay("2099-01-01")!)

  private static func at(_ seconds: Int) -> Timestamp {
    Timestamp(secondsSince1970: 1_795_000_000 + Int64(seconds), offsetSeconds: 28_800)
  }

  private func sync(_ fieldbook: Fieldbook, _ url: String, at second: Int) throws -> SyncReport {
    let client = try PlatformClient(.init(address: url))
    return try SyncRun(
      outbox: fieldbook, files: fieldbook.files, client: client, clock: FixedClock(Self.at(second)),
      uploads: Memory(), platformCertificate: nil, surroundings: .init(sleep: { _ in }, pin: { _ in })
    ).run()
  }

  private func inspection(_ laptop: String, _ second: Int) throws -> Inspection {
    Inspection(
      inspector: Inspector(
        role: .inspector, name: PersonName(WrittenText(asKept: laptop)),
        phone: try #require(PhoneNumber("13800000003")),
        company: "应急管理局", certificate: nil),
      inspectedAt: Self.at(second), source: .fieldbook, againstRevision: 1, againstSha256: nil,
      checks: [InspectionCheck(.key), InspectionCheck(.sealNumber, .notGiven)], state: nil)
  }

  private func inspect(_ id: InstallationID, _ laptop: String, _ second: Int, in fieldbook: Fieldbook) throws {
    let lock = try #require(try fieldbook.lock(installation: id))
    defer { lock.release() }
    _ = try fieldbook.append(try inspection(laptop, second), holding: lock, at: Self.at(second))
  }

  /// Makes signed records. They share their agreement and strokes, and each has a photo of its own.
  private func fill(_ fieldbook: Fieldbook) throws -> [InstallationID] {
    try fieldbook.addBlock(try #require(CodeBlock(region: "150621", "00A000+\(Self.count)")))
    let document = Data("%PDF-1.7".utf8)
    let agreement = AgreementRecord(
      sha256: try fieldbook.files.store(document), bytes: document.count, signedAt: Self.at(9),
      signatory: Signatory(
        name: PersonName("王五"), phone: try #require(PhoneNumber("13900000003")), capacity: .proprietor),
      strokesSha256: try fieldbook.files.store(Data("{}".utf8)))
    let random = SeededBytes(seed: 21)
    return try (0..<Self.count).map { number in
      let id = try #require(InstallationID(UUID().uuidString))
      let opened = try fieldbook.open(
        id,
        .init(
          technician: Self.technician,
          owner: Owner(
            unitID: nil, unitName: WrittenText(asKept: "店 \(number)"), unitType: .individual,
            responsibleName: PersonName("王五"), responsiblePhone: try #require(PhoneNumber("13900000003")),
            street: "树林召镇", community: nil, industry: .autoRepair, industryNote: nil, operators: 2,
            certifiedOperators: 1),
          welder: Welder(
            brand: nil, model: nil, serialNumber: nil, weldingProcess: .manualArc, supply: .singlePhase220,
            sourceType: .inverter, supplyMaxAmps: 40, maxCurrentAmps: 315, maxPowerKilowatts: nil, purpose: nil,
            purchasedOn: nil, condition: .fit),
          code: nil, scheme: SchemeReference(name: "single-phase-inverter", version: "1"), retiredReason: nil,
          remarks: nil), at: Self.at(number))
      let secret = random.bytes(32)
      let keyID = Hex.encode(Authenticator.keyID(of: secret))
      let key = try #require(SecretKey(bytes: secret, keyID: keyID))
      try fieldbook.prepare(key, for: id, moduleSerial: "M-\(number)")
      try fieldbook.markCommitted(keyID: keyID, for: id, moduleSerial: "M-\(number)")
      let code = try #require(opened.code)
      func photo(_ stage: Photo.Stage) throws -> Photo {
        let bytes = Data("\(stage) \(number)".utf8)
        return Photo(
          stage: stage, sha256: try fieldbook.files.store(bytes), bytes: bytes.count, mediaType: "image/jpeg",
          takenAt: Self.at(1), widthPixels: 640, heightPixels: 480)
      }
      let lock = try #require(try fieldbook.lock(installation: id))
      defer { lock.release() }
      _ = try fieldbook.append(
        [
          .photographed(try photo(.before)),
          .flashed(
            .init(
              chip: "STM32F405", chipID: nil, firmwareVersion: "1.0.0",
              firmwareSha256: String(repeating: "ab", count: 32), skipped: false)),
          .paired(.init(serialNumber: "M-\(number)", keyID: keyID, imei: nil, iccid: nil)),
          .labelled(
            LabelRecord(code: code, payload: "https://a.example/w/\(code)", template: "stock", verified: true)),
          .sealed(Seal(number: "S-\(number)", photoSha256: nil, appliedAt: Self.at(1), previousNumbers: [])),
          .tested(
            TestReport(
              plan: "standard", startedAt: Self.at(1),
              steps: [.init(name: "a", measured: 1, unit: "V", lower: 0, upper: 2, outcome: .passed)])),
          .photographed(try photo(.after)),
          .handedOver(Handover(trainedOperators: 2, operatingRules: .drafted, note: nil)),
          .signed(agreement),
        ], holding: lock, by: Self.technician, at: Self.at(number))
      return id
    }
  }

  @Test func `2,000 records that three laptops inspected arrive whole, and what really differs is named`()
    throws
  {
    let platform = try LocalPlatform(
      .init(dataFolder: scratch.file("platform"), token: nil, random: SeededBytes(seed: 1).bytes))
    let url = try platform.start()
    defer { platform.stop() }
    let first = try Fieldbook(home: scratch.file("first"), busyMilliseconds: 20_000)
    let ids = try fill(first)
    let sent = try sync(first, url, at: 5_000)
    #expect(sent.delivered == Self.count && sent.pending + sent.failed == 0)

    // The second laptop has the same records; the third laptop is an inspector's and has none.
    try FileManager.default.copyItem(atPath: scratch.file("first"), toPath: scratch.file("second"))
    let second = try Fieldbook(home: scratch.file("second"), busyMilliseconds: 20_000)
    let third = try Fieldbook(home: scratch.file("third"), busyMilliseconds: 20_000)
    var expected: [InstallationID: Set<Inspection>] = [:]
    for (number, id) in ids.enumerated() {
      if Self.falsified.contains(number) { continue }
      if number % 2 == 0 {
        try inspect(id, "乙", 10_000 + number, in: second)
        expected[id, default: []].insert(try inspection("乙", 10_000 + number))
      }
      if number % 5 == 0 {
        let body = try #require(try platform.record(id.text))
        _ = try third.appendVisit(try inspection("丙", 10_000 + number), to: body, at: Self.at(10_000 + number))
        expected[id, default: []].insert(try inspection("丙", 10_000 + number))
      }
    }
    for number in Self.falsified {
      let id = ids[number]
      let body = try #require(try platform.record(id.text))
      let sha256 = SHA256Digest(of: body).hex
      let text = String(decoding: body, as: UTF8.self).replacing("店 \(number)", with: "别人的店")
        .replacing("\"revision\":1", with: "\"previousSha256\":\"\(sha256)\",\"revision\":2")
      let changed = Data(text.utf8)
      try PlatformClient(.init(address: url)).deliver(
        PendingRecord(
          id: id, code: nil, revision: 2, body: changed, sha256: SHA256Digest(of: changed).hex,
          previousSha256: sha256, files: []))
    }
    // Each record is inspected on the first laptop, every third one twice.
    for round in 0..<2 {
      for (number, id) in ids.enumerated() where round == 0 || number % 3 == 0 {
        let second = 20_000 + round * Self.count + number
        try inspect(id, "甲", second, in: first)
        if !Self.falsified.contains(number) { expected[id, default: []].insert(try inspection("甲", second)) }
      }
    }

    let reports = [
      try sync(third, url, at: 30_000), try sync(second, url, at: 30_001), try sync(first, url, at: 30_002),
      // A second run of each laptop finds only the inspections that cannot be delivered.
      try sync(third, url, at: 30_003), try sync(second, url, at: 30_004), try sync(first, url, at: 30_005),
    ]
    let bad = Self.falsified.count
    #expect(reports.map(\.failed) == [0, 0, bad, 0, 0, bad] && reports.allSatisfy { $0.pending == 0 })
    #expect(reports[2].delivered == Self.count - bad && reports[5].delivered == 0)
    #expect(Set(try first.conflicts().map(\.id)) == Set(Self.falsified.map { ids[$0] }))

    for (number, id) in ids.enumerated() where !Self.falsified.contains(number) {
      let body = try #require(try platform.record(id.text))
      let record = try RecordCoding.decode(Installation.self, from: body)
      let inspections = record.inspections ?? []
      #expect(Set(inspections) == expected[id] && inspections.count == expected[id]?.count, "\(number)")
      #expect(record.revision == 1 + inspections.count && record.owner.unitName.text == "店 \(number)")
      #expect(try first.status(of: id) == .delivered, "\(number)")
    }
    for laptop in [first, second, third] {
      let check = try laptop.check()
      #expect(check.faults.isEmpty, "\(check.faults.prefix(3))")
    }
    #expect(try third.visitedCount() == ids.indices.count { $0 % 5 == 0 && !Self.falsified.contains($0) })
  }
}
