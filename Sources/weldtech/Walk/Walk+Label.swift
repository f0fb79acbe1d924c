import FoundationEssentials
import Labels
import Records

extension Walk {
  struct LabelOrder {
    static let usualTemplate = "acrylic-60x40"

    /// The code on a label from stock that was stuck on; nil makes a label.
    var stockCode: LabelCode?
    var template = usualTemplate
    var settings = LabelMaker.Settings()
    /// Where to write the PNG; nil is the installation's folder of documents.
    var output: String?
  }

  struct LabelOutcome {
    var installation: Installation
    var payload: String
    /// Nil for a label from stock.
    var file: String?
  }

  /// Makes the label and reads it back, or confirms the one from stock.
  func label(_ installation: Installation, _ order: LabelOrder) throws -> LabelOutcome {
    try require(.label, of: installation)
    guard let code = installation.code else { throw StepRefused(step: .label, refusal: .retired) }
    let payload = try LabelPayload(platform: try workplace.platformAddress(), code: code)
    if let stockCode = order.stockCode {
      guard stockCode == code else { throw StepRefused(step: .label, refusal: .otherCode(code)) }
      let record = LabelRecord(code: code, payload: payload.text, template: "stock", verified: true)
      let changed = try append(.labelled(record), to: installation)
      return LabelOutcome(installation: changed, payload: payload.text, file: nil)
    }

    let template = try workplace.labelTemplates().template(named: order.template)
    let made = try LabelMaker(template: template, settings: order.settings).make(
      fields: ["unitName": installation.owner.unitName, "street": installation.owner.street],
      payload: payload)
    let file = order.output ?? workplace.documentPath(of: installation, named: "label.png")
    try workplace.write(made.png, to: file)
    let record = LabelRecord(
      code: code, payload: payload.text, template: made.template, verified: made.verified)
    let changed = try append(.labelled(record), to: installation)
    return LabelOutcome(installation: changed, payload: payload.text, file: file)
  }
}
