import Agreements
import Cryptography
import Records
import Terminal

/// Shows what `agreement verify` found out about a file.
struct AgreementTexts {
  private let verification: AgreementVerification
  private let clock: any Clock

  init(_ verification: AgreementVerification, clock: any Clock) {
    self.verification = verification
    self.clock = clock
  }

  func put(file: String, to console: Console) {
    console.heading(verdict)
    let (manifest, record) = (verification.manifest, verification.installation)
    let language = console.language
    let welder = [record.welder.brand?.text, record.welder.model?.text, record.welder.serialNumber?.text]
      .compactMap(\.self).joined(separator: " ")
    console.facts([
      (Text(zh: "文件", en: "file"), file), (digestTitle, verification.agreementSha256),
      (Text(zh: "签章", en: "sealed by"), verification.seal.signer.subject),
      (Text(zh: "公司", en: "company"), company[language]),
      (
        Text(zh: "担保", en: "vouched for"),
        Self.words(verification.seal.trust, of: verification.seal.chain, clock)[language]
      ),
      (Text(zh: "签章时间", en: "sealed at"), sealedAt[language]),
      (Text(zh: "签字人", en: "signed by"), "\(manifest.signing.signatory.name.full)\(capacity[language])"),
      (Text(zh: "签字时间", en: "signed at"), signedAt[language]),
      (Text(zh: "标牌码", en: "code"), manifest.installation.code.description),
      (Text(zh: "焊机", en: "welder"), welder), (Text(zh: "模块", en: "module"), record.module?.serialNumber ?? ""),
      (Text(zh: "企业/店铺", en: "unit"), record.owner.unitName.text),
      (Text(zh: "内容", en: "contents"), contents[language]),
    ])
    if let earlier = manifest.supersedes {
      console.paragraph(
        Text(
          zh: "本协议替代 \(earlier.signedAt.paperText)签署的协议（\(earlier.sha256.prefix(16))…），原因：\(earlier.reason)",
          en:
            "it voids the agreement that was signed at \(earlier.signedAt) (\(earlier.sha256.prefix(16))…); the reason: \(earlier.reason)"
        ))
    }
    console.heading(Text(zh: "无法判断", en: "What cannot be judged"))
    for unjudged in AgreementVerification.Unjudged.allCases where verification.unjudged.contains(unjudged) {
      console.paragraph(unjudged.sentence)
    }
  }

  // MARK: - Rows

  private var verdict: Text {
    switch (verification.isTrusted, verification.seal.trust.root) {
    case (true, _): Text(zh: "签章后没有改动，签章可信", en: "Unchanged since it was sealed, and the seal is trusted")
    case (false, nil):
      Text(
        zh: "签章后没有改动，但没有人担保是谁签章的", en: "Unchanged since it was sealed, but nobody vouches for who sealed it")
    case (false, _):
      Text(
        zh: "签章后没有改动，签章可信，但没有人担保时间戳：把时间戳机构的根证书也放进 --trust 的文件，或用 --trust-timestamps",
        en:
          "Unchanged since it was sealed, and the seal is trusted, but nobody vouches for the timestamp: put its authority's root into the file of --trust too, or name it by --trust-timestamps"
      )
    }
  }

  /// The title of the digest. The record and the paper name the file by its digest before the timestamp was
  /// added.
  private var digestTitle: Text {
    verification.seal.timestamp == nil
      ? Text(zh: "摘要", en: "digest") : Text(zh: "摘要（不含时间戳）", en: "digest (without the timestamp)")
  }

  private var sealedAt: Text {
    guard let timestamp = verification.seal.timestamp else {
      if verification.manifest.timestampExpected {
        return Text(
          zh:
            "应有时间戳，这份文件里没有（还没取到，或被拿掉了）；签章方电脑的时钟是 \(verification.manifest.signing.signedAt.paperText)",
          en:
            "a timestamp was to come and is not in this file (it did not come yet, or was taken out); the sealer's clock says \(verification.manifest.signing.signedAt)"
        )
      }
      return Text(
        zh: "没有时间戳，只有签章方电脑的时钟：\(verification.manifest.signing.signedAt.paperText)",
        en: "no timestamp; only the sealer's clock says \(verification.manifest.signing.signedAt)")
    }
    let time = clock.moment(timestamp.time)
    let trust = Self.words(timestamp.trust, of: timestamp.chain, clock)
    return Text(
      zh: "不晚于 \(time.paperText)，按时间戳机构 \(timestamp.authority.subject) 的时钟（\(trust.zh)）",
      en:
        "no later than \(time), by the clock of the timestamp authority \(timestamp.authority.subject) (\(trust.en))"
    )
  }

  private var signedAt: Text {
    let time = verification.manifest.signing.signedAt
    return Text(zh: "\(time.paperText)，按技术人员电脑的时钟", en: "\(time), by the clock of the installer's laptop")
  }

