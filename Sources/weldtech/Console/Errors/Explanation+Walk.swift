import Agreements
import Drawing
import Records
import Terminal

extension StepRefused: Explained {
  private var title: Text { step?.title ?? Text(zh: "这一步", en: "this step") }

  var failure: Failure {
    switch refusal {
    case .needs(let steps):
      Failure(
        code: "walk.order",
        message: Text(
          zh: "还不能做“\(title.zh)”这一步，请先完成：\(steps.map(\.title.zh).joined(separator: "、"))",
          en:
            "'\(title.en)' cannot be done yet; first comes: \(steps.map(\.title.en).joined(separator: ", "))"
        ),
        hint: steps.first?.need(of: nil).sentence
          ?? Text(zh: "weldtech next 说明下一步", en: "`weldtech next` says what is next"))
    case .certificateExpired(let day):
      Failure(
        code: "technician.certificate.expired",
        message: Text(
          zh: "技术人员的培训证书已于 \(day) 到期，不能安装",
          en: "the technician's certificate expired on \(day); nothing may be installed"),
        hint: Text(
          zh: "换证后运行 weldtech setup --certificate … --certificate-expires …",
          en: "after renewal: `weldtech setup --certificate … --certificate-expires …`"))
    case .surveyed:
      Failure(
        code: "walk.surveyed",
        message: Text(
          zh: "这台焊机只在调研表上，还没有上门登记",
          en: "this welder is only on a survey list; nobody has registered it on the spot"),
        hint: Text(
          zh: "登记并安装：weldtech install ID；只登记：weldtech register ID",
          en: "register and fit it: weldtech install ID; only register it: weldtech register ID"))
    case .registered:
      Failure(
        code: "walk.registered",
        message: Text(
          zh: "这台焊机已经登记，不再预约", en: "this welder is registered already; no appointment is made any more"),
        hint: Text(zh: "接着安装：weldtech install ID", en: "go on with it: weldtech install ID"))
    case .retired where step == nil:
      Failure(
        code: "walk.retired",
        message: Text(
          zh: "这台焊机已淘汰，不再维修、过户或迁移",
          en: "this welder is retired; it is not repaired, sold or moved any more"),
        hint: Text(
          zh: "还要使用的，按新焊机登记安装：weldtech install",
          en: "where it is used again, register and fit it as a new one: weldtech install"))
    case .retired:
      Failure(
        code: "walk.retired",
        message: Text(
          zh: "这台焊机已登记为淘汰，不能安装", en: "this welder is registered as retired; nothing is installed on it"),
        hint: Text(
          zh: "登记有误的，先作废再重新登记：weldtech void ID --reason 原因",
          en: "if that is a mistake, void the record and register anew: weldtech void ID --reason REASON"))
    case .void:
      Failure(
        code: "walk.void",
        message: Text(zh: "这条记录已作废", en: "this record is void"),
        hint: Text(zh: "重新登记：weldtech register", en: "register the welder anew: weldtech register"))
    case .refused:
      Failure(
        code: "walk.refused",
        message: Text(zh: "业主已拒绝安装，这条记录已关闭", en: "the owner refused the installation; this record is closed"),
        hint: Text(
          zh: "业主改变主意的，重新登记：weldtech register",
          en: "where the owner wants it after all, register the welder anew: weldtech register"))
    case .signedBefore:
      Failure(
        code: "walk.signedBefore",
        message: Text(
          zh: "这台焊机已经签字装好，只是更正后待重新签字，不能按“业主拒装”关闭",
          en:
            "this welder was signed for and is installed; only the signature after a correction is due, so it is not refused"
        ),
        hint: Text(
          zh: "更正有误就再更正；请所有权人重新签字：weldtech sign ID",
          en: "correct it once more where the correction was wrong, and have it signed again: weldtech sign ID")
      )
    case .closed:
      Failure(
        code: "walk.closed",
        message: Text(zh: "这条记录已签字关闭，不能再改", en: "this record is signed and closed"),
        hint: Text(
          zh: "登记写错的，用 weldtech correct ID 更正后重签；有故障的报修：weldtech repair open ID --fault 故障",
          en:
            "a slip of the registration is mended by `weldtech correct ID` and signed again; a fault is reported by `weldtech repair open ID --fault TEXT`"
        ))
    case .repairOpen:
      Failure(
        code: "repair.open",
        message: Text(
          zh: "这台焊机有一项维修没有办完", en: "a fault of this welder is on record, and its repair is not finished"),
        hint: Text(
          zh: "先修好并请所有权人确认：weldtech repair ID，weldtech repair close ID",
          en: "mend it and have the owner confirm it first: weldtech repair ID, weldtech repair close ID"))
    case .noRepair:
      Failure(
        code: "repair.none",
        message: Text(zh: "这台焊机没有报修", en: "no fault of this welder is on record"),
        hint: Text(
          zh: "先报修：weldtech repair open ID --fault 故障",
          en: "report it first: weldtech repair open ID --fault TEXT"))
    case .repairNotBegun:
      Failure(
        code: "repair.notBegun",
        message: Text(
          zh: "已经报修，还没有到现场检查过", en: "a fault is reported, and nobody has looked at the welder yet"),
        hint: Text(
          zh: "到现场运行：weldtech repair ID --port 串口", en: "on the spot: weldtech repair ID --port P"))
    case .notInstalled:
      Failure(
        code: "repair.notInstalled",
        message: Text(
          zh: "这条记录还没有签字关闭，没有装好的模块可以维修、过户、迁移或停用",
          en:
            "this record is not signed and closed, so that nothing installed is to be repaired, sold, moved or retired"
        ),
        hint: Text(
          zh: "weldtech next ID 说明下一步", en: "`weldtech next ID` says what is next"))
    case .moduleOnRecord(let serialNumber):
      Failure(
        code: "repair.module.other",
        message: Text(
          zh: "接着的模块不是登记的 \(serialNumber)",
          en: "the module on the cable is not the one on record, \(serialNumber)"),
        hint: Text(
          zh:
            "接错了就接回 \(serialNumber)。要换模块：先接旧模块检查一遍，再接新模块：weldtech repair ID --port 串口 --old-module \(serialNumber)。登记的模块已不在机上的，加 --tampered",
          en:
            "connect \(serialNumber) where the cable is wrong. To exchange it, let the old one be inspected first, then connect the new one: `weldtech repair ID --port P --old-module \(serialNumber)`. Where the one on record is gone, add --tampered"
        ))
    case .moduleTakenOut(let serialNumber):
      Failure(
        code: "repair.module.old",
        message: Text(
          zh: "接着的还是要换下的旧模块 \(serialNumber)",
          en: "the module on the cable is still the old one, \(serialNumber)"),
        hint: Text(
          zh: "拆下旧模块，接上新模块，再运行同一命令；要把旧模块装回去，加 --pair",
          en:
            "take it out, connect the new one and run the same command again; to fit the old one again, add --pair"
        ))
    case .testBeforeRepair:
      Failure(
        code: "repair.test.missing",
        message: Text(
          zh: "这次到场以后还没有做过功能测试，不能请所有权人确认",
          en: "nobody has tested the welder since the technician came, so that nobody confirms the repair"),
        hint: Text(
          zh: "接上模块测试：weldtech repair ID --port 串口", en: "test it: weldtech repair ID --port P"))
    case .otherModule(let serialNumber):
      Failure(
        code: "repair.module.notOnRecord",
        message: Text(
          zh: "要拆下的模块与登记不符，登记的是 \(serialNumber)",
          en: "the module to be taken out is not the one on record, which is \(serialNumber)"),
        hint: Text(
          zh: "核对旧模块上的序列号；记录与实物不符的，先向公司报告",
          en: "compare the number on the old module; where the record is wrong, report it to the company"),
        exit: .badData)
    case .sealOutdated:
      Failure(
        code: "walk.seal.outdated",
        message: Text(
          zh: "贴封条以后换过模块、烧录过固件或重新配对过，要贴新封条",
          en: "the module was exchanged, written to or paired anew behind this seal: it takes a new one"),
        hint: Text(
          zh: "贴一条新封条：weldtech seal ID --number 编号；然后再测一次",
          en: "put on a new seal: weldtech seal ID --number N, then test again"))
    case .testNotPassed:
      Failure(
        code: "walk.test.notPassed",
        message: Text(zh: "最近一次功能测试没有通过，不能签字", en: "the last test did not pass, so nobody signs"),
        hint: Text(
          zh: "排除故障后再测：weldtech test ID --port 串口", en: "mend it and test again: weldtech test ID --port P"))
    case .testBeforeSeal:
      Failure(
        code: "walk.test.beforeSeal",
        message: Text(
          zh: "测试以后换过封条、固件或配对，那次测试不算",
          en: "seal, firmware or pairing are newer than the test, so it does not count"),
        hint: Text(
          zh: "贴好封条后再测：weldtech test ID --port 串口",
          en: "test again with the case sealed: weldtech test ID --port P"))
    case .testOutdated:
      Failure(
        code: "walk.test.outdated",
        message: Text(
          zh: "测试以后登记更正过，技术方案和合格范围变了，那次测试不算",
          en: "a correction has changed the scheme and its limits since the test, so it does not count"),
        hint: Text(
          zh: "按新方案检查接线，再测一次：weldtech test ID --port 串口",
          en: "check the wiring by the new scheme and test again: weldtech test ID --port P"))
    case .flashUnfinished:
      Failure(
        code: "walk.flash.unfinished",
        message: Text(
          zh: "上次烧录没有做完，模块里是哪个固件还不清楚，不能签字",
          en:
            "a flashing was begun and has no end, so that nobody knows which firmware the module has: nobody signs"
        ),
        hint: Text(
          zh: "再烧录一次：weldtech flash ID --port 串口；模块没有被改动时，再测一次也可以",
          en:
            "flash once more: weldtech flash ID --port P; where the module was not changed, a new test will do, too"
        ))
    case .otherCode(let code):
      Failure(
        code: "label.otherCode",
        message: Text(
          zh: "这台焊机的标牌码是 \(code)，模块已按它配对", en: "this welder's code is \(code), and its module is paired to it"),
        hint: Text(zh: "贴上标牌码相同的标牌", en: "stick on the label with that code"), exit: .badData)
    }
  }
}

