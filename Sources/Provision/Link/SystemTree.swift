internal import Files
internal import Glibc

/// The files by which Linux says what is plugged in and what runs: `/sys`, `/proc`, `/dev`, `/etc`, `/var`. What
/// is not there or may not be read is nil or empty.
struct SystemTree {
  /// Without a slash at its end; empty for the machine itself.
  let base: String

  /// - Parameter root: what stands for `/`, so that a copy of another machine's files can be read.
  init(root: String) { base = root.hasSuffix("/") ? String(root.dropLast()) : root }

  func path(_ path: String) -> String { base + path }

  /// The names in a folder, sorted; none where it cannot be listed.
  func names(in folder: String) -> [String] {
    ((try? Folder.names(in: FilePath(base + folder))) ?? []).map(\.text).sorted()
  }

  func exists(_ path: String) -> Bool { access(base + path, F_OK) == 0 }

  /// The first line of a file, of at most 256 bytes and without control characters, since what an adapter states need be
  /// neither short nor printable nor UTF-8.
  func line(of path: String) -> String? {
    let line = bytes(of: path, atMost: 256).prefix { $0 != 0x0a }.filter { $0 >= 0x20 && $0 != 0x7f }
    return line.isEmpty ? nil : String(decoding: line, as: UTF8.self)
  }

  /// The first bytes of a file; none where it cannot be read.
  func bytes(of path: String, atMost limit: Int) -> [UInt8] {
    let beginning = try? OpenFile(reading: FilePath(base + path), .withoutWaiting).beginning(maxBytes: limit)
    return beginning.map { [UInt8]($0) } ?? []
  }

  /// What a link leads to, as it is written in the link.
  func link(_ path: String) -> String? { FilePath(base + path).linkTarget?.text }

  /// The last component of what a link leads to.
  func linkedName(_ path: String) -> String? { link(path).map(Self.lastComponent) }

  /// A path below the root with every link in it followed, or nil where it leads nowhere or out of the tree.
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
