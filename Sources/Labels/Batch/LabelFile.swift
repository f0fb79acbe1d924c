import FoundationEssentials
import Glibc
import Records

/// Files of labels: whole or not there.
enum LabelFile {
  /// Where a label of a batch lies that has a file of its own.
  static func path(of code: LabelCode, in folder: String, format: LabelFormat) -> String {
    "\(folder)/\(code).\(format.rawValue)"
  }

  /// Whether a file holds these bytes and no others.
  static func holds(_ bytes: Data, _ file: String) -> Bool {
    let descriptor = open(file, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return (try? read(descriptor, atMost: bytes.count + 1, of: file)) == bytes
  }

  /// Written beside its place, read again, and put in its place by renaming once `check` has let what was read pass.
  /// Not synced to the disk: a label lost with the power is made again with the same bytes.
  /// - Parameter check: gets the bytes that the file holds.
  static func write<Value>(
    _ bytes: Data, to file: String, check: (Data) throws(LabelError) -> Value
  ) throws(LabelError) -> Value {
    let draft = file + ".part"
    // A draft that is there was left by a killed run, or is a link that would lead elsewhere.
    unlink(draft)
    let descriptor = open(draft, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw .unwritable(file: file, errno: errno) }
    var isOpen = true
    do throws(LabelError) {
      let trouble = bytes.withUnsafeBytes { write($0, to: descriptor) }
      guard trouble == 0 else { throw .unwritable(file: file, errno: trouble) }
      let value = try check(try read(descriptor, atMost: bytes.count + 1, of: file))
      // Some file systems say only now that there was no room.
      let isClosed = close(descriptor) == 0
      isOpen = false
      guard isClosed, rename(draft, file) == 0 else { throw .unwritable(file: file, errno: errno) }
      return value
    } catch {
      if isOpen { close(descriptor) }
      unlink(draft)
      throw error
    }
  }

  /// - Parameter patience: seconds in which a device that was opened not to wait has to take some of it.
  /// - Returns: 0, or what went wrong.
  static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, patience: Int32 = 0) -> Int32 {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
      if count > 0 {
        rest = rest.dropFirst(count)
      } else if errno == EAGAIN, patience > 0 {
        var wanted = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        if poll(&wanted, 1, patience * 1000) == 0 { return ETIMEDOUT }
      } else if errno != EINTR {
        return errno
      }
    }
    return 0
  }

  private static func read(_ descriptor: Int32, atMost most: Int, of file: String) throws(LabelError) -> Data {
    var bytes = Data(count: most)
    var count = 0
    while count < most {
      let length = bytes.withUnsafeMutableBytes {
        pread(descriptor, $0.baseAddress.map { $0 + count }, most - count, off_t(count))
      }
      if length == 0 { break }
      if length > 0 {
        count += length
      } else if errno != EINTR {
        throw .unwritable(file: file, errno: errno)
      }
    }
    return bytes.prefix(count)
  }
}
