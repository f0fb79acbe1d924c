import Provision
import Records
import Terminal

/// The words for an inspection: what was checked, the results, and what a difference can mean.
enum InspectionTexts {
  // MARK: - What is looked at

  static func title(of check: InspectionCheck) -> Text {
    switch check.topic {
    case .record: Text(zh: "安装记录", en: "record")
    case .label: Text(zh: "二维码标牌", en: "label")
    case .serialNumber: Text(zh: "模块序列号", en: "module's serial number")
    case .key: Text(zh: "模块密钥", en: "module's key")
    case .installation: Text(zh: "模块里的记录号", en: "installation in the module")
    case .code: Text(zh: "模块里的标牌码", en: "code in the module")
    case .settings: Text(zh: "模块的平台设置", en: "platform in the module")
    case .firmware: Text(zh: "固件内容", en: "firmware")
    case .release: Text(zh: "固件版本", en: "firmware's release")
    case .seal: Text(zh: "封条检测线", en: "seal's loop")
    case .sealNumber: Text(zh: "封条编号", en: "seal's number")
    case .sealOpenings: Text(zh: "封条断开次数", en: "seal openings")
    case .starts: Text(zh: "上电次数", en: "starts")
    case .provenReplacements: Text(zh: "用密钥重新配对次数", en: "keys replaced with proof")
    case .serviceReplacements: Text(zh: "开壳重新配对次数", en: "keys replaced by service")
    case .provenUpdates: Text(zh: "用密钥更新次数", en: "updates with proof")
    case .serviceUpdates: Text(zh: "开壳更新次数", en: "updates by service")
    case .provenEntries: Text(zh: "用密钥进下载模式次数", en: "bootloader entries with proof")
    case .serviceEntries: Text(zh: "开壳进下载模式次数", en: "bootloader entries by service")
    case .readProtection: Text(zh: "芯片读保护", en: "read protection")
    case .answer: Text(zh: "模块的应答", en: "module's answer")
    case nil: Text(verbatim: check.name)
    }
  }

  static func outcome(of check: InspectionCheck) -> Text {
    switch check.outcome {
    case .passed where check.topic == .readProtection: readProtection(check.recorded == "protected")
    case .passed: Text(zh: "与登记一致", en: "as recorded")
    case .differs: Text(zh: "不一致", en: "DIFFERS")
    case .notRun: Text(zh: "未检查", en: "not checked")
    }
  }

  /// Whether a chip is protected from reading, as its record says.
  static func readProtection(_ isSet: Bool) -> Text {
    isSet ? Text(zh: "已设置", en: "set") : Text(zh: "未设置", en: "not set")
  }

  static func verdict(_ verdict: Inspection.Verdict) -> Text {
    switch verdict {
    case .asRecorded: Text(zh: "与登记一致", en: "as recorded")
    case .differs: Text(zh: "与登记不一致", en: "not as recorded")
    case .notProven: Text(zh: "没有发现不一致，但模块密钥还没有验证", en: "nothing differs, but the module's key is not proven")
    }
  }

  /// The remedy where nobody could check the module's key.
  static func remedy(forUnproven reason: InspectionCheck.Reason?) -> Text {
    switch reason {
    case .noPlatform:
      Text(
        zh: "设置平台后再检查一次，验证模块密钥：weldtech setup --platform https://…",
        en: "set the platform and inspect again, to have the key proven: weldtech setup --platform https://…")
    case .keyUnknown:
      Text(
        zh: "密钥还在给模块配对的那台电脑上：用那台电脑检查，或让它先运行 weldtech sync",
        en:
          "the key is on the laptop that paired the module: inspect with that one, or have it run `weldtech sync` first"
      )
    case .platformRefused:
      Text(
        zh: "平台没有判断模块密钥：weldtech doctor --online 检查凭证和平台，再检查一次",
        en:
          "the platform did not judge the key: `weldtech doctor --online` looks at token and platform; then inspect again"
      )
    default: Text(zh: "联网后再检查一次，验证模块密钥", en: "inspect again with a network, to have the key proven")
    }
  }

  // MARK: - What it can mean

