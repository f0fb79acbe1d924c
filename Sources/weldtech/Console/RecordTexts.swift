import Records
import Terminal

extension Step {
  var title: Text {
    switch self {
    case .photoBefore: Text(zh: "安装前拍照", en: "photo before")
    case .flash: Text(zh: "烧录固件", en: "flash")
    case .pair: Text(zh: "模块配对", en: "pair")
    case .label: Text(zh: "二维码标牌", en: "label")
    case .seal: Text(zh: "粘贴封条", en: "seal")
    case .test: Text(zh: "功能测试", en: "test")
    case .photoAfter: Text(zh: "安装后拍照", en: "photo after")
    case .handover: Text(zh: "培训交接", en: "handover")
    case .sign: Text(zh: "签署协议", en: "sign")
    case .repair: Text(zh: "维修", en: "repair")
    case .confirm: Text(zh: "维修确认", en: "confirm the repair")
    }
  }

  /// The action that a step needs from the technician, as `next` shows it.
  /// - Parameter id: the record of the step; nil leaves the word `ID` in the command.
  func need(of id: InstallationID?) -> StepNeed { StepNeed(what: what, command: command.naming(id)) }

  private var what: Text {
    switch self {
    case .photoBefore: Text(zh: "拍一张安装前的照片", en: "a photo of the welder as found")
    case .flash, .pair: Text(zh: "接上模块", en: "the module on a port")
    case .label: Text(zh: "制作标牌，或确认贴上的库存标牌", en: "a label made, or one from stock confirmed")
    case .seal: Text(zh: "记下封条编号", en: "the seal's number")
    case .test: Text(zh: "合上机壳后测试合格", en: "a passed test with the case sealed")
    case .photoAfter: Text(zh: "拍一张安装后的照片", en: "a photo of the finished work")
    case .handover: Text(zh: "培训人数和操作规程", en: "operators trained and rules settled")
    case .sign: Text(zh: "所有权人签字", en: "the proprietor's signature")
    case .repair: Text(zh: "到现场检查、修好并测试合格", en: "the welder inspected, mended and tested on the spot")
    case .confirm: Text(zh: "所有权人签维修确认单", en: "the proprietor's signature under what was done")
    }
  }

  fileprivate var command: Text {
    switch self {
    case .photoBefore:
      Text(zh: "weldtech photo ID --stage before 照片文件", en: "weldtech photo ID --stage before FILE")
    case .flash: Text(zh: "weldtech flash ID --port 串口", en: "weldtech flash ID --port P")
    case .pair: Text(zh: "weldtech pair ID --port 串口", en: "weldtech pair ID --port P")
    case .label: Text(verbatim: "weldtech label ID")
    case .seal: Text(zh: "weldtech seal ID --number 编号", en: "weldtech seal ID --number N")
    case .test: Text(zh: "weldtech test ID --port 串口", en: "weldtech test ID --port P")
    case .photoAfter:
      Text(zh: "weldtech photo ID --stage after 照片文件", en: "weldtech photo ID --stage after FILE")
    case .handover:
      Text(
        zh: "weldtech handover ID --trained 人数 --rules drafted|existing",
        en: "weldtech handover ID --trained N --rules drafted|existing")
    case .sign:
      Text(verbatim: "weldtech sign ID --phone")
    case .repair: Text(zh: "weldtech repair ID --port 串口", en: "weldtech repair ID --port P")
    case .confirm: Text(verbatim: "weldtech repair close ID --phone")
    }
  }
}

/// The next action, and its command, which gets a line of its own on a narrow terminal.
struct StepNeed {
  var what: Text
  /// The command stands on a line of its own, exactly as it is typed.
  var command: Text

  var sentence: Text { Text(zh: "\(what.zh)：\(command.zh)", en: "\(what.en): \(command.en)") }

  /// The action for a surveyed welder, which is registered on the spot and then fitted.
  static func registering(_ id: InstallationID) -> StepNeed {
    StepNeed(
      what: Text(zh: "上门补登记，然后安装", en: "registered on the spot, then fitted"),
      command: Text(verbatim: "weldtech install ID").naming(id))
  }

  /// The action for a failed test, which is run again.
  static func anotherTest(of id: InstallationID) -> StepNeed {
    StepNeed(
      what: Text(zh: "上次测试不合格，排除故障后再测", en: "the last test failed; mend it and test again"),
      command: Step.test.command.naming(id))
  }
}

