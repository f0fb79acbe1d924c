import Foundation
import Records
import Testing

@testable import Fieldbook

/// Checks that the table of the ledger says what the records say, whichever way they were written.
@Suite struct LedgerTableTests {
  let home = TestHome()

  /// The rows of the table by their column's name, in the order of the ids.
  private func rows(in fieldbook: Fieldbook) throws -> [[String: String]] {
    let names = try fieldbook.database.rows("SELECT name FROM pragma_table_xinfo('ledger')") { $0.text(0) }
    return try fieldbook.database.rows(
      "SELECT \(names.joined(separator: ", ")) FROM ledger ORDER BY installation"
    ) { row in
      var values: [String: String] = [:]
      for (index, name) in names.enumerated() { values[name] = row.optionalText(Int32(index)) }
      return values
    }
  }

  /// The row that the table should have for a record, computed without SQL.
  private func expected(_ record: Installation) -> [String: String] {
    let (owner, welder) = (record.owner, record.welder)
    let signed = record.earlierAgreements?.first?.signedAt ?? record.agreement?.signedAt
    func number(_ value: Double?) -> String? { value.map { "\($0)" } }
    let values: [String: String?] = [
      "installation": record.id.text, "status": record.status.rawValue, "unit_id": owner.unitID?.text,
      "unit_name": owner.unitName.text, "unit_type": owner.unitType?.rawValue,
      "person": owner.responsibleName.full, "phone": owner.responsiblePhone.full, "street": owner.street.text,
      "community": owner.community?.text, "industry": owner.industry.rawValue,
      "industry_note": owner.industryNote?.text, "process": welder.weldingProcess.rawValue,
      "supply": welder.supply.rawValue, "source": welder.sourceType.rawValue,
      "supply_amps": number(welder.supplyMaxAmps), "max_amps": number(welder.maxCurrentAmps),
      "power_kw": number(welder.maxPowerKilowatts), "purpose": welder.purpose?.text,
      "operators": owner.operators.map(String.init), "certified": owner.certifiedOperators.map(String.init),
      "brand": welder.brand?.text, "model": welder.model?.text, "serial": welder.serialNumber?.text,
      "condition": welder.condition.rawValue, "filled_by": record.survey.filledBy?.full,
      "filled_phone": record.survey.filledByPhone?.full, "remarks": record.remarks?.text,
      "payer": record.funding.payer.rawValue, "module_serial": record.module?.serialNumber,
      "seal_number": record.seal?.number, "purchased_on": welder.purchasedOn?.description,
      "recorded_on": record.history.first?.at.day.description, "fitted_on": signed?.day.description,
      "retired_on": record.status == .retired ? record.closedAt?.day.description : nil,
      "unit": owner.unitID?.text ?? owner.unitName.text + owner.responsiblePhone.full,
    ]
    return values.compactMapValues { $0 }
  }

  private func check(_ fieldbook: Fieldbook) throws {
    let ids = try fieldbook.list().map(\.id).sorted { $0.text < $1.text }
    let records = try ids.map { try fieldbook.installation($0) }
    #expect(try rows(in: fieldbook) == records.map(expected))
  }

