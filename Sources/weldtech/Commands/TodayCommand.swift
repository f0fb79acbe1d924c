import Arguments
import Fieldbook
import Records
import Terminal

/// `today`: shows what was done on this day, what is open, what waits, and what is due.
enum TodayCommand {
  struct Document: Encodable {
    struct Row: Encodable {
      var id: InstallationID
      /// The code of the label; null where there is none.
      var code: Nullable<LabelCode>
      var unitName: String
      /// Brand, model and serial number of the welder, as far as they are known.
      var welder: String
      var status: Installation.Status
      /// The step that is next; left out for a finished record.
      var next: Step?
      /// The fault that was reported; left out of a welder without one.
      var fault: String?
      /// The person who reported the fault; left out where nobody said who.
      var reporter: Repair.Reporter?
    }

    struct Visit: Encodable {
      var id: InstallationID
      /// The day of the appointment, today or before.
      var day: CalendarDay
      var unitName: String
      var street: String
      var community: String?
      /// The name of the person to call, in full.
      var person: String?
      var phone: String?
      /// The note on the appointment.
      var note: String?
    }

    struct Due: Encodable {
      var reason: DueDate.Reason
      /// The last day that is in time.
      var day: CalendarDay
      /// The number of days that are left; negative once the day is past.
      var daysLeft: Int
      /// The record of the welder; left out for a certificate.
      var id: InstallationID?
    }

    var day: CalendarDay
    /// The installations that were signed for the first time today, the earliest first.
    var installed: [Row]
    /// The welders whose repair was confirmed today, the earliest first.
    var repaired: [Row]
    var retired: Int
    var refused: Int
    /// The open installations, at most a hundred, the last opened last.
    var open: [Row]
    /// The welders with a fault that was reported and whose repair is not over, those out of use first; at most
    /// a hundred.
    var repairs: [Row]
    /// The surveyed welders whose appointment is today or was before, at most a hundred, the earliest first.
    var visits: [Visit]
    /// The number of all surveyed welders whose appointment is today or was before.
    var visitsDue: Int
    /// The number of all surveyed welders that nobody has registered yet.
    var surveyed: Int
    /// The number of all open installations.
    var openInstallations: Int
    /// The number of registrations that were begun and have no record yet, at most a hundred.
    var drafts: Int
    /// The number of open installations that were signed, corrected since, and wait for a new signature.
    var signaturesDue: Int
    var queue: StatusCommand.Document.Queue
    /// The due dates, the earliest first.
    var due: [Due]
    var codesLeft: Int
    /// Whether the codes run out soon.
    var codesLow: Bool
  }

  private static let maxRows = 100
  /// The number of lines of each kind on the screen, so that all kinds can be seen.
  private static let maxLines = 15

  static var command: Command<Workplace> {
    Command(
      "today",
      Text(zh: "今天装了什么，还有什么没做完、没上传、快到期", en: "what was installed today, what is open, waits and is due"),
      run: run)
  }

  static func run(_ workplace: Workplace) throws -> Int32 {
    let document = try document(workplace)
    let console = workplace.console
    try console.answer(document) { put(document, to: console) }
    return ExitCode.done.rawValue
  }

  // MARK: - Looking