  /// The company of the record, and whether the certificate names it.
  private var company: Text {
    let company = verification.company
    let organization = verification.seal.signer.organization ?? ""
    return switch verification.isSealedByCompany {
    case true?: Text(zh: "\(company)（和签章证书上的一致）", en: "\(company) (the certificate names it too)")
    case false?:
      Text(
        zh: "\(company)（签章证书上是“\(organization)”，不是同一家，要向签章方问清楚）",
        en: "\(company) (the certificate names another one, '\(organization)': ask the sealer why)")
    case nil:
      Text(zh: "\(company)（签章证书上没有单位名称）", en: "\(company) (the certificate names no organisation)")
    }
  }

  private var capacity: Text {
    let capacity = verification.manifest.signing.signatory.capacity
    let words =
      switch capacity {
      case .proprietor: "the welder's owner"
      case .legalRepresentative: "the legal representative"
      case .authorised: "an authorised agent"
      }
    return Text(zh: "（\(capacity.word)）", en: " (\(words))")
  }

  private var contents: Text {
    let pages = verification.pageCount
    return verification.unjudged.contains(.pages)
      ? Text(
        zh: "\(pages) 页；内附记录、条款、证据清单和正文摘要一致",
        en: "\(pages) pages; the record, clauses and manifest inside and the text's digest agree")
      : Text(
        zh: "\(pages) 页；页面文字、内附记录、条款和证据清单一致",
        en: "\(pages) pages; their text and the record, clauses and manifest inside agree")
  }

  /// Says whether a chain leads to a given root.
  private static func words(_ trust: SealTrust, of chain: [Certificate], _ clock: any Clock) -> Text {
    switch trust {
    case .trusted(let root):
      Text(zh: "通到给出的根证书 \(root.subject)", en: "leads to the given root \(root.subject)")
    case .selfIssued:
      Text(zh: "证书是签章方自己签发的，没有别人担保", en: "the sealer issued the certificate itself; nobody else vouches for it")
    case .noRoot:
      Text(
        zh: "没有给根证书，无从判断（--trust ROOT.pem）", en: "unknown, since no root was given (--trust ROOT.pem)")
    case .otherRoot:
      Text(
        zh: "通不到给出的根证书，颁发者是 \(chain.last?.issuer ?? "")",
        en: "does not lead to the given root; the issuer is \(chain.last?.issuer ?? "")")
    case .ended(let certificate):
      Text(
        zh:
          "证书 \(certificate.subject) 已于 \(clock.moment(certificate.validity.until).day.paperText)到期，没有可信的时间戳证明在那之前签章",
        en:
          "the certificate \(certificate.subject) ended on \(clock.moment(certificate.validity.until).day), and no trusted timestamp shows that it was sealed before"
      )
    case .notBegun(let certificate):
      Text(
        zh: "证书 \(certificate.subject) 从 \(clock.moment(certificate.validity.from).day.paperText)才有效",
        en:
          "the certificate \(certificate.subject) is good only from \(clock.moment(certificate.validity.from).day)"
      )
    case .refused(let reason):
      Text(
        zh: "证书链不合规则（X509_V_ERR \(reason)）", en: "the certificates break the rules (X509_V_ERR \(reason))")
    }
  }
}

extension AgreementVerification.Unjudged {
  var sentence: Text {
    switch self {
    case .identity:
      Text(
        zh: "签章方是谁：没有可信的机构证明；谁都可以自己做一份这样的文件。",
        en: "Who sealed it: no trusted authority says so, and anybody could have made such a file.")
    case .time:
      Text(
        zh: "签章的时间：没有时间戳，只有签章方自己的说法。", en: "When it was sealed: there is no timestamp, only the sealer's word.")
    case .timestampAuthority:
      Text(
        zh: "时间戳机构是谁：没有给出它的根证书。", en: "Who the timestamp authority is: its root was not given.")
    case .revocation:
      Text(
        zh: "证书是否被吊销：要向发证机构查询。", en: "Whether a certificate was revoked: only its authority can tell.")
    case .handwriting:
      Text(
        zh: "笔迹是不是本人的：文件里只有笔迹的图形和摘要，原件在安装服务机构的档案里。",
        en:
          "Whose hand signed: the file has the drawing and a digest; the strokes are in the installer's archive."
      )
    case .validity:
      Text(
        zh: "以后有没有重新签过：重新签了，这一份就作废，文件本身看不出来，要问安装服务机构。",
        en:
          "Whether it was signed again since, which would make this one void: the file cannot tell, the installer can."
      )
    case .photos:
      Text(
        zh: "照片原件：文件里只有小图和摘要，原件在安装服务机构的档案里。",
        en: "The photos: the file has small pictures and digests; the originals are in the installer's archive."
      )
    case .pages:
      Text(
        zh: "页面文字：这台电脑缺少字体，不能重排比对；请自己看一遍页面。",
        en: "The pages: this laptop lacks the fonts to set them again; look at them yourself.")
    }
  }
}
