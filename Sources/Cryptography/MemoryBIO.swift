import CCrypto

/// A buffer that OpenSSL reads from or writes to.
package final class MemoryBIO {
  package let handle: OpaquePointer

  /// Makes an empty buffer to write to; nil where memory ran out.
  package init?() {
    guard let handle = BIO_new(BIO_s_mem()) else { return nil }
    self.handle = handle
  }

  /// Makes a buffer with a copy of `bytes` to read from.
  package convenience init?(_ bytes: [UInt8]) {
    self.init()
    guard bytes.isEmpty || BIO_write(handle, bytes, Int32(clamping: bytes.count)) == bytes.count else {
      return nil
    }
  }

  deinit { BIO_free(handle) }

  /// The bytes that have been written and not yet read.
  package var contents: [UInt8] {
    var start: UnsafeMutablePointer<CChar>?
    let count = wt_bio_memory(handle, &start)
    guard let start, count > 0 else { return [] }
    return [UInt8](UnsafeRawBufferPointer(start: start, count: count))
  }
}
