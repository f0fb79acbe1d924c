import Bench
import Cryptography
import Fieldbook
import FoundationEssentials
import Records
import Terminal

/// Runs the commands of the walk one after the other, and reports at the end where everything is.
struct PracticeSession {
  let workplace: Workplace
  let folder: PracticeFolder
  let port: String
  let platform: String
  /// Issues the certificate of the practice's seal; its root vouches for nobody outside the practice.
  let authority: TestAuthority

  private var console: Console { workplace.console }
  private var typist: PracticeTypist { PracticeTypist(workplace: workplace, folder: folder) }

  // MARK: - The walk

  func walk() throws {
    try prepareInput()
    try PracticeSetUp(typist: typist, platform: platform, authority: authority).run()
    try typist.type(
      Text(zh: "登记责任人和电焊机", en: "Register owner and welder"),
      ["register", "--from", folder.input("registration.json")])
    let practice = typist.practiceWorkplace()
    guard let opened = try practice.fieldbook().list(limit: 1).first else {
      throw PracticeFailed(command: "register")
    }
    let agreement = practice.agreementPath(of: try practice.fieldbook().installation(opened.id))
    for (title, words) in steps(id: String(opened.id.text.prefix(8)), agreement: agreement) {
      try typist.type(title, words)
    }
  }

  private func steps(id: String, agreement: String) -> [(Text, [String])] {
    [
      (
        Text(zh: "安装前拍照", en: "Photo before the work"),
        ["photo", id, "--stage", "before", folder.input("before.png")]
      ),
      (Text(zh: "烧录固件", en: "Flash the module"), ["flash", id, "--port", port]),
      (Text(zh: "配对", en: "Pair it"), ["pair", id, "--port", port]),
      (Text(zh: "制作标牌", en: "Make the label"), ["label", id]),
      (Text(zh: "粘贴封条", en: "Apply the seal"), ["seal", id, "--number", "LX-0001"]),
      (Text(zh: "功能测试", en: "Test it"), ["test", id, "--port", port]),
      (
        Text(zh: "安装后拍照", en: "Photo after the work"),
        ["photo", id, "--stage", "after", folder.input("after.png")]
      ),
      (Text(zh: "培训交接", en: "Hand over"), ["handover", id, "--trained", "2", "--rules", "drafted"]),
      (
        Text(zh: "签署协议", en: "Sign the agreement"), ["sign", id, "--signature", folder.input("signature.json")]
      ),
      (Text(zh: "上传到平台", en: "Deliver it"), ["sync"]),
      (Text(zh: "检查协议", en: "Check the agreement"), ["agreement", "verify", agreement, "--trust", root]),
      (
        Text(zh: "导出任何人都能检查的档案", en: "Export an archive that a stranger can check"),
        ["archive", "export", id, "--output", archive]
      ),
      (
        Text(zh: "检查档案", en: "Check the archive"),
        ["archive", "verify", archive, "--trust", root]
      ),
    ]
  }

  private var archive: String { "\(folder.path)/archive.zip" }
  private var root: String { folder.root }

  private func prepareInput() throws {
    try workplace.write(Data(SampleRegistration.json.utf8), to: folder.input("registration.json"))
    try workplace.write(try SamplePhoto.png(.before), to: folder.input("before.png"))
    try workplace.write(try SamplePhoto.png(.after), to: folder.input("after.png"))
    try workplace.write(
      try RecordCoding.encode(SampleSignature.document()), to: folder.input("signature.json"))
  }

  // MARK: - What lies where

  struct Document: Encodable {
    struct Delivered: Encodable {
      var record: Bool
      var key: Bool
      var files: Int
      var of: Int
    }

    var id: InstallationID
    var code: LabelCode?
    var folder: String
    var record: String
    var label: String
    var agreement: String
    /// The path of the archive with this one installation.
    var archive: String
    /// The path of the root certificate by which agreement and archive are checked.
    var root: String
    var platform: Delivered
  }

  /// Compares the files and keys of this laptop with those that the platform reports.
  func report(_ platform: LocalPlatform) throws -> ExitCode {
    let practice = typist.practiceWorkplace()
    guard let row = try practice.fieldbook().list(limit: 1).first else { throw PracticeFailed(command: "list") }
    let installation = try practice.fieldbook().installation(row.id)
    let record = practice.documentPath(of: installation, named: "record.json")
    try HomeFile.write(
      try RecordCoding.encode(installation), to: record, below: practice.home, isSynced: false)

    let closed = try practice.fieldbook().closedRecord(installation.id, revision: installation.revision)
    let stored = platform.installations().first { $0.id == installation.id.text }
    let digests = installation.fileDigests
    let document = Document(
      id: installation.id, code: installation.code, folder: folder.path, record: record,
      label: practice.documentPath(of: installation, named: "label.png"),
      agreement: practice.documentPath(of: installation, named: "agreement.pdf"), archive: archive, root: root,
      platform: Document.Delivered(
        record: stored != nil && stored?.sha256 == closed?.sha256,
        key: try installation.module?.keyID.map { try platform.keyIds().contains($0) } ?? false,
        files: digests.count { platform.hasFile($0) }, of: digests.count))
    let isComplete =
      document.platform.record && document.platform.key && document.platform.files == digests.count
    try console.answer(document) { tell(document, isComplete: isComplete) }
    return isComplete ? .done : .failed
  }

  private func tell(_ document: Document, isComplete: Bool) {
    console.put("")
    console.heading(
      isComplete
        ? Text(zh: "练习完成：一条完整的安装记录", en: "Practice done: one finished installation")
        : Text(zh: "练习没有完成", en: "The practice is not complete"))
    let platform = document.platform
    console.facts([
      (Text(zh: "标牌码", en: "code"), document.code?.description ?? "–"),
      (Text(zh: "记录", en: "record"), document.record),
      (Text(zh: "标牌", en: "label"), document.label),
      (Text(zh: "协议", en: "agreement"), document.agreement),
      (Text(zh: "档案", en: "archive"), document.archive),
      (Text(zh: "根证书", en: "root certificate"), document.root),
      (
        Text(zh: "平台上", en: "on the platform"),
        Text(
          zh:
            "记录\(platform.record ? "有" : "没有")，密钥\(platform.key ? "有" : "没有")，文件 \(platform.files)/\(platform.of)",
          en:
            "record \(platform.record ? "yes" : "no"), key \(platform.key ? "yes" : "no"), files \(platform.files) of \(platform.of)"
        )[
          console.language]
      ),
    ])
    let show = typist.commandLine(["show", String(document.id.text.prefix(8))])
    console.put(Text(zh: "查看：\(show)", en: "look at it: \(show)"))
  }
}

extension Installation {
  /// The digests of all files that the record names, each once.
  var fileDigests: Set<String> {
    let photos = photos.flatMap { [$0.sha256, $0.copy?.sha256] }
    return Set(
      (photos + [agreement?.sha256, agreement?.strokesSha256, seal?.photoSha256]).compactMap(\.self))
  }
}

struct PracticeFailed: Error {
  let command: String
}

extension PracticeFailed: Explained {
  var failure: Failure {
    Failure(
      code: "practice.step",
      message: Text(zh: "练习停在 \(command)", en: "the practice stopped at \(command)"),
      hint: Text(zh: "上面的错误说明原因", en: "the error above says why"))
  }
}
