internal import Glibc

/// One end of the stream socket between weldtech and `weldtech-pages`, the program that draws the pages of a PDF.
/// A message is three whole numbers of eight bytes each in the processor's own byte order, since both programs
/// run on one machine:
///
///     weldtech-pages → weldtech   result · number of pages · 0                         once, at the start
///     weldtech → weldtech-pages   page, from 0 · dots per inch · maximum of pixels     for each page
///     weldtech-pages → weldtech   result · width · height                              for each page
///
/// Where the result of a page is `done`, its picture follows: width × height bytes, row by row, 0 for black and
/// 255 for white.
public struct PageSocket {
  public typealias Message = (Int64, Int64, Int64)

  /// The descriptor, which belongs to whoever made this object.
  public let descriptor: Int32

  public init(descriptor: Int32) { self.descriptor = descriptor }

  /// Sends a message.
  /// - Returns: false where the other end is gone.
  public func send(_ message: Message) -> Bool {
    withUnsafeBytes(of: message) { send($0) }
  }

  /// Sends all of the bytes.
  /// - Returns: false where the other end is gone.
  public func send(_ bytes: UnsafeRawBufferPointer) -> Bool {
    transfer(bytes.count) { done in
      Glibc.send(
        descriptor, bytes.baseAddress?.advanced(by: done), bytes.count - done, Int32(MSG_NOSIGNAL))
    }
  }

  /// Waits for a message.
  /// - Returns: nil where the other end is gone.
  public func receive() -> Message? {
    var message: Message = (0, 0, 0)
    return withUnsafeMutableBytes(of: &message) { receive(into: $0) } ? message : nil
  }

  /// Waits until the buffer is full.
  /// - Returns: false where the other end is gone before.
  public func receive(into buffer: UnsafeMutableRawBufferPointer) -> Bool {
    transfer(buffer.count) { done in
      recv(descriptor, buffer.baseAddress?.advanced(by: done), buffer.count - done, 0)
    }
  }

  /// Calls `step` until `count` bytes are through. A call that a signal interrupts is repeated.
  /// - Parameter step: a closure that moves some of the bytes after the first `done` ones, and returns their
  ///   number, 0 where the other end is gone, or -1 with errno.
  private func transfer(_ count: Int, _ step: (_ done: Int) -> Int) -> Bool {
    var done = 0
    while done < count {
      let moved = step(done)
      if moved > 0 {
        done += moved
      } else if moved == 0 || errno != EINTR {
        return false
      }
    }
    return true
  }
}

/// The result of opening a document or drawing a page; the raw values are those of the messages.
public enum PageResult: Int64, Sendable {
  case done
  /// poppler is not installed.
  case noLibrary
  case damaged, noSuchPage, tooLarge, noMemory
}

/// The descriptors that `weldtech-pages` has from its start.
public enum PageDescriptor {
  /// The socket of the messages.
  public static let socket: Int32 = 0
  /// The document as a regular file.
  public static let document: Int32 = 3
}
