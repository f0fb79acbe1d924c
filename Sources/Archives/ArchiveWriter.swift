public import Cryptography
public import Files
public import FoundationEssentials
import Glibc
import Records

/// Writes an archive: a zip with one bag (RFC 8493) for each installation. The archive gets its name when it is
/// complete, on disk, and read again by the strict reader. The same installations with the same seals give the
/// same bytes.
public final class ArchiveWriter {
  private let draft: Draft
  private let zip: ZipWriter
  private var last: String?
  /// The number of bags that were added.
  public private(set) var count = 0

  /// Begins an archive.
  /// - Parameter path: the archive's path; a file of the same name is replaced. Only the owner can read the
  ///   archive, since it holds personal data.
  /// - Throws: `notAFile`, `archive`, `noMemory`.
  public init(_ path: FilePath) throws(ArchiveError) {
    let kind = (try? path.status())?.kind
    guard kind == nil || kind == .regular, let target = path.endOfLinks else {
      throw .notAFile(path: path.text)
    }
    do throws(FileError) {
      try Folder.make(target.folder, permissions: .withinUmask(0o777))
      draft = try Draft(of: target, named: .suffix(".part"), permissions: .exactly(0o600))
    } catch { throw .archive(error) }
    zip = try ZipWriter(into: draft)
  }

  /// Adds an installation. Bags are added in the order of their folders' names.
  /// - Parameter seal: a function that makes the seal over the bytes of the bag's list of files, with a
  ///   timestamp where there is one.
  /// - Returns: false where the bag's folder does not come after the one before, so that nothing was added.
  /// - Throws: `archive`, `zip`, `noMemory`, `unencodable`, `SealFault` for a seal over something else, and
  ///   what `seal` throws.
  public func add(_ source: BagSource, seal: (Data) throws -> DetachedSeal) throws -> Bool {
    let folder = BagLayout.folder(of: source.installation)
    if let last, last >= folder { return false }
    guard let newest = source.entries.last, let at = Timestamp(newest.at) else {
      throw ArchiveError.unencodable(entry: BagLayout.log)
    }
    var files = source.files
    files.append(BagSource.File(BagLayout.log, .bytes(try BagLog.text(of: source.entries))))
    for revision in source.revisions {
      files.append(BagSource.File(BagLayout.revision(revision.number), .bytes(revision.body)))
    }
    if !source.missing.isEmpty {
      let missing = source.missing.sorted { $0.path < $1.path }
      files.append(BagSource.File(BagLayout.missing, .bytes(try RecordCoding.encode(missing))))
    }
    if !source.elsewhere.isEmpty {
      files.append(
        BagSource.File(BagLayout.elsewhere, .bytes(try RecordCoding.encode(source.elsewhere))))
    }
    let digests = files.map { (path: BagLayout.payload + $0.path, sha256: $0.sha256) }
    let manifest = Data(BagLayout.list(digests).utf8)
    let sealed = try seal(manifest)
    // The moment 0 serves here, since only the chain is used: readers judge whether the certificates are valid.
    let chain = try sealed.verify(over: manifest, trusting: [], now: 0).chain
    var tags: [(path: String, bytes: Data)] = [
      (BagLayout.bagit, Data(BagLayout.bagitText.utf8)),
      (
        BagLayout.information,
        Data(
          BagLayout.informationText(
            of: source.installation, day: at.day, byteCount: files.reduce(0) { $0 + $1.byteCount },
            fileCount: files.count
          ).utf8)
      ),
      (BagLayout.readme, Data(BagReadme.text(isAdopted: !source.elsewhere.isEmpty).utf8)),
      (BagLayout.manifest, manifest),
    ]
    tags += try BagLayout.files(of: sealed, chain)
    let tagList = BagLayout.list(tags.map { ($0.path, SHA256Digest(of: $0.bytes).hex) })
    tags.append((BagLayout.tagManifest, Data(tagList.utf8)))
    files = files.map { BagSource.File(BagLayout.payload + $0.path, $0.content) }
    files += tags.map { BagSource.File($0.path, .bytes($0.bytes)) }
    let moment = DOSTime(at)
    for file in files.sorted(by: { $0.path < $1.path }) {
      let name = "\(folder)/\(file.path)"
      switch file.content {
      case .bytes(let bytes): try zip.add(name, bytes, at: moment)
      case .file(let path, let byteCount, _): try zip.add(name, fileAt: path, byteCount: byteCount, at: moment)
      }
    }
    last = folder
    count += 1
    return true
  }

  /// Writes the archive, reads it again, and gives it its name.
  /// - Parameter isCancelled: a function that is called while files are copied and read; true ends the writing.
  /// - Returns: the length of the archive, bytes.
  /// - Throws: `unreadable`, `changed`, `archive`, `cancelled`, `zip`, `noMemory`; `readBack` where the file on
  ///   the disk is not what was to be written. In these cases nothing is left, and a file that had the name
  ///   before stays.
  public func finish(isCancelled: () -> Bool) throws(ArchiveError) -> Int {
    do throws(ArchiveError) {
      try zip.finish(isCancelled: isCancelled)
      var found = 0
      try ArchiveReader(draft.path).forEachBag(trusting: [], now: 0, isCancelled: isCancelled) {
        (bag) throws(ArchiveError) in
        found += 1
        if let fault = bag.faults.first { throw ArchiveError.damaged(fault) }
      }
      guard found == count else { throw .damaged(.end(offset: 0)) }
      do throws(FileError) {
        let byteCount = try draft.path.status().byteCount
        try draft.place(.synced)
        return byteCount
      } catch { throw .archive(error) }
    } catch {
      draft.discard()
      guard case .damaged(let fault) = error else { throw error }
      throw .readBack(fault)
    }
  }
}

extension BagSource.File {
  /// SHA-256 of the file, lower-case hex.
  var sha256: String {
    switch content {
    case .bytes(let bytes): SHA256Digest(of: bytes).hex
    case .file(_, _, let sha256): sha256
    }
  }

  var byteCount: Int {
    switch content {
    case .bytes(let bytes): bytes.count
    case .file(_, let byteCount, _): byteCount
    }
  }
}
