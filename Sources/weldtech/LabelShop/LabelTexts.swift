import Fieldbook
import Labels
import Records

/// The texts of this laptop's labels, in their symbols and beside them.
struct LabelTexts {
  let fieldbook: Fieldbook
  let tags: TagStore
  /// Address of the platform to which symbols lead.
  let platform: String

  /// The text of a code's symbol, with the tag that came with the block or was printed before.
  func payload(of code: LabelCode) throws -> LabelPayload {
    let tag = try tags.tags()[code] ?? fieldbook.label(of: code).payload.flatMap(LabelPayload.tag)
    return try LabelPayload(platform: platform, code: code, tag: tag)
  }

  /// The texts of an installation's label besides its code; without an installation, only the company's phone
  /// number.
  func texts(of id: InstallationID?) throws -> [String: String] {
    var texts: [String: String] = [:]
    if let id {
      let owner = try fieldbook.installation(id).owner
      texts = ["unitName": owner.unitName.text, "street": owner.street.text]
    }
    texts["companyPhone"] = try fieldbook.setup().companyPhone
    return texts
  }

  /// Requests for labels with the texts of their first printing or, where these are not known, with the texts
  /// of the installation. A code that is given twice counts once.
  /// - Parameters:
  ///   - codes: The codes of the labels; the line of each is its position among them, from 1.
  ///   - changed: Texts that replace the earlier ones, by the template's field names.
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
