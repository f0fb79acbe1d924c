import Records
import Terminal

/// The words for records that were taken over from another laptop.
enum AdoptionTexts {
  static func place(_ source: Adoption.Source) -> Text {
    switch source {
    case .platform: Text(zh: "平台", en: "the platform")
    case .archive: Text(zh: "档案文件", en: "an archive")
    }
  }

  /// Tells the user that a record was taken over, whose it was, and that its files stay elsewhere.
  static func tell(_ adopted: InstallationEvent.Adopted, to console: Console) {
    guard let installation = adopted.installation else { return }
    let company = installation.technician?.company.text ?? "–"
    let (from, files) = (place(adopted.source), RecordFile.named(by: installation).count)
    console.say(
      Text(
        zh: "▸ 已从\(from.zh)接手：\(company)登记的第 \(adopted.revision) 版；它的 \(files) 个文件不在本机，只有摘要",
        en:
          "▸ taken over from \(from.en): revision \(adopted.revision) of \(company); its \(files) files stay where they are, and only their digests are here"
      ), .bold)
  }
}

extension AdoptionRefused: Explained {
  var failure: Failure {
    switch self {
    case .unreachable(let reference, let reason):
      let why = reason?.title ?? Text(zh: "本机没有设置平台", en: "this laptop has no platform in its setup")
      return Failure(
        code: "repair.record.unreachable",
        message: Text(
          zh: "\(reference) 的记录不在本机，平台上也查不到：\(why.zh)",
          en: "the record of \(reference) is not on this laptop, and the platform was not asked: \(why.en)"),
        hint: Text(
          zh: "联网后再运行；没有网络，就向公司要这台焊机的档案文件：--from-archive F.zip --trust ROOT.pem",
          en:
            "run it again with a network; without one ask the company for the welder's archive: --from-archive F.zip --trust ROOT.pem"
        ))
    case .another(let id):
      return Failure(
        code: "repair.record.another",
        message: Text(
          zh: "平台上的记录 \(id.text.prefix(8)) 与档案或以前见过的对不上，没有接手",
          en:
            "the platform's record \(id.text.prefix(8)) does not go on from the archive's, or from what it showed before; it was not taken over"
        ),
        hint: Text(zh: "报告公司，由公司查清哪一份是真的", en: "report it to the company, which finds out which one is right"),
        exit: .badData)
    case .damaged(let file, let fault):
      let more = fault.map { Text(zh: "：\($0)", en: ": \($0)") } ?? Text(verbatim: "")
      return Failure(
        code: "repair.archive.damaged",
        message: Text(
          zh: "档案 \(file) 不是原样，没有接手\(more.zh)",
          en: "\(file) is not as it was written, and nothing was taken over\(more.en)"),
        hint: Text(
          zh: "请公司重新导出档案；weldtech archive verify 列出所有问题",
          en: "ask the company for another export; `weldtech archive verify` lists all that is wrong"),
        exit: .badData)
    case .untrusted(let file, let sealer, let fingerprint):
      return Failure(
        code: "repair.archive.untrusted",
        message: Text(
          zh: "没有人为档案 \(file) 的签章担保：\(sealer)，证书指纹 \(fingerprint)",
          en: "nobody who was named vouches for the seal of \(file): \(sealer), certificate \(fingerprint)"),
        hint: Text(
          zh: "用 --trust 给出公司的根证书；自签的，取出档案里的 seal/certificates.pem，与公司电话核对指纹后用它",
          en:
            "name the company's root by --trust; of a self-issued one compare the fingerprint with the company by telephone, and name seal/certificates.pem of the archive"
        ), exit: .badData)
    case .noRecord(let file, let reference):
      return Failure(
        code: "repair.archive.none",
        message: Text(
          zh: "档案 \(file) 里没有 \(reference) 的记录，或不止一条",
          en: "\(file) has no record of \(reference), or several"),
        hint: Text(
          zh: "weldtech archive verify 列出档案里的记录；用标牌码指明",
          en: "`weldtech archive verify` lists them; name the label's code"),
        exit: .badData)
    case .inWork(let file, let id):
      return Failure(
        code: "repair.archive.inWork",
        message: Text(
          zh: "档案 \(file) 导出时，记录 \(id.text.prefix(8)) 正在另一台电脑上办理",
          en: "record \(id.text.prefix(8)) was in work on another laptop when \(file) was written"),
        hint: Text(
          zh: "在那台电脑上办完，再导出一次或联网上传", en: "finish it there, and export it again or deliver it"),
        exit: .badData)
    }
  }
}
