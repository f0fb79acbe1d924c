import Fieldbook
import Records
import Sync
import Terminal

/// `sync --explain ID`: says what became of each part of one record on its way, why it is not there, and what
/// to do. It needs no network.
struct SyncExplanation {
  struct Document: Encodable {
    struct Revision: Encodable {
      var revision: Int
      var state: State
      var bytes: Int
      var attempts: Int
      var attemptedAt: String?
      var acknowledgedAt: String?
    }

    struct File: Encodable {
      var filename: String
      var sha256: String
      var bytes: Int
      var isOriginal: Bool
      var acknowledgedAt: String?
    }

    struct Key: Encodable {
      var keyID: String
      var attempts: Int
      var attemptedAt: String?
      var acknowledgedAt: String?

      private enum CodingKeys: String, CodingKey {
        case attempts, attemptedAt, acknowledgedAt
        case keyID = "keyId"
      }
    }

    struct SetAside: Encodable {
      var revision: Int
      var reason: String
      /// The platform's own word; null where it gave none.
      var detail: String?
      var since: Timestamp
      var triedAt: Timestamp
    }

    var id: InstallationID
    var state: State
    var revisions: [Revision]
    var files: [File]
    var keys: [Key]
    /// The number of timestamps of the record's agreements that the platform does not have.
    var timestampsWaiting: Int
    /// The reason why the record is set aside; null where it is not.
    var setAside: SetAside?
  }

  enum State: String, Encodable {
    /// The record is open, so that nothing of it is sent.
    case open
    case waiting
    /// The item waits, and a repetition without a change cannot deliver it.
    case setAside
    case delivered
    /// The revision is not sent, because what it adds is sent with another revision.
    case carriedOver
  }

  let document: Document
  private let delivery: DeliveryState

  init(of id: InstallationID, _ fieldbook: Fieldbook) throws {
    let delivery = try fieldbook.deliveryState(of: id)
    self.delivery = delivery
    let revisions = delivery.revisions.map { revision in
      Document.Revision(
        revision: revision.number,
        state: revision.acknowledgedAt != nil ? .delivered : revision.isCarriedOver ? .carriedOver : .waiting,
        bytes: revision.bytes, attempts: revision.attempts, attemptedAt: revision.attemptedAt,
        acknowledgedAt: revision.acknowledgedAt)
    }
    let isWaiting = revisions.contains { $0.state == .waiting }
    document = Document(
      id: id,
      state: revisions.isEmpty
        ? .open : !isWaiting ? .delivered : delivery.setAside == nil ? .waiting : .setAside,
      revisions: revisions,
      files: delivery.files.map {
        Document.File(
          filename: $0.filename, sha256: $0.sha256, bytes: $0.bytes, isOriginal: $0.isOriginal,
          acknowledgedAt: $0.acknowledgedAt)
      },
      keys: delivery.keys.map {
        Document.Key(
          keyID: $0.keyID, attempts: $0.attempts, attemptedAt: $0.attemptedAt, acknowledgedAt: $0.acknowledgedAt
        )
      },
      timestampsWaiting: delivery.timestamps,
      setAside: isWaiting
        ? delivery.setAside.map {
          Document.SetAside(
            revision: $0.revision, reason: $0.reason, detail: $0.detail, since: $0.since, triedAt: $0.triedAt)
        } : nil)
  }

  // MARK: - On a screen

