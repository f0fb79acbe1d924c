import Cryptography
import Labels

/// The digest by which the stock tells whether a request is still the same. It is on disk for as long as its order is, so
/// that it is made of named fields in a fixed spelling, and of nothing that depends on how the program is written. Other
/// fields, or another spelling, are another version.
enum RequestDigest {
  private static let version = "weldtech label request 1"

  static func of(_ request: LabelShop.Request) -> String {
    let form: [Field]
    switch request.form {
    case .files: form = [("form", request.settings.format.rawValue)]
    case .pages(let pages): form = [("form", "pdf")] + fields(of: pages)
    }
    return digest(fields(of: request.template, request.settings) + form, labels: request.labels)
  }

  static func of(_ request: LabelShop.SingleRequest) -> String {
    digest(
      fields(of: request.template, request.settings) + [("form", request.settings.format.rawValue)],
      labels: CollectionOfOne(request.label))
  }

  // MARK: - Fields

  private typealias Field = (name: String, value: String)

  /// How labels are drawn; lengths in millimetres, numbers as Swift describes them.
  private static func fields(of template: LabelTemplate, _ settings: LabelMaker.Settings) -> [Field] {
    [
      ("template", template.name),
      ("dotsPerInch", String(settings.dotsPerInch ?? template.defaultDotsPerInch)),
      ("correction", (settings.correction ?? template.symbol.correction).rawValue),
      ("printGain", String(settings.printGainMillimetres ?? template.symbol.printGainMillimetres)),
      ("process", settings.inks.process.rawValue), ("cut", settings.inks.cutName ?? ""),
      ("white", settings.inks.whiteName), ("chokePoints", String(settings.inks.chokePoints)),
    ]
  }

  private static func fields(of pages: LabelShop.Pages) -> [Field] {
    let fields = [("verification", pages.verification.rawValue)]
    guard let sheet = pages.layout.sheet else { return fields }
    return fields + [
      ("sheetWidth", String(sheet.widthMillimetres)), ("sheetHeight", String(sheet.heightMillimetres)),
      ("margin", String(sheet.marginMillimetres)), ("gutter", String(sheet.gutterMillimetres)),
      ("fillOrder", sheet.order.rawValue), ("startAt", String(sheet.startAt)),
    ]
  }

  /// SHA-256 in lower-case hexadecimal digits over the version, each field's name and value, and each label's, all of
  /// them UTF-8 with a zero behind it, which no text has in it.
  private static func digest(_ fields: [Field], labels: some Sequence<LabelRequest>) -> String {
    var hasher = SHA256Hasher()
    for text in [version] + fields.flatMap({ [$0.name, $0.value] }) { hasher.update(Array(text.utf8) + [0]) }
    for label in labels {
      hasher.update(Array("payload\0\(label.payload.text)\0".utf8))
      for (name, value) in label.fields.sorted(by: { $0.key < $1.key }) {
        hasher.update(Array("text \(name)\0\(value)\0".utf8))
      }
    }
    return hasher.finish().hex
  }
}