  private static func document(_ workplace: Workplace) throws -> Document {
    let fieldbook = try workplace.fieldbook()
    let today = workplace.clock.now().day
    let outcomes = try fieldbook.outcomes(on: today)
    let counts = try fieldbook.counts()
    let open = try fieldbook.list(status: .open, limit: maxRows).reversed()
    let due = try fieldbook.repairsDue()
    let repairs = due.prefix(maxRows)
    let words = try fieldbook.words(
      of: outcomes.installed + outcomes.repaired + open.map(\.id) + repairs.map(\.id))
    func row(_ summary: InstallationSummary) -> Document.Row {
      Document.Row(
        id: summary.id, code: Nullable(summary.code), unitName: summary.unitName,
        welder: words[summary.id]?.welder ?? "", status: summary.status, next: summary.next)
    }
    func reported(_ summary: InstallationSummary) -> Document.Row {
      var row = row(summary)
      // The overview is shown although a record cannot be read.
      let repair = try? fieldbook.installation(summary.id).openRepair
      (row.fault, row.reporter) = (repair?.fault.text, repair?.reporter)
      return row
    }
    let queue = try fieldbook.queueSummary()
    let codesLeft = try fieldbook.codesLeft()
    let setup = try fieldbook.setup()
    return Document(
      day: today, installed: try outcomes.installed.compactMap { try fieldbook.summary(of: $0).map(row) },
      repaired: try outcomes.repaired.compactMap { try fieldbook.summary(of: $0).map(row) },
      retired: outcomes.retired, refused: outcomes.refused, open: open.filter { !$0.isInRepair }.map(row),
      repairs: repairs.map(reported),
      visits: try fieldbook.visits(until: today, limit: maxRows).map {
        Document.Visit(
          id: $0.id, day: $0.day, unitName: $0.unitName, street: $0.street, community: $0.community,
          person: $0.person, phone: $0.phone, note: $0.note)
      }, visitsDue: try fieldbook.visitCount(until: today), surveyed: counts[.surveyed] ?? 0,
      openInstallations: (counts[.open] ?? 0) - due.count { $0.status == .open },
      drafts: try fieldbook.drafts(limit: maxRows).count,
      signaturesDue: try fieldbook.signaturesDue(),
      queue: try StatusCommand.Document.Queue(queue, conflicts: fieldbook.conflicts().count, in: fieldbook),
      due: try self.due(on: today, fieldbook, workplace), codesLeft: codesLeft,
      codesLow: setup.technician != nil && setup.plates != .stock && codesLeft < HealthCheck.fewCodes)
  }

  private static func due(on today: CalendarDay, _ fieldbook: Fieldbook, _ workplace: Workplace) throws
    -> [Document.Due]
  {
    let certificate = try fieldbook.setup().technician.flatMap {
      DueDate(ofCertificate: $0.certificateExpires, today: today)
    }
    // A damaged file of the seal ends `sign` and is a finding of `doctor`; the day's overview is shown all the same.
    let seal = (try? workplace.sealStore.setUp()).flatMap {
      DueDate(ofCertificate: $0.certificate.days(in: workplace.clock).until, today: today, .sealCertificate)
    }
    let welders = try fieldbook.purchaseDaysOfOpenWelders().compactMap { DueDate(ofWelderBoughtOn: $1, in: $0) }
    let dates = (welders + [certificate, seal].compactMap(\.self)).sorted {
      ($0.day, $0.installation?.text ?? "") < ($1.day, $1.installation?.text ?? "")
    }
    return dates.map {
      Document.Due(reason: $0.reason, day: $0.day, daysLeft: $0.daysLeft(from: today), id: $0.installation)
    }
  }

  // MARK: - Telling