extension AgreementError: Explained {
  var failure: Failure {
    switch self {
    case .incomplete(let steps):
      StepRefused(step: .sign, refusal: .needs(steps)).failure
    case .strokes(_, .noSignature):
      Failure(
        code: "sign.strokes",
        message: Text(zh: "几乎没有笔迹，不成签名", en: "there is too little ink for a signature"),
        hint: Text(zh: "请签字人重签一次", en: "have it signed once more"), exit: .badData)
    case .strokes(let path, let fault):
      Failure(
        code: "sign.strokes",
        message: Text(
          zh: "签名笔迹文件\(path == "$" ? "" : "的 \(path)")：\(fault.title.zh)",
          en: "\(path == "$" ? "the file" : path) of the signature's strokes \(fault.title.en)"),
        hint: Text(zh: "请签字人重签一次", en: "have it signed once more"), exit: .badData)
    case .terms(let path, let fault):
      Failure(
        code: "agreement.terms",
        message: Text(
          zh: "协议条款文件\(path == "$" ? "" : "的 \(path)")：\(fault.title.zh)",
          en: "\(path == "$" ? "the file" : path) of the agreement's clauses \(fault.title.en)"),
        hint: Text(
          zh: "改正文件再试；weldtech setup --terms default 恢复随附的条款",
          en: "mend the file; `weldtech setup --terms default` goes back to the clauses that are shipped"),
        exit: .badData)
    case .textChanged:
      Failure(
        code: "sign.textChanged",
        message: Text(
          zh: "协议条款或技术方案刚刚改过，给签字人看的不是现在的全文，没有签",
          en:
            "clauses or schemes were changed just now, so what was shown is not the present text; nothing was signed"
        ),
        hint: Text(
          zh: "再运行 weldtech sign，请签字人重新看一遍", en: "run `weldtech sign` again and have it read once more"))
    case .noGlyph(let scalars):
      Failure(
        code: "sign.glyph",
        message: Text(
          zh: "协议里有没有字体的字：\(scalars.map(Self.named).joined(separator: "、"))",
          en: "no installed font has \(scalars.map(Self.named).joined(separator: ", ")) of the agreement"),
        hint: Text(
          zh: "安装字体：\(Self.fonts)；仍不行就用标准字重新登记",
          en: "install the fonts: \(Self.fonts); else register with other characters"))
    case .sealing(let error): error.failure
    case .drawing(let error): error.failure
    }
  }

