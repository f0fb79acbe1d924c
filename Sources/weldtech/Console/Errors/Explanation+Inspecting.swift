import Records
import Sync
import Terminal

extension InspectionRefused: Explained {
  var failure: Failure {
    switch self {
    case .recordUnknown(let code):
      Failure(
        code: "inspect.record.unknown",
        message: Text(
          zh: "标牌码 \(code) 在本机和平台上都没有安装记录", en: "neither this laptop nor the platform has a record of \(code)"),
        hint: Text(
          zh: "照标牌核对标牌码；没有错，标牌可能是仿制的，或安装的电脑还没有上传：请公司查",
          en:
            "compare the code with the label; if it is right, the label may be a forgery, or its laptop has not delivered: ask the company"
        ))
    case .recordUnreachable(let code, let reason):
      Failure(
        code: "inspect.record.unreachable",
        message: Text(
          zh: "本机没有 \(code?.description ?? "这台焊机") 的安装记录，平台上的也取不到：\(reason.title.zh)",
          en:
            "this laptop has no record of \(code?.description ?? "this welder"), and the platform's cannot be had: \(reason.title.en)"
        ),
        hint: Text(
          zh: "\(reason.hint.zh)；或在安装它的电脑上检查",
          en: "\(reason.hint.en); or inspect with the laptop that installed it"))
    case .recordUnreadable(let id):
      Failure(
        code: "inspect.record.unreadable",
        message: Text(
          zh: "平台给的记录 \(id.text.prefix(8)) 读不懂，或不是它列出的那一份",
          en: "the platform's record \(id.text.prefix(8)) cannot be read, or is not the one that it lists"),
        hint: Text(
          zh: "再运行一次；还是这样就升级 weldtech 或报告公司",
          en: "run it again; if it stays, install a newer weldtech or report it"))
    case .listUnusable(let code):
      Failure(
        code: "inspect.list.unusable",
        message: Text(
          zh: "本机没有标牌码 \(code) 的安装记录，平台给出的清单又无法使用",
          en: "this laptop has no record of \(code), and the platform's list of it cannot be used"),
        hint: Text(
          zh: "再运行一次；还是这样就报告公司，或在安装它的电脑上检查",
          en: "run it again; if it stays, report it, or inspect with the laptop that installed it"))
    case .severalRecords(let code, let ids):
      Failure(
        code: "inspect.record.several",
        message: Text(
          zh: "平台上标牌码 \(code) 有 \(ids.count) 条生效的记录：\(Self.names(ids))",
          en: "the platform has \(ids.count) records of \(code) in force: \(Self.names(ids))"),
        hint: Text(
          zh: "请公司查清哪一条是这台焊机的；或在安装它的电脑上检查",
          en: "ask the company which one is this welder's, or inspect with the laptop that installed it"))
    case .notInstalled(let id, let status):
      Failure(
        code: "inspect.notInstalled",
        message: Text(
          zh: "记录 \(id.text.prefix(8)) 是“\(status.title.zh)”，没有装好的模块可检查",
          en:
            "record \(id.text.prefix(8)) is '\(status.title.en)': no finished installation is there to inspect"),
        hint: Text(zh: "weldtech show \(id.text.prefix(8))", en: "weldtech show \(id.text.prefix(8))"),
        exit: .badData)
    }
  }
  /// The ids as text, at most five of them.
  private static func names(_ ids: [InstallationID]) -> String {
    ids.prefix(5).map { String($0.text.prefix(8)) }.joined(separator: ", ") + (ids.count > 5 ? ", …" : "")
  }
}