  private static func put(_ document: Document, to console: Console) {
    let language = console.language
    var done = "\(document.installed.count)"
    for (count, title) in [
      (document.retired, Installation.Status.retired.title),
      (document.refused, Installation.Status.refused.title),
    ] where count > 0 {
      done += "  \(title[language]) \(count)"
    }
    console.heading(
      Text(zh: "\(document.day) 今天装好 \(done)", en: "\(document.day): installed \(done)"))
    table(document.installed, to: console)
    if !document.repaired.isEmpty {
      console.heading(
        Text(zh: "今天修好 \(document.repaired.count)", en: "repaired \(document.repaired.count)"))
      table(document.repaired, to: console)
    }

    console.heading(
      Text(zh: "安装没做完 \(document.openInstallations)", en: "open \(document.openInstallations)"))
    table(document.open.suffix(maxLines), to: console)
    if document.openInstallations > min(document.open.count, maxLines) {
      console.put(
        Text(zh: "其余用 weldtech list --status open 查看", en: "the others: weldtech list --status open"))
    }
    if !document.open.isEmpty {
      console.put(Text(zh: "接着做：weldtech install 记录号", en: "to go on: weldtech install ID"))
    }

    if !document.repairs.isEmpty {
      let out = document.repairs.count { $0.status == .outOfUse }
      console.heading(
        Text(
          zh: "待维修 \(document.repairs.count)" + (out == 0 ? "" : "，其中停用 \(out)"),
          en: "to be repaired \(document.repairs.count)" + (out == 0 ? "" : ", out of use \(out)")))
      putRepairs(document.repairs.prefix(maxLines), to: console)
      if document.repairs.contains(where: { $0.next == .repair }) {
        console.put(
          Text(zh: "到现场：weldtech repair 记录号 --port 串口", en: "on the spot: weldtech repair ID --port P"))
      }
      if document.repairs.contains(where: { $0.next == .confirm }) {
        console.put(
          Text(
            zh: "修好的请所有权人确认：weldtech repair close 记录号 --phone",
            en: "what is mended the owner confirms: weldtech repair close ID --phone"))
      }
    }

    if document.surveyed > 0 {
      console.heading(
        Text(
          zh: "今天要上门 \(document.visitsDue)（已调研未登记共 \(document.surveyed)）",
          en: "to visit \(document.visitsDue) (surveyed and not registered: \(document.surveyed))"))
      putVisits(document.visits.prefix(maxLines), to: console)
      if document.visitsDue > min(document.visits.count, maxLines) {
        console.put(
          Text(
            zh: "其余用 weldtech list --status surveyed --sort appointment 查看",
            en: "the others: weldtech list --status surveyed --sort appointment"))
      }
    }

    let queue = document.queue
    console.heading(Text(zh: "待上传 \(queue.records)", en: "to deliver \(queue.records)"))
    if queue.records > 0 || queue.keys > 0 {
      console.paragraph(
        Text(
          zh:
            "\(queue.records) 条记录，\(queue.files) 个文件（\(Measures.bytes(queue.bytes))），\(queue.keys) 个密钥；联网后运行 weldtech sync",
          en:
            "\(queue.records) records, \(queue.files) files (\(Measures.bytes(queue.bytes))), \(queue.keys) keys; with a network: weldtech sync"
        ))
    }
    if queue.conflicts > 0 {
      console.paragraph(
        Text(
          zh: "\(queue.conflicts) 条与平台冲突，不能上传：weldtech next 说明",
          en:
            "\(queue.conflicts) conflict with the platform's and cannot be delivered: `weldtech next` says more"
        ))
    }
    putDue(document, to: console)
  }

  private static func table(_ rows: some Collection<Document.Row>, to console: Console) {
    guard !rows.isEmpty else { return }
    let language = console.language
    console.table(
      [
        Table.Column(Text(zh: "记录号", en: "id"), minimum: 8, importance: 4),
        Table.Column(Text(zh: "单位", en: "unit"), minimum: 12, importance: 2),
        Table.Column(Text(zh: "焊机", en: "welder"), minimum: 10, importance: 1),
        Table.Column(Text(zh: "状态", en: "state"), minimum: 8, importance: 3),
      ],
      rows.map { row in
        [
          String(row.id.text.prefix(8)), row.unitName, row.welder,
          row.next.map { Text(zh: "待\($0.title.zh)", en: "next: \($0.title.en)")[language] }
            ?? row.status.title[language],
        ]
      })
  }

  /// The welders to be repaired, each with its fault and whoever reported it. `show --full` has the whole phone number.
  private static func putRepairs(_ rows: some Collection<Document.Row>, to console: Console) {
    let language = console.language
    console.table(
      [
        Table.Column(Text(zh: "记录号", en: "id"), minimum: 8, importance: 5),
        Table.Column(Text(zh: "单位", en: "unit"), minimum: 10, importance: 3),
        Table.Column(Text(zh: "故障", en: "fault"), minimum: 10, importance: 2),
        Table.Column(Text(zh: "报修人", en: "reported by"), minimum: 10, importance: 1),
        Table.Column(Text(zh: "状态", en: "state"), minimum: 8, importance: 4),
      ],
      rows.map { row in
        let next = row.next.map { Text(zh: "待\($0.title.zh)", en: "next: \($0.title.en)")[language] }
        let isOut = row.status == .outOfUse
        return [
          String(row.id.text.prefix(8)), row.unitName, row.fault ?? "–",
          row.reporter.map { [$0.name.masked, $0.phone?.masked].compactMap(\.self).joined(separator: " ") }
            ?? "–",
          isOut ? row.status.title[language] : next ?? row.status.title[language],
        ]
      })
  }

