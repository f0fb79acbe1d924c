import Arguments
import Fieldbook
import Records
import Terminal

/// `status`: shows the state of this laptop.
enum StatusCommand {
  struct Document: Encodable {
    struct Home: Encodable {
      var path: String
      /// Whether other users of this computer can read the home.
      var openToOthers: Bool
      /// The code of the error that storing anything would end with; null where the fieldbook can be written.
      var writeRefusal: String?
    }

    struct Queue: Encodable {
      var records: Int
      var files: Int
      var bytes: Int
      var keys: Int
      /// The number of records that differ from the platform's, so that they cannot be delivered.
      var conflicts: Int
      /// The number of records that a repetition without a change cannot deliver.
      var setAside: Int

      init(_ summary: Fieldbook.QueueSummary, conflicts: Int, in fieldbook: Fieldbook) throws {
        records = summary.records
        files = summary.files
        bytes = summary.fileBytes
        keys = summary.keys
        self.conflicts = conflicts
        setAside = try fieldbook.setAsideCount()
      }
    }

    /// The originals of photos that the platform does not have. No record waits for them.
    struct Originals: Encodable {
      var policy: OriginalsPolicy
      var waiting: Int
      var waitingBytes: Int
    }

    /// The timestamps of agreements.
    struct Timestamps: Encodable {
      /// The address of the authority; null where agreements get no timestamp.
      var authority: String?
      /// The number of closed records' agreements without a timestamp.
      var missing: Int
      /// The number of timestamps that the platform does not have.
      var waiting: Int
    }

    var technician: Technician?
    /// The inspector; null for other laptops.
    var inspector: Inspector?
    /// The company of an office, which has no technician; null for other laptops.
    var company: WrittenText?
    var platform: String?
    var platformKeyFingerprint: String?
    /// The address to which this laptop delivers in place of the platform; null where it delivers to the platform.
    var deliverTo: String?
    var codesLeft: Int
    var installations: [String: Int]
    /// The number of open installations that were signed, corrected since, and wait for a new signature.
    var signaturesDue: Int
    /// The number of installations that this laptop inspected by the platform's record, and has no record of.
    var inspected: Int
    var queue: Queue
    /// The records that were set aside, those that wait longest first, ten at most.
    var setAside: [InstallationID]
    var originals: Originals
    /// The seal of agreements; null where this laptop has not sealed yet.
    var seal: SealView?
    var timestamps: Timestamps
    var home: Home
  }

  static var command: Command<Workplace> {
    Command(
      "status", Text(zh: "待上传的内容和本机状态", en: "what is queued, and where this laptop stands"), run: run)
  }

