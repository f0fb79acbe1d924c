import CLibDeflate
public import FoundationEssentials

/// An embedded file that is written as the last object of a PDF, so that it can describe all objects before it.
///
///     header · object · object · … · this file's object · table of objects · end
///     └──────── pieces ────────┘
///
/// The file is stored in zlib's format without compression, so that there is only one way to write it: a reader
/// makes the object anew and compares.
public struct PDFClosingAttachment {
  public let name: String
  public let mediaType: String
  /// Description of the file for its reader.
  public let description: String
  /// Makes the file from all pieces before it, in order. No piece contains the place of the seal with its byte
  /// range.
  let contents: (_ pieces: [PDFPiece]) throws(DrawingError) -> Data

  /// - Parameters:
  ///   - name: letters, digits, `-` and `.` of ASCII.
  ///   - contents: makes the file from all pieces before it.
  public init(
    name: String, mediaType: String, description: String,
    contents: @escaping (_ pieces: [PDFPiece]) throws(DrawingError) -> Data
  ) {
    self.name = name
    self.mediaType = mediaType
    self.description = description
    self.contents = contents
  }

  // MARK: - Read back

  /// The last object of a file, found only by the marks around it, so that it is found also where other objects
  /// are damaged.
  public struct Found: Hashable, Sendable {
    public let contents: Data
    /// The object's place in the file.
    public let place: Range<Int>
    private let object: [UInt8]

    /// Finds the last object; nil where the file has no such object before its table, or the object is damaged.
    public init?(in file: Data) {
      let bytes = Array(file)
      guard let end = Self.lastOffset(of: "\nendobj\nxref\n0 ", in: bytes[...]) else { return nil }
      let mark = "\nendobj\n".utf8.count
      guard let before = Self.lastOffset(of: "\nendobj\n", in: bytes[..<end]) else { return nil }
      place = (before + mark)..<(end + mark)
      object = Array(bytes[place])
      guard let data = Self.firstOffset(of: "\nstream\n", in: object[...]) else { return nil }
      let start = data + "\nstream\n".utf8.count
      let stop = object.count - "\nendstream\nendobj\n".utf8.count
      guard start <= stop, let contents = Self.unpacked(object[start..<stop]) else { return nil }
      self.contents = contents
    }

    /// Whether the object is, byte for byte, what is written for its contents.
    /// - Parameter date: the document's date as its metadata have it.
    public func isAsWritten(mediaType: String, date: String) -> Bool {
      let number = object.prefix { (48...57).contains($0) }
      return object
        == PDFWriter.object(
          Int(String(decoding: number, as: UTF8.self)) ?? 0,
          PDFClosingAttachment.body(contents, mediaType: mediaType, date: date))
    }

    private static func unpacked(_ packed: ArraySlice<UInt8>) -> Data? {
      guard let inflater = libdeflate_alloc_decompressor() else { return nil }
      defer { libdeflate_free_decompressor(inflater) }
      var size = 0
      // Stored bytes never grow when they are unpacked.
      var contents = Data(count: max(1, packed.count))
      let status = contents.withUnsafeMutableBytes { into in
        packed.withUnsafeBytes {
          libdeflate_zlib_decompress(inflater, $0.baseAddress, $0.count, into.baseAddress, into.count, &size)
        }
      }
      return status == LIBDEFLATE_SUCCESS ? contents.prefix(size) : nil
    }

    private static func firstOffset(of text: String, in bytes: ArraySlice<UInt8>) -> Int? {
      let text = Array(text.utf8)
      return bytes.indices.first { bytes[$0...].starts(with: text) }
    }

    private static func lastOffset(of text: String, in bytes: ArraySlice<UInt8>) -> Int? {
      let text = Array(text.utf8)
      return bytes.indices.last { bytes[$0] == text.first && bytes[$0...].starts(with: text) }
    }
  }

  // MARK: - Writing

  /// The body of the object that holds the file.
  static func body(_ contents: Data, mediaType: String, date: String) -> [UInt8] {
    PDFWriter.streamBody(
      PDFAttachment.entries(mediaType: mediaType, byteCount: contents.count, date: date)
        + "/Filter/FlateDecode", bytes: stored(Array(contents)))
  }

  /// Writes bytes in zlib's format (RFC 1950) as blocks that are not packed (RFC 1951, 3.2.4). Each text that
  /// looks like the key of a byte range is divided between two blocks, so that the file has only one such key.
  private static func stored(_ bytes: [UInt8]) -> [UInt8] {
    var text: [UInt8] = [0x78, 0x01]
    text.reserveCapacity(bytes.count + bytes.count / 65_535 * 5 + 16)
    var start = 0
    repeat {
      let room = start..<min(start + 65_535, bytes.count)
      let key = room.first { bytes[$0] == SealablePDF.key.first && bytes[$0...].starts(with: SealablePDF.key) }
      let end = key.map { $0 + 1 } ?? room.upperBound
      let count = UInt16(end - start)
      text.append(end == bytes.count ? 1 : 0)
      for half in [count, ~count] { text += [UInt8(half & 0xFF), UInt8(half >> 8)] }
      text += bytes[start..<end]
      start = end
    } while start < bytes.count
    let sum = libdeflate_adler32(1, bytes, bytes.count)
    return text + [24, 16, 8, 0].map { UInt8(sum >> $0 & 0xFF) }
  }
}
