import Records
import Terminal

extension EvidenceFault {
  /// The remedy where evidence differs from what was written. The remedy changes nothing in the evidence.
  private static let hint = Text(
    zh: "不要改动，报告公司；从备份恢复数据目录，weldtech doctor 检查全部",
    en:
      "leave it as it is and report it; restore the data folder from a backup; `weldtech doctor` checks all of it"
  )

  func failure(of id: InstallationID) -> Failure {
    let record = id.text.prefix(8)
    return switch self {
    case .record:
      Failure(
        code: "evidence.record",
        message: Text(
          zh: "记录 \(record) 与它的事件不符", en: "record \(record) is not what its events add up to"),
        hint: Self.hint)
    case .entry(let seq):
      Failure(
        code: "evidence.entry",
        message: Text(
          zh: "记录 \(record) 的第 \(seq) 条事件与写入时不同，或与前后不相接",
          en: "entry \(seq) of record \(record) is not what was written, or does not join the entries beside it"
        ),
        hint: Self.hint)
    case .unreadableEntry(let seq):
      Failure(
        code: "evidence.unreadable",
        message: Text(
          zh: "记录 \(record) 的第 \(seq) 条事件读不出来", en: "entry \(seq) of record \(record) cannot be read"),
        hint: Text(
          zh: "作废这条记录（weldtech void \(record) --reason …）后重新登记；其他记录不受影响",
          en:
            "take the record back (weldtech void \(record) --reason …) and register anew; other records are not affected"
        ))
    case .revision(let revision):
      Failure(
        code: "evidence.revision",
        message: Text(
          zh: "记录 \(record) 关闭的第 \(revision) 版与关闭时不同",
          en: "revision \(revision) of record \(record) is not what it was when it closed"),
        hint: Self.hint)
    case .fileMissing(let name, let sha256):
      Failure(
        code: "evidence.file.missing",
        message: Text(
          zh: "记录 \(record) 的文件 \(name)（\(sha256.prefix(12))）不见了",
          en: "\(name) (\(sha256.prefix(12))) of record \(record) is gone"),
        hint: Self.hint)
    case .fileDamaged(let name, let sha256):
      Failure(
        code: "evidence.file.damaged",
        message: Text(
          zh: "记录 \(record) 的文件 \(name)（\(sha256.prefix(12))）与保存时不同",
          en: "\(name) (\(sha256.prefix(12))) of record \(record) is not what was stored"),
        hint: Self.hint)
    }
  }
}

/// The remedies for a clock that is wrong.
enum ClockTexts {
  static let setting = Text(
    zh: "校准时间：sudo timedatectl set-ntp true，没有网络时 sudo timedatectl set-time '2026-11-29 09:30'",
    en:
      "set it: sudo timedatectl set-ntp true, or without a network sudo timedatectl set-time '2026-11-29 09:30'"
  )
  static let remedy = Text(
    zh: "\(setting.zh)；之前是时间快了、现在对了，就运行 weldtech doctor --accept-clock 原因",
    en:
      "\(setting.en); where it had been ahead before and is right now: weldtech doctor --accept-clock REASON")
}

extension Photo.Stage {
  var title: Text {
    let english =
      switch self {
      case .before: "before"
      case .after: "after"
      case .seal: "seal"
      case .found: "as found"
      case .authority: "authority"
      }
    return Text(zh: word, en: english)
  }
}
