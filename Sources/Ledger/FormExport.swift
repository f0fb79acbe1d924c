import Cryptography
public import Files
import FoundationEssentials
public import Records

/// Writes a form into a file, which gets its name once it is complete, on the disk, and has been read back.
public final class FormExport {
  public enum Format: String, Hashable, Sendable, CaseIterable { case xlsx, csv, json }

  public let form: LedgerForm
  /// The number of rows that were added.
  public private(set) var count = 0
  /// The sums of the rows of 附件2; empty for 附件1.
  public private(set) var sums = FormSums()

  private let format: Format
  private let draft: Draft
  private let workbook: FormWorkbook?
  private let namesStreet: Bool
  private var proof = FormProof()
  private var written = SHA256Hasher()
  private var pending: [UInt8] = []
  private var firstError: FileError?

  /// Begins a form.
  /// - Parameters:
  ///   - path: the form's path. A file of the same name is replaced. Only the owner can read the form, since it
  ///     holds personal data.
  ///   - temporaryFolder: an existing folder for the parts of a workbook until it is finished.
  ///   - namesStreet: whether the note of each row of 附件2 names the street of its unit.
  /// - Throws: `notAFile`, `file`, `workbook`.
  public init(
    _ form: LedgerForm, as format: Format, at path: FilePath, head: FormHead, namesStreet: Bool,
    temporaryFolder: String
  ) throws(LedgerError) {
    self.form = form
    self.format = format
    self.namesStreet = namesStreet
    let kind = (try? path.status())?.kind
    guard kind == nil || kind == .regular, let target = path.endOfLinks else {
      throw .notAFile(path: path.text)
    }
    do throws(FileError) {
      try Folder.make(target.folder, permissions: .withinUmask(0o777))
      draft = try Draft(of: target, named: .suffix(".part"), permissions: .exactly(0o600))
    } catch { throw .file(error) }
    switch format {
    case .xlsx:
      workbook = try FormWorkbook(form, head: head, path: draft.path.text, temporaryFolder: temporaryFolder)
    case .csv, .json: workbook = nil
    }
    switch format {
    case .xlsx: break
    case .csv: write(FormText.csvBegin(form))
    case .json: write(FormText.jsonBegin(form, head))
    }
  }

  /// Adds a welder to 附件1.
  public func add(_ welder: LedgerWelder) {
    add(LedgerForm.row(of: welder, number: count + 1))
  }

  /// Adds a unit to 附件2. The units come street by street.
  public func add(_ unit: LedgerUnit) {
    sums.add(unit)
    add(LedgerForm.row(of: unit, number: count + 1, namesStreet: namesStreet))
  }

  private func add(_ values: [FormValue]) {
    switch format {
    case .xlsx:
      let values = values.map(\.inCell)
      workbook?.add(values)
      proof.add(values)
    case .csv: write(FormText.csv(values))
    case .json: write(FormText.json(values, of: form, isFirst: count == 0))
    }
    count += 1
  }

  /// Completes the form, reads it back, and gives it its name.
  /// - Throws: `tooManyRows`, `workbook`, `file`, and `readBack` where the file on the disk is not what was to
  ///   be written. In these cases nothing is left, and a file that had the name before stays.
  public func finish() throws(LedgerError) {
    do throws(LedgerError) {
      let sums = form == .progress ? sums : nil
      switch format {
      case .xlsx:
        try workbook?.finish(sums)
        let meant = takeProof()
        let found = FormProof.digest(
          ofWorkbook: draft.path.text, skipping: Int(FormWorkbook.headingRow) + 1, rows: count)
        guard found == meant else { throw .readBack }
      case .csv, .json:
        if format == .json { write(FormText.jsonEnd(sums)) }
        flush()
        if let firstError { throw .file(firstError) }
        let meant = takeWritten()
        guard let found = try? SHA256Digest(ofFileAt: draft.path.text), found == meant else { throw .readBack }
      }
      do throws(FileError) { try draft.place(.synced) } catch { throw .file(error) }
    } catch {
      draft.discard()
      throw error
    }
  }

  // MARK: - Private

  private func takeProof() -> SHA256Digest {
    var taken = FormProof()
    swap(&taken, &proof)
    return taken.finish()
  }

  private func takeWritten() -> SHA256Digest {
    var taken = SHA256Hasher()
    swap(&taken, &written)
    return taken.finish()
  }

  private func write(_ text: String) {
    pending += text.utf8
    if pending.count >= 1 << 16 { flush() }
  }

  /// Writes the pending bytes; the first error is kept until `finish`, and nothing is written after it.
  private func flush() {
    guard firstError == nil else { return pending.removeAll(keepingCapacity: true) }
    written.update(pending)
    do throws(FileError) { try draft.write(pending) } catch { firstError = error }
    pending.removeAll(keepingCapacity: true)
  }
}