  private static let fonts =
    "sudo apt install fonts-noto-cjk fonts-babelstone-han fonts-hanazono fonts-noto-core"

  private static func named(_ scalar: Unicode.Scalar) -> String {
    "\(String(scalar)) \(UnusableCharacter(scalar, reason: .noGlyph, position: 1).codePoint)"
  }
}

extension AgreementError.StrokesFault {
  var title: Text {
    switch self {
    case .notJSON(let fault): fault.title
    case .missing: Text(zh: "缺少", en: "is missing")
    case .wrongType: Text(zh: "类型不对", en: "has the wrong type")
    case .outOfRange(let lower, let upper):
      Text(
        zh: "应在 \(plain(lower)) 到 \(plain(upper)) 之间", en: "is not between \(plain(lower)) and \(plain(upper))")
    case .tooMany(let most): Text(zh: "多于 \(most) 个", en: "has more than \(most)")
    case .noSignature: Text(zh: "几乎没有笔迹，不成签名", en: "has too little ink for a signature")
    }
  }
}

extension AgreementError.TermsFault {
  var title: Text {
    switch self {
    case .notJSON(let fault): fault.title
    case .missing: Text(zh: "缺少", en: "is missing")
    case .wrongType: Text(zh: "类型不对", en: "has the wrong type")
    case .otherSchema(let expected): Text(zh: "应为 \(expected)", en: "is not \(expected)")
    case .notAName: Text(zh: "只能用小写字母、数字和连字符", en: "is not small letters, digits and hyphens")
    case .tooLong(let most): Text(zh: "太长，最多 \(most)", en: "is too long, at most \(most)")
    case .count(let lower, let upper):
      Text(zh: "应有 \(lower) 到 \(upper) 条", en: "has not \(lower) to \(upper) entries")
    case .character(let character): (FieldProblem.Fault(.character(character)) ?? .missing).message
    }
  }
}

