import Company
import Terminal

/// The words for the result of a load.
enum CompanyTexts {
  /// Maximum number of lines of a list on a terminal; elsewhere all rows of the document are shown.
  private static let maxShown = 20
  /// The number of records that a line names.
  private static let maxNamed = 5

  /// Shows the result of a load.
  /// - Parameter trustsRoots: whether roots were given, so that seals that lead to none of them are mentioned.
  static func put(_ document: CompanyCommand.Document, trustsRoots: Bool, to console: Console) {
    if let prepared = document.prepared {
      console.put(
        prepared.isEmpty
          ? Text(zh: "数据库已是最新的，权限重新给了一遍", en: "the database is up to date; the rights were given anew")
          : Text(
            zh: "数据库已建好：\(prepared.joined(separator: "、"))",
            en: "the database is prepared: \(prepared.joined(separator: ", "))"))
    }
    guard let added = document.added, let known = document.known else { return }
    if added.files + added.timestamps + added.keys + added.revisions == 0 {
      console.put(Text(zh: "没有新的东西；\(known) 个对象早已在库里", en: "nothing new; \(known) objects were there already"))
    } else {
      console.put(
        Text(
          zh:
            "写进数据库：记录 \(added.revisions) 个版本、文件 \(added.files)、密钥 \(added.keys)、时间戳 \(added.timestamps)；早已在库里的 \(known)",
          en:
            "added: \(added.revisions) revisions, \(added.files) files, \(added.keys) keys, \(added.timestamps) timestamps; \(known) objects were there already"
        ))
    }
    if trustsRoots { putAgreements(document.agreements ?? [:], to: console) }
    guard let totals = document.totals else { return }
    list(document.conflicts, of: totals.conflicts, Text(zh: "冲突", en: "conflicts"), console) { conflict in
      "\(conflict.message) \(conflict.subject) – \(records(of: conflict)[console.language])"
    }
    list(
      document.findings.filter { !$0.loaded }, of: totals.notLoaded, Text(zh: "没有导入", en: "not loaded"), console
    ) { finding in line(of: finding, Text(zh: "没有导入", en: "not loaded")[console.language]) }
    list(
      document.findings.filter(\.loaded), of: totals.doubted,
      Text(zh: "已导入但有疑问", en: "loaded with a doubt"), console
    ) { finding in line(of: finding, Text(zh: "已导入，有疑问", en: "loaded, doubted")[console.language]) }
    list(document.waiting, of: totals.waiting, Text(zh: "还没到的", en: "not here yet"), console) { waiting in
      "\(waiting.message) \(waiting.subject)"
    }
    if let strangers = document.strangers {
      console.say(
        Text(
          zh: "\(strangers) 个名字不是 weldtech 的对象，没有读",
          en: "\(strangers) names are no objects of weldtech and were not read"))
    }
  }

  /// Says how many agreements lead to no given root.
  private static func putAgreements(_ agreements: [String: Int], to console: Console) {
    if let count = agreements[AgreementVerdict.notSealed.rawValue] {
      console.put(
        Text(
          zh: "\(count) 个版本的协议是没有签章的旧协议，没有证书担保",
          en:
            "\(count) revisions have an agreement from before there were seals, for which no certificate vouches"
        ))
    }
    if let count = agreements[AgreementVerdict.unvouched.rawValue] {
      console.put(
        Text(
          zh: "\(count) 个版本的协议签章没有改动，但通不到给出的根证书",
          en: "\(count) revisions have an agreement whose seal holds and leads to none of the given roots"))
    }
  }

  private static func line(of finding: CompanyCommand.Document.FindingRow, _ state: String) -> String {
    "\(state): \(finding.message)\(finding.detail.map { " (\($0))" } ?? ""): \(finding.key)"
  }

