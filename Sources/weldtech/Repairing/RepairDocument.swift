import Records
import Terminal

/// The JSON document of the commands that work on an installed welder.
struct RepairDocument: Encodable {
  struct Addendum: Encodable {
    var file: String
    var sha256: String
  }

  var id: InstallationID
  /// The code of the label; null where there is none.
  var code: Nullable<LabelCode>
  var status: Installation.Status
  var revision: Int
  /// The repair that the command was about; left out for other commands.
  var repair: Repair?
  /// The number of the seal that is on record now; left out where there is none.
  var sealNumber: String?
  /// The module that is on record now; left out where there is none.
  var serialNumber: String?
  var next: Step?
  /// The owner's confirmation; left out until it is signed.
  var addendum: Addendum?
  /// The fields that a move changed; left out for other commands.
  var changes: [FieldChange]?
  /// True where the label shows a word that is no longer right; otherwise left out.
  var labelOutdated: Bool?

  init(_ installation: Installation, repair: Repair? = nil) {
    id = installation.id
    code = Nullable(installation.code)
    status = installation.status
    revision = installation.revision
    self.repair = repair
    sealNumber = installation.seal?.number
    serialNumber = installation.module?.serialNumber
    next = installation.nextStep
  }
}

extension Installation {
  /// Writes the next step in two lines, of which the second is a command as it is typed.
  func putNext(to console: Console) {
    guard let next = nextStep, let need = NextCommand.need(of: self) else { return }
    console.put(
      Text(zh: "下一步：\(next.title.zh)。\(need.what.zh)：", en: "next: \(next.title.en). \(need.what.en):"))
    console.put("  " + need.command[console.language])
  }
}
