import Fieldbook
import Labels
import Records

/// What labels of this laptop say, in their symbols and beside them.
struct LabelTexts {
  let fieldbook: Fieldbook
  let tags: TagStore
  /// Address of the platform that symbols lead to.
  let platform: String

  /// What the symbol of a code says: with its tag where the block brought one, or where it was printed with one.
  func payload(of code: LabelCode) throws -> LabelPayload {
    let tag = try tags.tags()[code] ?? fieldbook.label(of: code).payload.flatMap(LabelPayload.tag)
    return try LabelPayload(platform: platform, code: code, tag: tag)
  }

  /// What the label of an installation shows besides its code; without an installation, only the company's phone.
  func texts(of id: InstallationID?) throws -> [String: String] {
    var texts: [String: String] = [:]
    if let id {
      let owner = try fieldbook.installation(id).owner
      texts = ["unitName": owner.unitName.text, "street": owner.street.text]
    }
    texts["companyPhone"] = try fieldbook.setup().companyPhone
    return texts
  }

  /// Labels as they were printed first; where that is not known, with what the installation says. A code that is given
  /// twice counts once.
  /// - Parameters:
  ///   - codes: The codes of the labels; the line of each is its place among them, from 1.
  ///   - changed: Texts that are to be other than they were, by the template's field names.
  func again(_ codes: [LabelCode], changed: [String: String], for template: LabelTemplate) throws
    -> LabelRequests
  {
    let tags = try tags.tags()
    var payloads: [LabelCode: LabelPayload] = [:]
    var rows = LabelList.Rows(fields: template.fieldNames.subtracting(["code"]))
    for (place, code) in codes.enumerated() where payloads[code] == nil {
      let known = try fieldbook.label(of: code)
      let tag = tags[code] ?? known.payload.flatMap(LabelPayload.tag)
      payloads[code] = try LabelPayload(platform: platform, code: code, tag: tag)
      let texts = try known.texts ?? self.texts(of: known.installation)
      rows.append(.init(line: place + 1, code: code, tag: tag, fields: texts.merging(changed) { $1 }))
    }
    return try LabelRequests(rows) { row in
      try payloads[row.code] ?? LabelPayload(platform: platform, code: row.code, tag: row.tag)
    }
  }
}
