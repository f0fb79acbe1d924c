/// One stored entry of a zip.
struct ZipEntry: Hashable, Sendable {
  /// The name in ASCII, with slashes between folders.
  let name: String
  /// The length in bytes, below 4 GiB.
  let size: Int
  /// The CRC-32 of the bytes.
  let checksum: UInt32
  let moment: DOSTime
  /// The offset of the local header, in bytes from the file's start.
  let offset: Int

  /// The offset of the entry's bytes, in bytes from the file's start.
  var contentOffset: Int { offset + ZipLayout.localHeaderSize + name.utf8.count }
  /// The offset behind the entry's bytes, where the next entry begins, in bytes from the file's start.
  var end: Int { contentOffset + size }
}
