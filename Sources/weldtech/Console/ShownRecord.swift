import Fieldbook
import Records
import Sync
import Terminal

/// A record as `show` prints it: this laptop's record, or the platform's where this laptop only inspected it.
enum ShownRecord: Encodable {
  case own(Installation, RemoteNote?)
  case visited(Fieldbook.VisitedRecord, RemoteNote?)

  var installation: Installation {
    switch self {
    case .own(let installation, _): installation
    case .visited(let record, _): record.installation
    }
  }

  /// Whether the record is this laptop's, so that its papers are here.
  var isOwn: Bool { if case .own = self { true } else { false } }

  var note: RemoteNote? {
    switch self {
    case .own(_, let note), .visited(_, let note): note
    }
  }

  private enum Key: String, CodingKey { case onPlatform }

  /// Writes the record as it is sent, with `onPlatform` beside its unchanged keys.
  func encode(to encoder: any Encoder) throws {
    switch self {
    case .own(let installation, _): try installation.encode(to: encoder)
    case .visited(let record, _):
      try RecordCoding.decode(JSONValue.self, from: record.body).encodeMembers(to: encoder)
    }
    var container = encoder.container(keyedBy: Key.self)
    try container.encodeIfPresent(note, forKey: .onPlatform)
  }
}

/// The facts that this laptop knows of a record at the platform, beyond its delivery.
struct RemoteNote: Encodable {
  /// The place of the record that is shown.
  var source: Inspection.Source
  /// The platform's revision as this laptop saw it last; nil where it saw none.
  var revision: Int?
  /// SHA-256 of that revision's bytes, lower-case hex.
  var sha256: String?
  var seenAt: Timestamp?
  /// The number of this laptop's inspections that wait to be delivered as revisions of the platform's record.
  var pending: Int
  /// True where the platform has a different record, so that this one cannot be delivered.
  var conflict: Bool

  /// Makes the note of a record of this laptop; nil where there is nothing to say.
  init?(of installation: Installation, in fieldbook: Fieldbook) throws {
    var visited = try fieldbook.visitedRecord(installation.id)
    // A record that was taken over contains all that the platform had, so that it needs no note.
    if let adopted = try fieldbook.adoption(of: installation.id), adopted.revision == visited?.state.revision {
      visited = nil
    }
    let isConflicted = try fieldbook.isConflicted(installation.id)
    guard visited != nil || isConflicted else { return nil }
    self.init(.fieldbook, visited, isConflicted)
  }

  /// Makes the note of a record that only the platform has.
  init?(of record: Fieldbook.VisitedRecord, in fieldbook: Fieldbook) throws {
    self.init(.platform, record, try fieldbook.isConflicted(record.installation.id))
  }

  private init(_ source: Inspection.Source, _ visited: Fieldbook.VisitedRecord?, _ isConflicted: Bool) {
    self.source = source
    revision = visited?.state.revision
    sha256 = visited?.state.sha256
    seenAt = visited?.state.seenAt
    pending = visited?.waiting ?? 0
    conflict = isConflicted
  }

  func put(to console: Console) {
    console.heading(Text(zh: "平台上的记录", en: "at the platform"))
    if let revision {
      let time = seenAt.map { $0.screenText } ?? "–"
      console.paragraph(
        source == .platform
          ? Text(
            zh: "这是平台的记录，本机没有这次安装；本机看到的是第 \(revision) 版（\(time)）",
            en: "this is the platform's record, which was not made here; seen as revision \(revision) (\(time))"
          )
          : Text(
            zh: "平台上的记录已到第 \(revision) 版（\(time)），里面有本机没有的内容；上面显示的是本机的记录",
            en:
              "the platform has revision \(revision) (seen \(time)), with more than this laptop's record, which is above"
          ))
      console.paragraph(
        pending == 0
          ? Text(zh: "本机的检查结果都已上传", en: "all inspections of this laptop are delivered")
          : Text(
            zh: "本机有 \(pending) 次检查待上传：weldtech sync",
            en: "\(pending) inspections of this laptop wait: `weldtech sync`"))
    }
    if conflict { VisitTexts.warn(console) }
  }
}

/// The words for records of the platform's that this laptop inspected.
enum VisitTexts {
  static func state(of row: Fieldbook.VisitedSummary) -> Text {
    let verdict = row.last.map { InspectionTexts.verdict($0.verdict) } ?? Text(verbatim: "–")
    guard row.waiting > 0 else {
      return Text(
        zh: "检查 \(row.inspections) 次，最近\(verdict.zh)", en: "inspected \(row.inspections)×, last \(verdict.en)")
    }
    return Text(
      zh: "检查 \(row.inspections) 次，待上传 \(row.waiting)，最近\(verdict.zh)",
      en: "inspected \(row.inspections)×, \(row.waiting) to deliver, last \(verdict.en)")
  }

  /// Says which records differ from the platform's, and what to do.
  static func warn(of conflicts: [Fieldbook.Conflict], _ console: Console) {
    guard !conflicts.isEmpty else { return }
    put(HealthFinding.conflicts(conflicts).failure, console)
  }

  /// Says that the record that is shown differs from the platform's, and what to do.
  fileprivate static func warn(_ console: Console) {
    put(
      Failure(
        code: SyncReason.conflict.rawValue, message: SyncReason.conflict.title, hint: SyncReason.conflict.hint),
      console)
  }

  private static func put(_ failure: Failure, _ console: Console) {
    console.put(styled: "\(console.outputStyling("[!!]", .yellow)) \(failure.message[console.language])")
    console.paragraph(failure.hint)
  }
}

extension JSONValue {
  /// Writes the members of an object into an encoder that others write to as well.
  fileprivate func encodeMembers(to encoder: any Encoder) throws {
    guard case .object(let members) = self else { return try encode(to: encoder) }
    var container = encoder.container(keyedBy: MemberKey.self)
    for (name, value) in members { try container.encode(value, forKey: MemberKey(stringValue: name)) }
  }

  private struct MemberKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }
}
