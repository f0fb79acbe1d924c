internal import Files
internal import Glibc

/// The files in which Linux describes the connected devices and running programs: `/sys`, `/proc`, `/dev`,
/// `/etc`, `/var`. Files that are missing or may not be read give nil or an empty value.
struct SystemTree {
  /// The path of the tree without a slash at its end; empty for the machine itself.
  let base: String

  /// - Parameter root: the folder that stands for `/`, so that a copy of another machine's files can be read.
  init(root: String) { base = root.hasSuffix("/") ? String(root.dropLast()) : root }

  func path(_ path: String) -> String { base + path }

  /// The names in a folder, sorted; an empty list where the folder cannot be listed.
  func names(in folder: String) -> [String] {
    ((try? Folder.names(in: FilePath(base + folder))) ?? []).map(\.text).sorted()
  }

  func exists(_ path: String) -> Bool { access(base + path, F_OK) == 0 }

  /// The first line of a file, cut to 256 bytes and without control characters, because the text of an adapter
  /// may be long, unprintable or not UTF-8.
  func line(of path: String) -> String? {
    let line = bytes(of: path, atMost: 256).prefix { $0 != 0x0a }.filter { $0 >= 0x20 && $0 != 0x7f }
    return line.isEmpty ? nil : String(decoding: line, as: UTF8.self)
  }

  /// The first bytes of a file; an empty array where the file cannot be read.
  func bytes(of path: String, atMost limit: Int) -> [UInt8] {
    let beginning = try? OpenFile(reading: FilePath(base + path), .withoutWaiting).beginning(maxBytes: limit)
    return beginning.map { [UInt8]($0) } ?? []
  }

  /// The target of a link, as the link states it.
  func link(_ path: String) -> String? { FilePath(base + path).linkTarget?.text }

  /// The last component of a link's target.
  func linkedName(_ path: String) -> String? { link(path).map(Self.lastComponent) }

  /// A path below the root with every link in it resolved; nil where the path leads nowhere or out of the tree.
  func resolved(_ path: String) -> String? {
    guard let real = realpath(base + path, nil) else { return nil }
    defer { free(real) }
    let resolved = String(cString: real)
    guard !base.isEmpty else { return resolved }
    guard let top = realpath(base, nil) else { return nil }
    defer { free(top) }
    let prefix = String(cString: top)
    return resolved.hasPrefix(prefix + "/") ? String(resolved.dropFirst(prefix.count)) : nil
  }

  static func lastComponent(_ path: String) -> String {
    String(path[(path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex)...])
  }

  static func folder(of path: String) -> String {
    String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
  }
}
