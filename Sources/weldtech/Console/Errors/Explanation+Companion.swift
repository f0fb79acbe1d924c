import Companion
import Terminal

extension CompanionError: Explained {
  var failure: Failure {
    switch self {
    case .noNetwork:
      Failure(
        code: "phone.noNetwork",
        message: Text(zh: "这台电脑没有手机够得着的网络", en: "this laptop is in no network that a phone can reach"),
        hint: PhoneTexts.hotspot)
    case .unknownInterface(let name, let known):
      Failure(
        code: "phone.interface",
        message: Text(zh: "没有网卡 \(name)，或它没有地址", en: "there is no interface \(name), or it has no address"),
        hint: known.isEmpty
          ? PhoneTexts.hotspot
          : Text(
            zh: "可用的网卡：\(known.joined(separator: "、"))",
            en: "those with an address: \(known.joined(separator: ", "))"),
        exit: .badData)
    case .cannotListen(let address, let errno):
      Failure(
        code: "phone.listen",
        message: Text(
          zh: "不能在 \(address) 上提供页面：\(systemText(errno).zh)",
          en: "cannot serve the page at \(address): \(systemText(errno).en)"),
        hint: Text(zh: "检查网络，再运行一次", en: "check the network and run the command again"))
    case .page(let file):
      Failure(
        code: "phone.page",
        message: Text(zh: "手机页面的文件 \(file) 缺失或损坏", en: "the page's part \(file) is missing or damaged"),
        hint: Text(zh: "重新安装 weldtech", en: "install weldtech again"))
    case .folder(let path, let errno):
      Failure(
        code: "phone.folder",
        message: Text(
          zh: "写不了 \(path)：\(systemText(errno).zh)", en: "cannot write \(path): \(systemText(errno).en)"),
        hint: Text(zh: "检查目录权限和磁盘空间", en: "check the folder's permissions and the disk's space"))
    case .random:
      Failure(
        code: "phone.random",
        message: Text(zh: "系统没有给出随机数", en: "the system gave no random bytes"),
        hint: Text(zh: "再运行一次", en: "run the command again"))
    }
  }
}

/// The remedies for a network that a phone cannot reach.
enum PhoneTexts {
  static let openHotspot = "nmcli device wifi hotspot ssid weldtech password '********'"
  static let hotspot = Text(
    zh:
      "让手机和电脑连同一个网络，或在电脑上开热点（密码至少 8 位）：\(openHotspot)；不用手机：--browser，或用文件",
    en:
      "join the phone's network, or open a hotspot (8 characters or more): \(openHotspot); without a phone: --browser, or files"
  )
}

extension SignatureReused: Explained {
  var failure: Failure {
    Failure(
      code: "sign.strokesUsed",
      message: Text(
        zh: "这份笔迹已经签过记录 \(id.text.prefix(8)) 的协议，没有签",
        en: "these strokes are the signature of installation \(id.text.prefix(8)) already; nothing was signed"),
      hint: Text(zh: "请签字人为这份协议重新签名", en: "have the signatory sign this agreement anew"), exit: .badData)
  }
}

extension AuthorityMissing: Explained {
  var failure: Failure {
    Failure(
      code: "sign.authority",
      message: Text(zh: "授权代理人签字，要先附上授权书的照片", en: "an authorised signatory needs a photo of the authority"),
      hint: Text(
        zh: "拍授权委托书：weldtech sign ID --authority 照片文件",
        en: "photograph the letter of authority: weldtech sign ID --authority FILE"),
      exit: .badData)
  }
}

extension SignatoryPhoneUnproven: Explained {
  var failure: Failure {
    Failure(
      code: "sign.phone",
      message: Text(
        zh: "签字人电话的后四位错了三次，没有签",
        en: "the last digits of the signatory's phone were wrong three times; nothing was signed"),
      hint: Text(
        zh: "核对签字人的电话，在终端上再运行，或写明 --signatory-phone",
        en: "check the signatory's phone and run it on a terminal, or give --signatory-phone"))
  }
}
