import Provision
import Terminal

extension AuthorityFailure {
  /// Explains why a key was not replaced.
  /// - Parameter keyID: id of the key that the module keeps.
  func failureToReplace(keyID: String) -> Failure {
    switch self {
    case .unreachable:
      Failure(
        code: "provision.replace.unreachable",
        message: Text(
          zh: "换掉模块里的密钥 \(keyID) 要由平台授权，但现在连不上平台",
          en: "to replace the module's key \(keyID) the platform has to agree, and it cannot be reached"),
        hint: Text(
          zh: "连上网再运行同一命令；实在没有网络，打开机壳，写明原因：weldtech pair ID --port 串口 --service --reason 原因",
          en:
            "get a network and run the same command again; without one, open the case: weldtech pair ID --port P --service --reason REASON"
        ))
    case .elsewhere:
      Failure(
        code: "provision.replace.elsewhere",
        message: Text(
          zh: "模块里的密钥 \(keyID) 已经不在本机；本机不经平台上传，联网也换不了",
          en:
            "the module's key \(keyID) is no longer on this laptop, which delivers to a place that gives no proofs, so that no network helps to replace it"
        ),
        hint: Text(
          zh: "打开机壳，写明原因：weldtech pair ID --port 串口 --service --reason 原因",
          en: "open the case: weldtech pair ID --port P --service --reason REASON"))
    case .unknownKey:
      Failure(
        code: "provision.replace.unknownKey",
        message: Text(
          zh: "模块里的密钥 \(keyID) 本机没有，平台也不认得",
          en: "neither this laptop nor the platform has the module's key \(keyID)"),
        hint: Text(
          zh: "用给它配对的那台电脑运行 weldtech sync；那台电脑丢了，就打开机壳，写明原因：weldtech pair ID --port 串口 --service --reason 原因",
          en:
            "run `weldtech sync` on the laptop that paired it; if that one is lost, open the case: weldtech pair ID --port P --service --reason REASON"
        ))
    case .refused(let code):
      Failure(
        code: "provision.replace.refused",
        message: Text(
          zh: "平台不同意换掉模块里的密钥 \(keyID)（\(code ?? "无代码")）",
          en: "the platform will not have the module's key \(keyID) replaced (\(code ?? "no code"))"),
        hint: Text(
          zh: "请公司在平台上核对这个模块属于谁；检查本机的凭证",
          en: "ask the company whose module it is, and check this laptop's token"))
    case .wrongProof:
      Failure(
        code: "provision.replace.wrongProof",
        message: Text(
          zh: "模块不认可对密钥 \(keyID) 的证明", en: "the module does not take the proof for its key \(keyID)"),
        hint: Text(
          zh: "再运行一次；还不行就打开机壳，写明原因：weldtech pair ID --port 串口 --service --reason 原因",
          en:
            "run it again; if it fails again, open the case: weldtech pair ID --port P --service --reason REASON"
        ))
    case .caseClosed:
      Failure(
        code: "provision.replace.sealed",
        message: Text(
          zh: "模块没有换掉密钥 \(keyID)：机壳没有打开满 10 秒，或继电器吸合着",
          en: "the module keeps its key \(keyID): its case was not open for 10 s, or its relay is closed"),
        hint: Text(
          zh: "停止焊接，打开机壳让封条检测线断开，等 10 秒，再运行同一命令",
          en:
            "weld nothing, open the case so that the seal's loop is open, wait 10 s and run the same command again"
        ))
    // A pairing asks only once, and the errors of the store of keys are explained by their own texts.
    case .tooSlow, .lost, .keysUnreadable: failure(keyID: keyID)
    }
  }
}
