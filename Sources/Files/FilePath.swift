internal import Glibc

/// A path as the system takes it: bytes, which need not be UTF-8.
public struct FilePath: Hashable, Sendable, ExpressibleByStringLiteral {
  public let bytes: [UInt8]

  public init(bytes: [UInt8]) { self.bytes = bytes }
  public init(_ text: String) { bytes = Array(text.utf8) }
  public init(stringLiteral text: String) { self.init(text) }

  /// The path as text for messages, in which bytes that are not UTF-8 are replaced, so that the text may name
  /// no file.
  public var text: String { String(decoding: bytes, as: UTF8.self) }

  // MARK: - Parts

  private static let slash = UInt8(ascii: "/")

  public var isAbsolute: Bool { bytes.first == Self.slash }

  /// The folder in which the last name of the path lies; `.` for a name alone, `/` for the root.
  public var folder: FilePath {
    var rest = bytes[...]
    while rest.count > 1, rest.last == Self.slash { rest.removeLast() }
    guard let slash = rest.lastIndex(of: Self.slash) else { return "." }
    return slash == 0 ? "/" : FilePath(bytes: Array(rest[..<slash]))
  }

  /// The last name of the path; empty where the path ends with a slash.
  public var lastName: FilePath {
    FilePath(bytes: Array(bytes[(bytes.lastIndex(of: Self.slash).map { $0 + 1 } ?? 0)...]))
  }

  /// The path of `name` in the folder that this path names.
  public func appending(_ name: FilePath) -> FilePath {
    FilePath(bytes: bytes.last == Self.slash ? bytes + name.bytes : bytes + [Self.slash] + name.bytes)
  }

  /// This path with `suffix` at the end of its last name.
  public func withSuffix(_ suffix: String) -> FilePath { FilePath(bytes: bytes + Array(suffix.utf8)) }

  /// The path made absolute; unchanged where the working folder no longer exists.
  public var absolute: FilePath { isAbsolute ? self : Self.workingFolder?.appending(self) ?? self }

  /// The folder from which relative paths count; nil where Linux does not say.
  public static var workingFolder: FilePath? { FilePath("/proc/self/cwd").linkTarget }

  // MARK: - Names in folders

  /// The target of a link as the link states it; nil where there is no link of this name.
  public var linkTarget: FilePath? {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = withCString { readlink($0, &buffer, buffer.count) }
    // A target that fills the buffer may be incomplete.
    guard count > 0, count < buffer.count else { return nil }
    return FilePath(bytes: buffer[..<count].map { UInt8(bitPattern: $0) })
  }

  /// The file behind a chain of links, whose last link may lead to nothing; nil where the chain leads to one of
  /// this process's own open files, such as `/dev/stdout`.
  public var endOfLinks: FilePath? {
    var end = absolute
    // Linux follows 40 links, see path_resolution(7).
    for _ in 0..<40 {
      if end.bytes.starts(with: "/proc/".utf8) || end.bytes.starts(with: "/dev/fd/".utf8) { return nil }
      guard let target = end.linkTarget else { return end }
      end = target.isAbsolute ? target : end.folder.appending(target)
    }
    return end
  }

  /// The path without links on its way; nil where a folder on the way or the file itself is missing. See realpath(3).
  public var withoutLinks: FilePath? {
    guard let resolved = withCString({ realpath($0, nil) }) else { return nil }
    defer { free(resolved) }
    return FilePath(String(cString: resolved))
  }

  /// Makes a link of this name.
  /// - Throws: `FileError` of `link`; EEXIST where the name is taken.
  public func makeLink(to target: FilePath) throws(FileError) {
    let result = target.withCString { target in withCString { symlink(target, $0) } }
    guard result == 0 else { throw FileError(self, .link, errno) }
  }

  /// Renames the file and replaces any file that has the new name.
  /// - Throws: `FileError` of `rename`, with the new name.
  public func rename(to target: FilePath) throws(FileError) {
    let result = withCString { source in target.withCString { Glibc.rename(source, $0) } }
    guard result == 0 else { throw FileError(target, .rename, errno) }
  }

  /// Removes a file or a link, never the link's target and never a folder.
  /// - Throws: `FileError` of `remove`.
  public func removeFile() throws(FileError) {
    guard withCString({ unlink($0) }) == 0 else { throw FileError(self, .remove, errno) }
  }

  // MARK: - For the system

  /// Calls `body` with the path as a C string. A path that contains a zero byte becomes the empty path, which
  /// names nothing: the system would stop at the zero and use another path.
  public func withCString<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
    let characters = (bytes.contains(0) ? [] : bytes.map { CChar(bitPattern: $0) }) + [0]
    return characters.withUnsafeBufferPointer { buffer in
      // The terminating zero makes sure that the buffer has an address.
      body(buffer.baseAddress!)
    }
  }
}
