import Foundation
import Records
import TestSupport
import Testing

extension Sample {
  /// The event that corrects the sample's registration by `change`.
  static func corrected(
    of installation: Installation = installation(), scheme: SchemeReference? = nil, redo: [Step] = [],
    _ change: (inout CorrectableFields) -> Void
  ) -> InstallationEvent {
    var fields = installation.correctableFields
    change(&fields)
    return .corrected(
      .init(changes: fields.changes(since: installation.correctableFields), scheme: scheme, redo: redo))
  }
}

@Suite struct CorrectionTests {
  /// Another value of every field that can be corrected.
  private static let others: [RegistrationField: JSONValue] = [
    .unitName: .string("东风路汽修"), .unitType: .string("small"), .responsibleName: .string("令狐冲"),
    .responsiblePhone: .string("13900000009"), .street: .string("展旦召苏木"), .community: .string("新社区"),
    .industry: .string("mining"), .industryNote: .string("矿"), .operators: .number(5),
    .certifiedOperators: .number(4), .unitID: .string("u-2"), .brand: .string("沪工"), .model: .string("ZX7-400"),
    .serialNumber: .string("W-2"), .weldingProcess: .string("tig"), .supply: .string("threePhase380"),
    .sourceType: .string("dc"), .supplyMaxAmps: .number(20.5), .maxCurrentAmps: .number(400),
    .maxPowerKilowatts: .number(12), .purpose: .string("焊门窗"), .purchasedOn: .string("2024-02-29"),
    .condition: .string("retired"), .retiredReason: .string("漏电"), .remarks: .string("二楼"),
  ]