  private static func putVisits(_ visits: some Collection<Document.Visit>, to console: Console) {
    guard !visits.isEmpty else { return }
    console.table(
      [
        Table.Column(Text(zh: "记录号", en: "id"), minimum: 8, importance: 4),
        Table.Column(Text(zh: "预约", en: "day"), minimum: 10, importance: 3),
        Table.Column(Text(zh: "单位", en: "unit"), minimum: 12, importance: 2),
        Table.Column(Text(zh: "地点", en: "place"), minimum: 10, importance: 1),
        Table.Column(Text(zh: "电话", en: "phone"), minimum: 11),
        Table.Column(Text(zh: "备注", en: "note"), minimum: 6),
      ],
      visits.map { visit in
        [
          String(visit.id.text.prefix(8)), visit.day.description, visit.unitName,
          [visit.street, visit.community ?? ""].filter { !$0.isEmpty }.joined(separator: " "),
          visit.phone.flatMap { PhoneNumber($0) }?.masked ?? "–", visit.note ?? "",
        ]
      })
    console.put(Text(zh: "上门登记：weldtech install 记录号", en: "to register one on the spot: weldtech install ID"))
    console.put(
      Text(
        zh: "哪天的路线，完整的姓名和电话：weldtech list --appointment 日期 --full",
        en: "the route of any day, with names and phones in full: weldtech list --appointment DAY --full"))
  }

  private static func putDue(_ document: Document, to console: Console) {
    console.heading(Text(zh: "要注意", en: "to look after"))
    var lines: [Text] = []
    if document.drafts > 0 { lines.append(DraftTexts.count(document.drafts)) }
    if document.signaturesDue > 0 {
      lines.append(
        Text(
          zh: "更正后待重新签字 \(document.signaturesDue) 条",
          en: "\(document.signaturesDue) corrected records to be signed again"))
    }
    // Certificates come first, so that none is left out. The new welders follow, the earliest day first.
    let shown =
      document.due.filter { $0.reason != .newWelder } + document.due.filter { $0.reason == .newWelder }
    for due in shown.prefix(maxLines) { lines.append(line(of: due)) }
    if shown.count > maxLines {
      lines.append(
        Text(
          zh: "还有 \(shown.count - maxLines) 台新购焊机要按期装好，全部见 weldtech today --json",
          en: "\(shown.count - maxLines) more new welders are due; all of them: weldtech today --json"))
    }
    if document.codesLow {
      lines.append(
        Text(
          zh: "标牌码只剩 \(document.codesLeft) 个：联网运行 weldtech sync，或向公司要号段",
          en:
            "only \(document.codesLeft) codes left: `weldtech sync` with a network, or ask the company for a block"
        ))
    }
    if lines.isEmpty { lines = [Text(zh: "没有", en: "nothing")] }
    for text in lines { console.paragraph(text) }
  }

  private static func line(of due: Document.Due) -> Text {
    let left: Text =
      due.daysLeft < 0
      ? Text(zh: "已过 \(-due.daysLeft) 天", en: "\(-due.daysLeft) days ago")
      : due.daysLeft == 0
        ? Text(zh: "就是今天", en: "today") : Text(zh: "还有 \(due.daysLeft) 天", en: "in \(due.daysLeft) days")
    switch due.reason {
    case .newWelder:
      let id = due.id.map { String($0.text.prefix(8)) } ?? "–"
      return Text(
        zh: "新购焊机 \(id) 应在 \(due.day) 前装好（购买后 15 天），\(left.zh)",
        en: "the new welder of \(id) is due on \(due.day) (15 days after its purchase), \(left.en)")
    case .certificate:
      return Text(
        zh: "技术人员证书 \(due.day) 到期，\(left.zh)",
        en: "the technician's certificate expires on \(due.day), \(left.en)")
    case .sealCertificate:
      return Text(
        zh: "签章证书 \(due.day) 到期，\(left.zh)：weldtech setup --seal-request 文件",
        en: "the seal's certificate ends on \(due.day), \(left.en): `weldtech setup --seal-request FILE`")
    }
  }
}
