import CLibDeflate

/// The objects of a PDF in the form of `PDFWriter`: one after the other from the header to the table, which
/// lists exactly them.
struct PDFObjects {
  struct Object {
    /// The offset of the object's first byte in the file.
    let offset: Int
    let value: PDFValue
    /// The place of a stream's bytes in the file; nil for an object without one.
    let stream: Range<Int>?

    var entries: [String: PDFValue]? { value.dictionary }
  }

  private let bytes: [UInt8]
  /// The objects by their numbers.
  private let objects: [Int: Object]
  private var unpackedBytes = 0
  /// The offsets of the streams that were unpacked.
  private var unpacked: Set<Int> = []
  let root: Object

  /// Reads all objects, the table, and the end of the file.
  init(_ bytes: [UInt8]) throws(PDFFault) {
    self.bytes = bytes
    let header = PDFValueReader(bytes, part: .header)
    let mark: [UInt8] = [0x25, 0xE2, 0xE3, 0xCF, 0xD3, 0x0A]
    guard header.starts(with: "%PDF-1."), bytes.count > 15, bytes[9..<15].elementsEqual(mark) else {
      throw header.fault
    }
    var objects: [Int: Object] = [:]
    var reader = PDFValueReader(bytes, from: 15, part: .object)
    while reader.next.map({ (48...57).contains($0) }) ?? false {
      guard objects.count < OwnPDFFile.maxObjects else { throw PDFFault(.size, at: reader.position) }
      let offset = reader.position
      let number = try reader.wholeNumber()
      guard objects[number] == nil else { throw PDFFault(.object, at: offset) }
      try reader.expect(" 0 obj\n")
      let value = try reader.value()
      var stream: Range<Int>?
      if reader.starts(with: "\nstream\n") {
        try reader.expect("\nstream\n")
        guard let count = value.dictionary?["Length"]?.whole, count >= 0, count <= bytes.count - reader.position
        else { throw PDFFault(.object, at: offset) }
        stream = reader.position..<(reader.position + count)
        reader.position += count
        try reader.expect("\nendstream")
      }
      try reader.expect("\nendobj\n")
      objects[number] = Object(offset: offset, value: value, stream: stream)
    }
    self.objects = objects
    root = try Self.root(of: objects, in: bytes, tableAt: reader.position)
  }

  subscript(_ value: PDFValue?) -> Object? { value?.reference.flatMap { objects[$0] } }

  /// The bytes of a stream, unpacked where the stream is packed.
  /// - Parameter maxBytes: the size of the largest stream that is read.
  mutating func unpacked(_ object: Object, maxBytes: Int = 32 << 20) throws(PDFFault) -> [UInt8] {
    guard let place = object.stream else { throw PDFFault(.stream, at: object.offset) }
    guard let filter = object.entries?["Filter"] else {
      guard place.count <= maxBytes else { throw PDFFault(.size, at: object.offset) }
      return Array(bytes[place])
    }
    guard filter == .name("FlateDecode"), object.entries?["DecodeParms"] == nil,
      let inflater = libdeflate_alloc_decompressor()
    else { throw PDFFault(.stream, at: object.offset) }
    defer { libdeflate_free_decompressor(inflater) }
    // deflate packs 1,032 bytes into one at most, so that room for more is never needed.
    let room = min(OwnPDFFile.maxUnpackedBytes - unpackedBytes, place.count * 1_032 + 64, maxBytes)
    var status = LIBDEFLATE_BAD_DATA
    var taken = 0
    let unpacked = bytes[place].withUnsafeBytes { packed in
      [UInt8](unsafeUninitializedCapacity: max(1, room)) { into, count in
        status = libdeflate_zlib_decompress_ex(
          inflater, packed.baseAddress, packed.count, into.baseAddress, into.count, &taken, &count)
        if status != LIBDEFLATE_SUCCESS { count = 0 }
      }
    }
    guard status != LIBDEFLATE_INSUFFICIENT_SPACE else { throw PDFFault(.size, at: object.offset) }
    guard status == LIBDEFLATE_SUCCESS, taken == place.count else { throw PDFFault(.stream, at: object.offset) }
    unpackedBytes += unpacked.count
    self.unpacked.insert(object.offset)
    // The copy has exactly the size of the bytes, so that the large buffer is freed.
    return Array(unpacked[...])
  }

  /// Unpacks the streams that have not been read, such as fonts, to find a stream that cannot be unpacked.
  mutating func checkOtherStreams() throws(PDFFault) {
    for (_, object) in objects.sorted(by: { $0.key < $1.key })
    where object.entries?["Filter"] == .name("FlateDecode") && !unpacked.contains(object.offset) {
      _ = try unpacked(object)
    }
  }

  // MARK: - The end of the file

  /// Compares the table with the objects, and finds the catalog.
  private static func root(of objects: [Int: Object], in bytes: [UInt8], tableAt table: Int) throws(PDFFault)
    -> Object
  {
    var lines = "xref\n0 \(objects.count + 1)\n0000000000 65535 f \n"
    for number in 0..<objects.count {
      guard let object = objects[number + 1] else { throw PDFFault(.reference, at: table) }
      let digits = String(object.offset)
      lines += String(repeating: "0", count: max(0, 10 - digits.count)) + digits + " 00000 n \n"
    }
    let expected = Array((lines + "trailer\n").utf8)
    let found = bytes[table..<min(bytes.count, table + expected.count)]
    if let index = zip(expected, found).enumerated().first(where: { $1.0 != $1.1 })?.offset {
      throw PDFFault(.table, at: table + index)
    }
    guard found.count == expected.count else { throw PDFFault(.table, at: bytes.count) }
    var reader = PDFValueReader(bytes, from: table + expected.count, part: .trailer)
    let start = reader.position
    guard let trailer = try reader.value().dictionary, Set(trailer.keys) == ["Size", "Root", "Info", "ID"],
      let number = trailer["Root"]?.reference, let root = objects[number],
      root.entries?["Type"] == .name("Catalog"), let identity = trailer["ID"]?.array?.first?.string,
      bytes[start..<reader.position].elementsEqual(
        Array(
          PDFWriter.trailer(
            size: objects.count + 1, root: number, information: number + 1, identity: identity
          ).utf8))
    else { throw PDFFault(.trailer, at: start) }
    guard bytes[reader.position...].elementsEqual(Array("\nstartxref\n\(table)\n%%EOF\n".utf8)) else {
      throw PDFFault(.table, at: reader.position)
    }
    var known = Set(PDFValue.dictionary(trailer).references)
    for object in objects.values { known.formUnion(object.value.references) }
    guard known == Set(objects.keys) else {
      let stray = known.symmetricDifference(objects.keys).min() ?? 0
      throw PDFFault(.reference, at: objects[stray]?.offset ?? table)
    }
    return root
  }
}
