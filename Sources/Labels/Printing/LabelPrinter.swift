import CCups
import Drawing
import Files
public import FoundationEssentials
import Glibc

/// A printer of the system's spooler (CUPS), by its name.
public struct LabelPrinter: Hashable, Sendable {
  /// The format in which a printer gets its labels.
  public enum Language: String, Hashable, Sendable, CaseIterable {
    /// The label's picture, which the spooler's filters convert for the printer at its true size.
    case png
    /// ZPL II without any filter, dot for dot, for label printers that understand it.
    case zpl
  }

  public let name: String

  /// Finds a printer of the spooler.
  /// - Throws: `spooler(.noLibrary)`, or `printerUnknown` with the printers that there are.
  public init(named name: String) throws(LabelError) {
    guard wt_cups_is_there() != 0 else { throw .spooler(.noLibrary) }
    guard let list = wt_cups_printers() else { throw .drawing(.outOfMemory) }
    defer { free(list) }
    let names = String(cString: list).split(separator: "\n").map(String.init)
    guard names.contains(name) else { throw .printerUnknown(name: name, available: names.sorted()) }
    self.name = name
  }

  /// Hands labels over, each picture as one job and all ZPL as one job. The spooler keeps a copy of its own.
  /// - Parameters:
  ///   - pngs: pictures as `Label` has them, with their physical size.
  ///   - draft: the path of a temporary file that may be written.
  /// - Throws: `spooler`, `unwritable`, `picture`.
  public func submit(_ pngs: [Data], title: String, in language: Language, draft: String) throws(LabelError) {
    switch language {
    case .png:
      for png in pngs {
        try submit(
          png, format: "image/png", options: "copies=1" + Self.options(for: try LabelReader.decode(png: png)),
          title: title, draft: draft)
      }
    case .zpl:
      try submit(
        try ZPL.labels(pngs), format: "application/vnd.cups-raw", options: "copies=1 raw=true", title: title,
        draft: draft)
    }
  }

  /// Options that have the queue's filters print a picture at its true size.
  private static func options(for image: GreyImage) -> String {
    guard let width = image.millimetres(pixels: image.widthPixels),
      let height = image.millimetres(pixels: image.heightPixels), let perMetre = image.pixelsPerMetre
    else { return "" }
    let size = "\(Int(width.rounded()))x\(Int(height.rounded()))mm"
    return " media=Custom.\(size) print-scaling=none ppi=\(Int((Double(perMetre) * 0.0254).rounded()))"
  }

  private func submit(_ bytes: Data, format: String, options: String, title: String, draft: String)
    throws(LabelError)
  {
    // The draft lies in the home, which is readable by its owner only; CUPS reads it as this user.
    defer { try? FilePath(draft).removeFile() }
    do throws(FileError) {
      let file = try OpenFile(replacing: FilePath(draft), permissions: .withinUmask(0o600))
      try file.write(bytes)
      try file.close()
    } catch { throw .spooler(.unwritable(file: draft)) }
    var message = [CChar](repeating: 0, count: 300)
    guard wt_cups_submit(name, draft, title, format, options, &message, message.count) > 0 else {
      let text = message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
      throw .spooler(.refused(printer: name, reason: String(decoding: text, as: UTF8.self)))
    }
  }
}
