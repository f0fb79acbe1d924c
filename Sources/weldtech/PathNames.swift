import Cryptography
import Files
import Glibc

/// Names for paths. A path is bytes, the program's texts are UTF-8: a path that is not UTF-8 goes by a link to it, in a
/// folder of the user's own, that is named by the digest of its bytes. The same path always has the same name, and
/// every part of the program, its libraries included, can use it; a file that is not there yet can be made through it.
final class PathNames {
  private let folder: String
  /// The names given so far, with the text that is shown for each.
  private var given: [(name: String, shown: String)] = []

  /// Makes the names in a folder.
  /// - Parameter folder: absolute; made where it is missing, for its owner only.
  init(folder: String) { self.folder = folder }

  /// Makes the user's names: in the folder of the session where there is one, else in the one for temporary files.
  static func ofUser() -> PathNames {
    let session = getenv("XDG_RUNTIME_DIR").flatMap { String(validatingCString: $0) }
    let root = session.flatMap { $0.hasPrefix("/") ? $0 : nil } ?? "/tmp"
    return PathNames(folder: "\(root)/weldtech-paths-\(getuid())")
  }

  // MARK: - Naming

  /// The path as the program may use it. Where no link can be made it is the nearest text, which names no file.
  func name(of path: [UInt8]) -> String {
    if let text = String(validating: path, as: UTF8.self) { return text }
    let nearest = String(decoding: path, as: UTF8.self)
    let target = FilePath(bytes: path).absolute
    guard !path.contains(0), target.isAbsolute, prepareFolder() else { return nearest }
    let name = "\(folder)/\(SHA256Digest(of: target.bytes).hex)"
    let link = FilePath(name)
    if link.linkTarget != target {
      try? link.removeFile()
      guard (try? link.makeLink(to: target)) != nil else { return nearest }
    }
    if !given.contains(where: { $0.name == name }) { given.append((name, Self.shown(path))) }
    return name
  }

  /// Makes the folder that a name leads to, where the name is one of these and nothing is there.
  func makeFolder(behind name: String) {
    guard given.contains(where: { $0.name == name }), let target = FilePath(name).linkTarget else { return }
    try? Folder.makeOne(target, permissions: .withinUmask(0o700))
  }

  /// The text with each path as its owner would know it: bytes that are no UTF-8 as `\xE9`.
  func shown(_ text: String) -> String {
    given.reduce(text) { $0.replacing($1.name, with: $1.shown) }
  }

  // MARK: - Where the program was started

  /// The folder that relative paths count from.
  func workingFolder() -> String { FilePath.workingFolder.map { name(of: $0.bytes) } ?? "." }

  // MARK: - Private helpers

  /// Makes the folder of the names, and passes one that nobody else could change: in somebody else's folder he could
  /// change where our names lead.
  private func prepareFolder() -> Bool {
    let folder = FilePath(folder)
    try? Folder.makeOne(folder, permissions: .withinUmask(0o700))
    guard let status = try? folder.status(followsLinks: false) else { return false }
    return status.kind == .folder && status.ownerID == getuid() && !status.isOpenToOthers
  }

  private static func shown(_ path: [UInt8]) -> String {
    var shown = ""
    var rest = path[...]
    while let byte = rest.first {
      // A character of UTF-8 has at most four bytes.
      let character = (1...4).lazy.compactMap { count in
        rest.count >= count ? String(validating: rest.prefix(count), as: UTF8.self).map { ($0, count) } : nil
      }.first
      if let (text, count) = character {
        shown += text
        rest = rest.dropFirst(count)
      } else {
        shown += "\\x" + Hex.encode([byte]).uppercased()
        rest = rest.dropFirst()
      }
    }
    return shown
  }
}
