import Provision
import Records
import Terminal

extension ModuleRequest {
  /// The work under way, in words that follow 'while' and precede '时'.
  var doing: Text {
    switch self {
    case .echo: Text(zh: "呼叫模块", en: "calling the module")
    case .reset: Text(zh: "重启模块", en: "restarting the module")
    case .parameters: Text(zh: "读取模块的缓冲参数", en: "reading the module's buffer sizes")
    case .imageState: Text(zh: "读取固件状态", en: "reading the firmware's state")
    case .imageUpload: Text(zh: "把固件传入模块", en: "uploading the firmware")
    case .imageTest: Text(zh: "让新固件试运行", en: "having the new firmware tried")
    case .imageConfirm: Text(zh: "确认新固件", en: "confirming the new firmware")
    case .identity: Text(zh: "读取模块身份", en: "reading the module's identity")
    case .pairBegin: Text(zh: "下发配对密钥", en: "handing over the pairing key")
    case .pairProve: Text(zh: "核对模块持有密钥", en: "proving that the module holds the key")
    case .pairCommit: Text(zh: "确认配对", en: "committing the pairing")
    case .pairReplace: Text(zh: "用旧密钥验证后更换配对密钥", en: "replacing the pairing key with a proof")
    case .pairService: Text(zh: "开壳更换配对密钥", en: "replacing the pairing key by service")
    case .configure: Text(zh: "写入标牌码、平台地址和 APN", en: "writing code, platform address and APN")
    case .configuration: Text(zh: "回读设置", en: "reading the settings back")
    case .challenge: Text(zh: "取启动随机数", en: "asking for a challenge")
    case .start: Text(zh: "发送启动命令", en: "sending a start command")
    case .stop: Text(zh: "发送停止命令", en: "sending a stop command")
    case .readings: Text(zh: "读取测量值", en: "taking readings")
    case .setClock: Text(zh: "设置时钟", en: "setting the clock")
    case .authorize: Text(zh: "向模块出示授权", en: "giving the module the authority")
    }
  }
}

extension ProvisionError: Explained {
  var failure: Failure {
    switch self {
    case .link(let error, let request): error.failure(doing: request.doing)
    case .rejected(let rejection, let request):
      Failure(
        code: "provision.module.refused",
        message: Text(
          zh: "\(request.doing.zh)时，模块拒绝：\(rejection.title.zh)",
          en: "the module refused while \(request.doing.en): \(rejection.title.en)"),
        hint: Text(
          zh: "给模块断电再上电，重新运行同一命令；还是拒绝就换一个模块",
          en:
            "switch the module off and on and run the same command again; if it still refuses, take another module"
        ))
    case .unusableReply(let fault, let request):
      Failure(
        code: "provision.reply.unusable",
        message: Text(
          zh: "\(request.doing.zh)时，收到的应答无法使用（\(fault.title.zh)）",
          en: "what came back while \(request.doing.en) is no usable reply (\(fault.title.en))"),
        hint: Text(
          zh: "检查接地和线缆长度；确认端口上接的是本公司模块",
          en: "check the ground wire and the cable's length, and that it is one of our modules on this port"))
    case .messageTooLong(let request):
      Failure(
        code: "provision.message.tooLong",
        message: Text(
          zh: "\(request.doing.zh)的内容太长", en: "what is to be sent for \(request.doing.en) is too long"),
        hint: Text(zh: "缩短平台地址或 APN", en: "shorten the platform's address or the APN"), exit: .badData)
    case .cancelled:
      Failure(
        code: "cancelled", message: Text(zh: "已取消", en: "cancelled"),
        hint: Text(zh: "再运行同一命令即可继续", en: "run the same command again to go on"), exit: .cancelled)
    case .otherKey(let recorded, let held):
      Failure(
        code: "provision.pair.otherKey",
        message: Text(
          zh: "记录里的密钥是 \(recorded)，模块持有的是 \(held ?? "（未配对）")",
          en: "the record names key \(recorded), the module holds \(held ?? "none")"),
        hint: Text(zh: "先配对：weldtech pair ID --port 串口", en: "pair it first: weldtech pair ID --port P"))
    case .otherModule(let recorded, let connected):
      Failure(
        code: "provision.pair.otherModule",
        message: Text(
          zh: "记录里的模块是 \(recorded)，接着的是 \(connected)",
          en: "the record names module \(recorded), on the cable is \(connected)"),
        hint: Text(zh: "接上记录里的模块，或给这一个重新烧录固件并配对", en: "connect the recorded module, or flash and pair this one")
      )
    case .notProven(let keyID):
      Failure(
        code: "provision.pair.notProven",
        message: Text(
          zh: "模块没能证明持有密钥 \(keyID)", en: "the module did not prove that it holds key \(keyID)"),
        hint: Text(
          zh: "再配对一次：weldtech pair ID --port 串口；还不行就换模块",
          en: "pair it again: weldtech pair ID --port P; if it fails again, take another module"))
    case .replacement(let keyID, let trouble): trouble.failureToReplace(keyID: keyID)
    case .configurationDiffers(let fields):
      Failure(
        code: "provision.pair.differs",
        message: Text(
          zh: "回读的设置与写入的不同：\(list(fields))",
          en: "the settings read back differ from those written: \(list(fields))"),
        hint: Text(
          zh: "再配对一次：weldtech pair ID --port 串口；还是不同就换模块",
          en: "pair it again: weldtech pair ID --port P; if they still differ, take another module"))
    case .notConfirmed(let keyID):
      Failure(
        code: "provision.pair.notConfirmed",
        message: Text(
          zh: "模块没有确认以密钥 \(keyID) 配对", en: "the module does not confirm that it is paired with key \(keyID)"),
        hint: Text(zh: "再配对一次：weldtech pair ID --port 串口", en: "pair it again: weldtech pair ID --port P"))
    case .badSetting(let field):
      Failure(
        code: "provision.pair.setting",
        message: Text(
          zh: "模块不接受设置 \(field.rawValue)", en: "the module cannot take the setting \(field.rawValue)"),
        hint: Text(
          zh: "用 weldtech setup 检查平台地址和 APN 的长度",
          en: "check the length of platform address and APN in `weldtech setup`"), exit: .badData)
    case .badRandom:
      Failure(
        code: "provision.random",
        message: Text(zh: "系统没有给出随机数", en: "the system gave no random numbers"),
        hint: Text(zh: "重启电脑", en: "restart the laptop"))
    case .test(let step, let error): Self.inTest(step: step, explain(error))
    case .document(let file, let fault):
      Failure(
        code: "provision.document",
        message: fault.message(of: file),
        hint: Text(zh: "改正文件或重新安装 weldtech", en: "mend the file or install weldtech again"), exit: .badData)
    case .noSuchScheme(let name):
      Failure(
        code: "schemes.unknown",
        message: Text(zh: "没有名为 \(name) 的技术方案", en: "there is no installation scheme \(name)"),
        hint: Text(zh: "weldtech schemes 列出全部", en: "`weldtech schemes` lists them"), exit: .usage)
    case .noSuchPlan(let name):
      Failure(
        code: "test.plan.unknown",
        message: Text(zh: "没有名为 \(name) 的测试方案", en: "there is no test plan \(name)"),
        hint: Text(zh: "不写 --plan 则用技术方案指定的", en: "without --plan the scheme's own is used"), exit: .usage)
    }
  }

