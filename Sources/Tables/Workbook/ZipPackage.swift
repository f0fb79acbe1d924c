import CLibZip

/// The parts of a zipped document, unpacked one after the other. The sizes that the zip states are not trusted:
/// the bytes of each part are counted while it is unpacked.
final class ZipPackage {
  /// The maximum number of entries; a workbook with a thousand pictures has some two thousand.
  static let maxEntries = 5_000

  private let archive: OpaquePointer
  /// The zip's bytes, at which libzip points until the archive is closed.
  private let bytes: UnsafeMutableRawBufferPointer
  /// The bytes that may still be unpacked, over all parts.
  private var bytesLeft: Int
  private let maxBytes: Int

  /// - Parameters:
  ///   - data: the whole zip, which is copied.
  ///   - maxBytes: the maximum size of all parts that are read, unpacked.
  /// - Throws: `damaged`, `oversized`, `outOfMemory`.
  init(_ data: borrowing [UInt8], maxBytes: Int) throws(WorkbookError) {
    guard Self.countHeaders(data) <= Self.maxEntries else { throw .oversized(part: "") }
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: data.count, alignment: 16)
    bytes.copyBytes(from: data)
    var error = zip_error_t()
    zip_error_init(&error)
    defer { zip_error_fini(&error) }
    // The source holds the address only; the bytes are freed after the archive.
    // https://libzip.org/documentation/zip_source_buffer.html
    guard let source = zip_source_buffer_create(bytes.baseAddress, UInt64(bytes.count), 0, &error) else {
      bytes.deallocate()
      throw .outOfMemory
    }
    guard let archive = zip_open_from_source(source, Int32(ZIP_RDONLY), &error) else {
      zip_source_free(source)
      bytes.deallocate()
      throw .damaged(part: "")
    }
    self.archive = archive
    self.bytes = bytes
    self.maxBytes = maxBytes
    bytesLeft = maxBytes
  }

  deinit {
    // zip_discard closes the archive without writing it.
    zip_discard(archive)
    bytes.deallocate()
  }

  /// The number of central headers, found by their signature; counting stops above `maxEntries`. libzip makes
  /// no more entries than there are headers.
  private static func countHeaders(_ data: [UInt8]) -> Int {
    data.withUnsafeBytes { data in
      var (count, index) = (0, 0)
      while index + 4 <= data.count, count <= maxEntries {
        if data[index] == 0x50, data[index + 1] == 0x4B, data[index + 2] == 0x01, data[index + 3] == 0x02 {
          count += 1
          index += 4
        } else {
          index += 1
        }
      }
      return count
    }
  }

  /// Whether there is a part of this name, in any letter case.
  func has(_ name: String) -> Bool { index(of: name) != nil }

  private func index(of name: String) -> UInt64? {
    let index = zip_name_locate(archive, name, zip_flags_t(ZIP_FL_NOCASE))
    return index < 0 ? nil : UInt64(index)
  }

  /// Unpacks a part in pieces of at most 64 KiB into the memory that `buffer` returns.
  /// - Parameters:
  ///   - buffer: a closure that returns memory for at least `count` bytes.
  ///   - take: a closure that reads the `count` bytes that are in this memory; the last call has a count of 0,
  ///     with `isLast`.
  func unpack(
    _ name: String, into buffer: (_ count: Int) throws(WorkbookError) -> UnsafeMutableRawPointer,
    take: (_ count: Int, _ isLast: Bool) throws(WorkbookError) -> Void
  ) throws(WorkbookError) {
    guard let index = index(of: name) else { throw .missing(part: name) }
    guard let file = zip_fopen_index(archive, index, 0) else { throw .damaged(part: name) }
    defer { zip_fclose(file) }
    while true {
      let room = 65_536
      let got = zip_fread(file, try buffer(room), UInt64(room))
      guard got >= 0 else { throw .damaged(part: name) }
      bytesLeft -= Int(got)
      guard bytesLeft >= 0 else { throw .unpacksTooLarge(part: name, maxBytes: maxBytes) }
      try take(Int(got), got == 0)
      if got == 0 { return }
    }
  }
}
