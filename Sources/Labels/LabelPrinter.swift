import CCups
public import FoundationEssentials
import Glibc

/// A printer of the system's spooler (CUPS), by its name.
public struct LabelPrinter: Hashable, Sendable {
  /// What a printer is sent.
  public enum Language: String, Hashable, Sendable, CaseIterable {
    /// The label's picture; the spooler's filters make it the printer's, at its true size.
    case png
    /// ZPL II, past all filters, for label printers that speak it: dot for dot.
    case zpl
  }

  public let name: String

  /// - Throws: `spooler(.noLibrary)`, or `printerUnknown` with the printers there are.
  public init(named name: String) throws(LabelError) {
    guard wt_cups_is_there() != 0 else { throw .spooler(.noLibrary) }
    guard let list = wt_cups_printers() else { throw .drawing(.outOfMemory) }
    defer { free(list) }
    let names = String(cString: list).split(separator: "\n").map(String.init)
    guard names.contains(name) else { throw .printerUnknown(name: name, available: names.sorted()) }
    self.name = name
  }

  /// Hands a label over. The spooler keeps a copy of its own.
  /// - Parameters:
  ///   - png: as `MadeLabel` has it, with its physical size.
  ///   - draft: a file name that may be used meanwhile.
  /// - Returns: the spooler's number of the job.
  /// - Throws: `spooler`, `unwritable`, `picture`.
  @discardableResult
  public func submit(_ png: Data, title: String, in language: Language, draft: String) throws(LabelError) -> Int
  {
    let image = try LabelReader.decode(png: png)
    let format: String
    let bytes: Data
    var options = "copies=1"
    switch language {
    case .png:
      format = "image/png"
      bytes = png
      if let width = image.millimetres(pixels: image.widthPixels),
        let height = image.millimetres(pixels: image.heightPixels), let perMetre = image.pixelsPerMetre
      {
        let size = "\(Int(width.rounded()))x\(Int(height.rounded()))mm"
        options += " media=Custom.\(size) print-scaling=none ppi=\(Int((Double(perMetre) * 0.0254).rounded()))"
      }
    case .zpl:
      format = "application/vnd.cups-raw"
      bytes = ZPL.label(image)
      options += " raw=true"
    }
    do { try bytes.write(to: URL(filePath: draft), options: .atomic) } catch {
      throw .spooler(.unwritable(file: draft))
    }
    defer { unlink(draft) }
    var message = [CChar](repeating: 0, count: 300)
    let job = wt_cups_submit(name, draft, title, format, options, &message, message.count)
    guard job > 0 else {
      let text = message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
      throw .spooler(.refused(printer: name, reason: String(decoding: text, as: UTF8.self)))
    }
    return Int(job)
  }
}
