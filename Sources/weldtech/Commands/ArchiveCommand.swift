import Archives
import Arguments
import Fieldbook
import Files
import FoundationEssentials
import Records
import Terminal

/// `archive`: writes what this laptop has of installations into one file that strangers can check, and checks
/// such a file.
enum ArchiveCommand {
  struct ExportOptions {
    var id: String?
    var isAll = false
    var since: CalendarDay?
    var output: String?
  }

  struct ExportDocument: Encodable {
    struct Failure: Encodable {
      var id: InstallationID
      var code: String
      var message: String
    }

    var file: String
    var bytes: Int
    /// The number of installations in the archive.
    var installations: Int
    /// The number of originals of photos that are lost, and named in the archive.
    var missingOriginals: Int
    /// The number of seals without a timestamp, although an authority is set up.
    var withoutTimestamp: Int
    /// The installations that are not in the archive, because something of them is not what was written.
    var failed: [Failure]
  }

  static var command: Command<Workplace> {
    Command("archive", Text(zh: "归档：任何人都能检查的完整档案", en: "archives that a stranger can check")) {
      [
        Command(
          "export", Text(zh: "把记录导出成档案文件", en: "write installations into an archive"),
          discussion: Text(
            zh: "一个 zip，每台焊机一个 BagIt 文件夹：记录、事件日志、照片原件、协议、测试、标牌、检查，带签章；\n里面的 README.txt 说明怎样不用本程序检查。",
            en:
              "A zip with a BagIt folder for each welder: record, log of events, photos as taken, agreement, tests,\nlabel and inspections, sealed. Its README.txt says how to check it without this program."
          ),
          options: ExportOptions(),
          parameters: { parameters in
            parameters.argument(
              "ID", \.id, .string, Text(zh: "记录号或标牌码", en: "the installation, by its id or code"),
              completion: .dynamic("installations"))
            parameters.flag("all", \.isAll, Text(zh: "所有签过或结束的记录", en: "all installations that are closed"))
            parameters.option(
              "since", \.since, .day, placeholder: "DAY",
              Text(zh: "和 --all 一起：只要这一天以后结束的", en: "with --all: only those closed on this day or later"))
            parameters.option(
              "output", \.output, .file, placeholder: "F.zip", Text(zh: "档案文件", en: "the archive"))
          }, run: export),
        Command(
          "verify", Text(zh: "检查档案文件有没有被改过、是谁签章的", en: "check that an archive is unchanged, and who sealed it"),
          discussion: Text(
            zh: "退出码 0：没有改动，档案和协议的签章都通到给出的根证书；1：有改动，或没有人为签章担保。",
            en:
              "Exit 0: unchanged, and every seal leads to the given root; 1: something was changed, or nobody\nvouches for a seal."
          ),
          options: VerifyOptions(),
          parameters: { parameters in
            parameters.argument("F.zip", \.file, .file, Text(zh: "档案文件", en: "the archive"))
            parameters.trustedRoots(\.roots)
          }, run: verify),
      ]
    }
  }

  // MARK: - verify

  struct VerifyOptions {
    var file = ""
    var roots = TrustedRoots.Options()
  }

  struct VerifyDocument: Encodable {
    var file: String
    /// True where every bag is unchanged and its seal leads to a root that was given.
    var trusted: Bool
    /// What is wrong with the zip itself, so that its bags cannot be read; else left out.
    var fault: String?
    var installations: [ArchiveChecking.Bag]
  }

  static func verify(_ options: VerifyOptions, _ workplace: Workplace) throws -> Int32 {
    let roots = try TrustedRoots(options.roots, workplace)
    let console = workplace.console
    var document = VerifyDocument(file: options.file, trusted: false, installations: [])
    let path = FilePath(absolutePath(options.file))
    do {
      document.installations = try ArchiveChecking(
        reader: ArchiveReader(path), roots: roots, clock: workplace.clock, language: console.language
      ).run(isCancelled: workplace.interruption)
      document.trusted = document.installations.allSatisfy { $0.verdict == .trusted }
    } catch ArchiveError.cancelled {
      throw Cancelled()
    } catch ArchiveError.damaged(let fault) where ArchiveReader.isZip(path) {
      document.fault = fault.text[console.language]
    }
    try console.answer(document) { ArchiveTexts.put(document, hasRoot: !roots.seals.isEmpty, to: console) }
    return (document.trusted ? ExitCode.done : .failed).rawValue
  }

  // MARK: - export

