import TestSupport
import Testing

@testable import ModuleCore

@Suite struct CBORTests {
  /// The examples are those of RFC 8949, appendix A.
  @Test(
    arguments: [
      ("00", 0), ("17", 23), ("1818", 24), ("1903e8", 1000), ("1a000f4240", 1_000_000),
      ("1b000000e8d4a51000", 1_000_000_000_000), ("20", -1), ("3863", -100), ("3903e7", -1000),
      ("3b7fffffffffffffff", Int64.min), ("1b7fffffffffffffff", Int64.max),
    ] as [(String, Int64)])
  func `Integers of RFC 8949 are read`(bytes: String, value: Int64) throws {
    #expect(try CBORItem(hex(bytes)).integer == value)
  }

  @Test func `integers that do not fit are nil`() throws {
    #expect(try CBORItem(hex("1bffffffffffffffff")).unsigned == UInt64.max)
    #expect(try CBORItem(hex("1bffffffffffffffff")).integer == nil)
    #expect(try CBORItem(hex("3bffffffffffffffff")).integer == nil)
    #expect(try CBORItem(hex("20")).unsigned == nil)
  }

  @Test func `strings are read whole and in chunks`() throws {
    #expect(try CBORItem(hex("4401020304")).byteString == [1, 2, 3, 4])
    #expect(try CBORItem(hex("5f42010243030405ff")).byteString == [1, 2, 3, 4, 5])
    #expect(try CBORItem(hex("62c3bc")).string == "ü")
    #expect(try CBORItem(hex("7f657374726561646d696e67ff")).string == "streaming")
    #expect(try CBORItem(hex("62c328")).string == nil)
    #expect(try CBORItem(hex("62c328")).text == hex("c328"))
  }

  @Test func `simple values are read`() throws {
    #expect(try CBORItem(hex("f4")).boolean == false)
    #expect(try CBORItem(hex("f5")).boolean == true)
    #expect(try CBORItem(hex("f6")).isNull)
    #expect(try CBORItem(hex("f93e00")).boolean == nil)
    #expect(try CBORItem(hex("f814")).boolean == nil)
  }

  @Test(arguments: [
    "a2 6178 82 01 a1 6179 f6 626374 18 2a", "bf 6178 9f 01 bf 6179 f6 ff ff 626374 18 2a ff",
    "a3 05 f9 3e00 626374 18 2a 626374 00", "bf c0 6178 c1 01 7f 6163 6174 ff 18 2a 626374 d8 20 182a ff",
  ])
  func `A field is found beside unknown ones in a map, definite or not`(bytes: String) throws {
    let map = try CBORItem(hex(bytes))
    #expect(map["ct"]?.unsigned == 42 || map["cat"]?.unsigned == 42)
    #expect(map["none"] == nil)
  }

  @Test func `an array gives its items`() throws {
    let items = try #require(try CBORItem(hex("9f 01 820203 9f 04 05 ff ff")).elements)
    #expect(items.count == 3)
    #expect(items[1].elements?.compactMap(\.unsigned) == [2, 3])
    #expect(items[2].elements?.compactMap(\.unsigned) == [4, 5])
    #expect(try CBORItem(hex("a0")).elements == nil)
  }

  @Test(
    arguments: [
      ("", CBORDefect.truncated), ("18", .truncated), ("1900", .truncated), ("4401", .truncated),
      ("a161", .truncated), ("a16161", .truncated), ("bf6161", .truncated), ("5f4101", .truncated),
      ("5bffffffffffffffff00", .truncated), ("9bffffffffffffffff00", .truncated),
      ("bbffffffffffffffff0000", .truncated), ("1c", .malformed), ("ff", .malformed), ("81ff", .malformed),
      ("1f", .malformed), ("df00", .malformed), ("5f6161ff", .malformed), ("5f5f4101ffff", .malformed),
      ("bf00ff", .malformed), ("0000", .trailingBytes), ("a000", .trailingBytes),
      ("818181818181818100", .tooDeep), ("9f9f9f9f9f9f9f9f", .tooDeep), ("c0c0c0c0c0c0c0c000", .tooDeep),
    ] as [(String, CBORDefect)])
  func `Bytes that are no CBOR are refused with the reason`(bytes: String, defect: CBORDefect) {
    #expect(throws: defect) { try CBORItem(hex(bytes)) }
  }

  @Test func `what is written has the shortest heads`() throws {
    var inner = CBORMapWriter()
    inner.put("rc", unsigned: 8)
    var map = CBORMapWriter()
    map.put("a", unsigned: 23)
    map.put("b", integer: -1000)
    map.put("c", boolean: true)
    map.put("d", bytes: [1, 2])
    map.put("e", string: "ü")
    map.put("f", map: inner)
    map.put("g", maps: [inner, inner])
    map.put("h", integer: Int64.min)
    map.put("i", unsigned: 0x1_0000)
    let bytes = hex(
      """
      a9 6161 17 6162 3903e7 6163 f5 6164 420102 6165 62c3bc 6166 a1 627263 08
      6167 82 a1 627263 08 a1 627263 08 6168 3b7fffffffffffffff 6169 1a00010000
      """)
    #expect(map.encoded == bytes)
    let read = try CBORItem(map.encoded)
    #expect(read["h"]?.integer == Int64.min)
    #expect(read["g"]?.elements?[1]["rc"]?.unsigned == 8)
  }

  @Test func `thirty thousand random texts are read or refused without a trap`() {
    var random = SplitMix64(seed: 4)
    let heads: [UInt8] = [0x9f, 0xbf, 0xff, 0xa1, 0x81, 0x5f, 0x7f, 0x41, 0x61, 0xc0, 0x1b, 0x5b, 0x00]
    var opened = 0
    for _ in 0..<30_000 {
      let bytes = (0..<Int.random(in: 0...24, using: &random)).map { _ in
        Bool.random(using: &random)
          ? heads.randomElement(using: &random) ?? 0 : UInt8.random(in: 0...255, using: &random)
      }
      guard let item = try? CBORItem(bytes) else { continue }
      opened += 1
      _ = (item.unsigned, item.integer, item.boolean, item.isNull, item.byteString, item.string)
      _ = (item.elements?.count, item["a"]?.elements?.count)
    }
    #expect(opened > 300)
  }
}
