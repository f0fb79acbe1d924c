import Labels
import Records

extension Walk {
  /// The choices for the label of an installation.
  struct LabelRequest {
    static let defaultTemplate = "acrylic-60x40"

    /// The code of a label from stock that was stuck on; nil makes a label.
    var stockCode: LabelCode?
    var template = defaultTemplate
    var settings = LabelMaker.Settings()
    /// Path of the label's file; nil for a file in the installation's folder of documents.
    var output: String?
    var destination: LabelDestination?
  }

  struct LabelOutcome {
    var installation: Installation
    var payload: String
    /// Path of the label's file; nil for a label from stock.
    var file: String?
  }

  /// The reason in the stock for a label that is made again because words on it were corrected.
  private static let correctedReason = "登记已更正"

  /// Makes the label and reads it back, or confirms the one from stock.
  func label(_ locked: LockedInstallation, _ request: LabelRequest) throws -> LabelOutcome {
    try require(.label, of: locked)
    let installation = locked.record
    guard let code = installation.code else { throw StepRefused(step: .label, refusal: .retired) }
    let texts = try workplace.labelTexts()
    let payload = try texts.payload(of: code)
    if let stockCode = request.stockCode {
      guard stockCode == code else { throw StepRefused(step: .label, refusal: .otherCode(code)) }
      let record = LabelRecord(code: code, payload: payload.text, template: "stock", verified: true)
      let changed = try append(.labelled(record), to: locked)
      return LabelOutcome(installation: changed, payload: payload.text, file: nil)
    }

    let template = try workplace.labelTemplates().template(named: request.template)
    let file =
      request.output
      ?? workplace.documentPath(of: installation, named: "label.\(request.settings.format.rawValue)")
    let label = try workplace.labelShop().fulfil(
      LabelShop.SingleRequest(
        label: Labels.LabelRequest(line: 1, payload: payload, fields: try texts.texts(of: installation.id)),
        template: template, settings: request.settings, file: file, output: "weldtech label \(installation.id)",
        destination: request.destination, reason: installation.isOutdated(.label) ? Self.correctedReason : nil))
    let record = LabelRecord(
      code: code, payload: payload.text, template: label.template, verified: label.verified)
    let changed = try append(.labelled(record), to: locked)
    return LabelOutcome(installation: changed, payload: payload.text, file: file)
  }
}

/// The label of the record's own code was made before, so that it only has to be stuck on.
struct LabelIsPrinted: Error {
  let code: LabelCode
  let id: InstallationID
}
