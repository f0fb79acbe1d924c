import Records
import Terminal

/// Shows a record to a person. Names and phone numbers are masked unless they are requested in full.
struct RecordView {
  let installation: Installation
  let showsAll: Bool
  /// The files of label and agreement; nil where the record is not this laptop's.
  var papers: Papers?

  func put(to console: Console) {
    let language = console.language
    let record = installation
    section(Text(zh: "记录", en: "record"), to: console)
    console.facts([
      (Text(zh: "记录号", en: "id"), record.id.text),
      (Text(zh: "标牌码", en: "code"), record.code?.description ?? "–"),
      (Text(zh: "状态", en: "status"), record.statusTitle[language]),
      (Text(zh: "登记", en: "opened"), record.openedAt.screenText),
      (Text(zh: "关闭", en: "closed"), record.closedAt?.screenText ?? "–"),
      (Text(zh: "出资", en: "funding"), record.funding.title[language]),
      (
        Text(zh: "技术人员", en: "technician"),
        record.technician.map { "\(name($0.name))  \($0.company)" } ?? "–"
      ),
    ])
    if record.survey.list != nil || record.appointment != nil {
      section(Text(zh: "调研", en: "survey"), to: console)
      console.facts(surveyFacts)
    }
    section(Text(zh: "责任人和焊机", en: "owner and welder"), to: console)
    console.facts(ownerFacts(language) + welderFacts(language))
    section(Text(zh: "安装", en: "installation"), to: console)
    console.facts(workFacts(language))
    if let test = record.test {
      section(Text(zh: "功能测试", en: "functional test"), to: console)
      TestTexts.put(test, to: console)
      if record.isOutdated(.test) {
        console.paragraph(
          Text(
            zh: "更正以后技术方案变了，这次测试不算，要重测",
            en: "the scheme was corrected since; this test does not count"))
      }
    }
    let earlier = record.earlierParts(language, name: name)
    if !earlier.isEmpty {
      section(Text(zh: "维修和变更", en: "repairs and changes"), to: console)
      console.facts(earlier)
    }
    if let papers, papers.label != nil || papers.agreementPath != nil {
      section(Text(zh: "文件", en: "files"), to: console)
      let files =
        [
          (Text(zh: "标牌", en: "label"), papers.label),
          (
            record.isSignatureDue
              ? Text(zh: "以前的协议", en: "agreement before") : Text(zh: "协议", en: "agreement"),
            papers.agreementPath
          ),
        ] + papers.earlierAgreementPaths.map { (Text(zh: "以前的协议", en: "agreement before"), $0) }
        + papers.addendumPaths.map { (Text(zh: "维修确认单", en: "confirmation"), $0) }
      console.facts(files.compactMap { title, path in path.map { (title, $0) } })
    }
    if let elsewhere = papers?.elsewhere, !elsewhere.isEmpty {
      console.paragraph(
        Text(
          zh: "接手时的 \(elsewhere.count) 个文件（照片、协议、签名）不在本机，只有摘要",
          en:
            "the \(elsewhere.count) files that the record was taken over with (photos, agreement, signature) are not here; only their digests are known"
        ))
    }
    if let next = record.nextStep, let need = NextCommand.need(of: record) {
      console.put(
        Text(zh: "下一步：\(next.title.zh)。\(need.what.zh)：", en: "next: \(next.title.en). \(need.what.en):"))
      console.put("  " + need.command[console.language])
    } else if record.status == .surveyed, let need = NextCommand.need(of: record) {
      console.put(Text(zh: "下一步：\(need.what.zh)：", en: "next: \(need.what.en):"))
      console.put("  " + need.command[console.language])
    }
  }

  private func section(_ title: Text, to console: Console) { console.heading(title) }

  private func name(_ name: PersonName) -> String { showsAll ? name.full : name.masked }
  private func phone(_ phone: PhoneNumber) -> String { showsAll ? phone.full : phone.masked }

  private func ownerFacts(_ language: Language) -> [(Text, String)] {
    let owner = installation.owner
    return [
      (
        RegistrationField.unitName.title,
        [owner.unitName.text, owner.unitType.map { RegistrationField.Choice($0).title[language] } ?? ""]
          .filter { !$0.isEmpty }.joined(separator: "  ")
      ),
      (
        RegistrationField.responsibleName.title,
        "\(name(owner.responsibleName))  \(phone(owner.responsiblePhone))"
      ),
      (
        RegistrationField.street.title,
        [owner.street.text, owner.community?.text ?? ""].filter { !$0.isEmpty }.joined(separator: "  ")
      ),
      (
        RegistrationField.industry.title,
        [RegistrationField.Choice(owner.industry).title[language], owner.industryNote?.text ?? ""].filter {
          !$0.isEmpty
        }
        .joined(separator: "  ")
      ),
    ]
  }