  private func event(_ changes: String) throws -> InstallationEvent {
    try RecordCoding.decode(
      InstallationEvent.self,
      from: Data(#"{"event":"corrected","facts":{"changes":[\#(changes)],"redo":[]}}"#.utf8))
  }

  private func json(_ value: JSONValue) throws -> String {
    String(decoding: try RecordCoding.encode([value]), as: UTF8.self).dropFirst().dropLast().description
  }

  @Test(arguments: RegistrationField.allCases)
  func `a correction puts its new value into the record's field and leaves every other as it was`(
    _ field: RegistrationField
  ) throws {
    let value = try #require(Self.others[field])
    let event = try event(#"{"field":"\#(field.path)","to":\#(try json(value))}"#)
    var installation = Sample.installation()
    let before = installation.correctableFields.values
    installation.apply(event, at: Sample.at(3), entrySha256: Sample.digest)
    var expected = before
    expected[field] = value
    #expect(installation.correctableFields.values == expected)
    let entry = try #require(installation.history.last)
    #expect(
      entry.event == "corrected" && entry.changes?.map(\.field) == [field] && entry.changes?.first?.to == value)
  }

  @Test func `a field that may be empty is emptied, and a required one is not`() throws {
    for field in RegistrationField.allCases {
      let text = #"{"field":"\#(field.path)","from":"x"}"#
      if field.presence == .required || field == .condition {
        #expect(throws: DecodingError.self, "\(field)") { try event(text) }
      } else {
        var installation = Sample.installation()
        installation.apply(try event(text), at: Sample.at(3), entrySha256: Sample.digest)
        #expect(installation.correctableFields.value(of: field) == nil, "\(field)")
      }
    }
  }

  @Test func `a value that its field cannot have is no event`() {
    for text in [
      #"{"field":"owner.responsiblePhone","to":"12"}"#, #"{"field":"owner.industry","to":"fishing"}"#,
      #"{"field":"welder.purchasedOn","to":"2023-02-29"}"#, #"{"field":"owner.operators","to":2.5}"#,
      #"{"field":"welder.maxCurrentAmps","to":"400"}"#, #"{"field":"owner.unitName","to":7}"#,
      #"{"field":"owner.shoeSize","to":"43"}"#, #"{"to":"43"}"#, #"{"field":"welder.model","to":["a"]}"#,
    ] {
      #expect(throws: DecodingError.self, "\(text)") { try event(text) }
    }
  }

  @Test func `changes name exactly the fields that differ, with both values`() throws {
    var random = SplitMix64(seed: 7)
    for _ in 0..<200 {
      let chosen = Set(RegistrationField.allCases.filter { _ in random.next(below: 3) == 0 })
      let text = try chosen.map { #"{"field":"\#($0.path)","to":\#(try json(Self.others[$0]!))}"# }
      var installation = Sample.installation()
      let before = installation.correctableFields
      installation.apply(try event(text.joined(separator: ",")), at: Sample.at(3), entrySha256: Sample.digest)
      let changes = installation.correctableFields.changes(since: before)
      #expect(Set(changes.map(\.field)) == chosen, "seed 7")
      #expect(changes.allSatisfy { $0.to == Self.others[$0.field] && $0.from == before.value(of: $0.field) })
      #expect(before.changes(since: before).isEmpty)
    }
  }

  @Test func `the payer follows a corrected industry`() {
    var installation = Sample.installation()
    #expect(installation.funding.reason == .fittedAfterDeadline)
    installation.apply(
      Sample.corrected { $0.owner.industry = .mining }, at: Sample.at(3), entrySha256: Sample.digest)
    #expect(installation.funding == Funding(payer: .owner, reason: .industryDepartment))
  }

  @Test func `what a correction makes untrue has to be done again before the signature, and then is done`()
    throws
  {
    var installation = Sample.installation(after: Step.walk.filter { $0 != .sign })
    #expect(installation.nextStep == .sign)
    installation.apply(
      Sample.corrected(
        of: installation, scheme: SchemeReference(name: "three-phase-inverter", version: "1"),
        redo: [.label, .test]
      ) { fields in
        fields.owner.unitName = "东风路汽修"
        fields.welder.supply = .threePhase380
      }, at: Sample.at(3), entrySha256: Sample.digest)
    #expect(installation.scheme?.name == "three-phase-inverter")
    #expect(installation.nextStep == .label && !installation.isDone(.test) && installation.isDone(.seal))
    let refusal = installation.refusal(of: .sign, by: Sample.technician, on: Sample.day)
    #expect(refusal == .needs([.label, .test]))
    let label = try #require(Sample.events.first { $0.step == .label })
    installation.apply(label.event, at: Sample.at(4), entrySha256: Sample.digest)
    #expect(installation.nextStep == .test)
    #expect(installation.refusal(of: .sign, by: Sample.technician, on: Sample.day) == .testOutdated)
    installation.apply(Sample.tested(), at: Sample.at(5), entrySha256: Sample.digest)
    #expect(installation.nextStep == .sign)
    #expect(installation.refusal(of: .sign, by: Sample.technician, on: Sample.day) == nil)
  }

  @Test func `a handover that a correction made untrue is done again before the signature`() throws {
    var installation = Sample.installation(after: Step.walk.filter { $0 != .sign })
    installation.apply(
      Sample.corrected(of: installation, redo: [.handover]) { $0.owner.operators = 7 }, at: Sample.at(3),
      entrySha256: Sample.digest)
    #expect(installation.nextStep == .handover && installation.handover != nil)
    #expect(installation.refusal(of: .sign, by: Sample.technician, on: Sample.day) == .needs([.handover]))
    let handover = try #require(Sample.events.first { $0.step == .handover })
    installation.apply(handover.event, at: Sample.at(4), entrySha256: Sample.digest)
    #expect(installation.nextStep == .sign)
  }

  @Test func `a signed record is open again once it is corrected, and its first signature decides who pays`()
    throws
  {
    // The first signature is on the last day on which the Banner pays.
    let early = Timestamp(secondsSince1970: 20_071 * 86_400, offsetSeconds: 28_800)
    var installation = Sample.installation(after: Step.walk.filter { $0 != .sign })
    installation.apply(Sample.signed(at: early), at: early, entrySha256: Sample.digest)
    let first = try #require(installation.agreement)
    #expect(installation.status == .closed && installation.funding.payer == .banner)
    installation.beginRevision(after: Sample.digest)
    installation.apply(
      Sample.corrected(of: installation, redo: [.sign]) { $0.welder.model = "ZX7-400" }, at: Sample.at(20),
      entrySha256: Sample.digest)
    #expect(installation.status == .open && installation.isSignatureDue && installation.nextStep == .sign)
    #expect(installation.agreement == nil && installation.closedAt == nil)
    #expect(installation.earlierAgreements == [first] && installation.funding.payer == .banner)
    installation.apply(Sample.signed(at: Sample.at(30)), at: Sample.at(30), entrySha256: Sample.digest)
    #expect(installation.status == .closed && !installation.isSignatureDue && installation.revision == 2)
    #expect(installation.funding.payer == .banner && installation.earlierAgreements == [first])
  }

  @Test func `a refused record says why, takes nothing more, and has no code where nobody had seen it`() {
    for releases in [true, false] {
      var installation = Sample.installation(after: [.photoBefore])
      installation.apply(
        .refused(.init(reason: "不装了", releasesCode: releases)), at: Sample.at(3), entrySha256: Sample.digest)
      #expect(installation.status == .refused && installation.refusedReason == "不装了")
      #expect(installation.code == (releases ? nil : Sample.code) && installation.closedAt == Sample.at(3))
      #expect(installation.nextStep == nil && installation.refusalOfCorrecting == .refused)
      for step in Step.walk {
        #expect(installation.refusal(of: step, by: Sample.technician, on: Sample.day) == .refused)
      }
    }
  }

  @Test func `only an open record can be refused by its owner`() {
    let signed = Sample.installation(after: Step.walk)
    #expect(Sample.installation().refusalOfRefusing == nil && signed.refusalOfRefusing == .closed)
    #expect(Sample.installation(.retired).refusalOfRefusing == .retired)
    // A correction opens a signed record again, whose welder is installed all the same.
    var corrected = signed
    corrected.apply(
      Sample.corrected { $0.welder.model = "ZX7-400" }, at: Sample.at(9), entrySha256: Sample.digest)
    #expect(corrected.status == .open && corrected.refusalOfRefusing == .signedBefore)
  }

  @Test func `a change shows no person's name or number by itself`() {
    let change = Sample.corrected { $0.owner.responsiblePhone = PhoneNumber("13900000009")! }
    var text = "\(change)"
    dump(change, to: &text)
    #expect(!text.contains("13900000009") && !text.contains(Sample.phones[1]), "\(text)")
  }
}

@Suite struct WelderIdentityTests {
  private func identity(_ brand: String?, _ number: String?) -> WelderIdentity? {
    WelderIdentity(brand: brand, serialNumber: number)
  }

  @Test func `width, case, blanks, dashes and look-alike letters make no other welder`() throws {
    let first = try #require(identity("Riland 瑞凌", "W-0012a"))
    for (brand, number) in [
      ("riland瑞凌", "w-0012A"), ("ＲＩＬＡＮＤ　瑞凌", "Ｗ－００１２Ａ"), (" Riland  瑞凌 ", " W - 0012 A "), (nil, "W-0012A"),
      ("", "\u{200B}W-0012A"), ("Riland 瑞凌", "W0012A"), ("Riland 瑞凌", "W—OO12А"), ("Riland 瑞凌", "W/00l2A"),
    ] as [(String?, String)] {
      #expect(try #require(identity(brand, number)).isSame(as: first), "\(brand ?? "–") \(number)")
    }
    for (brand, number) in [("瑞凌", "W-0012A"), ("Riland 瑞凌", "W-0012"), ("Riland 瑞凌", "W-0012B")] {
      #expect(try !#require(identity(brand, number)).isSame(as: first), "\(brand) \(number)")
    }
  }

  @Test(arguments: [nil, "", " ", "无", "不详", "N/A", "none", "-", "——", "０", "／"])
  func `a nameplate without a number tells nothing`(_ number: String?) {
    #expect(identity("瑞凌", number) == nil)
  }
}
