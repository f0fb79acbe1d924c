import CZip
import Files
import FoundationEssentials

/// Writes stored entries into a zip, by libzip. No entry's bytes stay in memory: files are read when the zip is
/// written, and bytes without a file are kept in an unnamed file in the zip's folder until then.
final class ZipWriter {
  private let output: Draft
  private let zip: OpaquePointer
  private let spool: OpenFile
  private var spooled = 0
  private var names: [String] = []

  /// Begins a zip.
  /// - Parameter output: an empty draft, which `finish` fills.
  /// - Throws: `archive`, `noMemory`.
  init(into output: Draft) throws(ArchiveError) {
    self.output = output
    do throws(FileError) {
      spool = try OpenFile.unnamed(holding: [UInt8](), in: output.path.folder)
    } catch { throw .archive(error) }
    guard let zip = wt_zip_begin(output.descriptor) else { throw .noMemory }
    self.zip = zip
  }

  deinit { wt_zip_free(zip) }

  /// Adds a file by its path.
  /// - Parameters:
  ///   - name: the entry's name in ASCII.
  ///   - byteCount: the length of the whole file, bytes.
  /// - Throws: `zip`, `noMemory`.
  func add(_ name: String, fileAt path: String, byteCount: Int, at moment: DOSTime) throws(ArchiveError) {
    var failure = wt_zip_failure()
    names.append(name)
    try check(
      wt_zip_add_file(zip, name, path, Int64(byteCount), moment.time, moment.date, &failure), failure)
  }

  /// Adds bytes.
  /// - Throws: `archive` where the bytes cannot be written to the unnamed file, `zip`, `noMemory`.
  func add(_ name: String, _ bytes: Data, at moment: DOSTime) throws(ArchiveError) {
    do throws(FileError) {
      try spool.write(bytes, at: spooled)
    } catch { throw .archive(error) }
    var failure = wt_zip_failure()
    names.append(name)
    try check(
      wt_zip_add_part(
        zip, name, spool.descriptor, Int64(spooled), Int64(bytes.count), moment.time, moment.date, &failure),
      failure)
    spooled += bytes.count
  }

  /// Writes the zip into the draft.
  /// - Parameter isCancelled: a function that is called while entries are copied; true ends the writing.
  /// - Throws: `unreadable`, `changed`, `archive`, `cancelled`, `zip`, `noMemory`.
  func finish(isCancelled: () -> Bool) throws(ArchiveError) {
    var failure = wt_zip_failure()
    let status = withoutActuallyEscaping(isCancelled) { isCancelled in
      var question = Question(isCancelled: isCancelled)
      return withUnsafeMutablePointer(to: &question) { pointer in
        wt_zip_write(
          zip, { $0?.assumingMemoryBound(to: Question.self).pointee.isCancelled() == true ? 1 : 0 }, pointer,
          &failure)
      }
    }
    try check(status, failure)
  }

  /// The value to which C gets a pointer.
  private struct Question {
    let isCancelled: () -> Bool
  }

  private func check(_ status: wt_zip_status, _ failure: wt_zip_failure) throws(ArchiveError) {
    let entry = names.indices.contains(Int(failure.entry)) ? names[Int(failure.entry)] : ""
    switch status {
    case wt_zip_ok: return
    case wt_zip_no_memory: throw .noMemory
    case wt_zip_unreadable: throw .unreadable(entry: entry, errno: failure.number)
    case wt_zip_changed: throw .changed(entry: entry)
    case wt_zip_unwritable: throw .archive(FileError(output.path, .write, failure.number))
    case wt_zip_cancelled: throw .cancelled
    default: throw .zip(failure.number)
    }
  }
}
