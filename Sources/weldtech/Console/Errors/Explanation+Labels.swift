import Labels
import Terminal

extension LabelError: Explained {
  var failure: Failure {
    switch self {
    case .templateUnreadable(let file):
      Failure(
        code: "labels.template.unreadable",
        message: Text(zh: "读不了标牌模板 \(file)", en: "cannot read the label template \(file)"),
        hint: Text(zh: "检查文件是否存在、有没有读取权限", en: "check that the file is there and may be read"))
    case .templateTooLarge(let file, let bytes, let most):
      Failure(
        code: "labels.template.tooLarge",
        message: Text(
          zh: "标牌模板 \(file) 有 \(bytes) 字节，超过 \(most)",
          en: "the label template \(file) has \(bytes) bytes, more than \(most)"),
        hint: Text(zh: "检查是不是选错了文件", en: "check that it is the right file"))
    case .templateRejected(let file, let problems):
      Failure(
        code: "labels.template.rejected",
        message: Text(
          zh: "标牌模板 \(file) 有 \(problems.count) 处错误",
          en: "the label template \(file) has \(problems.count) errors"),
        hint: Text(zh: "请改正上面列出的各处", en: "mend it at the places listed above"),
        details: problems.map(\.explanation), exit: .badData)
    case .templateUnknown(let name, let available):
      Failure(
        code: "labels.template.unknown",
        message: Text(zh: "没有名为 \(name) 的标牌模板", en: "there is no label template \(name)"),
        hint: Text(
          zh: "可用的有：\(available.joined(separator: "、"))", en: "there are: \(available.joined(separator: ", "))"),
        exit: .usage)
    case .resolutionOutOfRange(let dpi, let lower, let upper):
      Failure(
        code: "labels.resolution",
        message: Text(
          zh: "分辨率 \(dpi) dpi 不在 \(lower) 到 \(upper) 之间", en: "\(dpi) dpi is not between \(lower) and \(upper)"),
        hint: Text(zh: "一般用 600", en: "600 is usual"), exit: .usage)
    case .platformAddress(let fault):
      Failure(
        code: "labels.platform",
        message: Text(
          zh: "平台地址不能用在标牌上（\(fault.title.zh)）",
          en: "the platform's address cannot stand on a label (\(fault.title.en))"),
        hint: Text(
          zh: "用 weldtech setup --platform https://… 设置平台地址",
          en: "set it by `weldtech setup --platform https://…`"),
        exit: .badData)
    case .fieldMissing(let template, let element, let field):
      Failure(
        code: "labels.field.missing",
        message: Text(
          zh: "模板 \(template) 的 \(element) 需要\(LabelList.title(ofField: field).zh)，记录里没有",
          en:
            "element \(element) of template \(template) wants the field \(field), which the record does not have"
        ),
        hint: Text(zh: "换一个模板", en: "use another template"), exit: .badData)
    case .noGlyph(let template, let element, let field, let count):
      Failure(
        code: "labels.glyph",
        message: Text(
          zh: "模板 \(template) 的 \(element)（\(field ?? "固定文字")）中有 \(count) 个字没有字体",
          en:
            "no installed font has \(count) characters of \(element) (\(field ?? "fixed text")) in template \(template)"
        ),
        hint: Text(
          zh: "安装字体：sudo apt install fonts-noto-cjk fonts-babelstone-han fonts-hanazono fonts-noto-core",
          en:
            "install the fonts: sudo apt install fonts-noto-cjk fonts-babelstone-han fonts-hanazono fonts-noto-core"
        ))
    case .textTooLarge(let template, let element, let field, _, let needed, let given, let smallest):
      Failure(
        code: "labels.text.tooLarge",
        message: Text(
          zh:
            "模板 \(template) 的 \(element)（\(field ?? "固定文字")）缩到 \(plain(smallest)) 磅仍需 \(plain(needed)) 毫米，只有 \(plain(given)) 毫米",
          en:
            "\(element) (\(field ?? "fixed text")) of template \(template) needs \(plain(needed)) mm at its smallest size of \(plain(smallest)) pt and has \(plain(given)) mm"
        ),
        hint: Text(zh: "缩短文字或换更大的模板", en: "shorten the text or use a larger template"), exit: .badData)
    case .symbolTooDense(let template, let modules, let given, let needed, let dpi, let excess, let level):
      Failure(
        code: "labels.symbol.tooDense",
        message: Text(
          zh:
            "二维码有 \(modules) 格，\(dpi) dpi 下需要 \(plain(needed)) 毫米，模板 \(template) 只给 \(plain(given)) 毫米；内容多出 \(excess) 个字符",
          en:
            "the symbol of \(modules) modules needs \(plain(needed)) mm at \(dpi) dpi; template \(template) gives it \(plain(given)) mm, for which the payload is \(excess) characters too long"
        ),
        hint: level.map {
          Text(
            zh: "换更大的模板、更高的分辨率或更短的平台地址；纠错级别降到 \($0.rawValue) 也放得下（--correction \($0.rawValue)），但更怕磨损",
            en:
              "use a larger template, a higher resolution or a shorter platform address; it also fits at the lower correction level \($0.rawValue) (--correction \($0.rawValue)), which bears less damage"
          )
        }
          ?? Text(
            zh: "换更大的模板、更高的分辨率或更短的平台地址",
            en: "use a larger template, a higher resolution or a shorter platform address"), exit: .badData)
    case .payloadTooLong(let bytes, let excess):
      Failure(
        code: "labels.payload.tooLong",
        message: Text(
          zh: "二维码内容有 \(bytes) 字节，多出 \(excess) 个字符，放不下",
          en: "\(bytes) bytes are more than a QR symbol holds, by \(excess) characters"),
        hint: Text(zh: "缩短平台地址", en: "shorten the platform's address"), exit: .badData)
    case .printGainTooLarge(let given, let most, let dots):
      Failure(
        code: "labels.symbol.printGain",
        message: Text(
          zh: "油墨扩散补偿 \(plain(given)) 毫米超过每格 \(dots) 点的五分之一，最多 \(plain(most)) 毫米",
          en:
            "a print gain of \(plain(given)) mm is more than a fifth of a module of \(dots) dots; at most \(plain(most)) mm can be taken off"
        ),
        hint: Text(
          zh: "换格子更大的模板或更高的分辨率，或检查打印机的墨量",
          en: "use a template with larger modules or a higher resolution, or check the printer's ink"),
        exit: .badData)
    case .unreadable(let reason):
      Failure(
        code: "labels.unreadable",
        message: Text(
          zh: "标牌做好后回读失败，未计入（\(reason.title.zh)）",
          en: "the label made does not read back (\(reason.title.en)), so it does not count"),
        hint: Text(zh: "换一个分辨率再做一次", en: "make it again at another resolution"))
    case .picture(let fault):
      Failure(
        code: "labels.picture",
        message: Text(zh: "不是完整的 PNG 图片（\(fault.title.zh)）", en: "not a whole PNG picture (\(fault.title.en))"),
        hint: Text(zh: "检查文件", en: "check the file"), exit: .badData)
    case .printerUnknown(let name, let available):
      Failure(
        code: "labels.printer.unknown",
        message: Text(zh: "没有名为 \(name) 的打印机", en: "there is no printer \(name)"),
        hint: available.isEmpty
          ? Text(
            zh: "系统里没有打印机；用 lpadmin 或系统设置添加",
            en: "there is none at all; add it by lpadmin or in the system's settings")
          : Text(
            zh: "可用的有：\(available.joined(separator: "、"))",
            en: "there are: \(available.joined(separator: ", "))"),
        exit: .usage)
    case .spooler(.noLibrary):
      Failure(
        code: "labels.printer.cups",
        message: Text(zh: "打印需要 CUPS", en: "printing takes CUPS, which is not installed"),
        hint: Text(zh: "sudo apt install cups", en: "sudo apt install cups"))
    case .spooler(.unwritable(let file)):
      Failure(
        code: "labels.printer.draft",
        message: Text(zh: "写不了打印用的临时文件 \(file)", en: "cannot write \(file), which the printer is to be sent"),
        hint: Text(zh: "检查磁盘空间和目录权限", en: "check the disk's space and the folder's permissions"))
    case .spooler(.refused(let printer, let reason)):
      Failure(
        code: "labels.printer.refused",
        message: Text(zh: "打印机 \(printer) 没有收下：\(reason)", en: "printer \(printer) did not take it: \(reason)"),
        hint: Text(zh: "lpstat -p 查看打印机状态", en: "`lpstat -p` says how the printer is"))
    case .device(let path, let errno):
      Failure(
        code: "labels.printer.device",
        message: Text(
          zh: "写不了打印机设备 \(path)（\(systemText(errno).zh)）",
          en: "the printer's device \(path) did not take it (\(systemText(errno).en))"),
        hint: Text(
          zh: "检查打印机电源、标签纸，以及设备的写权限（lp 组）",
          en: "check the printer's power and labels, and that you may write there (group lp)"))
    case .drawing(.svg(.noLibrary)):
      Failure(
        code: "labels.svg.library",
        message: Text(
          zh: "SVG 做好后要用 librsvg 回读，没有安装",
          en: "an SVG is drawn by librsvg to be read back, which is not installed"),
        hint: Text(zh: "sudo apt install librsvg2-2", en: "sudo apt install librsvg2-2"))
    case .drawing(.pdf(.noQPDF)):
      Failure(
        code: "labels.pdf.library",
        message: Text(
          zh: "PDF 成品要由 libqpdf 重新打开核对，没有安装",
          en: "a finished PDF is opened anew by libqpdf to be checked, which is not installed"),
        hint: Text(zh: "sudo apt install libqpdf29", en: "sudo apt install libqpdf29"))
    case .notAccountedFor(let shortfall):
      Failure(
        code: "labels.delivery",
        message: Text(
          zh: "做好的文件与清单不符：\(shortfall.words.zh)；没有计入库存",
          en: "the finished files are not the list: \(shortfall.words.en); none of it counts as printed"),
        hint: Text(
          zh: "不要印这些文件；检查磁盘，把同一条命令再运行一次",
          en: "do not print them; check the disk, and run the same command again"))
    case .drawing(let error): error.failure
    case .label(let code, let line, let error):
      error.failure.within(
        Text(zh: "第 \(line) 行的标牌 \(code)：", en: "label \(code) of line \(line): "))
    case .sheetTooSmall(let width, let height, let neededWidth, let neededHeight):
      Failure(
        code: "labels.sheet.tooSmall",
        message: Text(
          zh:
            "纸张 \(plain(width)) × \(plain(height)) 毫米放不下一块标牌，至少要 \(plain(neededWidth)) × \(plain(neededHeight)) 毫米",
          en:
            "a sheet of \(plain(width)) × \(plain(height)) mm has no room for a label; it takes \(plain(neededWidth)) × \(plain(neededHeight)) mm"
        ),
        hint: Text(zh: "用更大的纸张，或减小 --margin", en: "use a larger sheet or a smaller --margin"), exit: .usage)
    case .startOutOfRange(let position, let most):
      Failure(
        code: "labels.sheet.start",
        message: Text(
          zh: "每版只有 \(most) 位，没有第 \(position) 位",
          en: "a sheet has \(most) positions, and no position \(position)"),
        hint: Text(zh: "改 --start-at", en: "change --start-at"), exit: .usage)
    case .unwritable(let file, let errno):
      FileFailure.unwritable(path: file, errno: errno).failure
    }
  }
}

