import Diagrams
import Records
import Terminal

extension SetupMissing: Explained {
  var failure: Failure {
    switch self {
    case .setup:
      Failure(
        code: "setup.missing",
        message: Text(zh: "这台电脑还没有设置技术人员和公司", en: "nobody has said who works with this laptop"),
        hint: Text(zh: "先运行 weldtech setup", en: "run `weldtech setup` first"))
    case .technician:
      Failure(
        code: "setup.desk",
        message: Text(
          zh: "这是公司办公室的电脑，管标牌、台账和预约，不做安装步骤",
          en: "this is a company's office: labels, the ledger and appointments, and no step of an installation"),
        hint: Text(
          zh: "安装在技术人员的电脑上做；同一台电脑另用一个目录：weldtech --home 目录 setup --technician …",
          en:
            "install on a technician's laptop, or here in a home of its own: weldtech --home DIR setup --technician …"
        ))
    case .installer:
      Failure(
        code: "setup.inspector",
        message: Text(
          zh: "这是检查人员的电脑，只做检查，不做安装步骤",
          en: "this is an inspector's laptop, which inspects and takes no step of an installation"),
        hint: Text(
          zh: "安装在技术人员的电脑上做；同一台电脑另用一个目录：weldtech --home 目录 setup --technician …",
          en:
            "install on a technician's laptop, or here in a home of its own: weldtech --home DIR setup --technician …"
        ))
    case .share:
      Failure(
        code: "setup.share",
        message: Text(zh: "找不到标牌模板、技术方案和固件", en: "label templates, schemes and firmware are not to be found"),
        hint: Text(
          zh: "重新安装，或用 WELDTECH_SHARE 指明目录", en: "install weldtech again, or name the folder by WELDTECH_SHARE")
      )
    case .platformKey:
      Failure(
        code: "setup.platformKey.missing",
        message: Text(
          zh: "还没有平台公钥，配对需要它，而现在连不上平台",
          en: "pairing needs the platform's key, which is not here, and the platform cannot be reached"),
        hint: Text(
          zh: "连上网再运行同一命令；或向公司要平台证书：weldtech setup --platform-key 文件",
          en:
            "run the same command with a network, or enter the company's certificate: `weldtech setup --platform-key FILE`"
        ))
    case .platform:
      Failure(
        code: "setup.platform.missing",
        message: Text(zh: "还没有设置平台地址", en: "the platform's address is not set"),
        hint: Text(zh: "weldtech setup --platform https://…", en: "weldtech setup --platform https://…"))
    }
  }
}

extension PortRefused: Explained {
  var failure: Failure { error.failure(doing: Text(zh: "打开端口", en: "opening the port")) }
}

extension CodeMistyped: Explained {
  var failure: Failure {
    Failure(
      code: "code.mistyped",
      message: Text(
        zh: "“\(text)”不是标牌码（校验字符不对或位数不对）", en: "'\(text)' is not a label code (wrong length or check character)"
      ),
      hint: LabelCode(meantBy: text).map {
        Text(
          zh: "是不是 \($0)（0 与 O、1 与 I 混了）？照标牌上的写",
          en: "did you mean \($0), with O for 0 or I for 1? Copy it from the label")
      } ?? LabelCode(lackingCheckCharacter: text).map {
        Text(
          zh: "少了最后的校验字符，应写 \($0)\(row ?? "")",
          en: "its check character is missing at the end: \($0)\(row ?? "")")
      }
        ?? Text(
          zh: "照标牌上的写，如 150621-00A000-X\(row ?? "")",
          en: "copy it from the label, like 150621-00A000-X\(row ?? "")"),
      exit: .badData)
  }
}

extension DiagramError: Explained {
  var failure: Failure {
    switch self {
    case .noDiagram(let scheme):
      Failure(
        code: "scheme.diagram",
        message: Text(zh: "技术方案 \(scheme) 没有接线图", en: "the scheme \(scheme) has no wiring diagram"),
        hint: Text(
          zh: "在方案文件里加上 diagram（见 schemes/README.md）", en: "add a `diagram` to its file (schemes/README.md)"),
        exit: .badData)
    case .noGlyph(let count):
      Failure(
        code: "scheme.glyph",
        message: Text(
          zh: "接线图里有 \(count) 个字没有字体", en: "no installed font has \(count) characters of the diagram"),
        hint: Text(zh: "sudo apt install fonts-noto-cjk", en: "sudo apt install fonts-noto-cjk"))
    case .drawing(let error): error.failure
    }
  }
}

