public import Foundation

/// A new folder for one test, which is removed with all its contents when this object is released.
public final class TemporaryFolder: Sendable {
  public let path: String

  /// Makes the folder. Where that fails, the first file written into it causes an error.
  /// - Parameter isInMemory: whether the folder is in /dev/shm where the machine has one, for programs that
  ///   sync every file, in tests without a power cut.
  public init(isInMemory: Bool = false) {
    let parent =
      isInMemory && FileManager.default.isWritableFile(atPath: "/dev/shm")
      ? "/dev/shm/" : NSTemporaryDirectory()
    path = parent + "weldtech-test-\(UUID().uuidString)"
    try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  /// Makes a copy of another folder.
  public init(copying source: String) throws {
    path = NSTemporaryDirectory() + "weldtech-test-\(UUID().uuidString)"
    try FileManager.default.copyItem(atPath: source, toPath: path)
  }

  deinit {
    chmod(path, 0o700)
    try? FileManager.default.removeItem(atPath: path)
  }

  /// The path of an entry, whether it exists or not.
  public func file(_ name: String) -> String { "\(path)/\(name)" }

  /// Writes a file and returns its path.
  @discardableResult
  public func write(_ name: String, _ bytes: some DataProtocol) throws -> String {
    try Data(bytes).write(to: URL(filePath: file(name)))
    return file(name)
  }

  @discardableResult
  public func write(_ name: String, _ text: String) throws -> String { try write(name, Data(text.utf8)) }

  public func bytes(_ name: String) throws -> Data { try Data(contentsOf: URL(filePath: file(name))) }

  /// The names of all entries, sorted.
  public func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
}
