import Labels
import Records
import Terminal

extension Walk {
  /// The choices for the label of an installation.
  struct LabelRequest {
    static let defaultTemplate = "acrylic-60x40"

    /// The code of a label from stock that was stuck on; nil makes a label.
    var stockCode: LabelCode?
    /// Path of a photo of the plate from stock on the welder, from which its code is read; nil makes a label, or takes
    /// `stockCode`.
    var platePhoto: String?
    /// The reason why the photo is right although it resembles one of another installation.
    var photoReason: WrittenText?
    /// The reviewer that answers the questions about the photo; nil asks on the terminal.
    var photoReviewer: (any PhotoReviewer)?
    /// The words for the photo in place of its path.
    var photoTitle: Text?
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
    /// What was noticed on the photo of the plate.
    var remarks: [PhotoRemark] = []
  }

  /// The reason in the stock for a label that is made again because words on it were corrected.
  private static let correctedReason = "登记已更正"
  /// The reason in the stock for a label that is made again in a repair, or for another owner.
  private static let repairReason = "维修更换"

  /// Makes the label and reads it back, or confirms the label from stock.
  func label(_ locked: LockedInstallation, _ request: LabelRequest) throws -> LabelOutcome {
    try require(.label, of: locked)
    let installation = locked.record
    guard let code = installation.code else { throw StepRefused(step: .label, refusal: .retired) }
    let texts = try workplace.labelTexts()
    let payload = try texts.payload(of: code)
    if let photo = request.platePhoto {
      if let told = request.stockCode, told != code {
        throw StepRefused(step: .label, refusal: .otherCode(code))
      }
      return try confirm(code, onPhoto: photo, request, payload: payload, of: locked)
    }
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
        destination: request.destination, reason: reason(for: installation)))
    let record = LabelRecord(
      code: code, payload: payload.text, template: label.template, verified: label.verified)
    let changed = try append(.labelled(record), to: locked)
    return LabelOutcome(installation: changed, payload: payload.text, file: file)
  }

  /// The reason why a label is made again, in a repair or after a correction; nil for a first label.
  private func reason(for installation: Installation) -> String? {
    if installation.isInRepair { return Self.repairReason }
    return installation.isOutdated(.label) ? Self.correctedReason : nil
  }

  /// Confirms the plate that a photo shows on the welder, and attaches the photo as evidence of the finished work.
  private func confirm(
    _ code: LabelCode, onPhoto file: String, _ request: LabelRequest, payload: LabelPayload,
    of locked: LockedInstallation
  ) throws -> LabelOutcome {
    let plate = try PlateReader(workplace: workplace).plate(onPhoto: file)
    guard plate.code == code else { throw StepRefused(step: .label, refusal: .otherCode(code)) }
    guard LabelPayload.mayBeSame(plate.payload, payload.text) else {
      throw PlateUnread.otherPayload(plate.payload, expected: payload.text)
    }
    var intake = PhotoIntake(
      walk: self, reason: request.photoReason, installation: locked.record, reviewer: request.photoReviewer,
      title: request.photoTitle)
    let photo = try intake.take(file, stage: .after)
    let record = LabelRecord(code: code, payload: plate.payload, template: "stock", verified: true)
    let events = [.labelled(record)] + (photo.map { [InstallationEvent.photographed($0)] } ?? [])
    let changed = try append(events, to: locked)
    return LabelOutcome(installation: changed, payload: plate.payload, file: nil, remarks: intake.remarks)
  }
}

extension LabelPayload {
  /// Whether two texts can be those of one label: their addresses are equal, and so are their tags unless one
  /// text has none.
  fileprivate static func mayBeSame(_ left: String, _ right: String) -> Bool {
    func parts(_ text: String) -> (address: String, tag: String?) {
      let lower = text.lowercased()
      guard let tag = tag(in: text) else { return (lower, nil) }
      return (String(lower.dropLast(tag.text.utf8.count + 1)), tag.text)
    }
    let (first, second) = (parts(left), parts(right))
    return first.address == second.address && (first.tag == nil || second.tag == nil || first.tag == second.tag)
  }
}

/// The error that the label of the record's code was made before, so that it only has to be stuck on.
struct LabelIsPrinted: Error {
  let code: LabelCode
  let id: InstallationID
}
