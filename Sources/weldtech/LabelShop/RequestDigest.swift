import Cryptography
import Labels

/// The digest by which the stock tells whether a request is unchanged. The digest is stored as long as its
/// order, so it is computed over named fields in a fixed spelling and over nothing that depends on the
/// program's code. Other fields or another spelling need another version.
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

  /// The choices of how labels are drawn, with lengths in millimetres and numbers as Swift describes them.
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

  /// SHA-256 in lower-case hexadecimal digits over the version, the name and value of each field, and each
  /// label. All of them are UTF-8 followed by a zero byte, which no text contains.
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