  private static func inTest(step: String, _ inner: Failure) -> Failure {
    var failure = inner
    failure.message = Text(
      zh: "功能测试“\(step)”中断：\(inner.message.zh)", en: "the test ended in step \(step): \(inner.message.en)")
    return failure
  }

  private func list(_ fields: [PairingSettings.Field]) -> String {
    fields.map(\.rawValue).joined(separator: ", ")
  }
}

extension ModuleRejection {
  var title: Text {
    switch refusal {
    case .unknown: return Text(zh: "原因不明", en: "reason unknown")
    case .malformed: return Text(zh: "请求格式不对", en: "malformed request")
    case .notPaired: return Text(zh: "尚未配对", en: "not paired")
    case .bound: return Text(zh: "已与别的密钥配对", en: "paired with another key")
    case .notAuthentic: return Text(zh: "签名不对", en: "not authentic")
    case .replayed: return Text(zh: "重放的命令", en: "replayed")
    case .noChallenge: return Text(zh: "随机数已过期", en: "no valid challenge")
    case .noRandom: return Text(zh: "模块的随机数发生器故障", en: "its random number generator failed")
    case .storage: return Text(zh: "模块的存储写入失败", en: "its storage could not be written")
    case .sealed:
      return Text(
        zh: "机壳没有打开满 10 秒，或继电器吸合着", en: "its case was not open for 10 s, or its relay is closed")
    case .other, nil:
      if isAccessDenied { return Text(zh: "没有授权", en: "not allowed without an authority") }
      let place = group.map { "\($0)." } ?? ""
      return Text(zh: "代码 \(place)\(code)", en: "code \(place)\(code)")
    }
  }
}

extension DocumentFault {
  /// The fault of a document, in words that follow its name.
  func message(of file: String) -> Text { Text(zh: "\(file)：\(title.zh)", en: "\(file): \(title.en)") }

  var title: Text {
    switch self {
    case .unreadable(let errno):
      return Text(zh: "读不了：\(systemText(errno).zh)", en: "cannot be read: \(systemText(errno).en)")
    case .tooLarge(let limit): return Text(zh: "超过 \(limit) 字节", en: "is larger than \(limit) bytes")
    case .notJSON(let fault): return fault.title
    case .field(let path, let step, let fault):
      let place = step.map { "\($0): \(path)" } ?? path
      return Text(zh: "\(place) 有误（\(fault.title.zh)）", en: "\(place) is wrong (\(fault.title.en))")
    }
  }
}

extension NoSchemeFits: Explained {
  var failure: Failure {
    Failure(
      code: "scheme.none",
      message: Text(zh: "没有适合这台焊机的技术方案", en: "no installation scheme fits this welder"),
      hint: Text(
        zh: "核对铭牌上的数据；确实如此则不能安装，联系公司技术部门",
        en:
          "check the figures against the rating plate; if they are right, do not install and ask the company's engineers"
      ),
      details: mismatches.map { mismatch in
        Failure.Detail(
          path: mismatch.scheme, code: "scheme.mismatch",
          message: Text(
            zh: "\(mismatch.scheme) 不适合：\(mismatch.properties.map(\.title.zh).joined(separator: "、"))",
            en:
              "\(mismatch.scheme) does not fit: \(mismatch.properties.map(\.title.en).joined(separator: ", "))"),
          isPlaceInMessage: true)
      }, exit: .badData)
  }
}

extension RegistrationRejected: Explained {
  var failure: Failure {
    Failure(
      code: "register.rejected",
      message: Text(
        zh: "登记信息有 \(problems.count) 处问题，没有保存",
        en: "\(problems.count) fields of the registration are wrong; nothing was stored"),
      hint: Text(zh: "请改正上面列出的各项，再登记", en: "mend the fields listed above and register again"),
      details: problems.map(\.explanation), exit: .badData)
  }
}