extension LabelError.UnreadableReason {
  fileprivate var title: Text {
    switch self {
    case .noSymbol: Text(zh: "读不出二维码", en: "no symbol is found")
    case .severalSymbols: Text(zh: "读出了好几个二维码", en: "several symbols are found")
    case .otherText: Text(zh: "读出的内容不同", en: "it says something else")
    case .mirrored: Text(zh: "图是镜像的（左右反了）", en: "it is mirrored")
    case .notMirrored: Text(zh: "图不是镜像的", en: "it is not mirrored")
    case .otherDots: Text(zh: "有的点与编出的不同", en: "some of its dots differ")
    case .otherSize: Text(zh: "尺寸或分辨率与模板不同", en: "its size or resolution is not the template's")
    }
  }
}

extension LabelError.PlatformAddressFault {
  fileprivate var title: Text {
    switch self {
    case .notHTTPS: Text(zh: "不以 https:// 开头", en: "it does not begin with https://")
    case .noHost: Text(zh: "没有主机名", en: "it names no host")
    case .badHost: Text(zh: "主机名不对", en: "its host is not one")
    case .badPort: Text(zh: "端口不对", en: "its port is not one")
    case .hasMore: Text(zh: "后面还带着别的内容", en: "it has more than a host, a port and a path")
    }
  }
}

