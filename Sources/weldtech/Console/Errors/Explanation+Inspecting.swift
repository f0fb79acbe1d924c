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
    case .noPlatform(let code):
      Failure(
        code: "inspect.record.noPlatform",
        message: Text(
          zh: "本机没有 \(code) 的安装记录，也没有设置平台，没有可对照的登记",
          en:
            "this laptop has no record of \(code) and no platform in its setup, so that there is nothing to hold it against"
        ),
        hint: Text(zh: "weldtech setup --platform https://…", en: "weldtech setup --platform https://…"))
    case .recordVoid(let id, let reason):
      Failure(
        code: "inspect.record.void",
        message: Text(
          zh: "记录 \(id.text.prefix(8)) 已作废\(reason.map { "，原因：\($0)" } ?? "")",
          en: "record \(id.text.prefix(8)) is void\(reason.map { ", because: \($0)" } ?? "")"),
        hint: Text(
          zh: "焊机重新安装过的，按新的标牌检查；没有重新安装，这块标牌就不该还在用：请公司查",
          en:
            "where the welder was installed anew, inspect it by its new label; where it was not, this label should be out of use: ask the company"
        ), exit: .badData)
    case .recordRefused(let id):
      Failure(
        code: "inspect.record.refused",
        message: Text(
          zh: "记录 \(id.text.prefix(8)) 的业主拒绝安装，没有装完",
          en: "the owner of record \(id.text.prefix(8)) refused the installation, which was not finished"),
        hint: Text(
          zh: "焊机上还有模块或标牌的，请公司查", en: "where the welder has a module or a label all the same, ask the company"),
        exit: .badData)
    case .recordUnreachable(let code, let reason):
      Failure(
        code: "inspect.record.unreachable",
        message: Text(
          zh: "本机没有 \(code?.description ?? "这台焊机") 的安装记录，平台上的也取不到：\(reason.whyNotAsked.zh)",
          en:
            "this laptop has no record of \(code?.description ?? "this welder"), and the platform's cannot be had: \(reason.whyNotAsked.en)"
        ),
        hint: Text(
          zh: "\(reason.remedyForInspecting.zh)；或在安装它的电脑上检查",
          en: "\(reason.remedyForInspecting.en); or inspect with the laptop that installed it"))
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
          zh: "核对平台地址，再运行一次；还是这样就报告公司，或在安装它的电脑上检查",
          en:
            "check the platform's address and run it again; if it stays, report it, or inspect with the laptop that installed it"
        ))
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
  /// The first eight characters of each id, at most five ids.
  private static func names(_ ids: [InstallationID]) -> String {
    ids.prefix(5).map { String($0.text.prefix(8)) }.joined(separator: ", ") + (ids.count > 5 ? ", …" : "")
  }
}

extension SyncReason {
  /// The reason why the platform's record could not be had.
  fileprivate var whyNotAsked: Text {
    switch self {
    case .notAcknowledged, .incomplete, .conflict:
      Text(zh: "平台的应答读不懂", en: "the platform's answer cannot be understood")
    case .refused: Text(zh: "平台拒绝了查询", en: "the platform refuses the question")
    default: title
    }
  }

  /// The remedy, after which the inspection is repeated.
  fileprivate var remedyForInspecting: Text {
    switch self {
    case .unreachable, .timedOut, .interrupted:
      Text(zh: "联网后再检查一次", en: "inspect again with a network")
    case .platformFailed: Text(zh: "过一会儿再检查一次", en: "inspect again later")
    case .redirected, .notThePlatform:
      Text(
        zh: "在浏览器里登录网络，核对平台地址（weldtech status），再检查一次",
        en:
          "log in to the network in a browser, compare the platform's address (`weldtech status`), and inspect again"
      )
    case .notAcknowledged, .answerTooLarge, .refused, .incomplete, .conflict:
      Text(
        zh: "核对平台地址（weldtech status）；没有错就升级 weldtech 或报告公司",
        en:
          "compare the platform's address (`weldtech status`); if it is right, install a newer weldtech or report it"
      )
    case .blocked:
      Text(zh: "请管网络的人看看，或换一个网络再检查", en: "show it to whoever runs the network, or inspect over another one")
    default: hint
    }
  }
}

extension PageTaken: Explained {
  var failure: Failure {
    Failure(
      code: "inspect.output.taken",
      message: Text(
        zh: "\(path) 已经有了，检查记录不覆盖任何文件", en: "\(path) exists, and a page replaces no file"),
      hint: Text(zh: "换一个文件名，或先移走它", en: "give another name, or move it away first"), exit: .badData)
  }
}

extension NeverInspected: Explained {
  var failure: Failure {
    Failure(
      code: "inspect.none",
      message: Text(
        zh: "本机没有检查过 \(reference)", en: "this laptop has not inspected \(reference)"),
      hint: Text(
        zh: "接上模块检查：weldtech inspect \(ShellWord.quoted(reference)) --port 串口",
        en: "inspect it, with its module on a port: weldtech inspect \(ShellWord.quoted(reference)) --port P"),
      exit: .badData)
  }
}
