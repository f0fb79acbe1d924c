import Cryptography
import FoundationEssentials
import Glibc
import Records
import Terminal

/// The readable copies of an installation's label and agreement on this laptop.
struct Papers {
  private let installation: Installation
  private let workplace: Workplace

  /// The files of a record that was taken over from another laptop, which are not on this one; empty for any
  /// other record.
  let elsewhere: [RecordFile]

  init(of installation: Installation, _ workplace: Workplace) throws {
    self.installation = installation
    self.workplace = workplace
    elsewhere = try workplace.fieldbook().filesElsewhere(of: installation.id)
  }

  /// Whether the latest agreement was signed on another laptop, so that only its digest is known here.
  var isAgreementElsewhere: Bool {
    guard let latest = installation.agreement ?? installation.earlierAgreements?.last else { return false }
    return isElsewhere(latest)
  }

  /// Whether the label came from stock, so that it has no file.
  var isFromStock: Bool { installation.label?.template == "stock" }

  /// The path of the label's newest file in the folder of documents; nil where there is none, as for a label
  /// from stock or one that was written to another place.
  var label: String? {
    guard installation.label != nil, !isFromStock else { return nil }
    let files = ["png", "pdf", "svg"].map { workplace.documentPath(of: installation, named: "label.\($0)") }
    return files.filter { access($0, R_OK) == 0 }
      .max { (workplace.modified($0)?.secondsSince1970 ?? 0) < (workplace.modified($1)?.secondsSince1970 ?? 0) }
  }

  /// The path of the latest agreement that was signed, even where the record was corrected since; nil where
  /// none was signed, and where it is on another laptop.
  var agreementPath: String? {
    let count = (installation.earlierAgreements?.count ?? 0) + (installation.agreement == nil ? 0 : 1)
    return count == 0 || isAgreementElsewhere ? nil : workplace.agreementPath(of: installation, number: count)
  }

  private func isElsewhere(_ record: AgreementRecord) -> Bool {
    elsewhere.contains { $0.sha256 == record.sha256 }
  }

  /// The paths of the agreements that were signed on this laptop before the latest one, the first first.
  var earlierAgreementPaths: [String] {
    let all = (installation.earlierAgreements ?? []) + [installation.agreement].compactMap(\.self)
    return all.dropLast().enumerated().filter { !isElsewhere($0.element) }.map {
      workplace.agreementPath(of: installation, number: $0.offset + 1)
    }
  }

  /// The paths of the owner's confirmations of repairs on this laptop, the first first.
  var addendumPaths: [String] {
    (installation.repairs ?? []).filter { repair in repair.addendum.map { !isElsewhere($0) } ?? false }.map {
      workplace.addendumPath(of: installation, number: $0.number)
    }
  }

  /// Returns the path of the latest confirmation of a repair, and restores the copy as `agreement()` does; nil
  /// where none was signed, and where it is on another laptop.
  func addendum() throws -> String? {
    guard let repair = installation.repairs?.last(where: { $0.addendum != nil }), let record = repair.addendum,
      !isElsewhere(record)
    else { return nil }
    return try restored(record, at: workplace.addendumPath(of: installation, number: repair.number))
  }

  /// Returns the path of the latest agreement; nil where `agreementPath` is nil. The copy, with the timestamp
  /// in its seal once there is one, is made anew from the signed bytes where it is missing or differs from
  /// them.
  func agreement() throws -> String? {
    guard let path = agreementPath,
      let record = installation.agreement ?? installation.earlierAgreements?.last
    else { return nil }
    return try restored(record, at: path)
  }

  private func restored(_ record: AgreementRecord, at path: String) throws -> String {
    let copy = try? workplace.read(path, atMost: record.bytes + 1)
    let file = try workplace.agreementFile(record)
    guard copy != file else { return path }
    try workplace.write(file, to: path)
    // A copy from before the timestamp is what was signed, too, so that no warning is needed.
    if let copy, SHA256Digest(of: copy).hex != record.sha256 {
      workplace.console.say(
        Text(
          zh: "\(path) 与签署的协议不一致，已换回签署时的文件",
          en: "\(path) was not what was signed; the signed file is in its place again"),
        .yellow)
    }
    return path
  }
}
