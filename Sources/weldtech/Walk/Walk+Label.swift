import Cryptography
import Fieldbook
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
    /// The path to write it to; nil is the installation's folder of documents.
    var output: String?
    var destination: LabelDestination?
  }

  struct LabelOutcome {
    var installation: Installation
    var payload: String
    /// The path of the label's file; nil for a label from stock.
    var file: String?
  }

  /// Makes the label and reads it back, or confirms the one from stock.
  func label(_ locked: LockedInstallation, _ order: LabelOrder) throws -> LabelOutcome {
    try require(.label, of: locked)
    let installation = locked.record
    guard let code = installation.code else { throw StepRefused(step: .label, refusal: .retired) }
    let payload = try workplace.labelPayload(of: code)
    if let stockCode = order.stockCode {
      guard stockCode == code else { throw StepRefused(step: .label, refusal: .otherCode(code)) }
      let record = LabelRecord(code: code, payload: payload.text, template: "stock", verified: true)
      let changed = try append(.labelled(record), to: locked)
      return LabelOutcome(installation: changed, payload: payload.text, file: nil)
    }

    let template = try workplace.labelTemplates().template(named: order.template)
    let texts = try workplace.labelTexts(of: installation.id)
    let made = try LabelMaker(template: template, settings: order.settings).make(
      fields: texts, payload: payload)
    let file = order.output ?? workplace.documentPath(of: installation, named: "label.\(made.format.rawValue)")
    do {
      try countOnce(made, texts: texts, of: installation) { isNew in
        try workplace.writeSynced(made.bytes, to: file)
        guard let destination = order.destination else { return }
        guard isNew else { throw FieldbookError.labelsPrinted([code], count: 1) }
        try destination.take([made.bytes], title: code.description, draft: workplace.printerDraft)
      }
    } catch FieldbookError.labelsPrinted {
      throw LabelIsPrinted(code: code, id: installation.id)
    }
    let record = LabelRecord(
      code: code, payload: payload.text, template: made.template, verified: made.verified)
    let changed = try append(.labelled(record), to: locked)
    return LabelOutcome(installation: changed, payload: payload.text, file: file)
  }

  /// Writes a label between the two entries of the stock that record it. A label that is there already may be written
  /// again where it is the very same, and is then not new.
  /// - Throws: `FieldbookError.labelsPrinted` where another label of this code was made.
  private func countOnce(
    _ made: MadeLabel, texts: [String: String], of installation: Installation,
    write: (_ isNew: Bool) throws -> Void
  )
    throws
  {
    let fieldbook = try workplace.fieldbook()
    let code = made.payload.code
    let digest = SHA256Digest(of: made.bytes).hex
    let known = try fieldbook.label(of: code)
    if known.state == .printed, known.sha256 == digest { return try write(false) }
    try workplace.printing(
      Fieldbook.LabelOrder(
        codes: [code], sha256: SHA256Digest(of: Data(code.description.utf8)).hex,
        output: "weldtech label \(installation.id)")
    ) { run in
      try write(true)
      try run.count([.init(code: code, payload: made.payload.text, sha256: digest, texts: texts)])
    }
  }
}

/// The label of a record's own code was made before, so that it only has to be stuck on.
struct LabelIsPrinted: Error {
  let code: LabelCode
  let id: InstallationID
}
