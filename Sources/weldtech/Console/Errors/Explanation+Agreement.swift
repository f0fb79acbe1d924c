import Agreements
import Cryptography
import Drawing
import Terminal

extension AgreementFault: Explained {
  private static let original = Text(
    zh: "这份文件什么也证明不了；向对方要原文件", en: "the file proves nothing; ask for the original")

  var failure: Failure {
    switch self {
    case .form(let offset, let fault): fault.failure(at: offset)
    case .seal(let fault, let place): Self.failure(fault, place)
    case .structure(let fault):
      Failure(
        code: "agreement.structure",
        message: Text(
          zh: "文件第 \(fault.offset) 字节处不是 weldtech 写的样子：\(fault.part.title.zh)",
          en: "at byte \(fault.offset) the file is not as weldtech writes it: \(fault.part.title.en)"),
        hint: Self.original, exit: .badData)
    case .embedded(let name, let fault):
      Failure(
        code: "agreement.embedded",
        message: Text(zh: "内附文件 \(name)：\(fault.title.zh)", en: "the file \(name) inside: \(fault.title.en)"),
        hint: Self.original, exit: .badData)
    case .disagreement(let disagreement):
      Failure(
        code: "agreement.contradiction",
        message: Text(
          zh: "文件自相矛盾：\(disagreement.title.zh)", en: "the file contradicts itself: \(disagreement.title.en)"),
        hint: Text(
          zh: "签章是真的，但内容对不上；不要接受，向签章方要说明",
          en: "the seal is genuine and the contents do not fit; do not accept it, ask the sealer to explain"),
        exit: .badData)
    case .page(let number, let text):
      Failure(
        code: "agreement.page",
        message: Text(
          zh: "第 \(number) 页第 \(text) 段文字和内附的记录、条款对不上",
          en: "text \(text) on page \(number) is not what the record and clauses inside make"),
        hint: Text(
          zh: "签章是真的，但内容对不上；不要接受，向签章方要说明",
          en: "the seal is genuine and the contents do not fit; do not accept it, ask the sealer to explain"),
        exit: .badData)
    }
  }

  private static func failure(_ fault: SealFault, _ place: SealPlace) -> Failure {
    let title = fault.title
    switch place {
    case .byte(let offset):
      return Failure(
        code: "agreement.seal",
        message: Text(
          zh: "签章不对，文件第 \(offset) 字节起：\(title.zh)",
          en: "the seal is wrong from byte \(offset) of the file: \(title.en)"),
        hint: original, exit: .badData)
    case .content(let place):
      let near = place.map(\.title)
      return Failure(
        code: "agreement.changed",
        message: Text(
          zh: "文件在签章后改动过\(near?.zh ?? "")", en: "the file was changed after it was sealed\(near?.en ?? "")"),
        hint: original, exit: .badData)
    }
  }
}

extension RootUnreadable: Explained {
  var failure: Failure {
    Failure(
      code: "agreement.root",
      message: Text(zh: "\(path) 里没有证书", en: "there is no certificate in \(path)"),
      hint: Text(zh: "给根证书的 PEM 文件", en: "name the PEM file of the root certificate"), exit: .badData)
  }
}

extension SealFault {
  /// The fault, with the part of the seal or of its timestamp in which it is.
  var title: Text {
    let owner = isInTimestamp ? Text(zh: "时间戳的", en: "the timestamp's ") : Text(zh: "", en: "its ")
    return Text(
      zh: "\(owner.zh)\(place.title.zh)：\(reason.title.zh)",
      en: "\(owner.en)\(place.title.en): \(reason.title.en)")
  }
}

extension SealFault.Place {
  fileprivate var title: Text {
    switch self {
    case .content: Text(zh: "内容", en: "contents")
    case .message: Text(zh: "外壳", en: "frame")
    case .digestAlgorithm: Text(zh: "摘要算法", en: "digest algorithm")
    case .certificates: Text(zh: "证书", en: "certificates")
    case .signer: Text(zh: "签章人标识", en: "signer's name")
    case .signedAttributes: Text(zh: "签章属性", en: "signed attributes")
    case .signatureAlgorithm: Text(zh: "签名算法", en: "signature algorithm")
    case .signature: Text(zh: "签名值", en: "signature")
    case .unsignedAttributes: Text(zh: "附加属性", en: "unsigned attributes")
    case .timestampInfo: Text(zh: "时间信息", en: "information about the time")
    }
  }
}

extension SealFault.Reason {
  fileprivate var title: Text {
    switch self {
    case .encoding: Text(zh: "写法不对", en: "not written as it has to be")
    case .tooLarge(let maxBytes): Text(zh: "超过 \(maxBytes) 字节", en: "more than \(maxBytes) bytes")
    case .digest: Text(zh: "摘要不符", en: "the digest is another")
    case .signature: Text(zh: "签名不符", en: "the signature does not fit")
    case .algorithm: Text(zh: "不接受这种算法", en: "an algorithm that is not accepted")
    case .key: Text(zh: "不接受这种密钥", en: "a key that is not accepted")
    case .attributes: Text(zh: "不是应有的那几项", en: "not exactly those that belong there")
    case .otherCertificate: Text(zh: "指的是另一张证书", en: "it names another certificate")
    case .noCertificate: Text(zh: "没有签章人的证书", en: "the signer's certificate is missing")
    case .certificate: Text(zh: "证书损坏", en: "a damaged certificate")
    case .unusedCertificate: Text(zh: "有一张用不上的证书", en: "a certificate that is on no path")
    case .unknownPart: Text(zh: "有无法判断的内容", en: "a part that cannot be judged")
    case .purpose: Text(zh: "证书不是这个用途的", en: "a certificate for another purpose")
    }
  }
}

