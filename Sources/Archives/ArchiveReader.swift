public import Cryptography
public import Files

/// Reads an archive strictly. Only what `ArchiveWriter` writes is accepted.
public struct ArchiveReader {
  private let zip: ZipReader

  /// Reads the headers of the zip.
  /// - Throws: `archive`, also where the path is not a regular file; `damaged`.
  public init(_ path: FilePath) throws(ArchiveError) {
    let file: OpenFile
    do throws(FileError) {
      file = try OpenFile(reading: path, .regularOnly)
    } catch { throw .archive(error) }
    zip = try ZipReader(file)
    // A zip without a bag proves nothing.
    if zip.entries.isEmpty { throw .damaged(.end(offset: 0)) }
  }

  /// Whether a file begins as a zip does, so that it may be a damaged archive; any other file never was an
  /// archive.
  public static func isZip(_ path: FilePath) -> Bool {
    let beginning = try? OpenFile(reading: path, .regularOnly).bytes(at: 0, count: 4)
    return beginning == ZipLayout.localSignature
  }

  /// The length of the archive's entries together, bytes.
  public var byteCount: Int { zip.entries.reduce(0) { $0 + $1.size } }

  /// Checks one bag after the other, in the order of their folders.
  /// - Parameters:
  ///   - onlyFolder: the folder of the only bag to be checked; nil checks all bags.
  ///   - roots: the certificates that the caller trusts as the seals' authorities.
  ///   - timestampRoots: the certificates that the caller trusts as the timestamps' authorities; nil stands for
  ///     `roots`.
  ///   - now: the moment for which a seal without a trusted timestamp is judged, seconds since 1970 UTC.
  ///   - isCancelled: a function that is called while files are read; true ends the reading.
  ///   - body: a function that receives each bag, which is valid only during the call.
  /// - Throws: `archive`, `cancelled`, and what `body` throws as an `ArchiveError`.
  public func forEachBag(
    only onlyFolder: String? = nil, trusting roots: [Certificate], timestampRoots: [Certificate]? = nil,
    now: Int64,
    isCancelled: () -> Bool = { false },
    _ body: (CheckedBag) throws(ArchiveError) -> Void
  ) throws(ArchiveError) {
    var entries = zip.entries[...]
    while let first = entries.first {
      let folder = Self.folder(of: first)
      let bag = entries.prefix { Self.folder(of: $0) == folder }
      entries = entries.dropFirst(bag.count)
      if let onlyFolder, folder != onlyFolder { continue }
      var check = BagCheck(
        folder: String(folder), entries: bag, zip: zip, roots: roots, timestampRoots: timestampRoots ?? roots,
        now: now)
      try body(try check.run(isCancelled: isCancelled))
    }
  }

  private static func folder(of entry: ZipEntry) -> Substring { entry.name.prefix { $0 != "/" } }
}
