import Files
public import FoundationEssentials

/// A printer that labels go to besides their files.
public enum LabelDestination: Hashable, Sendable {
  case spooler(LabelPrinter, LabelPrinter.Language)
  /// A printer's device, or a file to whose end the labels are appended, both in ZPL.
  case device(String)

  /// Seconds within which a device has to accept some of the bytes.
  private static let patienceSeconds: Int32 = 60

  /// Number of labels that are handed over at once. After a power cut, all labels of a group that was not
  /// counted yet may be printed twice.
  public var labelsAtOnce: Int {
    switch self {
    case .spooler(_, .png): 1
    case .spooler(_, .zpl): 32
    case .device: 1
    }
  }

  /// Hands labels over and returns when the spooler or the device has them, or they are on disk.
  /// - Parameters:
  ///   - pngs: pictures as `Label` has them, with their physical size.
  ///   - draft: the path of a temporary file that may be written.
  /// - Throws: `spooler`, `device`, `picture`, `drawing`.
  public func take(_ pngs: [Data], title: String, draft: String) throws(LabelError) {
    switch self {
    case .spooler(let printer, let language):
      try printer.submit(pngs, title: title, in: language, draft: draft)
    case .device(let path): try Self.write(try ZPL.labels(pngs), to: path)
    }
  }

  private static func write(_ bytes: Data, to path: String) throws(LabelError) {
    // A missing device must not become a regular file of its name.
    let permissions: FilePermissions? = path.hasPrefix("/dev/") ? nil : .withinUmask(0o644)
    do throws(FileError) {
      // The wait ends for a printer that is switched off or out of labels.
      let file = try OpenFile(writing: FilePath(path), [.appends, .withoutWaiting], making: permissions)
      try file.write(bytes, patienceSeconds: patienceSeconds)
      try file.sync(isRequired: false)
      try file.close()
    } catch { throw .device(path: path, errno: error.errno) }
  }
}