extension AgreementFault.ContentPlace {
  fileprivate var title: Text {
    switch self {
    case .piece(let subject, let range):
      Text(
        zh: "，改动在\(subject.title.zh)里，第 \(range.lowerBound) 到 \(range.upperBound - 1) 字节之间",
        en:
          "; the change is in \(subject.title.en), between bytes \(range.lowerBound) and \(range.upperBound - 1)"
      )
    case .unreadable(let fault):
      Text(
        zh: "，第 \(fault.offset) 字节起的\(fault.part.title.zh)读不通",
        en: "; from byte \(fault.offset) it cannot be read (\(fault.part.title.en))")
    }
  }
}

extension PDFPiece.Subject {
  fileprivate var title: Text {
    let name = name ?? ""
    return switch part {
    case .header: Text(zh: "文件开头", en: "the beginning of the file")
    case .page: Text(zh: "第 \(name) 页的页面对象", en: "the object of page \(name)")
    case .content: Text(zh: "第 \(name) 页的内容", en: "what page \(name) shows")
    case .picture: Text(zh: "第 \(name) 张小图", en: "small picture \(name)")
    case .font: Text(zh: "字体 \(name)", en: "the font \(name)")
    case .resources: Text(zh: "字体清单", en: "the list of fonts")
    case .pageTree: Text(zh: "页面清单", en: "the list of pages")
    case .outline: Text(zh: "书签", en: "the bookmarks")
    case .attachment: Text(zh: "内附文件 \(name)", en: "the file \(name) inside")
    case .metadata: Text(zh: "文件属性（XMP）", en: "the properties (XMP)")
    case .colourProfile: Text(zh: "色彩配置", en: "the colour profile")
    case .sealField: Text(zh: "签章栏", en: "the seal's field")
    case .seal: Text(zh: "签章说明", en: "the seal's description")
    case .catalog: Text(zh: "目录对象", en: "the catalog")
    case .information: Text(zh: "文件属性", en: "the properties")
    }
  }
}

extension PDFFault.Part {
  fileprivate var title: Text {
    switch self {
    case .header: Text(zh: "文件开头", en: "the beginning")
    case .object: Text(zh: "对象", en: "an object")
    case .table: Text(zh: "对象表或文件结尾", en: "the table of objects or the end")
    case .trailer: Text(zh: "文件尾字典", en: "the trailer")
    case .reference: Text(zh: "对象之间的引用", en: "references between objects")
    case .catalog: Text(zh: "目录对象", en: "the catalog")
    case .page: Text(zh: "页", en: "a page")
    case .content: Text(zh: "页面内容", en: "the contents of a page")
    case .font: Text(zh: "字体", en: "a font")
    case .attachment: Text(zh: "内附文件", en: "a file inside")
    case .stream: Text(zh: "压缩数据", en: "packed data")
    case .size: Text(zh: "太大", en: "too large")
    case .hiddenText: Text(zh: "有看不见的文字", en: "text that nobody sees")
    }
  }
}

extension AgreementFault.EmbeddedFault {
  fileprivate var title: Text {
    switch self {
    case .missing: Text(zh: "没有", en: "missing")
    case .unknownFile: Text(zh: "不该有这个文件", en: "it does not belong there")
    case .malformed(let path): Text(zh: "\(path) 处不对", en: "wrong at \(path)")
    case .notCanonical: Text(zh: "写法不是 weldtech 的", en: "not written as weldtech writes it")
    }
  }
}

extension AgreementFault.Disagreement {
  fileprivate var title: Text {
    switch self {
    case .record: Text(zh: "证据清单里的记录摘要不是内附记录的", en: "the manifest has the digest of another record")
    case .installation: Text(zh: "证据清单和记录不是同一台焊机", en: "manifest and record are of different installations")
    case .terms: Text(zh: "证据清单里的条款不是内附的条款", en: "the manifest names other clauses")
    case .text: Text(zh: "正文摘要不是记录和条款得出的", en: "the text's digest is not what record and clauses make")
    case .photos: Text(zh: "证据清单和记录里的照片不同", en: "manifest and record have different photos")
    case .sealPhoto: Text(zh: "证据清单和记录里的封条照片不同", en: "manifest and record have different photos of the seal")
    case .pieces:
      Text(zh: "证据清单里各部分的摘要和文件不符", en: "the digests of the file's pieces in the manifest are others")
    case .supersedes: Text(zh: "所替代的协议不同", en: "another agreement is voided than the record says")
    case .sealer: Text(zh: "签章的不是纸面上写的证书", en: "another certificate sealed it than the paper names")
    case .authority:
      Text(zh: "签字人的授权照片和记录不同", en: "the photos of the signatory's authority are not the record's")
    case .incomplete:
      Text(zh: "内附的记录不是签字前的完整记录", en: "the record inside is not a whole one from before the signature")
    }
  }
}
