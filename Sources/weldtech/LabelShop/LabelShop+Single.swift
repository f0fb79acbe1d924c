import Cryptography
import Fieldbook
import Labels
import Records

extension LabelShop {
  /// A request for one label in a file of its own.
  struct SingleRequest {
    var label: LabelRequest
    var template: LabelTemplate
    var settings = LabelMaker.Settings()
    /// Path of the label's file.
    var file: String
    /// Name by which the stock recognises the order after the program was killed.
    var output: String
    /// A printer that also gets the label; nil for none.
    var destination: LabelDestination?
    /// The reason for making an existing label again; nil makes a new label only.
    var reason: String?
  }

  /// Makes one label, reads it back and hands it to the printer. The stock records the order before the file is
  /// written and the label after it. Without a reason, an existing label may be written again where it is
  /// identical; it is then not printed again.
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
      // The run was interrupted after the label was counted, so that the printer has the label already.
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