  /// Names the first of the records that contradict each other. Two records of one revision differ in their
  /// digests only.
  private static func records(of conflict: CompanyCommand.Document.Concern) -> Text {
    let named = conflict.records.prefix(maxNamed).map { record in
      let revision = record.revision.map { "/\($0)" } ?? ""
      let origin = [record.sha256.map { String($0.prefix(8)) }, record.source].compactMap(\.self)
      return (record.id.map { String($0.text.prefix(8)) } ?? "") + revision
        + (origin.isEmpty ? "" : " (\(origin.joined(separator: ", ")))")
    }.joined(separator: "; ")
    let rest = conflict.recordCount - min(conflict.records.count, maxNamed)
    guard rest > 0 else { return Text(zh: named, en: named) }
    return Text(
      zh: "\(named)；还有 \(rest) 个，共 \(conflict.recordCount) 个",
      en: "\(named); and \(rest) more, \(conflict.recordCount) in all")
  }

  /// Puts a heading with the number of all rows, and the first rows below it.
  private static func list<Row>(
    _ rows: [Row], of total: Int, _ title: Text, _ console: Console, _ line: (Row) -> String
  ) {
    guard total > 0 else { return }
    console.heading(Text(zh: "\(title.zh) \(total) 个", en: "\(title.en): \(total)"))
    let shown = rows.prefix(console.output.isTerminal ? maxShown : rows.count)
    for row in shown { console.put(line(row)) }
    let rest = total - shown.count
    guard rest > 0 else { return }
    console.put(
      total > rows.count
        ? Text(
          zh: "……还有 \(rest) 个；--json 有前 \(rows.count) 个，全部在数据库的视图里",
          en: "… and \(rest) more; --json has the first \(rows.count), and the views of the database have all")
        : Text(zh: "……还有 \(rest) 个，用 --json 看", en: "… and \(rest) more, see --json"))
  }

  static func message(of kind: Finding.Kind) -> Text {
    switch kind {
    case .unreadable: Text(zh: "读不了，或太大", en: "cannot be read, or is too large")
    case .fileMissing: Text(zh: "它要的文件还没到", en: "a file that it needs has not come")
    case .digest: Text(zh: "内容和名字里的摘要对不上", en: "the contents are not those of the digest in its name")
    case .record: Text(zh: "不是能读的记录", en: "no record that can be read")
    case .another: Text(zh: "里面是另一条记录或另一个版本", en: "holds another record or revision than its name says")
    case .notClosed: Text(zh: "记录没有结束，不该交来", en: "the record is not closed, and no laptop delivers it")
    case .ambiguous: Text(zh: "同一个键写了两次，读法不止一种", en: "can be read in two ways: a key stands twice")
    case .zero: Text(zh: "里面有零字符，存不进数据库", en: "has the character U+0000, which no database stores")
    case .history: Text(zh: "和前一个版本接不上", en: "does not go on from the revision before it")
    case .keyObject: Text(zh: "不是模块密钥的信封", en: "no envelope of a module's key")
    case .agreement:
      Text(
        zh: "协议改动过或不完整，或和记录里写的不一样",
        en: "its agreement was changed or is no whole file, or does not say what the record says")
    case .timestamp: Text(zh: "不是这份协议的时间戳", en: "no timestamp of this agreement")
    case .foreignKey: Text(zh: "密钥不是这条记录的", en: "the key is not its record's")
    case .database: Text(zh: "数据库不收", en: "the database refused it")
    }
  }

  static func message(of concern: CompanyConcern) -> Text {
    switch (concern.area, concern.kind) {
    case (.conflict, "code"): Text(zh: "几条记录用同一个标牌码", en: "one code on several records:")
    case (.conflict, "module"): Text(zh: "几条记录用同一个模块", en: "one module in several records:")
    case (.conflict, "key"): Text(zh: "几条记录用同一个密钥", en: "one key in several records:")
    case (.conflict, "revision"): Text(zh: "同一版本有几个不同的记录", en: "several records of one revision:")
    case (.conflict, "deliveredKey"):
      Text(zh: "同一个密钥交了几次，记录或模块不同", en: "one key delivered for several records or modules:")
    case (.conflict, _): Text(zh: "密钥的模块和记录里的不同", en: "a key's module is not its record's:")
    case (.waiting, "file"): Text(zh: "记录里的文件还没到", en: "a file that a record names has not come:")
    case (.waiting, _):
      Text(zh: "前面的版本还没到，或接不上，先放在一边", en: "kept apart, since the revision before has not come or is another:")
    case (.finding, _): Text(zh: "有疑问", en: "doubted:")
    }
  }
}
