import Foundation
import Records
import TestSupport
import Testing

@testable import Fieldbook

/// Checks the values that records already have, and drafts of registrations.
@Suite struct KnownTests {
  private let home = TestHome()

  private func register(
    _ unit: WrittenText, id unitID: WrittenText? = nil, phone: String = "13900000003",
    street: WrittenText = "树林召镇",
    brand: WrittenText? = nil, model: WrittenText = "ZX7-315", amps: Double = 315, at seconds: Int64,
    in fieldbook: Fieldbook
  ) throws -> InstallationID {
    let sample = Sample.registered(unit: unit)
    var owner = sample.owner
    owner.unitID = unitID
    owner.responsiblePhone = try #require(PhoneNumber(phone))
    owner.street = street
    var welder = sample.welder
    (welder.brand, welder.model, welder.maxCurrentAmps) = (brand, model, amps)
    let id = Sample.id()
    _ = try fieldbook.open(
      id,
      InstallationEvent.Registered(
        technician: sample.technician, owner: owner, welder: welder, code: nil, scheme: sample.scheme,
        retiredReason: nil, remarks: nil), at: Sample.at(seconds))
    return id
  }

  // MARK: - Units and models

  @Test func `a unit is as its last record has it, the last visited first`() throws {
    let fieldbook = try home.ready()
    _ = try register("甲店", id: "U-1", at: 1, in: fieldbook)
    _ = try register("乙厂", id: "U-2", at: 2, in: fieldbook)
    _ = try register("甲店（新址）", id: "U-1", phone: "13900000009", at: 3, in: fieldbook)
    let units = try fieldbook.units(limit: 9)
    #expect(units.map(\.owner.unitName.text) == ["甲店（新址）", "乙厂"])
    #expect(units.map(\.welders) == [2, 1])
    #expect(units.first?.owner.responsiblePhone.full == "13900000009")
    // A phone number that only an older record has is not found.
    #expect(try fieldbook.units(matching: "13900000003", limit: 9).map(\.owner.unitName.text) == ["乙厂"])
  }

  @Test func `a void record offers nothing, and one that cannot be read hides no other`() throws {
    let fieldbook = try home.ready()
    let void = try register("作废店", at: 1, in: fieldbook)
    let broken = try register("坏店", at: 2, in: fieldbook)
    _ = try register("好店", at: 3, in: fieldbook)
    _ = try fieldbook.append(.voided(reason: "错"), to: void, by: Sample.technician, at: Sample.at(4))
    try fieldbook.database.run(
      "UPDATE record SET body = ? WHERE installation = ?", [.blob(Data("{".utf8)), .text(broken.text)])
    #expect(try fieldbook.units(limit: 9).map(\.owner.unitName.text) == ["好店"])
    #expect(try fieldbook.places(limit: 9).map(\.street) == ["树林召镇"])
    #expect(try fieldbook.models(ofUnit: nil, limit: 9).count == 1)
  }

  @Test func `a model is as the last welder of it, those of the unit first`() throws {
    let fieldbook = try home.ready()
    _ = try register("甲店", id: "U-1", brand: "瑞凌", model: "ZX7-315", amps: 300, at: 1, in: fieldbook)
    _ = try register("乙厂", id: "U-2", brand: "佳士", model: "NBC-350", at: 2, in: fieldbook)
    _ = try register("乙厂", id: "U-2", brand: "瑞凌", model: "zx7-315", amps: 315, at: 3, in: fieldbook)
    let all = try fieldbook.models(ofUnit: nil, limit: 9)
    #expect(all.map(\.welder.model?.text) == ["zx7-315", "NBC-350"])
    #expect(all.map(\.isOfUnit) == [false, false])
    let own = try fieldbook.models(ofUnit: "U-1", limit: 9)
    #expect(own.map(\.isOfUnit) == [true, false])
    #expect(own.first?.welder.maxCurrentAmps == 300)
    #expect(try fieldbook.model(brand: "瑞凌", model: "Zx7-315")?.welder.maxCurrentAmps == 315)
    #expect(try fieldbook.model(brand: nil, model: "nbc-350")?.welder.brand == "佳士")
    #expect(try fieldbook.model(brand: "别的", model: "NBC-350") == nil)
  }

  @Test(arguments: [0, 1, 2, 3, 4, 5, 6, 7])
  func `what is looked for is text and no pattern`(seed: UInt64) throws {
    let fieldbook = try home.ready()
    _ = try register("100%_店 'a\"b", at: 1, in: fieldbook)
    _ = try register("别的店", at: 2, in: fieldbook)
    var random = SplitMix64(seed: seed)
    let signs = Array("%_'\"*[]?\\;-")
    let text = String((0..<3).map { _ in signs[random.next(below: signs.count)] })
    let found = try fieldbook.units(matching: text, limit: 9)
    #expect(found.allSatisfy { $0.owner.unitName.text.contains(text) }, "seed \(seed): \(text)")
    #expect(try fieldbook.units(matching: "%_店 'A\"B", limit: 9).count == 1)
  }

