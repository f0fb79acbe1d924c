import Characters
import Foundation
import Records
import Testing

@Suite struct RecordCodingTests {
  @Test func `gives the same bytes for the same record and reads them back`() throws {
    for installation in [
      Sample.installation(after: Step.walk), Sample.installation(), Sample.installation(.retired),
    ] {
      let bytes = try RecordCoding.encode(installation)
      let decoded = try RecordCoding.decode(Installation.self, from: bytes)
      #expect(decoded == installation)
      #expect(try RecordCoding.encode(decoded) == bytes)
      #expect(!String(decoding: bytes, as: UTF8.self).contains("\\/"))
    }
  }

  @Test func `reads every event back`() throws {
    var events = Sample.events.map(\.event)
    events += [
      .registered(Sample.registered()), .registered(Sample.registered(.retired)), .voided(reason: "误建"),
      .welderInspected(
        Inspection(
          inspector: InspectionTests.inspector, inspectedAt: Sample.at(3), source: .platform,
          againstRevision: 1,
          againstSha256: Sample.digest, checks: [InspectionCheck(.key, .keyWrong)], state: InspectionTests.state
        )),
      Sample.corrected { $0.welder.model = "ZX7-400" }, .refused(.init(reason: "不装了", releasesCode: true)),
    ]
    #expect(Set(events.map(\.name)).count == 13)
    for event in events {
      #expect(try RecordCoding.decode(InstallationEvent.self, from: RecordCoding.encode(event)) == event)
    }
    for text in ["{}", #"{"event":"opened","facts":{}}"#, #"{"event":"voided"}"#, "[]"] {
      #expect(throws: DecodingError.self) {
        try RecordCoding.decode(InstallationEvent.self, from: Data(text.utf8))
      }
    }
  }

  @Test func `reads flashings and protections from before authorities, and writes those as they were`() throws {
    for text in [
      #"{"event":"flashed","facts":{"chip":"STM32F405","chipId":"00","firmwareSha256":"aa","firmwareVersion":"0.1.0","skipped":false}}"#,
      #"{"event":"protected","facts":{"chipId":"00"}}"#,
    ] {
      let event = try RecordCoding.decode(InstallationEvent.self, from: Data(text.utf8))
      #expect(try String(decoding: RecordCoding.encode(event), as: UTF8.self) == text)
    }
  }

  /// Compares the keys with those that the contract names for an installation.
  @Test func `has the keys of the contract`() throws {
    let bytes = try RecordCoding.encode(Sample.installation(after: Step.walk))
    let record = try JSONDecoder().decode(JSONValue.self, from: bytes)
    #expect(record["schema"] == .string("weldtech.installation/1"))
    let keys: [String: String] = [
      "": "id code status revision openedAt closedAt remarks",
      "technician": "name phone company certificate certificateExpires",
      "owner": """
      unitId unitName unitType responsibleName responsiblePhone street community industry operators \
      certifiedOperators
      """,
      "welder": """
      brand model serialNumber weldingProcess supply sourceType supplyMaxAmps maxCurrentAmps maxPowerKilowatts \
      purpose purchasedOn condition
      """,
      "module": "serialNumber chip firmwareVersion firmwareSha256 keyId imei iccid pairedAt",
      "scheme": "name version", "test": "plan startedAt passed steps",
      "label": "code payload template verified",
      "seal": "number photoSha256", "survey": "filledBy filledByPhone",
      "handover": "trainedOperators operatingRules note", "agreement": "sha256 bytes signedAt signatory",
      "funding": "payer reason",
    ]
    for (part, names) in keys {
      let object = part.isEmpty ? record : record[part]
      for name in names.split(separator: " ") { #expect(object?[String(name)] != nil, "\(part).\(name)") }
    }
    for (part, names) in [
      "photos": "stage sha256 bytes mediaType takenAt", "history": "at event",
    ] {
      guard case .array(let entries) = record[part], let first = entries.first else {
        Issue.record("no \(part)")
        continue
      }
      for name in names.split(separator: " ") { #expect(first[String(name)] != nil, "\(part).\(name)") }
    }
    #expect(record["openedAt"] == .string(Sample.at(0).description))
  }

  @Test(
    arguments: [
      "", "0190f000-0000-4000-8000-00000000000", "0190f000-0000-4000-8000-00000000000ab",
      "0190f00000000-4000-8000-00000000000a", "0190g000-0000-4000-8000-00000000000a",
      "0190f000/0000-4000-8000-00000000000a", "../../../../../../../../../etc/passw",
      "０190f000-0000-4000-8000-000000000a",
    ])
  func `refuses what is no installation ID`(text: String) {
    #expect(InstallationID(text) == nil)
  }

  @Test func `writes an installation ID in lower case`() {
    let id = UUID()
    #expect(InstallationID(id.uuidString)?.text == id.uuidString.lowercased())
  }
}

@Suite struct TextNormalizationTests {
  @Test func `trims the wide space too`() {
    #expect(TextNormalization.trimmed("　 王五\t\n") == "王五")
    #expect(TextNormalization.trimmed("　") == "")
  }
}
