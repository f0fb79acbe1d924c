import Cryptography
import Fieldbook
import Labels
import Records

extension LabelShop {
  /// One label that the user wants in a file of its own.
  struct SingleRequest {
    var label: LabelRequest
    var template: LabelTemplate
    var settings = LabelMaker.Settings()
    /// Path of the file that it goes to.
    var file: String
    /// Name by which the stock finds the order again after a kill.
    var output: String
    /// Where it goes besides.
    var destination: LabelDestination?
    /// Why a label that is there already is made again; nil makes one that never was.
    var reason: String?
  }

  /// Makes one label, reads it back, writes it between the two entries of the stock that say so, and hands it to the
  /// printer. Without a reason, a label that is there already may be written again where it is the very same; it is then
  /// not handed to a printer again.
  /// - Throws: `FieldbookError.labelsPrinted` where another label of this code was made, or the same one is to be printed
  ///   again without a reason; `LabelsBusy`, `LabelError`, `FileFailure`.
  func fulfil(_ request: SingleRequest) throws -> Label {
    let label = try LabelMaker(template: request.template, settings: request.settings).make(
      fields: request.label.fields, payload: request.label.payload)
    let code = label.payload.code
    let sha256 = SHA256Digest(of: label.bytes).hex
    if request.reason == nil {
      let known = try fieldbook.label(of: code)
      if known.state == .printed, known.sha256 == sha256 {
        guard request.destination == nil else { throw FieldbookError.labelsPrinted([code], count: 1) }
        try files.writeSynced(label.bytes, request.file)
        return label
      }
    }
    let stockRequest = Fieldbook.StockRequest(
      codes: [code], digest: RequestDigest.of(request), output: request.output, reason: request.reason)
    try withOrder(stockRequest) { order in
      try files.writeSynced(label.bytes, request.file)
      // Cut off after the label was counted: it is with the printer already.
      if order.made[code] != nil { return }
      try request.destination?.take([label.bytes], title: code.description, draft: printerDraft)
      try fieldbook.count(
        [.init(code: code, payload: label.payload.text, sha256: sha256, texts: request.label.fields)],
        in: order,
        at: clock.now())
    }
    return label
  }
}