  @Test func `the last seal and the last rules are those of the newest entries`() throws {
    let fieldbook = try home.ready()
    #expect(try fieldbook.lastSealNumber() == nil && fieldbook.lastOperatingRules() == nil)
    let id = try Sample.signed(in: fieldbook)
    #expect(try fieldbook.lastSealNumber() != nil)
    #expect(try fieldbook.lastOperatingRules() == .drafted)
    _ = id
  }

  /// There are 2,000 records of 400 units. A search returns only a page of units, and counts all welders of each.
  @Test func `among 2,000 records a page of units is found by a part of a name`() throws {
    let fieldbook = try home.ready(codes: 2_000)
    try fieldbook.database.execute("PRAGMA synchronous = OFF")
    for number in 0..<2_000 {
      let unit = number % 400
      _ = try register(
        WrittenText(asKept: "第\(unit)号焊接店"), id: WrittenText(asKept: "U-\(unit)"),
        phone: "1390000\(String(10_000 + unit).dropFirst())", brand: "瑞凌",
        model: WrittenText(asKept: "ZX7-\(200 + number % 50)"), at: Int64(number), in: fieldbook)
    }
    #expect(try fieldbook.units(limit: 7).map(\.owner.unitName.text) == (0..<7).map { "第\(399 - $0)号焊接店" })
    let found = try fieldbook.units(matching: "39号", limit: 10)
    #expect(found.map(\.owner.unitName.text) == ["第339号焊接店", "第239号焊接店", "第139号焊接店", "第39号焊接店"])
    #expect(found.allSatisfy { $0.welders == 5 })
    #expect(try fieldbook.units(matching: "焊接店", limit: 10).count == 10)
    #expect(try fieldbook.units(matching: "0398", limit: 10).map(\.owner.unitName.text) == ["第398号焊接店"])
    #expect(try fieldbook.models(ofUnit: "U-7", limit: 9).count == 9)
    #expect(try fieldbook.places(limit: 9).count == 1)
  }

  // MARK: - Drafts

  private let answers = RegistrationDraft.Answers(
    values: ["owner.unitName": "甲店", "owner.responsibleName": "欧阳锋"], origins: ["owner.unitName": "unit"],
    asked: ["unit"])

  @Test func `a draft is kept, replaced and read by another program`() throws {
    let fieldbook = try home.ready()
    let number = try fieldbook.keep(answers, asDraft: nil, at: Sample.at(1))
    var more = answers
    more.values["welder.model"] = "ZX7-315"
    #expect(try fieldbook.keep(more, asDraft: number, at: Sample.at(2)) == number)
    let other = try home.fieldbook()
    #expect(try other.draft(number).answers == more)
    #expect(try other.drafts().map(\.changedAt) == [Sample.at(2)])
  }

  @Test func `a draft ends with its record, and two programs open one record`() throws {
    let fieldbook = try home.ready()
    let number = try fieldbook.keep(answers, asDraft: nil, at: Sample.at(1))
    _ = try fieldbook.open(Sample.id(), Sample.registered(), endingDraft: number, at: Sample.at(2))
    #expect(try fieldbook.drafts().isEmpty)
    let other = try home.fieldbook()
    #expect(throws: FieldbookError.draftGone(number)) {
      try other.open(Sample.id(), Sample.registered(), endingDraft: number, at: Sample.at(3))
    }
    #expect(throws: FieldbookError.draftGone(number)) {
      try other.keep(answers, asDraft: number, at: Sample.at(3))
    }
    #expect(throws: FieldbookError.draftGone(number)) { try other.dropDraft(number) }
    #expect(try other.list().count == 1)
    // No code is lost to the record that was not opened, and no number is used twice.
    #expect(try other.codesLeft() == 99)
    #expect(try other.keep(answers, asDraft: nil, at: Sample.at(4)) == number + 1)
  }

  @Test func `a draft that is dropped is on no page of the disk`() throws {
    let fieldbook = try home.ready()
    let number = try fieldbook.keep(answers, asDraft: nil, at: Sample.at(1))
    try fieldbook.dropDraft(number)
    for name in try FileManager.default.contentsOfDirectory(atPath: home.path) where name.hasPrefix("fieldbook")
    {
      let bytes = try Data(contentsOf: URL(filePath: "\(home.path)/\(name)"))
      #expect(bytes.range(of: Data("欧阳锋".utf8)) == nil, "\(name)")
    }
  }

  @Test func `habits are what was used last`() throws {
    let fieldbook = try home.fieldbook()
    #expect(fieldbook.habits() == Habits())
    try fieldbook.updateHabits { $0.port = "/dev/ttyUSB0" }
    try fieldbook.updateHabits { $0.photoFolder = "/tmp" }
    #expect(try home.fieldbook().habits().port == "/dev/ttyUSB0")
    #expect(try home.fieldbook().habits().photoFolder == "/tmp")
  }
}
