public import FoundationEssentials
internal import Glibc

extension OpenFile {
  /// Reads everything from the current position to the end of the file, the pipe or the device.
  /// - Parameters:
  ///   - maxBytes: the maximum number of bytes, below `Int.max`; more bytes are refused with EFBIG.
  ///   - isCancelled: a closure that is called when a signal interrupts the reading; true ends it with EINTR.
  /// - Throws: `FileError` of `read`.
  public func contents(maxBytes: Int, isCancelled: () -> Bool = { false }) throws(FileError) -> Data {
    let tooLarge = FileError(path, .read, EFBIG)
    if let status = try? status(), status.kind == .regular, status.byteCount > maxBytes { throw tooLarge }
    let bytes = try beginning(maxBytes: maxBytes + 1, isCancelled: isCancelled)
    guard bytes.count <= maxBytes else { throw tooLarge }
    return bytes
  }

  /// Reads from the current position up to the end or to `maxBytes`, for files that hold more than is wanted or
  /// do not end.
  /// - Parameter isCancelled: a closure that is called when a signal interrupts the reading; true ends it with
  ///   EINTR.
  /// - Throws: `FileError` of `read`.
  public func beginning(maxBytes: Int, isCancelled: () -> Bool = { false }) throws(FileError) -> Data {
    // One byte more than the file should have shows its end. The files of /proc and /sys do not give their
    // size.
    let expected = max((try? status().byteCount) ?? 0, 4095) + 1
    var bytes = Data(count: min(expected, maxBytes))
    var count = 0
    while count < maxBytes {
      if count == bytes.count { bytes.count = min(2 * count, maxBytes) }
      let got = bytes.withUnsafeMutableBytes { read(into: $0[count...], isCancelled) }
      guard got >= 0 else { throw failure(.read) }
      if got == 0 { break }
      count += got
    }
    return bytes.prefix(count)
  }

  /// Reads from the current position to the end in pieces, so that the size of the file does not matter.
  /// - Parameter body: a closure that gets pieces of at most 128 KiB, which are valid only during the call.
  /// - Throws: `FileError` of `read`.
  public func forEachPiece(_ body: (UnsafeRawBufferPointer) -> Void) throws(FileError) {
    var piece = [UInt8](repeating: 0, count: 128 << 10)
    while true {
      let got = piece.withUnsafeMutableBytes { buffer in
        let got = read(into: buffer[...]) { false }
        if got > 0 { body(UnsafeRawBufferPointer(rebasing: buffer[..<got])) }
        return got
      }
      guard got >= 0 else { throw failure(.read) }
      if got == 0 { return }
    }
  }

  /// Reads at a place in the file, whose own position stays where it is.
  /// - Parameters:
  ///   - offset: the place in the file, in bytes from its start.
  ///   - count: the number of bytes; fewer are returned where the file ends before.
  /// - Throws: `FileError` of `read`.
  public func bytes(at offset: Int, count: Int) throws(FileError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    let got = bytes.withUnsafeMutableBytes { read(into: $0, at: offset) }
    guard got >= 0 else { throw failure(.read) }
    if got < count { bytes.removeLast(count - got) }
    return bytes
  }

  /// Reads a part of the file in pieces, so that its size does not matter; the file's own position stays where it is.
  /// - Parameters:
  ///   - offset: the place in the file, in bytes from its start.
  ///   - count: the number of bytes.
  ///   - body: a closure that gets pieces of at most 128 KiB, which are valid only during the call; false ends
  ///     the reading.
  /// - Returns: the number of bytes that were read, fewer than `count` where the file ends before or `body` ended it.
  /// - Throws: `FileError` of `read`.
  @discardableResult
  public func forEachPiece(at offset: Int, count: Int, _ body: (UnsafeRawBufferPointer) -> Bool)
    throws(FileError) -> Int
  {
    var piece = [UInt8](repeating: 0, count: min(128 << 10, count))
    var done = 0
    while done < count {
      var goesOn = true
      let got = piece.withUnsafeMutableBytes { buffer in
        let room = UnsafeMutableRawBufferPointer(rebasing: buffer[..<min(buffer.count, count - done)])
        let got = read(into: room, at: offset + done)
        if got > 0 { goesOn = body(UnsafeRawBufferPointer(rebasing: room[..<got])) }
        return got
      }
      guard got >= 0 else { throw failure(.read) }
      done += got
      if got == 0 || !goesOn { break }
    }
    return done
  }

  /// Reads at a place in the file until the buffer is full or the file ends.
  /// - Returns: the number of bytes, or -1 with errno.
  private func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) -> Int {
    var done = 0
    while done < buffer.count {
      let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
      let count = pread(descriptor, rest.baseAddress, rest.count, off_t(offset + done))
      if count < 0, errno == EINTR { continue }
      if count < 0 { return -1 }
      if count == 0 { break }
      done += count
    }
    return done
  }

  /// Maps the contents of a regular file that is too large to be held in memory; the system loads the pages
  /// when they are read. If somebody shortens the file meanwhile, the reading program is ended, see mmap(2).
  /// - Throws: `FileError` of `read`.
  public func mapped() throws(FileError) -> Data {
    let count = try status().byteCount
    // An empty file cannot be mapped.
    guard count > 0 else { return Data() }
    guard let start = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), start != MAP_FAILED else {
      throw failure(.read)
    }
    return Data(bytesNoCopy: start, count: count, deallocator: .unmap)
  }

  /// Reads once from the current position.
  /// - Returns: the number of bytes, 0 at the end, or -1 with errno.
  private func read(into buffer: Slice<UnsafeMutableRawBufferPointer>, _ isCancelled: () -> Bool) -> Int {
    let buffer = UnsafeMutableRawBufferPointer(rebasing: buffer)
    while true {
      let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      if count >= 0 || errno != EINTR { return count }
      if isCancelled() {
        errno = EINTR
        return -1
      }
    }
  }
}

extension FilePath {
  /// Reads the whole contents of a file, a pipe or a device.
  /// - Parameters:
  ///   - maxBytes: the maximum number of bytes, below `Int.max`; more bytes are refused with EFBIG.
  ///   - isCancelled: a closure that is called when a signal interrupts the reading; true ends it with EINTR.
  /// - Throws: `FileError` of `read`.
  public func contents(
    maxBytes: Int, _ options: OpenFile.ReadingOptions = [], isCancelled: () -> Bool = { false }
  ) throws(FileError) -> Data {
    try OpenFile(reading: self, options).contents(maxBytes: maxBytes, isCancelled: isCancelled)
  }
}
