import Foundation
import TestSupport
import Testing

@testable import Drawing

@Suite struct SealablePDFTests {
  /// A file with an empty place in it, and nothing else that a reader of PDF would look for.
  private static func unsealed(before: String = "%PDF-1.7\n1 0 obj\n<<", after: String = ">>\nendobj\n") -> Data
  {
    var bytes = Data(before.utf8)
    let entries = bytes.count
    bytes += SealablePDF.entries + Data(after.utf8) + Data("%%EOF\n".utf8)
    SealablePDF.fillByteRange(of: &bytes, entriesAt: entries)
    return bytes
  }

  /// One DER value with its length in the shortest form, the rest of it arbitrary.
  private static func seal(_ count: Int, seed: UInt64 = 7) -> [UInt8] {
    var random = SplitMix64(seed: seed)
    let body = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
    switch count {
    case 0..<0x80: return [0x30, UInt8(count)] + body
    case 0x80..<0x100: return [0x30, 0x81, UInt8(count)] + body
    default: return [0x30, 0x82, UInt8(count >> 8), UInt8(count & 255)] + body
    }
  }

  private static func sealed(_ count: Int = 900) throws -> Data {
    try SealablePDF(unsealed: unsealed()).sealed(with: seal(count))
  }

  /// The fault of a file, and the offset that it names.
  private static func fault(of file: Data) -> (Int, SealablePDF.Fault)? {
    do throws(DrawingError) {
      _ = try SealablePDF(sealed: file)
      return nil
    } catch {
      guard case .sealedPDF(let offset, let fault) = error else { return nil }
      return (offset, fault)
    }
  }

  @Test(arguments: [1, 127, 128, 255, 256, 975, 3_856, 12_284])
  func `a seal is read back from its place and the rest of the file is what it was made over`(count: Int) throws
  {
    let file = try SealablePDF(unsealed: Self.unsealed())
    let sealed = try file.sealed(with: Self.seal(count))
    let read = try SealablePDF(sealed: sealed)
    #expect(read.contents == Self.seal(count))
    #expect(read.signedContent == file.signedContent)
    #expect(sealed.count == file.bytes.count)
    // The byte range, taken as another program takes it, covers the same bytes.
    let text = String(decoding: sealed, as: UTF8.self)
    let range = try #require(text.firstMatch(of: #/\/ByteRange\[(\d+) (\d+) (\d+) (\d+)\]/#)).output
    let (first, second, count) = (Int(range.2) ?? 0, Int(range.3) ?? 0, Int(range.4) ?? 0)
    #expect(range.1 == "0" && second + count == sealed.count)
    #expect(sealed.prefix(first) + sealed.suffix(count) == read.signedContent)
    #expect(sealed[first] == UInt8(ascii: "<") && sealed[second - 1] == UInt8(ascii: ">"))
  }

  @Test func `a file that was sealed is sealed again with a longer or shorter seal`() throws {
    let first = try Self.sealed(3_000)
    let again = try SealablePDF(sealed: first).sealed(with: Self.seal(40, seed: 8))
    #expect(try SealablePDF(sealed: again).contents == Self.seal(40, seed: 8))
    #expect(try SealablePDF(sealed: again).sealed(with: Self.seal(3_000)) == first)
  }

  @Test func `a slice of other bytes is read like a file`() throws {
    let file = try Self.sealed()
    let slice = (Data("before".utf8) + file)[6...]
    #expect(try SealablePDF(sealed: slice) == SealablePDF(sealed: file))
  }

