import Files
import FoundationEssentials
import Records

/// Files of labels: whole or not there.
enum LabelFile {
  /// Where a label of a batch lies that has a file of its own.
  static func path(of code: LabelCode, in folder: String, format: LabelFormat) -> String {
    "\(folder)/\(code).\(format.rawValue)"
  }

  /// Whether a file holds these bytes and no others.
  static func holds(_ bytes: Data, _ file: String) -> Bool {
    (try? FilePath(file).contents(maxBytes: bytes.count, .regularOnly)) == bytes
  }

  /// Writes a file beside its place, reads it again, and puts it in its place by renaming once `check` has let what was
  /// read pass. It is not synced to the disk: a label lost with the power is made again with the same bytes.
  /// - Parameter check: gets the bytes that the file holds.
  /// - Throws: `unwritable`, and what `check` throws.
  static func write<Value>(
    _ bytes: Data, to file: String, check: (Data) throws(LabelError) -> Value
  ) throws(LabelError) -> Value {
    let draft: Draft
    let written: Data
    do throws(FileError) {
      draft = try Draft(of: FilePath(file), named: .suffix(".part"), permissions: .withinUmask(0o644))
      try draft.write(bytes)
      written = try draft.contents(maxBytes: bytes.count)
    } catch { throw .unwritable(file: file, errno: error.errno) }
    let value = try check(written)
    do throws(FileError) { try draft.place(.unsynced) } catch {
      throw .unwritable(file: file, errno: error.errno)
    }
    return value
  }
}
