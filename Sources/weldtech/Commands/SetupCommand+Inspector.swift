import Fieldbook
import Records
import Terminal

extension SetupCommand {
  /// Reports an inspector's setup, which has no labels, no walk and no training certificate.
  static func report(
    _ inspector: Inspector, _ setup: Setup, _ fingerprint: String?, to console: Console
  ) {
    console.facts([
      (Text(zh: "检查人员", en: "inspector"), "\(inspector.name.full)  \(inspector.phone)"),
      (Text(zh: "检查单位", en: "authority"), inspector.company.text),
      (Text(zh: "证件编号", en: "card"), inspector.certificate?.text ?? "–"),
      (Text(zh: "平台", en: "platform"), setup.platform ?? "–"),
      (Text(zh: "平台公钥指纹", en: "platform key"), fingerprint.map { "\($0.prefix(16))…" } ?? "–"),
      Setup.deliveryFact(setup.delivery, console.language),
    ])
    guard setup.platform == nil else { return }
    let lack = HealthFinding.inspectorWithoutPlatform.failure
    console.say(lack.message, .yellow)
    console.say(Text(zh: "  → \(lack.hint.zh)", en: "  → \(lack.hint.en)"))
  }
}
