import Archives
import Fieldbook
import FoundationEssentials
import Labels
import Records
import Terminal

/// Gathers all that this laptop has of an installation for its archive.
struct ArchiveGathering {
  private let workplace: Workplace
  private let fieldbook: Fieldbook
  /// The makers of labels, kept so that each template is read once.
  private let makers = LabelMakers()

  init(_ workplace: Workplace) throws {
    self.workplace = workplace
    fieldbook = try workplace.fieldbook()
  }

  /// Gathers the bag of an installation.
  /// - Throws: `FieldbookError.evidence` where something is not what was written, `NothingClosed`, and the
  ///   errors of reading.
  func source(of id: InstallationID) throws -> BagSource {
    let history = try fieldbook.provenHistory(of: id)
    guard !history.revisions.isEmpty else { throw NothingClosed(id: id) }
    let events = history.entries.compactMap { LogEntry($0, of: id)?.event }
    // A void record may have entries that cannot be read. Its archive could not prove the record, so that none
    // is made.
    guard events.count == history.entries.count else { throw FieldbookError.evidence(id, .record) }
    var source = BagSource(
      installation: history.installation, entries: history.entries,
      revisions: history.revisions.map { BagSource.Revision(number: $0.number, body: $0.body) },
      files: [], missing: [])
    source.elsewhere = BagLayout.filesElsewhere(of: history.installation, events)
    let stayed = Set(source.elsewhere.map(\.sha256))
    for file in BagLayout.files(of: history.installation, events) where !stayed.contains(file.sha256) {
      try add(file, of: id, to: &source)
      if file.isAgreement { try addTimestamp(of: file, id, to: &source) }
    }
    try addTests(events, to: &source)
    try addInspections(to: &source)
    if let picture = try labelPicture(of: history.installation) {
      source.files.append(BagSource.File(BagLayout.label, .bytes(picture)))
    }
    return source
  }

  /// Adds a file of the record, whose bytes are read and compared with its digest.
  private func add(_ file: BagLayout.NamedFile, of id: InstallationID, to source: inout BagSource) throws {
    let name = file.path.split(separator: "/").last.map(String.init) ?? file.path
    do throws(FieldbookError) {
      let size = try fieldbook.files.size(of: file.sha256)
      if let expected = file.byteCount, expected != size { throw .fileDamaged(sha256: file.sha256) }
      try fieldbook.files.verify(file.sha256)
      source.files.append(
        BagSource.File(
          file.path,
          .file(path: fieldbook.files.path(of: file.sha256), byteCount: size, sha256: file.sha256)))
    } catch {
      switch error {
      case .fileMissing where file.mayBeMissing:
        source.missing.append(MissingOriginal(path: "data/\(file.path)", sha256: file.sha256))
      case .fileMissing: throw FieldbookError.evidence(id, .fileMissing(name: name, sha256: file.sha256))
      case .fileDamaged: throw FieldbookError.evidence(id, .fileDamaged(name: name, sha256: file.sha256))
      default: throw error
      }
    }
  }

  /// Adds the timestamp of an agreement, where there is one: as a file of its own and in the agreement's seal.
  private func addTimestamp(of file: BagLayout.NamedFile, _ id: InstallationID, to source: inout BagSource)
    throws
  {
    do {
      guard let timestamped = try workplace.timestamped(file.sha256) else { return }
      source.files.append(BagSource.File(BagLayout.agreementToken(file.path), .bytes(timestamped.token)))
      source.files.append(BagSource.File(BagLayout.timestamped(file.path), .bytes(timestamped.file)))
    } catch FieldbookError.fileMissing(let sha256) {
      throw FieldbookError.evidence(id, .fileMissing(name: "agreement.tst", sha256: sha256))
    } catch FieldbookError.fileDamaged(let sha256) {
      throw FieldbookError.evidence(id, .fileDamaged(name: "agreement.tst", sha256: sha256))
    }
  }

  private func addTests(_ events: [InstallationEvent], to source: inout BagSource) throws {
    for (index, report) in BagSource.tests(in: events).enumerated() {
      let text = TestPaper.text(of: report, source.installation)
      source.files.append(
        BagSource.File(BagLayout.test(index + 1), .bytes(try RecordCoding.encode(report))))
      source.files.append(BagSource.File(BagLayout.testText(index + 1), .bytes(Data(text.utf8))))
    }
  }

  private func addInspections(to source: inout BagSource) throws {
    for (index, inspection) in (source.installation.inspections ?? []).enumerated() {
      source.files.append(
        BagSource.File(BagLayout.inspection(index + 1), .bytes(try RecordCoding.encode(inspection))))
      source.files.append(
        BagSource.File(
          BagLayout.inspectionPage(index + 1),
          .bytes(try InspectionRun.page(of: inspection, source.installation))))
    }
  }

  /// Draws the label as the record has it; nil where it came from stock, or its template or symbol is not known
  /// here any more.
  private func labelPicture(of installation: Installation) throws -> Data? {
    guard let label = installation.label, label.template != "stock",
      let address = label.payload.split(separator: "/w/", maxSplits: 1).first,
      let payload = try? LabelPayload(
        platform: String(address), code: label.code, tag: LabelPayload.tag(in: label.payload)),
      payload.text == label.payload,
      let maker = makers.maker(of: label.template, workplace)
    else { return nil }
    let fields =
      try fieldbook.label(of: label.code).texts
      ?? ["unitName": installation.owner.unitName.text, "street": installation.owner.street.text]
    return try? maker.make(fields: fields, payload: payload).bytes
  }
}

/// The label makers, each made once and found by the name of its template.
private final class LabelMakers {
  private var makers: [String: LabelMaker] = [:]

  func maker(of template: String, _ workplace: Workplace) -> LabelMaker? {
    if let maker = makers[template] { return maker }
    guard let known = try? workplace.labelTemplates().template(named: template),
      let maker = try? LabelMaker(template: known, settings: LabelMaker.Settings())
    else { return nil }
    makers[template] = maker
    return maker
  }
}

/// The error that nothing of the installation is closed, so that an archive could prove nothing.
struct NothingClosed: Error {
  let id: InstallationID
}

extension NothingClosed: Explained {
  var failure: Failure {
    Failure(
      code: "archive.open",
      message: Text(
        zh: "记录 \(id.text.prefix(8)) 还没有签协议或结束，没有可以归档的内容",
        en:
          "record \(id.text.prefix(8)) is neither signed nor closed otherwise, so that there is nothing to archive"
      ),
      hint: Text(zh: "weldtech next ID 说明下一步", en: "`weldtech next ID` says what is next"), exit: .badData)
  }
}
