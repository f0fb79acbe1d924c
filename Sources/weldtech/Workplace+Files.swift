import FoundationEssentials
import Glibc
import Records
import Terminal

extension Workplace {
  /// Reads a whole file, or a pipe to its end.
  /// - Throws: `FileTrouble`.
  func read(_ path: String, atMost limit: Int) throws(FileTrouble) -> Data {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .unreadable(path: path, errno: errno) }
    defer { close(descriptor) }
    return try read(descriptor: descriptor, path: path, atMost: limit)
  }

  func read(descriptor: Int32, path: String, atMost limit: Int) throws(FileTrouble) -> Data {
    var data = Data()
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR, !isInterrupted { continue }
      guard count >= 0 else { throw .unreadable(path: path, errno: errno) }
      if count == 0 { return data }
      data.append(contentsOf: buffer[0..<count])
      guard data.count <= limit else { throw .tooLarge(path: path, limit: limit) }
    }
  }

  /// A folder to write into, made where it is missing; its absolute path.
  /// - Throws: `FileTrouble`.
  func makeFolder(_ path: String) throws(FileTrouble) -> String {
    let folder = absolutePath(path)
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw .unwritable(path: path, errno: errno)
    }
    guard access(folder, W_OK) == 0 else { throw .unwritable(path: path, errno: errno) }
    return folder
  }

  /// When the file was last written, by the laptop's zone; nil where the file system does not say.
  func modified(_ path: String) -> Timestamp? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    return clock.moment(Int64(status.st_mtim.tv_sec))
  }
}

/// `path` as it holds from every folder.
func absolutePath(_ path: String) -> String {
  path.hasPrefix("/") ? path : PathNames.ofUser().workingFolder() + "/" + path
}

enum FileTrouble: Error {
  case unreadable(path: String, errno: Int32)
  case unwritable(path: String, errno: Int32)
  case tooLarge(path: String, limit: Int)
}

extension FileTrouble: Explained {
  var failure: Failure {
    switch self {
    case .unreadable(let path, let errno):
      Failure(
        code: "file.unreadable",
        message: Text(
          zh: "读不了 \(path)：\(systemMessage(errno))", en: "cannot read \(path): \(systemMessage(errno))"),
        hint: Text(zh: "检查路径和权限", en: "check the path and its permissions"), exit: .badData)
    case .unwritable(let path, let errno):
      Failure(
        code: "file.unwritable",
        message: Text(
          zh: "写不了 \(path)：\(systemMessage(errno))", en: "cannot write \(path): \(systemMessage(errno))"),
        hint: Text(zh: "检查目录权限和磁盘空间", en: "check the folder's permissions and the disk's space"))
    case .tooLarge(let path, let limit):
      Failure(
        code: "file.tooLarge",
        message: Text(zh: "\(path) 超过 \(limit) 字节", en: "\(path) is larger than \(limit) bytes"),
        hint: Text(zh: "检查是不是选错了文件", en: "check that it is the right file"), exit: .badData)
    }
  }
}
