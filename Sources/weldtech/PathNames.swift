import Cryptography
import Files
import Glibc

/// Names for paths. A path is bytes, and the program's texts are UTF-8. A path that is not UTF-8 is used
/// through a link in a folder of the user's own; the link's name is the digest of the path's bytes. The same
/// path always has the same name. Every part of the program, including its libraries, can use the name, and can
/// make a new file through it.
final class PathNames {
  private let folder: String
  /// The names used so far, each with the text that is shown for it.
  private var given: [(name: String, shown: String)] = []

  /// Makes the names in a folder.
  /// - Parameter folder: absolute path of the folder; it is made where it is missing, for its owner only.
  init(folder: String) { self.folder = folder }

  /// Makes the user's names: in the folder of the session where there is one, or otherwise in the folder for
  /// temporary files.
  static func ofUser() -> PathNames {
    let session = getenv("XDG_RUNTIME_DIR").flatMap { String(validatingCString: $0) }
    let root = session.flatMap { $0.hasPrefix("/") ? $0 : nil } ?? "/tmp"
    return PathNames(folder: "\(root)/weldtech-paths-\(getuid())")
  }

  // MARK: - Naming

  /// The path in a form that the program can use; where no link can be made, the nearest text, which names no
  /// file.
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

  /// Makes the folder to which a name leads, where this object has given the name and the folder is missing.
  func makeFolder(behind name: String) {
    guard given.contains(where: { $0.name == name }), let target = FilePath(name).linkTarget else { return }
    try? Folder.makeOne(target, permissions: .withinUmask(0o700))
  }

  /// The text with each path in the form that its owner knows; bytes that are no UTF-8 appear as `\xE9`.
  func shown(_ text: String) -> String {
    given.reduce(text) { $0.replacing($1.name, with: $1.shown) }
  }

  // MARK: - Where the program was started

  /// The folder from which relative paths count.
  func workingFolder() -> String { FilePath.workingFolder.map { name(of: $0.bytes) } ?? "." }

  // MARK: - Private helpers

  /// Makes the folder of the names, and accepts it only where nobody else can change it, since another user
  /// could otherwise redirect the names.
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
