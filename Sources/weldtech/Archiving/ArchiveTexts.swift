import Records
import Terminal

/// The result of `archive verify` in words.
enum ArchiveTexts {
  /// Maximum number of bags that are all described; of a larger archive only the damaged bags are described.
  private static let maxDescribed = 20

  static func put(_ document: ArchiveCommand.VerifyDocument, hasRoot: Bool, to console: Console) {
    if let fault = document.fault {
      return console.put(
        Text(
          zh: "档案不是原样，不能作证据：\(fault)", en: "the archive is not as it was written, and proves nothing: \(fault)")
      )
    }
    let bags = document.installations
    for bag in bags where bags.count <= maxDescribed || bag.verdict == .damaged { put(bag, to: console) }
    let damaged = bags.count { $0.verdict == .damaged }
    let untrusted = bags.count { $0.verdict == .untrusted }
    if damaged > 0 {
      console.put(
        Text(
          zh: "\(bags.count) 条记录里有 \(damaged) 条不是原样，不能作证据",
          en: "\(damaged) of \(bags.count) installations are not as they were written, and prove nothing"))
    } else {
      console.put(
        Text(
          zh: "\(bags.count) 条记录，签章后都没有改动",
          en: "all \(bags.count) installations are unchanged since they were sealed"))
    }
    if untrusted > 0 {
      console.say(
        hasRoot
          ? Text(
            zh: "\(untrusted) 条的档案签章、协议签章或时间戳不通到给出的根证书：不能确定是谁签章的",
            en:
              "in \(untrusted) the seal of archive or agreement, or a timestamp, does not lead to the given root: who sealed is not certain"
          )
          : Text(
            zh: "没有给出根证书，不能确定是谁签章的：--trust ROOT.pem，根证书向公司索取",
            en: "without a root who sealed them is not certain: --trust ROOT.pem, with the company's root"),
        .yellow)
    }
  }

  private static func put(_ bag: ArchiveChecking.Bag, to console: Console) {
    console.heading(Text(verbatim: [bag.folder, bag.unitName].compactMap(\.self).joined(separator: "  ")))
    var rows: [(Text, String)] = []
    if let status = bag.status, let revision = bag.revision {
      rows.append(
        (
          Text(zh: "记录", en: "record"),
          Text(zh: "\(status.title.zh)，第 \(revision) 版", en: "\(status.title.en), revision \(revision)")[
            console.language]
        ))
    }
    if let seal = bag.seal {
      rows.append(
        (
          Text(zh: "签章", en: "sealed by"),
          trust(seal.subject, seal.trusted, seal.selfIssued, seal.ofCompany)[console.language]
        ))
      rows.append((Text(zh: "时间戳", en: "timestamp"), stamp(seal.timestamp)[console.language]))
    }
    for agreement in bag.agreements {
      rows.append((Text(zh: "协议", en: "agreement"), describe(agreement)[console.language]))
    }
    if let adopted = bag.adopted {
      let place = AdoptionTexts.place(adopted.source)
      rows.append(
        (
          Text(zh: "接手", en: "taken over"),
          Text(
            zh:
              "从\(place.zh)接手的第 \(adopted.revision) 版，由摘要 \(adopted.sha256.prefix(16))… 证明；此前 \(adopted.unprovenEvents) 个事件的日志和 \(adopted.filesElsewhere.count) 个文件不在档案里，不能核对",
            en:
              "revision \(adopted.revision) from \(place.en), by its digest \(adopted.sha256.prefix(16))…; the log of \(adopted.unprovenEvents) events before it and \(adopted.filesElsewhere.count) files are not in here and cannot be judged"
          )[console.language]
        ))
    }
    for path in bag.missingOriginals {
      rows.append((Text(zh: "原件已丢失", en: "original lost"), path))
    }
    console.facts(rows)
    for fault in bag.faults { console.say(Text(verbatim: "  \(fault.message)"), .red) }
  }

  private static func trust(
    _ subject: String, _ isTrusted: Bool, _ isSelfIssued: Bool, _ isOfCompany: Bool?
  ) -> Text {
    guard isOfCompany != false else {
      let known = trust(subject, isTrusted, isSelfIssued, nil)
      return Text(
        zh: "\(known.zh)（证书上的单位不是记录里的公司）",
        en: "\(known.en) (the certificate does not name the company of the record)")
    }
    return switch (isTrusted, isSelfIssued) {
    case (true, _): Text(verbatim: subject)
    case (false, true): Text(zh: "\(subject)（自签，没有人担保）", en: "\(subject) (self-issued, nobody vouches for it)")
    case (false, false): Text(zh: "\(subject)（不通到给出的根证书）", en: "\(subject) (leads to no given root)")
    }
  }

  private static func stamp(_ stamp: ArchiveChecking.Bag.Stamp?) -> Text {
    guard let stamp else {
      return Text(zh: "没有，时间只是签章电脑的时钟", en: "none, so that the time is only the laptop's")
    }
    return stamp.trusted
      ? Text(zh: "\(stamp.at.paperText) \(stamp.authority)", en: "\(stamp.at) \(stamp.authority)")
      : Text(
        zh: "\(stamp.at.paperText) \(stamp.authority)（机构的根证书没有给出）",
        en: "\(stamp.at) \(stamp.authority) (its root was not given)")
  }

  private static func describe(_ agreement: ArchiveChecking.Bag.Agreement) -> Text {
    guard agreement.sealed else {
      return Text(zh: "没有签章，只由档案的签章保护", en: "not sealed, and covered by the archive's seal only")
    }
    guard let sealedBy = agreement.sealedBy, let signatory = agreement.signatory, let at = agreement.signedAt
    else {
      return Text(zh: "签章不成立", en: "the seal does not hold")
    }
    let by = trust(sealedBy, agreement.trusted == true, false, agreement.ofCompany)
    let voided =
      agreement.voided ? Text(zh: "（已作废）", en: " (void since)") : Text(verbatim: "")
    return Text(
      zh: "\(signatory) 于 \(at.paperText)签署\(voided.zh)；签章：\(by.zh)",
      en: "signed by \(signatory) at \(at)\(voided.en); sealed by \(by.en)")
  }
}
