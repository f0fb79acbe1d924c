internal import FoundationEssentials
internal import Glibc

/// The files by which Linux says what is plugged in and what runs: `/sys`, `/proc`, `/dev`, `/etc`, `/var`. What
/// is not there or may not be read is nil or empty.
struct SystemTree {
  /// Without a slash at its end; empty for the machine itself.
  let base: String

  /// - Parameter root: what stands for `/`, so that a copy of another machine's files can be read.
  init(root: String) { base = root.hasSuffix("/") ? String(root.dropLast()) : root }

  func path(_ path: String) -> String { base + path }

  /// In a folder, sorted.
  func names(in folder: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: base + folder)) ?? []).sorted()
  }

  func exists(_ path: String) -> Bool { access(base + path, F_OK) == 0 }

  /// The first line; what an adapter states is not trusted to be short, printable or UTF-8.
  func line(of path: String) -> String? {
    let line = bytes(of: path, atMost: 256).prefix { $0 != 0x0a }.filter { $0 >= 0x20 && $0 != 0x7f }
    return line.isEmpty ? nil : String(decoding: line, as: UTF8.self)
  }

  /// The beginning of a file.
  func bytes(of path: String, atMost limit: Int) -> [UInt8] {
    let descriptor = open(base + path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return [] }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    while bytes.count < limit {
      let wanted = min(4096, limit - bytes.count)
      let piece = [UInt8](unsafeUninitializedCapacity: wanted) { buffer, count in
        count = max(0, read(descriptor, buffer.baseAddress, buffer.count))
      }
      if piece.isEmpty { break }
      bytes += piece
    }
    return bytes
  }

  /// What a link says, unresolved.
  func link(_ path: String) -> String? {
    try? FileManager.default.destinationOfSymbolicLink(atPath: base + path)
  }

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
