import Files
import FoundationEssentials
import Records

/// Writes files of labels, each as a whole or not at all.
enum LabelFile {
  /// The path of a label that has a file of its own.
  static func path(of code: LabelCode, in folder: String, format: LabelFormat) -> String {
    "\(folder)/\(code).\(format.rawValue)"
  }

  /// Whether a file holds exactly these bytes.
  static func holds(_ bytes: Data, _ file: String) -> Bool {
    (try? FilePath(file).contents(maxBytes: bytes.count, .regularOnly)) == bytes
  }

  /// Writes a file beside its destination, reads it again, and renames it once `check` accepts the bytes read.
  /// The file is not synced to the disk, since a label lost in a power cut is made again with the same bytes.
  /// - Parameter check: gets the bytes that the file holds.
  /// - Throws: `unwritable`, and the errors of `check`.
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