extension TraineesDiffer: Explained {
  var failure: Failure {
    Failure(
      code: "handover.trainees",
      message: Text(
        zh: "写了 \(named) 个受训人员的姓名，培训人数却是 \(trained)",
        en: "\(named) people are named as trained, and \(trained) were trained"),
      hint: Text(zh: "改正 --trained 或 --trainee", en: "correct --trained or --trainee"), exit: .badData)
  }
}

extension DrawingError: Explained {
  var failure: Failure {
    switch self {
    case .sealedPDF(let offset, let fault): fault.failure(at: offset)
    case .pdf(.pageProgramEnded):
      Failure(
        code: "drawing.pages.ended",
        message: Text(
          zh: "画 PDF 页面的程序 weldtech-pages 没有画完就结束了",
          en: "the program that draws pages of a PDF, weldtech-pages, ended before it had drawn one"),
        hint: Text(
          zh: "再试一次；若又这样，这个 PDF 太占时间或内存，把它导出为 PNG 再读",
          en:
            "try again; where it happens again, the PDF takes too much time or memory: export it as PNG and read that"
        ))
    case .pdf(.noPageProgram(let errno)):
      Failure(
        code: "drawing.pages",
        message: Text(
          zh: "画 PDF 页面的程序 weldtech-pages 无法启动（\(systemText(errno).zh)）",
          en: "the program that draws pages of a PDF, weldtech-pages, does not start (\(systemText(errno).en))"),
        hint: Text(
          zh: "它和 weldtech 在同一个文件夹；重新安装，或运行 make build",
          en: "it lies in the folder of weldtech; install weldtech again, or run make build"))
    default:
      Failure(
        code: "drawing",
        message: Text(zh: "绘制失败：\(self)", en: "drawing failed: \(self)"),
        hint: Text(
          zh: "检查磁盘空间和中文字体（fonts-noto-cjk）",
          en: "check the disk's space and the Chinese font (fonts-noto-cjk)"))
    }
  }
}