  private var surveyFacts: [(Text, String)] {
    let survey = installation.survey
    let filledBy = [survey.filledBy.map(name), survey.filledByPhone.map(phone)].compactMap(\.self)
    let appointment = installation.appointment.map { [$0.day.description, $0.note?.text].compactMap(\.self) }
    let facts: [(Text, String?)] = [
      (Text(zh: "调研表", en: "list"), survey.list),
      (Text(zh: "行", en: "row"), survey.row),
      (Text(zh: "填表人", en: "filled in by"), filledBy.isEmpty ? nil : filledBy.joined(separator: "  ")),
      (Text(zh: "预约", en: "appointment"), appointment?.joined(separator: "  ")),
    ]
    return facts.compactMap { title, value in value.map { (title, $0) } }
  }

  private func welderFacts(_ language: Language) -> [(Text, String)] {
    let welder = installation.welder
    let identity = [welder.brand, welder.model, welder.serialNumber].compactMap { $0?.text }.joined(
      separator: "  ")
    let ratings = InstallationScheme.Property.allCases.map { "\($0.value(of: welder)[language])" }
    let more = [
      (RegistrationField.purpose.title, welder.purpose?.text),
      (RegistrationField.purchasedOn.title, welder.purchasedOn?.description),
      (RegistrationField.remarks.title, installation.remarks?.text),
    ]
    return [
      (Text(zh: "焊机", en: "welder"), identity.isEmpty ? "–" : identity),
      (Text(zh: "铭牌数据", en: "ratings"), ratings.joined(separator: "  ")),
    ] + more.compactMap { title, value in value.map { (title, $0) } } + duplicates
      + (installation.retiredReason.map { [(RegistrationField.retiredReason.title, $0.text)] } ?? [])
      + (installation.refusedReason.map { [(Text(zh: "拒装原因", en: "why it is refused"), $0.text)] } ?? [])
  }

  /// The other records of this welder or its module, one line for each time that somebody gave a reason.
  private var duplicates: [(Text, String)] {
    installation.history.compactMap(\.duplicate).map { duplicate in
      let others = duplicate.installations.map { String($0.text.prefix(8)) }.joined(separator: ", ")
      return (Text(zh: "另有记录", en: "also in"), "\(others)  \(duplicate.reason)")
    }
  }

  private func replaced(_ replacement: KeyReplacement) -> Text {
    let (kind, old) = (replacement.kind.title, replacement.previousKeyID ?? "–")
    return Text(zh: "取代 \(old)：\(kind.zh)", en: "took the place of \(old): \(kind.en)")
  }

  private func inspected(_ last: Inspection, of count: Int, _ language: Language) -> (Text, String) {
    let (time, verdict) = (last.inspectedAt.screenText, InspectionTexts.verdict(last.verdict))
    return (
      Text(zh: "检查", en: "inspections"),
      Text(zh: "\(count) 次，最近 \(time)：\(verdict.zh)", en: "\(count), the last \(time): \(verdict.en)")[language]
    )
  }

  /// The doubts about the photos, one line each: what contradicts the photo's camera, and which photo it
  /// resembles.
  private func photoRemarks(_ language: Language) -> [(Text, String)] {
    let title = Text(zh: "照片疑点", en: "on photos")
    return installation.photos.flatMap { photo -> [(Text, String)] in
      let name = "\(photo.stage.title[language]) \(photo.sha256.prefix(8))"
      var lines = (photo.contradictions ?? []).map { "\(name) \($0.text[language])" }
      if let other = photo.resembles?.first {
        let whose = String(other.installation.text.prefix(8))
        let isHere = other.installation == installation.id
        let what =
          isHere
          ? Text(zh: "与同一台焊机的另一张几乎一样", en: "shows nearly the same as another of this welder")
          : Text(zh: "与记录 \(whose) 的照片几乎一样", en: "shows nearly the same as a photo of \(whose)")
        lines.append(
          "\(name) \(what[language])" + (photo.reason.map { language == .zh ? "：\($0)" : ": \($0)" } ?? ""))
      }
      return lines.map { (title, $0) }
    }
  }