  /// Adds one record of each outcome, and one that was corrected after its signature.
  private func fill(_ fieldbook: Fieldbook) throws {
    var full = Sample.registered(unit: "展旦召钢构")
    full.owner.unitID = "U-1"
    full.owner.community = "长胜社区"
    (full.owner.industry, full.owner.industryNote) = (.other, "农机")
    full.welder.serialNumber = "W-7"
    full.welder.brand = "瑞凌"
    (full.welder.maxPowerKilowatts, full.welder.supplyMaxAmps) = (11.5, 24.5)
    full.welder.purpose = "=1+1"
    full.welder.purchasedOn = CalendarDay("2024-09-01")
    full.remarks = "院内\n第二台"
    let open = try fieldbook.open(Sample.id(), full, at: Sample.at(0))
    let signed = try Sample.signed(in: fieldbook, key: Sample.key(1))
    let photo = try Sample.photo(.before, "retired", in: fieldbook)
    _ = try fieldbook.open(
      Sample.id(), Sample.registered(unit: "昭君门窗", retired: "机壳带电"), photos: [photo], at: Sample.at(10))
    let void = try fieldbook.open(Sample.id(), Sample.registered(unit: "白泥井"), at: Sample.at(11))
    _ = try fieldbook.append(
      .voided(reason: "误登"), to: void.id, by: Sample.technician, at: Sample.at(12))
    let refused = try fieldbook.open(Sample.id(), Sample.registered(unit: "中和西"), at: Sample.at(13))
    _ = try fieldbook.append(
      .refused(.init(reason: "不愿安装", releasesCode: true)), to: refused.id, by: Sample.technician,
      at: Sample.at(14))
    try check(fieldbook)
    var fields = signed.correctableFields
    fields.owner.street = "恩格贝镇"
    _ = try fieldbook.append(
      .corrected(.init(changes: fields.changes(since: signed.correctableFields), redo: [.sign])),
      to: signed.id, by: Sample.technician, at: Sample.at(90_000))
    try check(fieldbook)
    var agreement = try Sample.agreement(in: fieldbook, "%PDF-1.7 again")
    agreement.signedAt = Sample.at(90_001)
    _ = try fieldbook.append(.signed(agreement), to: signed.id, by: Sample.technician, at: Sample.at(90_002))
    #expect(try fieldbook.installation(open.id).status == .open)
  }

  @Test func `each record has its row at each step of its life`() throws {
    let fieldbook = try home.ready()
    try fill(fieldbook)
    try check(fieldbook)
    let days = try rows(in: fieldbook).compactMap { $0["fitted_on"] }
    #expect(days == ["\(Sample.at(9).day)"])
  }

  @Test func `a delivered record says so in its row`() throws {
    let fieldbook = try home.ready()
    let signed = try Sample.signed(in: fieldbook)
    let record = try #require(try fieldbook.pendingRecords().first)
    for key in try fieldbook.pendingKeys() { try fieldbook.acknowledge(key: key.keyID, at: Sample.at(20)) }
    for file in record.files {
      try fieldbook.acknowledge(file: file.sha256, of: record.id, at: Sample.at(20))
    }
    try fieldbook.acknowledge(record: signed.id, revision: 1, sha256: record.sha256, at: Sample.at(21))
    #expect(try rows(in: fieldbook).map { $0["status"] } == ["delivered"])
    try check(fieldbook)
  }

  @Test func `the migration fills the table from the records that it finds`() throws {
    let fieldbook = try home.ready()
    try fill(fieldbook)
    try fieldbook.rewind(to: "0012")
    let migrated = try home.fieldbook()
    try check(migrated)
    #expect(try migrated.database.first("SELECT count(*) FROM ledger") { $0.integer(0) } == 5)
  }

  /// A damaged record does not stop the migration, and what can be read of the record is used.
  @Test(arguments: [
    ("x'7b'", nil), ("CAST('[1,2]' AS BLOB)", nil), ("x'ff00'", nil),
    (
      "CAST(json_set(CAST(body AS TEXT), '$.welder.supplyMaxAmps', 'many', '$.owner.operators', json('[2]')) AS BLOB)",
      "树林召汽修"
    ),
  ])
  func `a damaged record has a row without what cannot be read`(body: String, unit: String?) throws {
    let fieldbook = try home.ready()
    let opened = try fieldbook.open(Sample.id(), Sample.registered(), at: Sample.at(0))
    try fieldbook.database.execute("UPDATE record SET body = \(body)")
    try fieldbook.rewind(to: "0012")
    let again = try home.fieldbook()
    let row = try #require(try rows(in: again).first)
    #expect(row["unit_name"] == unit && row["supply_amps"] == nil && row["operators"] == nil)
    #expect(row["status"] == "open")
    #expect(try again.rebuild().repaired == [opened.id])
    try check(again)
  }
}
