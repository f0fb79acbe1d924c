import CCrypto

/// A buffer that OpenSSL reads from or writes to.
final class MemoryBIO {
  let handle: OpaquePointer

  /// Makes an empty buffer to write to; nil where memory ran out.
  init?() {
    guard let handle = BIO_new(BIO_s_mem()) else { return nil }
    self.handle = handle
  }

  /// Makes a buffer with a copy of `bytes` to read from.
  convenience init?(_ bytes: [UInt8]) {
    self.init()
    guard bytes.isEmpty || BIO_write(handle, bytes, Int32(clamping: bytes.count)) == bytes.count else {
      return nil
    }
  }

  deinit { BIO_free(handle) }

  /// The bytes that have been written and not yet read.
  var contents: [UInt8] {
    var start: UnsafeMutablePointer<CChar>?
    let count = wt_bio_memory(handle, &start)
    guard let start, count > 0 else { return [] }
    return [UInt8](UnsafeRawBufferPointer(start: start, count: count))
  }
}
