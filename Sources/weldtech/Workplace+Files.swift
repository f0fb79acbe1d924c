import Files
import FoundationEssentials
import Glibc
import Records
import Terminal

extension Workplace {
  /// Reads a whole file, or a pipe to its end.
  /// - Parameter limit: Maximum size, bytes.
  /// - Throws: `FileFailure`.
  func read(_ path: String, atMost limit: Int) throws(FileFailure) -> Data {
    try read(atMost: limit) { () throws(FileError) in try OpenFile(reading: FilePath(path)) }
  }

  /// Reads standard input to its end.
  /// - Parameter limit: Maximum size, bytes.
  /// - Throws: `FileFailure` of the path `-`.
  func readStandardInput(atMost limit: Int) throws(FileFailure) -> Data {
    try read(atMost: limit) { () throws(FileError) in try OpenFile.standardInput() }
  }

  /// Reads the file that `open` opens to its end.
  /// - Parameter limit: Maximum size, bytes.
  /// - Throws: `FileFailure`.
  func read(atMost limit: Int, _ open: () throws(FileError) -> OpenFile) throws(FileFailure) -> Data {
    do throws(FileError) {
      return try open().contents(maxBytes: limit) { isInterrupted }
    } catch { throw FileFailure(reading: error, atMost: limit) }
  }

  /// Reads the first bytes of a file.
  /// - Throws: `FileFailure`.
  func beginning(of path: String, maxBytes: Int) throws(FileFailure) -> Data {
    do throws(FileError) {
      return try OpenFile(reading: FilePath(path)).beginning(maxBytes: maxBytes) { isInterrupted }
    } catch { throw FileFailure.unreadable(path: path, errno: error.errno) }
  }

  /// Makes a folder for output where it is missing, and returns its absolute path.
  /// - Throws: `FileFailure`.
  func makeFolder(_ path: String) throws(FileFailure) -> String {
    let folder = absolutePath(path)
    do throws(FileError) {
      try Folder.make(FilePath(folder), permissions: .withinUmask(0o777))
    } catch { throw .unwritable(path: path, errno: error.errno) }
    guard access(folder, W_OK) == 0 else { throw .unwritable(path: path, errno: errno) }
    return folder
  }

  /// The moment when the file was last written, in the laptop's time zone; nil where the file system does not
  /// say.
  func modified(_ path: String) -> Timestamp? {
    (try? FilePath(path).status()).map { clock.moment($0.modifiedSeconds) }
  }
}

/// The absolute form of `path`, which is valid from every folder.
func absolutePath(_ path: String) -> String {
  path.hasPrefix("/") ? path : PathNames.ofUser().workingFolder() + "/" + path
}

enum FileFailure: Error {
  case unreadable(path: String, errno: Int32)
  case unwritable(path: String, errno: Int32)
  case tooLarge(path: String, limit: Int)
}

extension FileFailure {
  /// The reason why a file with a maximum size of `limit` bytes was not read.
  init(reading error: FileError, atMost limit: Int) {
    let path = error.path.text
    self = error.isTooLarge ? .tooLarge(path: path, limit: limit) : .unreadable(path: path, errno: error.errno)
  }
}

extension FileFailure: Explained {
  var failure: Failure {
    switch self {
    case .unreadable(let path, ENOENT):
      Failure(
        code: "file.unreadable",
        message: Text(zh: "找不到文件 \(path)", en: "there is no file \(path)"),
        hint: Text(zh: "检查路径和文件名", en: "check the path and the file's name"), exit: .badData)
    case .unreadable(let path, EINVAL):
      // EINVAL comes from opening something other than a regular file, see
      // `OpenFile.ReadingOptions.regularOnly`.
      Failure(
        code: "file.unreadable",
        message: Text(zh: "\(path) 不是文件，是管道或设备", en: "\(path) is a pipe or a device, not a file"),
        hint: Text(zh: "给一个文件", en: "name a file"), exit: .badData)
    case .unreadable(let path, let errno):
      Failure(
        code: "file.unreadable",
        message: Text(
          zh: "读不了 \(path)：\(systemText(errno).zh)", en: "cannot read \(path): \(systemText(errno).en)"),
        hint: Text(zh: "检查路径和权限", en: "check the path and its permissions"), exit: .badData)
    case .unwritable(let path, let errno):
      Failure(
        code: "file.unwritable",
        message: Text(
          zh: "写不了 \(path)：\(systemText(errno).zh)", en: "cannot write \(path): \(systemText(errno).en)"),
        hint: Text(zh: "检查目录权限和磁盘空间", en: "check the folder's permissions and the disk's space"))
    case .tooLarge(let path, let limit):
      Failure(
        code: "file.tooLarge",
        message: Text(zh: "\(path) 超过 \(limit) 字节", en: "\(path) is larger than \(limit) bytes"),
        hint: Text(zh: "检查是不是选错了文件", en: "check that it is the right file"), exit: .badData)
    }
  }
}
