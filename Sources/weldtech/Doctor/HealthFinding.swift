import Companion
import Fieldbook
import Provision
import Records
import Sync
import Terminal

/// A finding of the doctor that makes no other command fail, at least not yet.
enum HealthFinding: Explained {
  case certificateExpires(CalendarDay)
  /// The certificate of the seal ends soon, on this day.
  case sealExpires(CalendarDay)
  /// The certificate of the seal has ended, or does not hold yet.
  case sealEnded(SealRefused)
  case fewCodes(left: Int)
  /// The disk is nearly full; the value is the free space in bytes.
  case diskLow(free: Int)
  case clockBehind(now: Timestamp, newest: Timestamp)
  /// The stored records differed from the sums of their events, and have been rebuilt.
  case recordsRepaired([InstallationID])
  /// The platform has other versions of these records, so that the records here cannot be delivered.
  case conflicts([Fieldbook.Conflict])
  case noChineseFonts
  /// Other users can reach entries of the home; the values are the path of the first one and their number.
  case homeOpen(home: String, first: String, count: Int)
  case port(PortProblem)
  case platformMissing
  case platformKeyMissing
  /// An inspector's laptop has no records of its own, and no platform that has them.
  case inspectorWithoutPlatform
  /// No interface has an address that a phone can reach.
  case noPhoneNetwork
  /// A firewall is on, which blocks a phone unless a rule admits it.
  case firewall(interface: String)

  /// The first eight characters of each id, at most ten ids.
  private static func names(_ ids: [InstallationID]) -> String {
    ids.prefix(10).map { String($0.text.prefix(8)) }.joined(separator: ", ") + (ids.count > 10 ? ", …" : "")
  }

  var failure: Failure {
    switch self {
    case .certificateExpires(let day):
      Failure(
        code: "technician.certificate.expiring",
        message: Text(zh: "技术人员的证书 \(day) 到期", en: "the technician's certificate expires on \(day)"),
        hint: Text(
          zh: "换证后运行 weldtech setup --certificate … --certificate-expires …",
          en: "after renewal: `weldtech setup --certificate … --certificate-expires …`"))
    case .sealExpires(let day):
      Failure(
        code: "seal.certificateExpiring",
        message: Text(zh: "签章证书 \(day) 到期", en: "the seal's certificate ends on \(day)"),
        hint: Text(
          zh: "申请新证书：weldtech setup --seal-request 文件；新证书到了之前旧的照用",
          en:
            "request a new one by `weldtech setup --seal-request FILE`; the old one seals until the new one is here"
        ))
    case .sealEnded(let refusal): refusal.failure
    case .fewCodes(let left):
      Failure(
        code: "codes.low", message: Text(zh: "只剩 \(left) 个标牌码", en: "only \(left) codes left"),
        hint: Text(
          zh: "连上平台运行 weldtech sync，或向公司要号段：weldtech setup --codes …",
          en: "run `weldtech sync` with a network, or enter the company's block: `weldtech setup --codes …`"))
    case .diskLow(let free):
      Failure(
        code: "disk.low",
        message: Text(zh: "磁盘只剩 \(Measures.bytes(free))", en: "only \(Measures.bytes(free)) free on the disk"),
        hint: Text(verbatim: "du -xh ~ | sort -h | tail"))
    case .clockBehind(let now, let newest):
      Failure(
        code: "clock.behind",
        message: Text(
          zh: "电脑时间 \(now.screenText)，比最近的记录 \(newest.screenText) 还早",
          en: "the clock says \(now.screenText), before the newest record, \(newest.screenText)"),
        hint: ClockTexts.remedy)
    case .recordsRepaired(let ids):
      Failure(
        code: "fieldbook.repaired",
        message: Text(
          zh: "\(ids.count) 条记录与日志不符，已按日志改正：\(Self.names(ids))",
          en: "\(ids.count) records differed from the log and have been put right from it: \(Self.names(ids))"),
        hint: Text(
          zh: "逐条核对 weldtech show；不是自己改的，报告公司",
          en: "look at each by `weldtech show`, and report it if nobody knows why"))
    case .conflicts(let conflicts):
      Failure(
        code: SyncReason.conflict.rawValue,
        message: Text(
          zh: "\(conflicts.count) 条记录与平台上的不是同一份，不能上传：\(Self.names(conflicts.map(\.id)))",
          en:
            "the platform has other records than \(conflicts.count) here, which cannot be delivered: \(Self.names(conflicts.map(\.id)))"
        ), hint: SyncReason.conflict.hint)
    case .noChineseFonts:
      Failure(
        code: "fonts.missing", message: Text(zh: "缺少中文字体", en: "no font has Chinese characters"),
        hint: Text(verbatim: "sudo apt-get install fonts-noto-cjk fonts-wqy-microhei"))
    case .homeOpen(let home, let first, let count):
      Failure(
        code: "fieldbook.open",
        message: Text(
          zh: "数据目录里有 \(count) 项别人也能看，例如 \(first)",
          en: "others can look into \(count) entries of the data folder, such as \(first)"),
        hint: Text(verbatim: "chmod -R go= \(ShellWord.quoted(home))"))
    case .port(let trouble): trouble.failure
    case .platformMissing:
      Failure(
        code: "setup.platform.missing",
        message: Text(
          zh: "还没有设置平台地址，不能配对模块，也不能做标牌",
          en: "the platform's address is not set: no module can be paired and no label made"),
        hint: SetupMissing.platform.failure.hint)
    case .inspectorWithoutPlatform:
      Failure(
        code: "setup.platform.missing",
        message: Text(
          zh: "还没有设置平台地址：只能按本机的安装记录检查，而本机没有安装记录",
          en:
            "the platform's address is not set: only what this laptop has on record can be inspected, which is nothing"
        ),
        hint: SetupMissing.platform.failure.hint)
    case .noPhoneNetwork: CompanionError.noNetwork.failure
    case .firewall(let interface):
      Failure(
        code: "phone.firewall",
        message: Text(
          zh: "防火墙 ufw 开着，手机可能打不开 --phone 的页面",
          en: "the firewall ufw is on, and may keep phones from the page of --phone"),
        hint: Text(verbatim: "sudo ufw allow in on \(interface) proto tcp"))
    case .platformKeyMissing:
      Failure(
        code: "setup.platformKey.missing",
        message: Text(
          zh: "还没有平台公钥，没有网络就不能配对模块",
          en: "the platform's key is not here: without a network no module can be paired"),
        hint: Text(
          zh: "向公司要平台证书：weldtech setup --platform-key 文件；在有网络的地方配对会自动取得",
          en:
            "enter the company's certificate: `weldtech setup --platform-key FILE`; pairing with a network fetches it"
        )
      )
    }
  }
}