extension StepNeed {
  /// The action for a step that a correction has made outdated, so that it is done again.
  /// - Parameter isSold: whether the welder has another owner since, which is no correction.
  static func again(_ step: Step, of id: InstallationID, isSold: Bool = false) -> StepNeed {
    var need = step.need(of: id)
    switch step {
    case .label where isSold:
      need.what = Text(
        zh: "所有权人变更，标牌上印的内容变了，重做标牌并换上",
        en: "another owner, so that the label prints what is not so: a new one made and stuck on")
    case .sign where isSold:
      need.what = Text(zh: "新所有权人签协议", en: "the new owner's signature under the agreement")
    case .label:
      need.what = Text(
        zh: "标牌上印的内容更正过，重做标牌并换上", en: "words on the label were corrected: a new one made and stuck on")
    case .test:
      need.what = Text(
        zh: "更正后技术方案变了，按新方案检查接线再测", en: "the correction changed the scheme: the wiring checked and tested again"
      )
    case .sign: need.what = Text(zh: "更正以后要所有权人重新签字", en: "the proprietor's signature under what was corrected")
    default: break
    }
    return need
  }
}

extension Text {
  /// The text with a record's id in place of the word `ID` in a command, so that the command can be typed
  /// unchanged.
  /// - Parameter id: nil leaves the text unchanged.
  func naming(_ id: InstallationID?) -> Text {
    guard let id else { return self }
    let short = id.text.prefix(8)
    func named(_ text: String) -> String {
      var (named, rest) = ("", text[...])
      while let place = rest.firstRange(of: " ID") {
        let next = rest[place.upperBound...].first
        let goesOn = next.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") } ?? false
        named += rest[..<place.lowerBound] + (goesOn ? " ID" : " \(short)")
        rest = rest[place.upperBound...]
      }
      return named + rest
    }
    return Text(zh: named(zh), en: named(en))
  }
}

extension Installation.Status {
  var title: Text {
    switch self {
    case .surveyed: Text(zh: "已调研", en: "surveyed")
    case .open: Text(zh: "进行中", en: "open")
    case .closed: Text(zh: "已完成", en: "closed")
    case .delivered: Text(zh: "已上传", en: "delivered")
    case .outOfUse: Text(zh: "停用待修", en: "out of use")
    case .retired: Text(zh: "已淘汰", en: "retired")
    case .refused: Text(zh: "业主拒装", en: "refused")
    case .void: Text(zh: "已作废", en: "void")
    }
  }
}

extension Installation {
  /// The record's status; for a corrected record, that its owner has to sign again.
  var statusTitle: Text { isSignatureDue ? Self.signatureDueTitle : status.title }

  /// The word for an open record that was signed and then corrected.
  static let signatureDueTitle = Text(zh: "待重新签字", en: "to be signed again")
}

extension Funding {
  var title: Text {
    switch (payer, reason) {
    case (.banner, _): Text(zh: "旗政府出资", en: "paid by the Banner")
    case (.owner, .industryDepartment):
      Text(zh: "自费（行业主管部门管辖的企业）", en: "paid by the owner (under an industry department)")
    case (.owner, .fittedAfterDeadline), (.owner, .fittedBeforeDeadline):
      Text(zh: "自费（2024年12月15日及以后安装）", en: "paid by the owner (fitted on or after 15 December 2024)")
    case (.owner, .retired): Text(zh: "不安装", en: "nothing fitted")
    }
  }
}

extension InstallationScheme.Property {
  var title: Text {
    switch self {
    case .supply: RegistrationField.supply.title
    case .weldingProcess: RegistrationField.weldingProcess.title
    case .sourceType: RegistrationField.sourceType.title
    case .supplyMaxAmps: RegistrationField.supplyMaxAmps.title
    case .maxCurrentAmps: RegistrationField.maxCurrentAmps.title
    case .maxPowerKilowatts: RegistrationField.maxPowerKilowatts.title
    }
  }

  /// The property of the welder in words.
  func value(of welder: Welder) -> Text {
    switch self {
    case .supply: RegistrationField.Choice(welder.supply).title
    case .weldingProcess: RegistrationField.Choice(welder.weldingProcess).title
    case .sourceType: RegistrationField.Choice(welder.sourceType).title
    case .supplyMaxAmps: Text(verbatim: "\(plain(welder.supplyMaxAmps)) A")
    case .maxCurrentAmps: Text(verbatim: "\(plain(welder.maxCurrentAmps)) A")
    case .maxPowerKilowatts: Text(verbatim: welder.maxPowerKilowatts.map { "\(plain($0)) kW" } ?? "–")
    }
  }
}