  /// The difference with what it can mean, or the reason why the check was not run; nil for a check that passed without
  /// reservation.
  static func words(of check: InspectionCheck) -> Text? {
    if check.outcome == .passed, check.givenAs == InspectionCheck.LabelReading.code.rawValue {
      return Text(zh: "按输入的标牌码核对，没有扫描二维码", en: "by its code as typed; the symbol was not scanned")
    }
    guard let reason = check.why else {
      // A newer program may give a reason for which this program has no words.
      return check.reason.map { Text(verbatim: $0) }
    }
    let recorded = short(check.recorded)
    let found = short(check.found)
    let growth = check.growth.map { "\($0)" } ?? "?"
    return switch reason {
    case .recordChanged:
      Text(
        zh: "本机的安装记录和写入时不一样（\(changedPart(check.found).zh)）：记录被人改过，或磁盘损坏；检查结果没有写进本机的这条记录",
        en:
          "the record on this laptop is not as it was written (\(changedPart(check.found).en)): somebody changed it, or the disk is damaged; the inspection is not added to it here"
      )
    case .recordElsewhere:
      Text(
        zh: "平台上的记录与本机的那一份接不上（\(found)）：有一方的记录被改过，或标牌码被重复使用",
        en:
          "the platform's record does not go on from the one here (\(found)): one of them was changed, or the code was used twice"
      )
    case .recordLost:
      Text(
        zh: check.found.map { "平台确认收到过本机的记录，现在却只有第 \($0) 版：平台的记录被退回或删改过" }
          ?? "平台确认收到过本机的记录，现在却没有：平台的记录被删除过，或本机的上传标记被改过",
        en: check.found.map {
          "the platform acknowledged this laptop's record and has only revision \($0) now: its records were set back or changed"
        }
          ?? "the platform acknowledged this laptop's record and does not have it now: it was removed there, or the mark of its delivery was changed here"
      )
    case .answerUnusable:
      Text(
        zh: "\(asked(check.found).zh)时，模块的应答读不懂：先换一根线再检查一次；还是这样，可能是固件被换过，或模块已损坏",
        en:
          "what the module answered while \(asked(check.found).en) cannot be read: inspect again with another cable; if it stays, its firmware may be another, or it is damaged"
      )
    case .recordFileMissing:
      Text(
        zh: "本机缺少这条记录的文件 \(found)，与焊机无关：从备份恢复，weldtech doctor 列出全部",
        en:
          "\(found) of the record is missing on this laptop, which is no fault of the welder: restore it from a backup; `weldtech doctor` lists all"
      )
    case .recordFileChanged:
      Text(
        zh: "本机这条记录的文件 \(found) 与保存时不同，与焊机无关：不要改动，从备份恢复并报告公司",
        en:
          "\(found) of the record is not what was stored on this laptop, which is no fault of the welder: leave it, restore it from a backup and report it"
      )
    case .listUnusable:
      Text(
        zh: check.found.map { "平台上同一个标牌码还有一条生效的记录 \($0.prefix(8))：报告公司" }
          ?? "平台给出的清单无法使用，没有与平台上的记录对照：报告公司",
        en: check.found.map {
          "the platform has another record of this code in force, \($0.prefix(8)): report it"
        }
          ?? "the platform's list cannot be used, so the record was not compared with the platform's: report it"
      )
    case .remoteUnusable:
      Text(
        zh: "平台上这条记录读不懂或不完整，没有与它对照：升级 weldtech，还是这样就报告公司",
        en:
          "the platform's record cannot be read or lacks parts, so nothing was compared with it: install a newer weldtech, or report it"
      )
    case .otherLabel:
      Text(
        zh: "标牌是 \(found)，登记的是 \(recorded)：标牌贴错或被调换，或扫的是另一台焊机的标牌",
        en:
          "the label is \(found), on record is \(recorded): the labels were swapped, or it is another welder's")
    case .severalLabels:
      Text(
        zh: "看到不止一块标牌（\(found)）：只拍这台焊机的标牌再检查一次；机器上真有两块，多出的一块不属于它",
        en:
          "more than one label is there (\(found)): photograph only this welder's; if it bears two, one is not its own"
      )
    case .notALabel:
      Text(
        zh: "二维码的内容不是焊机标牌（\(found)）：标牌可能是仿制的",
        en: "the symbol is no welder's label (\(found)): the label may be a forgery")
    case .otherPayload:
      Text(
        zh: "标牌码相同，二维码内容却是 \(found)，登记的是 \(recorded)：标牌可能是翻印的",
        en:
          "the code is the same, but the symbol says \(found), on record is \(recorded): the label may be a copy"
      )
    case .otherModule:
      Text(
        zh: "模块是 \(found)，登记的是 \(recorded)：模块没有报修就被换掉，或标牌被移到别的焊机上",
        en:
          "another module than the one on record (\(found), not \(recorded)): exchanged without a repair order, or the label was moved"
      )
    case .otherKey:
      Text(
        zh: "模块里的密钥是 \(found)，登记的是 \(recorded)：模块被重新配对过，而登记里没有",
        en:
          "the module's key is \(found), on record is \(recorded): it was paired anew, and the record has no word of it"
      )
    case .noKey:
      Text(
        zh: "模块里没有密钥，登记的是 \(recorded)：模块被擦除过，或是一个没有配对的新模块",
        en:
          "the module has no key, on record is \(recorded): it was erased, or it is a module that was never paired"
      )
    case .keyWrong:
      Text(
        zh: "模块说密钥是 \(recorded)，却证明不了：可能是冒充的模块，或它的存储已损坏",
        en:
          "the module names the key \(recorded) and cannot prove it: it may be an imitation, or its memory is damaged"
      )
    case .keyPending:
      Text(
        zh: "有人开始给模块重新配对，没有做完：给模块断电再上电后再检查；还是这样，就要查明是谁",
        en:
          "somebody has begun to pair the module anew and did not finish: switch it off and on and inspect again; if it stays, find out who"
      )
    case .otherInstallation:
      Text(
        zh: "模块里的记录号是 \(found)，登记的是 \(recorded)：模块属于另一台焊机",
        en: "the module belongs to installation \(found), not \(recorded): it is another welder's")
    case .otherCode:
      Text(
        zh: "模块里的标牌码是 \(found)，登记的是 \(recorded)：模块属于另一台焊机，或设置被改过",
        en:
          "the module's code is \(found), not \(recorded): it is another welder's, or its settings were changed"
      )
    case .otherPlatform:
      Text(
        zh: "模块连接的平台是 \(found)，本机的是 \(recorded)：设置被改过，或平台换过地址而模块没有",
        en:
          "the module reports to \(found), this laptop to \(recorded): its settings were changed, or the platform moved without it"
      )
    case .otherTrustAnchor:
      Text(
        zh: "模块信任的平台公钥是 \(found)，本机的是 \(recorded)：设置被改过，或平台换过密钥而模块没有",
        en:
          "the module trusts the platform's key \(found), this laptop \(recorded): its settings were changed, or the platform has a new key"
      )
    case .otherFirmware:
      Text(
        zh: "固件是 \(found)，登记的是 \(recorded)：固件被换过，而登记里没有",
        en:
          "the firmware is \(found), on record is \(recorded): it was exchanged, and the record has no word of it"
      )
    case .notARelease:
      Text(
        zh: "固件 \(found) 不是本机里任何一个签名的版本：可能不是公司的固件，或本机的 weldtech 太旧",
        en:
          "firmware \(found) is none of the signed releases here: it may not be the company's, or this weldtech is old"
      )
    case .sealOpen:
      Text(
        zh: "封条检测线现在是断开的：机壳开着，或检测线被剪断",
        en: "the seal's loop is open now: the case is open, or the loop was cut")
    case .otherSeal:
      Text(
        zh: "封条编号是 \(found)，登记的是 \(recorded)：封条被换过，或抄错了号",
        en: "the seal is \(found), on record is \(recorded): it was exchanged, or the number was misread")
    case .earlierSeal:
      Text(
        zh: "封条 \(found) 是以前拆下的旧封条，登记的是 \(recorded)：旧封条被重新贴上",
        en: "seal \(found) was taken off before, on record is \(recorded): an old seal was put on again")
    case .sealOpened:
      Text(
        zh: "封条检测线自上次登记以来断开过 \(growth) 次：机壳被打开过",
        en:
          "the seal's loop was opened \(growth) times since the last event on record: somebody was in the case")
    case .replacedWithProof:
      Text(
        zh: "用旧密钥验证后重新配对过 \(growth) 次，登记里没有：是持有密钥的电脑或平台做的",
        en:
          "the key was replaced \(growth) times with a proof, and the record has no word of it: a laptop or the platform that had the key did it"
      )
    case .replacedByService:
      Text(
        zh: "开壳重新配对过 \(growth) 次，没有用旧密钥验证：有人打开过机壳",
        en: "the key was replaced \(growth) times with the case open and no proof: somebody paired it anew")
    case .updatedWithProof:
      Text(
        zh: "用密钥验证后更新过 \(growth) 次固件，登记里没有：是持有密钥的电脑或平台做的",
        en:
          "an update was allowed \(growth) times for a proof, and the record has no word of it: a laptop or the platform with the key did it"
      )
    case .updatedByService:
      Text(
        zh: "开壳更新过 \(growth) 次固件，没有用密钥验证：有人打开机壳写过固件",
        en: "an update was allowed \(growth) times by the open case and no proof: somebody wrote firmware")
    case .enteredWithProof:
      Text(
        zh: "用密钥验证后进过 \(growth) 次芯片下载模式，登记里没有：是持有密钥的电脑或平台做的",
        en:
          "the bootloader was entered \(growth) times for a proof, and the record has no word of it: a laptop or the platform with the key did it"
      )
    case .enteredByService:
      Text(
        zh: "开壳进过 \(growth) 次芯片下载模式，没有用密钥验证：固件可能被换过",
        en:
          "the bootloader was entered \(growth) times by the open case and no proof: the firmware may be another"
      )
    case .countWithheld:
      Text(
        zh: "模块不再报告这个次数，登记的是 \(recorded)：固件被换过，或不是原来那一个模块",
        en:
          "the module no longer tells this count, which was \(recorded) on record: its firmware was exchanged, or it "
          + "is another one")
    case .countedBack:
      Text(
        zh: "模块计数 \(found)，比登记的 \(recorded) 还少：模块被擦除过，或不是原来那一个",
        en: "the module counts \(found), fewer than the \(recorded) on record: it was erased, or is another one"
      )
    case .notGiven: Text(zh: "没有提供", en: "not given")
    case .labelUnreadable: Text(zh: "照片上读不出二维码", en: "no symbol can be read on the photo")
    case .noPlatform: Text(zh: "本机没有设置平台", en: "this laptop has no platform")
    case .platformUnreachable:
      Text(zh: "本机没有这个密钥，也连不上平台", en: "this laptop does not have the key, and the platform cannot be reached")
    case .platformRefused: Text(zh: "平台没有给出判断", en: "the platform gave no judgement")
    case .keyUnknown:
      Text(zh: "本机没有这个密钥，平台也没有收到过", en: "neither this laptop nor the platform has the key")
    case .nothingToCompare:
      Text(zh: "登记里没有这个模块可对照的数据", en: "nothing of this module is on record to hold it against")
    case .releaseElsewhere:
      Text(zh: "和登记的相同，但本机没有这个版本可核对", en: "as on record, but not among the releases of this laptop")
    case .notCounted: Text(zh: "这一版固件不记录这一项", en: "this firmware does not count it")
    }
  }