extension DrawingError {
  /// Whether the program that draws pages of a PDF is at fault, or a PDF that it could not finish.
  var isOfPageProgram: Bool {
    switch self {
    case .pdf(.noPageProgram), .pdf(.pageProgramEnded): true
    default: false
    }
  }
}

extension SealablePDF.Fault {
  /// What is wrong with the seal's place in a file that has to be exact.
  var title: Text {
    switch self {
    case .noByteRange: Text(zh: "没有签章", en: "there is no seal")
    case .secondByteRange: Text(zh: "有第二个签章", en: "there is a second seal")
    case .byteRange: Text(zh: "签章声明的范围不是整个文件", en: "the seal does not say that it covers the whole file")
    case .place: Text(zh: "签章的位置不对", en: "the seal does not stand in its place")
    case .digit: Text(zh: "签章里有不该有的字符", en: "the seal has a character that does not belong there")
    case .length: Text(zh: "签章的长度不对", en: "the seal has a wrong length")
    case .padding: Text(zh: "签章后面的空位被写过", en: "something is written in the room behind the seal")
    case .notSealed: Text(zh: "还没有盖签章", en: "it was never sealed")
    case .sealedAlready: Text(zh: "已经盖过签章", en: "it is sealed already")
    case .end: Text(zh: "文件不完整", en: "the end of the file is missing")
    case .bytesAfterEnd: Text(zh: "文件末尾之后还有内容", en: "something follows the end of the file")
    case .sealTooLarge(let bytes):
      Text(
        zh: "签章有 \(bytes) 字节，位置只有 \(SealablePDF.maxSealBytes) 字节",
        en: "the seal has \(bytes) bytes, and its place takes \(SealablePDF.maxSealBytes)")
    }
  }

  /// The failure that names the byte's offset.
  func failure(at offset: Int) -> Failure {
    if case .sealTooLarge = self {
      return Failure(
        code: "agreement.seal.size", message: title,
        hint: Text(zh: "换一张链更短的证书", en: "use a certificate with a shorter chain"), exit: .badData)
    }
    return Failure(
      code: "agreement.form",
      message: Text(
        zh: "协议文件第 \(offset) 字节处不对：\(title.zh)",
        en: "the agreement's file is wrong at byte \(offset): \(title.en)"),
      hint: Text(
        zh: "这不是 weldtech 写出的原样文件；向对方要原文件",
        en: "it is not the file as weldtech wrote it; ask for the original"), exit: .badData)
  }
}

extension InstallationBusy: Explained {
  var failure: Failure {
    Failure(
      code: "installation.busy",
      message: Text(
        zh: "另一个 weldtech 正在处理安装记录 \(id)", en: "another weldtech works on installation \(id) at the moment"),
      hint: Text(zh: "等它结束再试", en: "wait for it to finish"))
  }
}
