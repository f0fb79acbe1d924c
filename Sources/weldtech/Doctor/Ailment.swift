import Provision
import Records
import Terminal

/// What the doctor finds that no command fails by, or not yet.
enum Ailment: Explained {
  case certificateExpires(CalendarDay)
  case fewCodes(left: Int)
  /// Bytes.
  case diskLow(free: Int)
  case clockBehind(now: Timestamp, newest: Timestamp)
  case noChineseFonts
  /// With the path of the first entry that others can reach, and how many there are.
  case homeOpen(home: String, first: String, count: Int)
  case port(PortTrouble)

  var failure: Failure {
    switch self {
    case .certificateExpires(let day):
      Failure(
        code: "technician.certificate.expiring",
        message: Text(zh: "技术人员的证书 \(day) 到期", en: "the technician's certificate expires on \(day)"),
        hint: Text(
          zh: "换证后运行 weldtech setup --certificate … --certificate-expires …",
          en: "after renewal: `weldtech setup --certificate … --certificate-expires …`"))
    case .fewCodes(let left):
      Failure(
        code: "codes.low", message: Text(zh: "只剩 \(left) 个编码", en: "only \(left) codes left"),
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
        hint: Text(verbatim: "sudo timedatectl set-ntp true"))
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
    }
  }
}