extension PlateUnread: Explained {
  var failure: Failure {
    switch self {
    case .none(let file):
      Failure(
        code: "label.plate.unread",
        message: Text(zh: "照片 \(file) 上读不出标牌", en: "no label can be read on the photo \(file)"),
        hint: Text(
          zh: "走近一点、避开反光再拍一张，或扫描标牌、照标牌输入标牌码",
          en: "take it again from nearer and without reflections, or scan the plate, or type its code"),
        exit: .badData)
    case .several(let file, let codes):
      Failure(
        code: "label.plate.several",
        message: Text(
          zh: "照片 \(file) 上有几块标牌：\(codes.map(\.description).joined(separator: "、"))",
          en: "the photo \(file) shows several plates: \(codes.map(\.description).joined(separator: ", "))"),
        hint: Text(zh: "只拍这台焊机上的那一块", en: "photograph only the one of this welder"), exit: .badData)
    case .otherPayload(let text, let expected):
      Failure(
        code: "label.plate.payload",
        message: Text(
          zh: "标牌码相同，但二维码的内容是“\(Self.harmless(text))”，应是“\(expected)”",
          en: "the plate has the code, but its symbol says '\(Self.harmless(text))' in place of '\(expected)'"),
        hint: Text(
          zh: "不要用这块标牌，换一块，并把它交给公司查看",
          en: "do not use this plate: take another, and show this one to the company"),
        exit: .badData)
    }
  }

  /// Makes the text of a symbol from anybody harmless: replaces control characters and marks of text direction,
  /// and cuts the text to 120 characters.
  private static func harmless(_ text: String) -> String {
    String(DisplayWidth.printable(text).prefix(120))
  }
}

extension SealMistyped: Explained {
  var failure: Failure {
    Failure(
      code: "seal.number", message: Text(zh: "封条编号要有 1 到 40 个字符", en: "a seal number has 1 to 40 characters"),
      hint: Text(zh: "照封条上的写", en: "copy it from the seal"), exit: .badData)
  }
}

/// The error that a value of `setup` is not valid; nothing was stored.
enum SetupRejected: Error {
  case phone
  case companyPhone
  /// The laptop belongs to a technician already.
  case deskOfTechnician
  /// The laptop is a technician's already, and a technician may inspect as well.
  case inspectorOfTechnician
  case region(String)
  case codes(String)
}

extension SetupRejected: Explained {
  var failure: Failure {
    switch self {
    case .phone:
      Failure(
        code: "setup.phone", message: FieldProblem.Fault.notAPhone.message,
        hint: Text(zh: "如 138 0000 0000 或 0477-5200000", en: "like 138 0000 0000 or 0477-5200000"),
        exit: .badData)
    case .companyPhone:
      Failure(
        code: "setup.companyPhone",
        message: Text(
          zh: "报修电话不对：请填手机号、带区号的座机号或 400 号码",
          en: "the company's phone is neither a mobile, nor a landline with its area code, nor a 400 number"),
        hint: Text(
          zh: "如 138 0000 0000、0477-5200000 或 400-000-0000",
          en: "like 138 0000 0000, 0477-5200000 or 400-000-0000"), exit: .badData)
    case .deskOfTechnician:
      Failure(
        code: "setup.desk.technician",
        message: Text(
          zh: "这台电脑已经设置为技术人员的电脑，不能同时作公司办公室",
          en: "this laptop is set up for a technician already, and cannot be a company's office, too"),
        hint: Text(
          zh: "办公室另用一个目录：weldtech --home 目录 setup --desk …",
          en: "give the office a home of its own: weldtech --home DIR setup --desk …"), exit: .usage)
    case .inspectorOfTechnician:
      Failure(
        code: "setup.inspector.technician",
        message: Text(
          zh: "这台电脑已经设置为技术人员的电脑；技术人员也可以检查，不用另设检查人员",
          en: "this laptop is set up for a technician already, who may inspect as well"),
        hint: Text(
          zh: "检查人员另用一个目录：weldtech --home 目录 setup --inspector …",
          en: "give the inspector a home of its own: weldtech --home DIR setup --inspector …"), exit: .usage)
    case .region(let region):
      Failure(
        code: "setup.region",
        message: Text(zh: "“\(region)”不是六位行政区划代码", en: "'\(region)' is not six digits of GB/T 2260"),
        hint: Text(zh: "达拉特旗是 150621", en: "Dalad Banner is 150621"), exit: .badData)
    case .codes(let text):
      Failure(
        code: "setup.codes", message: Text(zh: "“\(text)”不是号段", en: "'\(text)' is not a block of serials"),
        hint: Text(zh: "写成 首号+数量，如 00A000+500", en: "write FIRST+COUNT, for example 00A000+500"), exit: .badData
      )
    }
  }
}