  func details(at place: DeliveryPlace, in language: Language) -> Details {
    var details = Details()
    details.heading(Text(zh: "上传情况", en: "Delivery"))
    details.row(Text(zh: "记录", en: "record"), document.state.title(at: place)[language])
    if let setAside = document.setAside {
      let reason = SyncReason(rawValue: setAside.reason)
      let word = setAside.detail.map { "（\($0)）" } ?? ""
      details.row(
        Text(zh: "原因", en: "reason"),
        Text(
          zh: "\(reason?.title(at: place).zh ?? setAside.reason)\(word)",
          en: "\(reason?.title(at: place).en ?? setAside.reason)\(setAside.detail.map { " (\($0))" } ?? "")"),
        in: language
      )
      details.row(Text(zh: "从何时起", en: "since"), "\(setAside.since)")
      details.row(Text(zh: "最近一次尝试", en: "last tried"), "\(setAside.triedAt)")
      if let reason { details.row(Text(zh: "怎么办", en: "what to do"), reason.hint(at: place), in: language) }
    } else if document.state == .waiting {
      if document.keys.contains(where: { $0.acknowledgedAt == nil && $0.attempts > 0 }) {
        details.row(Text(zh: "原因", en: "reason"), SyncReason.keyPending.title(at: place), in: language)
      }
      details.row(
        Text(zh: "怎么办", en: "what to do"),
        Text(zh: "联网后运行 weldtech sync", en: "run `weldtech sync` when there is a network"), in: language)
    }
    details.heading(Text(zh: "各版本", en: "Revisions"))
    for revision in document.revisions {
      details.row(
        Text(zh: "第 \(revision.revision) 版", en: "revision \(revision.revision)"),
        line(
          place, revision.state, revision.bytes, revision.attempts, revision.attemptedAt,
          revision.acknowledgedAt),
        in: language)
    }
    details.heading(Text(zh: "模块密钥", en: "Module keys"))
    for key in document.keys {
      details.row(
        Text(verbatim: key.keyID),
        line(
          place, key.acknowledgedAt == nil ? .waiting : .delivered, nil, key.attempts, key.attemptedAt,
          key.acknowledgedAt), in: language)
    }
    details.heading(Text(zh: "文件", en: "Files"))
    for file in document.files {
      let state = line(
        place, file.acknowledgedAt == nil ? .waiting : .delivered, file.bytes, 0, nil, file.acknowledgedAt)
      details.row(
        Text(verbatim: file.filename),
        file.isOriginal
          ? Text(zh: "\(state.zh)，原图", en: "\(state.en), original") : state, in: language)
    }
    if document.timestampsWaiting > 0 {
      details.heading(Text(zh: "协议时间戳", en: "Timestamps"))
      details.row(Text(zh: "待上传", en: "waiting"), "\(document.timestampsWaiting)")
    }
    return details
  }

  private func line(
    _ place: DeliveryPlace, _ state: State, _ bytes: Int?, _ attempts: Int, _ attemptedAt: String?,
    _ acknowledgedAt: String?
  ) -> Text {
    var zh = [state.title(at: place).zh]
    var en = [state.title(at: place).en]
    if let bytes {
      zh.append(Measures.bytes(bytes))
      en.append(Measures.bytes(bytes))
    }
    if let acknowledgedAt {
      zh.append("\(place == .platform ? "平台确认" : "已读回核对") \(acknowledgedAt)")
      en.append("acknowledged \(acknowledgedAt)")
    } else if attempts > 0 {
      zh.append("试过 \(attempts) 次\(attemptedAt.map { "，最近 \($0)" } ?? "")")
      en.append("tried \(attempts) times\(attemptedAt.map { ", last \($0)" } ?? "")")
    }
    return Text(zh: zh.joined(separator: "，"), en: en.joined(separator: ", "))
  }
}

extension SyncExplanation.State {
  fileprivate func title(at place: DeliveryPlace) -> Text {
    switch self {
    case .open: Text(zh: "还没有关闭，不上传", en: "still open, nothing is sent")
    case .waiting: Text(zh: "待上传", en: "waiting")
    case .setAside: Text(zh: "暂时搁置，每次 sync 最后再试", en: "set aside; each sync tries it last")
    case .delivered: Text(zh: "\(place.name.zh)已有", en: "delivered")
    case .carriedOver: Text(zh: "内容并入平台的新版本", en: "carried over into another revision")
    }
  }
}
