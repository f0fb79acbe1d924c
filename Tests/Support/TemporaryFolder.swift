public import Foundation

/// A new folder for one test, which is removed with everything in it when the test lets go of it.
public final class TemporaryFolder: Sendable {
  public let path: String

  /// A folder that cannot be made shows at the first file that is written into it.
  /// - Parameter isInMemory: whether the folder lies in /dev/shm where the machine has it, for programs that sync every
  ///   file in tests that do not pull the plug.
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

  /// Writes a file and answers its path.
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