  static func export(_ options: ExportOptions, _ workplace: Workplace) throws -> Int32 {
    guard let path = options.output else { throw UsageError.missing(option: "output") }
    guard options.isAll || options.id != nil else { throw UsageError.missingArgument("ID") }
    if options.isAll, options.id != nil { throw UsageError.conflictingOptions("ID", "--all") }
    if options.since != nil, !options.isAll { throw UsageError.missing(option: "all") }
    let fieldbook = try workplace.fieldbook()
    let ids: [InstallationID]
    if let reference = options.id {
      ids = [try fieldbook.resolve(reference)]
      workplace.concerned = ids.first
    } else {
      ids = try fieldbook.closedInstallations(since: options.since)
      if ids.isEmpty { throw NothingToArchive() }
    }
    let target = FilePath(absolutePath(path))
    // An archive is known by the first files of its first bag.
    try workplace.checkMayReplace(path) { beginning, _ in
      beginning.starts(with: "PK\u{03}\u{04}".utf8)
        && ["/README.txt", "/bag-info.txt"].allSatisfy { beginning.firstRange(of: Data($0.utf8)) != nil }
    }
    let gathering = try ArchiveGathering(workplace)
    let sealing = try BagSealing(workplace)
    var document = ExportDocument(
      file: path, bytes: 0, installations: 0, missingOriginals: 0, withoutTimestamp: 0, failed: [])
    do {
      let writer = try ArchiveWriter(target)
      for (index, id) in ids.enumerated() {
        if workplace.isInterrupted { throw Cancelled() }
        if index > 0, index % 100 == 0 {
          workplace.console.sayMore(Text(verbatim: "\(index)/\(ids.count)"))
        }
        do {
          let source = try gathering.source(of: id)
          guard try writer.add(source, seal: sealing.seal) else { throw FieldbookError.evidence(id, .record) }
          document.missingOriginals += source.missing.count
        } catch let error where options.isAll && isOfOneRecord(error) {
          let failure = explain(error)
          document.failed.append(
            ExportDocument.Failure(
              id: id, code: failure.code, message: failure.message[workplace.console.language]))
        }
      }
      guard writer.count > 0 else { throw NothingToArchive() }
      document.bytes = try writer.finish(isCancelled: workplace.interruption)
      document.installations = writer.count
    } catch ArchiveError.cancelled {
      throw Cancelled()
    }
    document.withoutTimestamp = sealing.withoutTimestamp
    try workplace.console.answer(document) { tell(document, sealing, workplace.console) }
    return (document.failed.isEmpty ? ExitCode.done : .failed).rawValue
  }

  /// Whether an error concerns one record only, so that the others are archived all the same.
  private static func isOfOneRecord(_ error: any Error) -> Bool {
    switch error as? FieldbookError {
    case .evidence, .damagedRow, .unencodable, .revisionUnknown, .notFound: true
    default: error is NothingClosed
    }
  }

  private static func tell(_ document: ExportDocument, _ sealing: BagSealing, _ console: Console) {
    let size = Double(document.bytes) / 1_000_000
    let megabytes = String(Double(Int(size * 10)) / 10)
    console.put(
      Text(
        zh: "\(document.file)：\(document.installations) 条记录，\(megabytes) MB，已从磁盘读回核对",
        en:
          "\(document.file): \(document.installations) installations, \(megabytes) MB, read back from the disk")
    )
    if sealing.isSelfIssued {
      console.say(
        Text(
          zh: "签章用的是本机自签的证书，没有机构为它担保；要公司证书：weldtech setup --seal-request F.csr",
          en:
            "the seal's certificate is this laptop's own, and nobody vouches for it; for the company's: weldtech setup --seal-request F.csr"
        ), .yellow)
    }
    if document.withoutTimestamp > 0 {
      console.say(
        Text(
          zh: "\(document.withoutTimestamp) 个签章没有时间戳：时间戳机构没有应答，联网后可重新导出",
          en:
            "\(document.withoutTimestamp) seals have no timestamp, since the authority did not answer; export again with a network"
        ), .yellow)
    }
    if document.missingOriginals > 0 {
      console.say(
        Text(
          zh: "\(document.missingOriginals) 张照片的原件已丢失，档案里写明了，只有小图",
          en:
            "\(document.missingOriginals) originals of photos are lost; the archive says so, and has their copies"
        ),
        .yellow)
    }
    for failure in document.failed {
      console.say(
        Text(
          zh: "没有归档 \(failure.id.text.prefix(8))：\(failure.message)",
          en: "not archived \(failure.id.text.prefix(8)): \(failure.message)"), .red)
    }
  }
}

/// No installation that was asked for can be archived.
struct NothingToArchive: Error {}

extension NothingToArchive: Explained {
  var failure: Failure {
    Failure(
      code: "archive.none",
      message: Text(zh: "没有可以归档的记录", en: "there is no installation to archive"),
      hint: Text(
        zh: "签了协议或结束了的记录才能归档；weldtech list 列出记录，weldtech doctor 检查损坏的",
        en:
          "installations that are signed or closed otherwise can be archived: see `weldtech list`, and `weldtech doctor` for damaged ones"
      ), exit: .badData)
  }
}
