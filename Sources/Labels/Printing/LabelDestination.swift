public import FoundationEssentials
import Glibc

/// Where labels go besides their files.
public enum LabelDestination: Hashable, Sendable {
  case spooler(LabelPrinter, LabelPrinter.Language)
  /// A printer's device, or a file that is written on at its end: ZPL.
  case device(String)

  /// Seconds in which a device has to take some of what is written.
  private static let patience: Int32 = 60

  /// Labels that it takes at once: as long as one of these is not counted, all of them may be printed twice after a cut
  /// in power.
  public var labelsAtOnce: Int {
    switch self {
    case .spooler(_, .png): 1
    case .spooler(_, .zpl): 32
    case .device: 1
    }
  }

  /// Hands labels over and returns when they are with the spooler, the device or on disk.
  /// - Parameters:
  ///   - pngs: as `MadeLabel` has them, with their physical size.
  ///   - draft: a file name that may be used meanwhile.
  /// - Throws: `spooler`, `device`, `picture`, `drawing`.
  public func take(_ pngs: [Data], title: String, draft: String) throws(LabelError) {
    switch self {
    case .spooler(let printer, let language):
      try printer.submit(pngs, title: title, in: language, draft: draft)
    case .device(let path): try Self.write(try ZPL.labels(pngs), to: path)
    }
  }

  private static func write(_ bytes: Data, to path: String) throws(LabelError) {
    // A device that is not plugged in must not become a file of its name.
    let making = path.hasPrefix("/dev/") ? 0 : O_CREAT
    // Without waiting for a printer that is switched off or out of labels.
    let descriptor = open(path, O_WRONLY | making | O_APPEND | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw .device(path: path, errno: errno) }
    var trouble = bytes.withUnsafeBytes { LabelFile.write($0, to: descriptor, patience: patience) }
    // A device has nothing to be synced.
    if trouble == 0, fsync(descriptor) != 0, errno != EINVAL, errno != EROFS { trouble = errno }
    if close(descriptor) != 0, trouble == 0 { trouble = errno }
    guard trouble == 0 else { throw .device(path: path, errno: trouble) }
  }
}