extension TemplateProblem {
  var explanation: Failure.Detail {
    let path = [element ?? "", field].filter { !$0.isEmpty }.joined(separator: ".")
    let (code, message): (String, Text) =
      switch fault {
      case .notJSON(let fault): ("template.notJSON", fault.title)
      case .missing: ("template.missing", Text(zh: "缺少", en: "is missing"))
      case .wrongType: ("template.type", Text(zh: "类型不对", en: "has the wrong type"))
      case .unknownField: ("template.unknownField", Text(zh: "不认识的字段", en: "is not a known field"))
      case .outOfRange(let lower, let upper, let unit):
        (
          "template.range",
          Text(
            zh: "应在 \(plain(lower)) 到 \(plain(upper)) \(unit) 之间",
            en: "is not between \(plain(lower)) and \(plain(upper)) \(unit)")
        )
      case .notAChoice(let choices):
        (
          "template.choice",
          Text(
            zh: "应为其中之一：\(choices.joined(separator: "、"))", en: "is none of \(choices.joined(separator: ", "))")
        )
      case .tooLong(let longest):
        ("template.tooLong", Text(zh: "超过 \(longest) 个字", en: "is longer than \(longest) characters"))
      case .empty: ("template.empty", Text(zh: "是空的", en: "is empty"))
      case .duplicate: ("template.duplicate", Text(zh: "重复", en: "is there twice"))
      case .notExactlyOne(let names):
        (
          "template.notExactlyOne",
          Text(
            zh: "\(names.joined(separator: "、")) 只能有一个",
            en: "exactly one of \(names.joined(separator: ", ")) is wanted")
        )
      case .outsideSafeZone: ("template.safeZone", Text(zh: "超出安全区", en: "is outside the safe zone"))
      case .outsideBleed: ("template.bleed", Text(zh: "超出出血区", en: "reaches beyond the bleed"))
      case .outsidePlate: ("template.outsidePlate", Text(zh: "不全在标牌内", en: "is not wholly within the plate"))
      case .onHole:
        ("template.onHole", Text(zh: "压住了孔或离孔太近", en: "lies on a hole or nearer to it than the safe zone"))
      case .noSuchFile:
        (
          "template.noSuchFile",
          Text(
            zh: "模板旁边没有这个文件，或超过 4 MB",
            en: "is no file beside the template that may be read, or it is larger than 4 MB")
        )
      case .picture(let fault):
        (
          "template.picture",
          Text(zh: "不是完整的 PNG 图片（\(fault.title.zh)）", en: "is no whole PNG picture (\(fault.title.en))")
        )
      case .drawing(.noLibrary):
        (
          "template.drawing",
          Text(zh: "是 SVG，要装 librsvg2-2 才能画", en: "is SVG, which takes librsvg2-2 to be drawn")
        )
      case .drawing(.feature(let name)):
        (
          "template.drawing",
          Text(
            zh: "用了“\(name)”：这里只画形状和渐变，把文字和引用转成路径再存",
            en:
              "uses \(name): only shapes and gradients are drawn; save it with texts and references made into paths"
          )
        )
      case .drawing(.tooLarge):
        (
          "template.drawing",
          Text(
            zh: "SVG 超过 256 KB、五万个元素或 500 条样式",
            en: "is SVG of more than 256 KB, 50,000 elements or 500 style rules")
        )
      case .drawing(let fault):
        (
          "template.drawing",
          Text(zh: "不是完整的 SVG（\(fault.title.zh)）", en: "is no whole SVG (\(fault.title.en))")
        )
      case .onSymbol: ("template.onSymbol", Text(zh: "压住了二维码或其静区", en: "lies on the symbol or its quiet zone"))
      case .symbolCount(let count):
        ("template.symbolCount", Text(zh: "有 \(count) 个二维码，应为 1 个", en: "has \(count) symbols, not 1"))
      }
    let place = path.isEmpty ? Text(zh: "整个文件", en: "the file") : Text(verbatim: path)
    return Failure.Detail(
      path: path.isEmpty ? "$" : path, code: code,
      message: Text(zh: "\(place.zh) \(message.zh)", en: "\(place.en) \(message.en)"), isPlaceInMessage: true)
  }
}

extension LabelShortfall {
  fileprivate var words: Text {
    func codes(_ codes: Codes, _ comma: String) -> String {
      let names = codes.named.map(\.description).joined(separator: comma)
      return codes.count > codes.named.count ? names + " …" : names
    }
    var zh: [String] = []
    var en: [String] = []
    if missing.count > 0 {
      zh.append("缺 \(missing.count) 块（\(codes(missing, "、"))）")
      en.append("\(missing.count) missing (\(codes(missing, ", ")))")
    }
    if repeated.count > 0 {
      zh.append("\(repeated.count) 块重复（\(codes(repeated, "、"))）")
      en.append("\(repeated.count) more than once (\(codes(repeated, ", ")))")
    }
    if unlisted > 0 {
      zh.append("\(unlisted) 块不在清单里")
      en.append("\(unlisted) that the list does not have")
    }
    if unknownPages > 0 {
      zh.append("\(unknownPages) 页与制作时不同")
      en.append("\(unknownPages) pages other than they were made")
    }
    return zh.isEmpty
      ? Text(zh: "顺序不同", en: "another order")
      : Text(zh: zh.joined(separator: "，"), en: en.joined(separator: ", "))
  }
}