  static func run(_ workplace: Workplace) throws -> Int32 {
    let fieldbook = try workplace.fieldbook()
    let setup = try fieldbook.setup()
    let queue = try fieldbook.queueSummary()
    let counts = try fieldbook.counts()
    let conflicts = try fieldbook.conflicts()
    let document = Document(
      technician: setup.technician, inspector: setup.inspector, company: setup.company,
      platform: setup.platform, platformKeyFingerprint: try workplace.platformPin().pinned()?.fingerprint,
      deliverTo: setup.delivery?.address, codesLeft: try fieldbook.codesLeft(),
      installations: Dictionary(uniqueKeysWithValues: counts.map { ($0.key.rawValue, $0.value) }),
      signaturesDue: try fieldbook.signaturesDue(), inspected: try fieldbook.visitedCount(),
      queue: try Document.Queue(queue, conflicts: conflicts.count, in: fieldbook),
      setAside: try fieldbook.setAsideRecords(limit: 10),
      originals: Document.Originals(
        policy: setup.originals ?? .later, waiting: queue.originals, waitingBytes: queue.originalBytes),
      seal: try workplace.sealView(),
      timestamps: Document.Timestamps(
        authority: setup.timestampAuthority, missing: queue.timestampsMissing, waiting: queue.timestamps),
      home: Document.Home(
        path: fieldbook.home, openToOthers: fieldbook.isOpenToOthers,
        writeRefusal: fieldbook.writeRefusal.map { explain($0).code }))
    let console = workplace.console
    try console.answer(document) {
      let byStatus = Installation.Status.allCases.compactMap { status in
        counts[status].map { "\(status.title[console.language]) \($0)" }
      }
      let records = (
        Text(zh: "安装记录", en: "installations"), byStatus.isEmpty ? "0" : byStatus.joined(separator: "  ")
      )
      let platform = [
        (Text(zh: "平台", en: "platform"), setup.platform ?? "–"),
        (Text(zh: "平台公钥指纹", en: "platform key"), document.platformKeyFingerprint ?? "–"),
        Setup.deliveryFact(setup.delivery, console.language),
      ]
      let inspected = (Text(zh: "按平台记录检查过", en: "inspected"), "\(document.inspected)")
      let who: [(Text, String)]
      if let inspector = setup.inspector {
        // An inspector's laptop makes no labels and seldom has a record of its own.
        who =
          [
            (Text(zh: "检查人员", en: "inspector"), "\(inspector.name)"),
            (Text(zh: "检查单位", en: "authority"), inspector.company.text),
          ] + platform + (byStatus.isEmpty ? [inspected] : [records, inspected])
      } else {
        who =
          [
            (
              Text(zh: "技术人员", en: "technician"),
              setup.technician.map { "\($0.name)  \($0.company)" } ?? "–"
            ),
            (Text(zh: "公司", en: "company"), (setup.technician?.company ?? setup.company)?.text ?? "–"),
            (Text(zh: "证书有效期", en: "certificate"), setup.technician?.certificateExpires.description ?? "–"),
          ] + platform + [
            (Text(zh: "剩余标牌码", en: "codes left"), "\(document.codesLeft)"), records, inspected,
          ]
      }
      let queued = Text(
        zh: "\(queue.records) 条记录，\(queue.files) 个文件，\(queue.keys) 个密钥",
        en: "\(queue.records) records, \(queue.files) files, \(queue.keys) keys")
      var facts = who + [(Text(zh: "待上传", en: "queued"), queued[console.language])]
      if queue.originals > 0 {
        let waiting = document.originals.policy.waiting(queue.originals, bytes: queue.originalBytes)
        facts.append((Text(zh: "照片原图", en: "originals"), waiting[console.language]))
      }
      if setup.technician != nil {
        facts.append((Text(zh: "签章", en: "seal"), SealView.line(document.seal)[console.language]))
      }
      if let authority = setup.timestampAuthority {
        let missing = Text(
          zh: "\(authority)，缺 \(queue.timestampsMissing) 个，待上传 \(queue.timestamps) 个",
          en: "\(authority), \(queue.timestampsMissing) missing, \(queue.timestamps) to be delivered")
        facts.append((Text(zh: "时间戳", en: "timestamps"), missing[console.language]))
      }
      console.facts(facts)
      if document.signaturesDue > 0 {
        console.paragraph(
          Text(
            zh: "更正后待重新签字 \(document.signaturesDue) 条：weldtech next 列出",
            en: "\(document.signaturesDue) corrected records are to be signed again: `weldtech next` lists them"
          ))
      }
      if document.queue.setAside > 0 {
        let ids = document.setAside.prefix(3).map { $0.text.prefix(8) }.joined(separator: " ")
        let more = document.queue.setAside > 3
        console.paragraph(
          Text(
            zh:
              "上传不了、暂时搁置 \(document.queue.setAside) 条：\(ids)\(more ? " 等" : "")；weldtech sync --explain 编号 说明原因",
            en:
              "\(document.queue.setAside) records set aside: \(ids)\(more ? " …" : ""); `weldtech sync --explain ID` says why"
          ))
      }
      if let finding = try workplace.sealFinding() { warn(finding.failure, console) }
      if !conflicts.isEmpty { warn(HealthFinding.conflicts(conflicts).failure, console) }
      if let refusal = fieldbook.writeRefusal { warn(explain(refusal), console) }
      if fieldbook.isOpenToOthers {
        warn(HealthFinding.homeOpen(home: fieldbook.home, first: fieldbook.home, count: 1).failure, console)
      }
    }
    return ExitCode.done.rawValue
  }

  private static func warn(_ failure: Failure, _ console: Console) {
    console.put(styled: "\(console.outputStyling("[!!]", .yellow)) \(failure.message[console.language])")
    console.put("     " + failure.hint[console.language])
  }
}
