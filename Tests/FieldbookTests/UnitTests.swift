import Foundation
import Records
import TestSupport
import Testing

@testable import Fieldbook

/// Checks units that are merged and split. The records themselves, and what was sent of them, do not change.
@Suite struct UnitTests {
  private let home = TestHome()

  private func register(
    _ unit: WrittenText, id unitID: WrittenText?, at seconds: Int64, in fieldbook: Fieldbook
  ) throws
    -> InstallationID
  {
    var registered = Sample.registered(unit: unit)
    registered.owner.unitID = unitID
    let id = Sample.id()
    _ = try fieldbook.open(id, registered, at: Sample.at(seconds))
    return id
  }

  private func members(_ unit: String, in fieldbook: Fieldbook) throws -> Set<InstallationID> {
    var query = InstallationQuery()
    query.unit = unit
    return Set(try fieldbook.page(query).installations.map(\.id))
  }

  @Test
  func
    `merged units are one for lists, for records to come and for the interview, and split again as they were`()
    throws
  {
    let fieldbook = try home.ready()
    let first = try register("甲店", id: "U-1", at: 1, in: fieldbook)
    let second = try register("甲店铁艺", id: "U-2", at: 2, in: fieldbook)
    let nameless = try register("甲铺", id: nil, at: 3, in: fieldbook)
    let bodies = try [first, second, nameless].map { try fieldbook.encode(try fieldbook.installation($0)) }

    _ = try fieldbook.merge("U-2", into: "U-1", reason: "换了招牌", at: Sample.at(4))
    let all = try fieldbook.merge("甲铺", into: "U-2", reason: "同一个人", at: Sample.at(5))
    #expect(all.id == "U-1" && all.welders == 3 && all.name == "甲店")
    let later = try register("甲店铁艺", id: "U-2", at: 6, in: fieldbook)
    #expect(try members("U-1", in: fieldbook) == [first, second, nameless, later])
    #expect(try members("U-2", in: fieldbook) == [first, second, nameless, later])
    #expect(try fieldbook.unitList(limit: 9).map(\.welders) == [4])
    #expect(try fieldbook.units(limit: 9).map(\.welders) == [4])
    #expect(try fieldbook.merges(into: all).map(\.reason) == ["同一个人", "换了招牌"])
    // A step of the walk writes the ledger's row anew, and doctor computes records from their events.
    _ = try fieldbook.append(
      .photographed(Sample.photo(.before, "x", in: fieldbook)), to: second, by: Sample.technician,
      at: Sample.at(7))
    _ = try fieldbook.rebuild()
    #expect(try members("U-1", in: fieldbook).count == 4)
    #expect(throws: FieldbookError.unitsSame("U-1")) {
      try fieldbook.merge("U-1", into: "U-2", reason: "x", at: Sample.at(8))
    }