  /// The part of a record that was changed, by the code of the fault.
  private static func changedPart(_ code: String?) -> Text {
    switch code {
    case "evidence.entry": Text(zh: "日志里的事件被改动", en: "an event in its log")
    case "evidence.unreadable": Text(zh: "日志里的事件读不出来", en: "an event in its log cannot be read")
    case "evidence.revision": Text(zh: "关闭时保存的版本被改动或缺失", en: "a revision that was closed")
    default: Text(zh: "内容或状态与日志不符", en: "its contents or status, against its log")
    }
  }

  /// The request to the module, in words that follow 'while' and precede '时'.
  private static func asked(_ request: String?) -> Text {
    request.flatMap(ModuleRequest.init)?.doing ?? Text(zh: "读取模块", en: "reading the module")
  }

  /// A value as it stands in a sentence: a digest is cut to its first characters, and a missing value is a
  /// dash.
  static func short(_ value: String?) -> String {
    guard let value, !value.isEmpty else { return "–" }
    let isDigest =
      value.utf8.count == 64
      && value.utf8.allSatisfy {
        ("0"..."9").contains(UnicodeScalar($0)) || ("a"..."f").contains(UnicodeScalar($0))
      }
    return isDigest ? "\(value.prefix(12))…" : value.count > 80 ? "\(value.prefix(79))…" : value
  }
}
