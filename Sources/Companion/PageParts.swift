import Files
import FoundationEssentials

/// The page with its style and scripts, read once when the server starts.
struct PageParts: Sendable {
  let page: Data
  /// The style and scripts, by their names under the page's address.
  let parts: [String: (bytes: Data, mediaType: String)]

  /// Reads the page and its parts from a folder.
  /// - Throws: `page`.
  init(folder: String) throws(CompanionError) {
    let folder = FilePath(folder)
    page = try Self.read("page.html", in: folder)
    let names: [FilePath]
    do throws(FileError) { names = try Folder.names(in: folder) } catch {
      throw .page(file: folder.text)
    }
    var parts: [String: (bytes: Data, mediaType: String)] = [:]
    for name in names.map(\.text) where Self.isPart(name) {
      let mediaType = name.hasSuffix(".css") ? "text/css; charset=utf-8" : "text/javascript; charset=utf-8"
      parts[name] = (try Self.read(name, in: folder), mediaType)
    }
    guard parts["page.css"] != nil else { throw .page(file: folder.appending("page.css").text) }
    self.parts = parts
  }

  /// Whether a file is `page.css`, or a script whose name has only lower-case letters, digits and hyphens
  /// before `.js`.
  private static func isPart(_ name: String) -> Bool {
    guard name != "page.css" else { return true }
    let stem = name.utf8.dropLast(3)
    return name.hasSuffix(".js") && !stem.isEmpty
      && stem.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
  }

  private static func read(_ name: String, in folder: FilePath) throws(CompanionError) -> Data {
    let path = folder.appending(FilePath(name))
    let bytes = try? path.contents(maxBytes: CompanionLimits.maxPageBytes, .regularOnly)
    guard let bytes, !bytes.isEmpty, String(validating: bytes, as: UTF8.self) != nil else {
      throw .page(file: path.text)
    }
    return bytes
  }
}
