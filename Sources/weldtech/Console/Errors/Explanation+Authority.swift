import Provision
import Terminal

extension AuthorityFailure {
  /// Explains why nobody gave a paired module the authority for an update or for an entry into its bootloader.
  /// - Parameter keyID: id of the key that the module is paired with.
  func failure(keyID: String) -> Failure {
    switch self {
    case .unreachable:
      Failure(
        code: "provision.authority.unreachable",
        message: Text(
          zh: "模块已配对，本机没有它的密钥 \(keyID)，要由平台授权，但现在连不上平台",
          en:
            "the module is paired; this laptop does not have its key \(keyID), and the platform cannot be reached"
        ),
        hint: Text(
          zh:
            "连上网再运行同一命令；实在没有网络，打开机壳，写明原因：weldtech flash ID --port 串口 --service --reason 原因（模块会一直记着，之后要换新封条）",
          en:
            "get a network and run the same command again; without one, open the case: weldtech flash ID --port P --service --reason REASON (the module counts that for ever, and a new seal is needed)"
        ))
    case .elsewhere:
      Failure(
        code: "provision.authority.elsewhere",
        message: Text(
          zh: "模块已配对，本机没有它的密钥 \(keyID)；本机不经平台上传，联网也得不到授权",
          en:
            "the module is paired; this laptop does not have its key \(keyID), and delivers to a place that gives no proofs, so that no network helps"
        ),
        hint: Text(
          zh:
            "打开机壳，写明原因：weldtech flash ID --port 串口 --service --reason 原因（模块会一直记着，之后要换新封条）",
          en:
            "open the case: weldtech flash ID --port P --service --reason REASON (the module counts that for ever, and a new seal is needed)"
        ))
    case .unknownKey:
      Failure(
        code: "provision.authority.unknownKey",
        message: Text(
          zh: "模块已配对，它的密钥 \(keyID) 本机没有，平台也不认得",
          en: "the module is paired, and neither this laptop nor the platform has its key \(keyID)"),
        hint: Text(
          zh:
            "用给它配对的那台电脑运行 weldtech sync；那台电脑丢了，就打开机壳，写明原因：weldtech flash ID --port 串口 --service --reason 原因",
          en:
            "run `weldtech sync` on the laptop that paired it; if that one is lost, open the case: weldtech flash ID --port P --service --reason REASON"
        ))
    case .refused(let code):
      Failure(
        code: "provision.authority.refused",
        message: Text(
          zh: "平台不同意更新密钥为 \(keyID) 的模块（\(code ?? "无代码")）",
          en: "the platform will not have the module with key \(keyID) updated (\(code ?? "no code"))"),
        hint: Text(
          zh: "请公司在平台上核对这个模块属于谁；检查本机的凭证",
          en: "ask the company whose module it is, and check this laptop's token"))
    case .wrongProof:
      Failure(
        code: "provision.authority.wrongProof",
        message: Text(
          zh: "模块不认可用密钥 \(keyID) 作的证明", en: "the module does not take the proof by its key \(keyID)"),
        hint: Text(
          zh: "再运行一次；还不行就打开机壳，写明原因：weldtech flash ID --port 串口 --service --reason 原因",
          en:
            "run it again; if it fails again, open the case: weldtech flash ID --port P --service --reason REASON"
        ))
    case .tooSlow:
      Failure(
        code: "provision.authority.tooSlow",
        message: Text(
          zh: "平台的授权每次都超过 30 秒才到，模块不再接受",
          en: "the platform's proof came later than the module's 30 seconds, each time"),
        hint: Text(
          zh: "换一个更好的网络，再运行同一命令", en: "get a better network and run the same command again"))
    case .lost:
      Failure(
        code: "provision.authority.lost",
        message: Text(
          zh: "模块得到授权以后又反复重启，授权随之失效",
          en: "the module keeps starting anew, and loses the authority each time"),
        hint: Text(
          zh: "检查模块的供电和接线，再运行同一命令，会从断开处继续",
          en: "check the module's supply and wires and run the same command again; it goes on where it was"))
    case .caseClosed:
      Failure(
        code: "provision.authority.sealed",
        message: Text(
          zh: "一分钟内机壳没有打开满 10 秒，或继电器吸合着；模块没有改动",
          en:
            "within a minute the case was not open for 10 s, or the relay is closed; nothing on the module was changed"
        ),
        hint: Text(
          zh: "停止焊接，打开机壳让封条检测线断开，再运行同一命令",
          en: "weld nothing, open the case so that the seal's loop is open, and run the same command again"))
    case .keysUnreadable:
      Failure(
        code: "provision.authority.keys",
        message: Text(
          zh: "读不出本机保存的密钥 \(keyID)",
          en: "this laptop's own store of keys cannot be read, so key \(keyID) was not looked up"),
        hint: Text(zh: "运行 weldtech doctor，按它说的处理", en: "run `weldtech doctor` and do what it says"))
    }
  }
}
