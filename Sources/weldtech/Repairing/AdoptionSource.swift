import Archives
import Arguments
import Characters
import Cryptography
import Fieldbook
import Files
import FoundationEssentials
import Records
import Sync
import Terminal

/// The options for an archive in which a record is looked up that this laptop does not have.
struct AdoptionOptions {
  var file: String?
  var roots = TrustedRoots.Options()
}

extension Parameters {
  /// Adds the options that name an archive.
  mutating func adoption(_ path: WritableKeyPath<Options, AdoptionOptions>) {
    option(
      "from-archive", path.appending(path: \.file), .file, placeholder: "F.zip",
      Text(
        zh: "记录不在本机又没有网络时：从这个档案文件接手",
        en: "take the record over from this archive, where neither laptop nor network has it"))
    trustedRoots(path.appending(path: \.roots))
  }
}

/// Finds a record that this laptop does not have, at the platform or in an archive, and checks it before it is
/// used.
struct AdoptionSource {
  let workplace: Workplace

  /// Finds the record, and says where it came from. Where both an archive and the platform have it, the newer
  /// one is taken.
  /// - Parameter reference: a label code, the address in a label's symbol, or with an archive the beginning of
  ///   an id.
  /// - Throws: `AdoptionRefused`, `InspectionRefused`, `FieldbookError.recordGoneOn`, `ArchiveError`, `Cancelled`.
  func record(_ reference: String, archive: AdoptionOptions) throws -> (RemoteRecord, Adoption.Source) {
    guard let file = archive.file else { return (try atPlatform(reference), .platform) }
    let archived = try inArchive(reference, file, roots: archive.roots)
    guard let code = archived.installation.code else {
      throw AdoptionRefused.noRecord(file: file, reference: reference)
    }
    guard let remote = try atPlatformIfReachable(code) else { return (archived, .archive) }
    // The platform's revision may be older than the archive's, where the other laptop has not delivered the
    // newer one yet.
    let isBehind = remote.installation.revision < archived.installation.revision
    let (older, newer) = isBehind ? (remote, archived) : (archived, remote)
    guard newer.continues(older.installation, sha256: older.sha256) else {
      throw AdoptionRefused.another(archived.installation.id)
    }
    return isBehind ? (archived, .archive) : (remote, .platform)
  }

  // MARK: - The platform

  private func atPlatform(_ code: String) throws -> RemoteRecord {
    do {
      let found = try RecordSource(workplace: workplace).find(code)
      guard case .visit(let body) = found.keeping, let sha256 = found.sha256 else {
        throw InspectionRefused.recordUnreadable(found.installation.id)
      }
      // No work is done on a record that does not continue what the platform showed before.
      guard found.fault == nil else { throw AdoptionRefused.another(found.installation.id) }
      do throws(RemoteRecord.Fault) {
        return try RemoteRecord(body, sha256: sha256, of: found.installation.id, code: found.installation.code)
      } catch { throw InspectionRefused.recordUnreadable(found.installation.id) }
    } catch InspectionRefused.recordUnreachable(_, let reason) {
      throw AdoptionRefused.unreachable(code, reason)
    } catch InspectionRefused.noPlatform {
      throw AdoptionRefused.unreachable(code, nil)
    }
  }

  /// The platform's record; nil where the platform cannot be asked, or does not have it yet.
  private func atPlatformIfReachable(_ code: LabelCode) throws -> RemoteRecord? {
    do {
      return try atPlatform(code.description)
    } catch AdoptionRefused.unreachable {
      return nil
    } catch let error as InspectionRefused {
      guard case .recordUnknown = error else { throw error }
      return nil
    }
  }

  // MARK: - An archive

  /// Reads the newest revision of an installation from its bag in the archive, which is checked as `archive
  /// verify` does.
  private func inArchive(_ reference: String, _ file: String, roots options: TrustedRoots.Options) throws
    -> RemoteRecord
  {
    let roots = try TrustedRoots(options, workplace)
    let language = workplace.console.language
    let reader: ArchiveReader
    do throws(ArchiveError) { reader = try ArchiveReader(FilePath(absolutePath(file))) } catch {
      guard case .damaged(let fault) = error else { throw error }
      throw AdoptionRefused.damaged(file: file, fault: fault.text[language])
    }
    let checking = ArchiveChecking(reader: reader, roots: roots, clock: workplace.clock, language: language)
    let code = LabelCode(written: reference)
    let id = TextNormalization.typed(reference).lowercased()
    var matches: [(bag: ArchiveChecking.Bag, newest: Data?)] = []
    do {
      // A bag's folder is named by the code; only the record inside says its id.
      _ = try checking.run(only: code?.description, isCancelled: workplace.interruption) { bag, newest in
        let isMeant = code != nil || id.utf8.count >= 4 && bag.id?.text.hasPrefix(id) == true
        if isMeant { matches.append((bag, newest)) }
      }
    } catch ArchiveError.cancelled { throw Cancelled() }
    guard matches.count == 1, let match = matches.first else {
      throw AdoptionRefused.noRecord(file: file, reference: reference)
    }
    return try judged(match.bag, match.newest, file, code: code)
  }

  private func judged(_ bag: ArchiveChecking.Bag, _ newest: Data?, _ file: String, code: LabelCode?) throws
    -> RemoteRecord
  {
    guard bag.verdict != .damaged, let id = bag.id, let newest else {
      throw AdoptionRefused.damaged(file: file, fault: bag.faults.first?.message)
    }
    guard bag.verdict == .trusted else {
      throw AdoptionRefused.untrusted(
        file: file, sealer: bag.seal?.subject ?? "–", fingerprint: bag.seal?.certificateSha256 ?? "–")
    }
    let record: RemoteRecord
    do throws(RemoteRecord.Fault) {
      record = try RemoteRecord(newest, sha256: SHA256Digest(of: newest).hex, of: id, code: code)
    } catch {
      throw AdoptionRefused.damaged(file: file, fault: nil)
    }
    // The log continues after the last revision where the laptop was at work when the archive was written.
    guard record.installation.revision == bag.currentRevision, bag.status != .open else {
      throw AdoptionRefused.inWork(file: file, id)
    }
    guard record.installation.isInstalled else {
      throw InspectionRefused.notInstalled(id, record.installation.status)
    }
    return record
  }
}

/// The reason why a record that this laptop does not have is not taken over.
enum AdoptionRefused: Error {
  /// This laptop does not have the record, and the platform could not be asked; the reason is nil where there
  /// is no platform.
  case unreachable(String, SyncReason?)
  /// The platform's record does not continue the archive's, or what the platform showed before.
  case another(InstallationID)
  /// The archive is not as it was written; the fault says where, in the language of the program.
  case damaged(file: String, fault: String?)
  /// No trusted root that was named vouches for the archive's seal.
  case untrusted(file: String, sealer: String, fingerprint: String)
  /// The archive has no record that the reference names, or several.
  case noRecord(file: String, reference: String)
  /// The record was in work when the archive was written.
  case inWork(file: String, InstallationID)
}