  @Test func `a seal larger than its place or no single value is refused`() throws {
    let file = try SealablePDF(unsealed: Self.unsealed())
    let place = file.place.lowerBound
    #expect(throws: DrawingError.sealedPDF(offset: place, .sealTooLarge(bytes: 12_289))) {
      try file.sealed(with: Self.seal(12_285))
    }
    let noValues: [[UInt8]] = [
      [], [0x31, 0x01, 0x00], Self.seal(9) + [0], Array(Self.seal(9).dropLast()), [0x30, 0x80, 0, 0],
      [0x30, 0x81, 0x01, 0],
    ]
    for bytes in noValues {
      #expect(throws: DrawingError.sealedPDF(offset: place, .length), "\(bytes)") {
        try file.sealed(with: bytes)
      }
    }
  }

  @Test func `what another program could have written instead is refused at its place`() throws {
    let file = try Self.sealed()
    let place = try SealablePDF(sealed: file).place
    func changed(_ offset: Int, _ text: String) -> Data {
      var copy = file
      copy.replaceSubrange(offset..<(offset + text.utf8.count), with: Data(text.utf8))
      return copy
    }
    #expect(Self.fault(of: file) == nil)
    let letter = try #require(file[place].firstIndex { (97...102).contains($0) })
    let capital = String(decoding: [file[letter] - 32], as: UTF8.self)
    #expect(try #require(Self.fault(of: changed(letter, capital))) == (letter, .digit))
    #expect(try #require(Self.fault(of: changed(place.upperBound - 1, " "))) == (place.upperBound - 1, .digit))
    #expect(
      try #require(Self.fault(of: changed(place.upperBound - 1, "1"))) == (place.upperBound - 1, .padding))
    #expect(try #require(Self.fault(of: changed(place.lowerBound, "31"))) == (place.lowerBound, .length))
    #expect(try #require(Self.fault(of: changed(place.upperBound, "0"))) == (place.upperBound, .place))
    #expect(try #require(Self.fault(of: changed(place.lowerBound - 1, "("))).1 == .place)
    let range = try #require(file.firstRange(of: Data("[0 ".utf8))).lowerBound
    #expect(try #require(Self.fault(of: changed(range + 1, "1"))) == (range + 1, .byteRange))
    #expect(try #require(Self.fault(of: changed(range + 35, "0"))) == (range + 35, .byteRange))
    #expect(try #require(Self.fault(of: file + Data("\n".utf8))) == (file.count, .bytesAfterEnd))
    #expect(try #require(Self.fault(of: file + Data("more\n%%EOF\n".utf8))) == (file.count, .bytesAfterEnd))
    #expect(try #require(Self.fault(of: file.dropLast())) == (file.count - 1, .end))
    #expect(try #require(Self.fault(of: Data("%PDF-1.7\n%%EOF\n".utf8))) == (0, .noByteRange))
    #expect(try #require(Self.fault(of: Self.unsealed())) == (place.lowerBound, .notSealed))
  }

  @Test func `a second byte range is refused wherever it stands`() throws {
    let text = "(/ByteRange[0 1 2 3])"
    let behind = Self.unsealed(after: text)
    let second = try #require(behind.lastRange(of: Data("/ByteRange".utf8))).lowerBound
    #expect(try #require(Self.fault(of: behind)) == (second, .secondByteRange))
    #expect(try #require(Self.fault(of: Self.unsealed(before: text))).1 == .secondByteRange)
    #expect(throws: DrawingError.sealedPDF(offset: second, .secondByteRange)) {
      try SealablePDF(unsealed: behind)
    }
  }

  /// The seal protects the bytes outside the place; the place and its byte range are read strictly.
  @Test func `every changed bit of the place and its byte range is refused or changes the seal`() throws {
    let file = try Self.sealed()
    let read = try SealablePDF(sealed: file)
    let start = try #require(file.firstRange(of: Data("/ByteRange".utf8))).lowerBound
    var random = SplitMix64(seed: 23)
    for _ in 0..<1_000 {
      let offset = Int.random(in: start...read.place.upperBound, using: &random)
      var copy = file
      copy[offset] ^= 1 << UInt8.random(in: 0...7, using: &random)
      let changed = try? SealablePDF(sealed: copy)
      #expect(changed == nil || changed?.contents != read.contents, "\(offset)")
    }
  }
}
