internal import Glibc

/// A path as the system takes it: bytes, which need not be UTF-8.
public struct FilePath: Hashable, Sendable, ExpressibleByStringLiteral {
  public let bytes: [UInt8]

  public init(bytes: [UInt8]) { self.bytes = bytes }
  public init(_ text: String) { bytes = Array(text.utf8) }
  public init(stringLiteral text: String) { self.init(text) }

  /// The path for people's eyes: what is not UTF-8 in it is replaced, so that the text may name no file.
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

  /// The last name of the path.
  public var lastName: FilePath {
    FilePath(bytes: Array(bytes[(bytes.lastIndex(of: Self.slash).map { $0 + 1 } ?? 0)...]))
  }

  /// The path of `name` in the folder that this path names.
  public func appending(_ name: FilePath) -> FilePath {
    FilePath(bytes: bytes.last == Self.slash ? bytes + name.bytes : bytes + [Self.slash] + name.bytes)
  }

  /// This path with `suffix` at the end of its last name.
  public func withSuffix(_ suffix: String) -> FilePath { FilePath(bytes: bytes + Array(suffix.utf8)) }

  /// The path as it holds from every folder; itself where the working folder is gone.
  public var absolute: FilePath { isAbsolute ? self : Self.workingFolder?.appending(self) ?? self }

  /// The folder from which relative paths count; nil where Linux does not say.
  public static var workingFolder: FilePath? { FilePath("/proc/self/cwd").linkTarget }

  // MARK: - Names in folders

  /// What a link leads to, as it is written in the link; nil where there is no link of this name.
  public var linkTarget: FilePath? {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = withCString { readlink($0, &buffer, buffer.count) }
    // A target that fills the buffer may have been cut off.
    guard count > 0, count < buffer.count else { return nil }
    return FilePath(bytes: buffer[..<count].map { UInt8(bitPattern: $0) })
  }

  /// The file behind a chain of links, of which the last may lead to nothing; nil where the chain leads to one of this
  /// process's own open files, such as `/dev/stdout`.
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

  /// Makes a link of this name.
  /// - Throws: `FileError` of `link`; EEXIST where the name is taken.
  public func makeLink(to target: FilePath) throws(FileError) {
    let result = target.withCString { target in withCString { symlink(target, $0) } }
    guard result == 0 else { throw FileError(self, .link, errno) }
  }

  /// Gives the file another name. A file that has the new name is replaced.
  /// - Throws: `FileError` of `rename`, with the new name.
  public func rename(to target: FilePath) throws(FileError) {
    let result = withCString { source in target.withCString { Glibc.rename(source, $0) } }
    guard result == 0 else { throw FileError(target, .rename, errno) }
  }

  /// Removes a file or a link, never what the link leads to and never a folder.
  /// - Throws: `FileError` of `remove`.
  public func removeFile() throws(FileError) {
    guard withCString({ unlink($0) }) == 0 else { throw FileError(self, .remove, errno) }
  }

  // MARK: - For the system

  /// The path as the system's calls take it. A path with a zero byte in it becomes the empty path, which names nothing,
  /// since the system would read it up to the zero and take it for another path.
  func withCString<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
    let characters = (bytes.contains(0) ? [] : bytes.map { CChar(bitPattern: $0) }) + [0]
    return characters.withUnsafeBufferPointer { buffer in
      // The zero at its end makes the buffer one that has an address.
      body(buffer.baseAddress!)
    }
  }
}
