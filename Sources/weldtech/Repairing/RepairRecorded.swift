import Cryptography
import Photos
import Records
import Terminal

/// The error that an option contradicts what this repair has on record already, so that it would be lost.
struct RepairRecorded: Error {
  /// The option without its hyphens.
  let option: String
  let at: Timestamp

  /// Compares the options of a command that continues a repair with the report and the finding of that repair.
  /// An option may repeat what is on record.
  /// - Throws: `RepairRecorded`, and the errors of texts and photos.
  static func check(
    _ options: RepairCommand.Options, against installation: Installation, _ workplace: Workplace
  ) throws {
    guard let repair = installation.openRepair else { return }
    let reports = installation.history.filter { $0.event == "repairOpened" && $0.repair == repair.number }
    try checkReport(options.report, against: repair, faults: reports.compactMap(\.reason), workplace)
    guard let found = repair.found else { return }
    func refuse(_ option: String, unless isSame: Bool) throws {
      if !isSame { throw RepairRecorded(option: option, at: found.at) }
    }
    try refuse("unsafe", unless: !options.report.isUnsafe || repair.isUnsafe)
    try refuse("tampered", unless: !options.report.isTampered || repair.isTampered)
    if let seal = options.sealFound { try refuse("seal-found", unless: seal == found.seal) }
    if let note = try workplace.written(options.note, as: .note, option: "note") {
      try refuse("note", unless: note == found.note)
    }
    for file in options.sealPhotos {
      let sha256: String
      do throws(PhotoError) {
        sha256 = SHA256Digest(of: try PhotoInspector.prepare(fileAt: file).bytes).hex
      } catch { throw PhotoRejected(file: file, error: error) }
      try refuse("seal-photo", unless: found.photoSha256.contains(sha256))
    }
  }

  private static func checkReport(
    _ report: RepairOpenCommand.Options, against repair: Repair, faults: [WrittenText], _ workplace: Workplace
  ) throws {
    func refuse(_ option: String, unless isSame: Bool) throws {
      if !isSame { throw RepairRecorded(option: option, at: repair.openedAt) }
    }
    if let fault = try workplace.written(report.fault, as: .note, option: "fault") {
      try refuse("fault", unless: fault == repair.fault || faults.contains(fault))
    }
    if let name = try workplace.written(report.reportedBy, as: .name, option: "reported-by") {
      try refuse("reported-by", unless: PersonName(name) == repair.reporter?.name)
    }
    if let phone = report.reporterPhone {
      try refuse("reporter-phone", unless: PhoneNumber(phone).map { $0 == repair.reporter?.phone } ?? false)
    }
    try refuse("usable", unless: !report.isUsable || repair.isUsable == true)
  }
}

extension RepairRecorded: Explained {
  var failure: Failure {
    Failure(
      code: "repair.recorded",
      message: Text(
        zh: "这次维修 \(at.screenText) 已有记录，与 --\(option) 不一致，没有改动",
        en:
          "this repair has other facts on record since \(at.screenText) than --\(option) says; nothing was changed"
      ),
      hint: Text(
        zh: "去掉 --\(option)；要补充的，请所有权人确认时写明：weldtech repair close 标牌码 --done 说明",
        en:
          "leave --\(option) out; what is to be added is said at the end: weldtech repair close CODE --done TEXT"
      ),
      exit: .badData)
  }
}