    #expect(try fieldbook.unmerge("U-2", from: all))
    #expect(try fieldbook.unmerge("U-2", from: all) == false)
    #expect(try members("U-1", in: fieldbook) == [first, nameless])
    #expect(try members("U-2", in: fieldbook) == [second, later])
    #expect(try fieldbook.encode(try fieldbook.installation(first)) == bodies[0])
    #expect(try fieldbook.encode(try fieldbook.installation(nameless)) == bodies[2])
    #expect(try fieldbook.verifyLog().entries == 5)
  }

  @Test func `a unit has the kept one's words wherever its welders stand, and counts its operators once`()
    throws
  {
    let fieldbook = try home.ready()
    func register(
      _ unit: WrittenText, _ id: WrittenText, _ street: WrittenText, operators: Int?, at seconds: Int64
    )
      throws
    {
      var registered = Sample.registered(unit: unit)
      (registered.owner.unitID, registered.owner.street) = (id, street)
      (registered.owner.operators, registered.owner.certifiedOperators) = (operators, operators.map { $0 - 1 })
      _ = try fieldbook.open(Sample.id(), registered, at: Sample.at(seconds))
    }
    try register("张家电焊", "U-1", "树林召镇", operators: 4, at: 1)
    try register("白塔铁艺", "U-3", "树林召镇", operators: nil, at: 2)
    try register("张家电焊（东店）", "U-2", "白泥井镇", operators: 2, at: 3)
    try register("阿里木焊接", "U-4", "树林召镇", operators: nil, at: 4)
    let kept = try fieldbook.merge("U-2", into: "U-1", reason: "同一家", at: Sample.at(5))
    #expect(kept.name == "张家电焊" && kept.street == "树林召镇")
    try register("张家电焊（新牌子）", "U-2", "白泥井镇", operators: 9, at: 6)
    var units: [LedgerUnit] = []
    try fieldbook.forEachLedgerUnit(LedgerFilter(), today: CalendarDay("2024-11-20")!) { units.append($0) }
    // The units are in the order of streets, and within a street in the order of pinyin: a, b, z.
    #expect(units.map(\.name) == ["阿里木焊接", "白塔铁艺", "张家电焊", "张家电焊"])
    #expect(units.map(\.street) == ["树林召镇", "树林召镇", "树林召镇", "白泥井镇"])
    #expect(units.map(\.operators) == [nil, nil, 4, 4] && units[2].id == units[3].id)
    #expect(units.map { $0.counts[.known] } == [1, 1, 1, 2])
    var welders: [String?] = []
    try fieldbook.forEachLedgerWelder(LedgerFilter(), today: CalendarDay("2024-11-20")!) {
      welders.append($0.unitName)
    }
    #expect(welders == ["阿里木焊接", "白塔铁艺", "张家电焊", "张家电焊（东店）", "张家电焊（新牌子）"])
  }

  @Test func `a chain of merged units comes apart link by link`() throws {
    let fieldbook = try home.ready()
    let ids = try ["甲店", "乙店", "丙店", "丁店"].enumerated().map { index, name in
      try register(
        WrittenText(asKept: name), id: WrittenText(asKept: "U-\(index + 1)"), at: Int64(index), in: fieldbook)
    }
    // 乙 (U-2) is merged into 甲 (U-1), 甲 into 丙 (U-3), and 丙 into 丁 (U-4).
    for (merged, unit) in [("U-2", "U-1"), ("U-1", "U-3"), ("U-3", "U-4")] {
      _ = try fieldbook.merge(merged, into: unit, reason: "同一家", at: Sample.at(20))
    }
    #expect(try members("U-4", in: fieldbook) == Set(ids))
    #expect(try fieldbook.unmerge("U-3", from: try fieldbook.unit(matching: "U-4")))
    #expect(try members("U-4", in: fieldbook) == [ids[3]])
    #expect(try members("U-3", in: fieldbook) == [ids[0], ids[1], ids[2]])
    #expect(try fieldbook.unmerge("U-1", from: try fieldbook.unit(matching: "U-3")))
    #expect(try members("U-1", in: fieldbook) == [ids[0], ids[1]] && members("U-3", in: fieldbook) == [ids[2]])
    // Undoing the first merge of a chain leaves the later merge as it is.
    _ = try fieldbook.merge("U-1", into: "U-3", reason: "同一家", at: Sample.at(21))
    #expect(try fieldbook.unmerge("U-2", from: try fieldbook.unit(matching: "U-3")))
    #expect(try members("U-3", in: fieldbook) == [ids[0], ids[2]] && members("U-2", in: fieldbook) == [ids[1]])
    #expect(try fieldbook.check().faults == [])
  }

  @Test func `records leave a unit all or none, and merging takes it back`() throws {
    let fieldbook = try home.ready()
    let ids = try (1...3).map { try register("甲店", id: "U-1", at: Int64($0), in: fieldbook) }
    let other = try register("乙厂", id: "U-9", at: 9, in: fieldbook)
    #expect(throws: FieldbookError.recordOfOtherUnit(other, unit: "U-1")) {
      try fieldbook.split([ids[0], other], from: "U-1", reason: "卖了", at: Sample.at(10))
    }
    #expect(try members("U-1", in: fieldbook) == Set(ids))
    let new = try fieldbook.split([ids[0]], from: "U-1", reason: "卖了", at: Sample.at(10))
    #expect(new.id == "U-1-2" && new.welders == 1)
    #expect(try fieldbook.splits(into: new).map(\.reason) == ["卖了"])
    _ = try fieldbook.append(
      .photographed(Sample.photo(.before, "y", in: fieldbook)), to: ids[0], by: Sample.technician,
      at: Sample.at(11))
    #expect(try members("U-1", in: fieldbook) == Set(ids.dropFirst()))
    let both = try ["U-1", "U-1-2"].map { try fieldbook.unit(matching: $0) }
    #expect(try fieldbook.splits(outOf: both[0]).map(\.unit) == ["U-1-2"])
    #expect(throws: FieldbookError.unitAmbiguous("甲店", units: both)) {
      try fieldbook.unit(matching: "甲店")
    }
    #expect(throws: FieldbookError.unitUnknown("丙")) { try fieldbook.unit(matching: "丙") }
    _ = try fieldbook.merge(new.id, into: "U-1", reason: "又买回来了", at: Sample.at(12))
    #expect(try members("U-1", in: fieldbook) == Set(ids))
    // A second unit that leaves gets an id of its own.
    #expect(try fieldbook.split([ids[1]], from: "U-1", reason: "卖了", at: Sample.at(13)).id == "U-1-3")
  }

  @Test func `every record is in exactly one unit after any merging and splitting`() throws {
    let seed: UInt64 = 24
    var generator = SplitMix64(seed: seed)
    let fieldbook = try home.ready()
    var units: [InstallationID: String] = [:]
    for number in 0..<40 {
      let name = "U-\(number % 8)"
      let id = try register(
        WrittenText(asKept: "店\(number % 8)"), id: WrittenText(asKept: name), at: Int64(number), in: fieldbook)
      units[id] = name
    }
    for round in 0..<60 {
      let present = Array(Set(units.values)).sorted()
      let unit = try #require(present.randomElement(using: &generator))
      if round % 3 == 0, let other = present.randomElement(using: &generator), other != unit {
        _ = try fieldbook.merge(other, into: unit, reason: "同", at: Sample.at(100))
        for (id, name) in units where name == other { units[id] = unit }
      } else {
        let members = units.filter { $0.value == unit }.keys.sorted { $0.text < $1.text }
        let leaving = Array(members.shuffled(using: &generator).prefix(2))
        let new = try fieldbook.split(leaving, from: unit, reason: "分", at: Sample.at(100)).id
        #expect(!present.contains(new))
        for id in leaving { units[id] = new }
      }
      for id in units.keys where round % 10 == 9 {
        try fieldbook.replaceProjection(with: try fieldbook.record(of: id))
      }
    }
    _ = try fieldbook.rebuild()
    let rows = try fieldbook.database.rows("SELECT installation, unit FROM ledger") { ($0.text(0), $0.text(1)) }
    #expect(rows.count == units.count)
    for (id, unit) in rows { #expect(units[try #require(InstallationID(id))] == unit, "seed \(seed)") }
  }

  @Test func `a block given to another laptop is given once, and never taken here`() throws {
    let fieldbook = try home.ready()
    try fieldbook.give(Sample.block("00B000", 10), at: Sample.at(0))
    for block in [Sample.block("00B000", 10), Sample.block("00B009", 1)] {
      #expect(throws: FieldbookError.blockGiven(Sample.block("00B000", 10))) {
        try fieldbook.give(block, at: Sample.at(1))
      }
      #expect(throws: FieldbookError.blockGiven(Sample.block("00B000", 10))) { try fieldbook.addBlock(block) }
    }
    #expect(throws: FieldbookError.blockOverlaps(Sample.block("00A000", 100))) {
      try fieldbook.give(Sample.block("00A02R", 10), at: Sample.at(1))
    }
    try fieldbook.give(Sample.block("00B00A", 10), at: Sample.at(1))
  }
}