  /// The signatures from before the record was corrected or the welder sold, one line each.
  private var earlierSignatures: [(Text, String)] {
    (installation.earlierAgreements ?? []).map { agreement in
      (
        Text(zh: "以前的签字", en: "signed before"),
        "\(name(agreement.signatory.name))  \(agreement.signedAt.screenText)"
      )
    }
  }

  /// The corrections, one line each, with time and fields.
  private func corrections(_ language: Language) -> [(Text, String)] {
    installation.history.compactMap { entry in
      entry.changes.map { changes in
        let fields = changes.filter { $0.field != .unitID }.map { $0.field.title[language] }
        return (
          entry.event == "moved" ? Text(zh: "迁移", en: "moved") : Text(zh: "更正", en: "corrected"),
          "\(entry.at.screenText)  \(fields.joined(separator: language == .zh ? "、" : ", "))"
        )
      }
    }
  }

  private func workFacts(_ language: Language) -> [(Text, String)] {
    let record = installation
    let module = record.module
    let photos = [Photo.Stage.before, .after, .seal].map { stage in record.photos.count { $0.stage == stage } }
    let found = record.photos.count { $0.stage == .found }
    let authority = record.photos.count { $0.stage == .authority }
    let inspections = record.inspections?.last.map {
      [inspected($0, of: record.inspections?.count ?? 1, language)]
    }
    let facts: [(Text, String)] = [
      (Text(zh: "技术方案", en: "scheme"), record.scheme.map { "\($0.name) \($0.version)" } ?? "–"),
      (
        Text(zh: "照片", en: "photos"),
        Text(
          zh: "安装前 \(photos[0])，安装后 \(photos[1])，封条 \(photos[2])"
            + (found == 0 ? "" : "，维修现场 \(found)") + (authority == 0 ? "" : "，授权书 \(authority)"),
          en: "\(photos[0]) before, \(photos[1]) after, \(photos[2]) of the seal"
            + (found == 0 ? "" : ", \(found) as found")
            + (authority == 0 ? "" : ", \(authority) of the authority"))[language]
      ),
      (
        Text(zh: "模块", en: "module"),
        [module?.serialNumber, module?.chip, module?.firmwareVersion].compactMap { $0 }.joined(separator: "  ")
      ),
      (
        Text(zh: "密钥编号", en: "key"),
        [module?.keyID ?? "–", module?.replacement.map { replaced($0)[language] }].compactMap { $0 }
          .joined(separator: "  ")
      ),
      (
        Text(zh: "芯片读保护", en: "protection"),
        module == nil
          ? "–" : InspectionTexts.readProtection(record.isProtected)[language]
      ),
      (Text(zh: "标牌", en: "label"), record.label.map { "\($0.template)  \($0.payload)" } ?? "–"),
      (
        Text(zh: "封条", en: "seal"),
        record.seal.map { ([$0.number] + $0.previousNumbers.reversed()).joined(separator: " ← ") } ?? "–"
      ),
      (
        Text(zh: "培训交接", en: "handover"),
        record.handover.map { handover in
          Text(
            zh: "\(handover.trainedOperators) 人，\(handover.operatingRules.word)",
            en: "\(handover.trainedOperators) trained, rules \(handover.operatingRules.rawValue)")[language]
            + (handover.trainees.map { "  " + $0.map(name).joined(separator: ", ") } ?? "")
            + (handover.note.map { "  \($0)" } ?? "")
        } ?? "–"
      ),
      (
        Text(zh: "签字", en: "signed"),
        record.agreement.map { agreement in
          [
            name(agreement.signatory.name), agreement.signedAt.screenText,
            agreement.terms.map { "\($0.name) \($0.version)" },
          ].compactMap(\.self).joined(separator: "  ")
        } ?? "–"
      ),
    ]
    let flashings = [
      (Text(zh: "烧录", en: "flashed"), FlashTexts.latest(of: record)),
      (Text(zh: "未完成的烧录", en: "unfinished"), FlashTexts.unfinished(of: record)),
    ].compactMap { title, text in text.map { (title, $0[language]) } }
    return facts + earlierSignatures + corrections(language) + photoRemarks(language) + flashings
      + (inspections ?? [])
  }
}
