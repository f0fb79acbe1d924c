import FoundationEssentials
import Records

extension AgreementText {
  /// The agreement that a new signature under the record voids; nil where none was signed before.
  static func superseded(by installation: Installation) -> EvidenceManifest.Superseded? {
    guard let earlier = installation.earlierAgreements?.last else { return nil }
    return EvidenceManifest.Superseded(
      sha256: earlier.sha256, signedAt: earlier.signedAt, reason: reason(in: installation))
  }

  /// The sentence by which an agreement voids an earlier one.
  static func sentence(_ earlier: EvidenceManifest.Superseded) -> String {
    "本协议替代\(AgreementWords.time(earlier.signedAt))签署的协议（文件摘要 SHA-256：\(earlier.sha256)），"
      + "原协议自本协议签署之时起作废，原因：\(earlier.reason)。"
  }

  /// The reason why the record is signed again: another owner since the latest signature, or the fields that
  /// were corrected since, each once, in the order of the registration.
  private static func reason(in installation: Installation) -> String {
    let signed = installation.history.lastIndex { $0.event == "signed" }
    let later = installation.history[(signed.map { $0 + 1 } ?? 0)...]
    if later.contains(where: { $0.event == "transferred" }) { return "电焊机转让，所有权人变更" }
    let fields = Set(later.flatMap { $0.changes ?? [] }.map(\.field))
    let names = RegistrationField.allCases.filter(fields.contains).map(AgreementWords.field)
    return names.isEmpty ? "更正登记信息" : "更正登记信息（\(names.joined(separator: "、"))）"
  }
}
