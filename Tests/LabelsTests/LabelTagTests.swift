import Drawing
import Foundation
import Records
import TestSupport
import Testing

@testable import Labels

@Suite struct LabelTagTests {
  private static let hexadecimal = "000102030405060708090a0b0c0d0e0f101112131415161718191A1B1C1D1E1F"
  private let key = LabelTagKey(hexadecimal: Array("\(Self.hexadecimal)\n".utf8))

  @Test(.enabled(if: InstalledProgram("openssl").isInstalled, "openssl is missing"))
  func `a tag is the first 40 bits of the code's HMAC, as another program makes it`() throws {
    let key = try #require(key)
    let folder = TemporaryFolder()
    let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
    for number in 0..<20 {
      let code = Sample.code(466_560 + 991 * number)
      let file = try folder.write("code", code.description)
      let said = try InstalledProgram("openssl").output([
        "dgst", "-sha256", "-mac", "HMAC", "-macopt", "hexkey:\(Self.hexadecimal)", file,
      ])
      let sum = try #require(said.split(separator: " ").last).prefix(10)
      let bits = try #require(UInt64(sum, radix: 16))
      let expected = String((0..<8).map { alphabet[Int(bits >> UInt64(35 - 5 * $0) & 31)] })
      #expect(key.tag(of: code).text == expected)
    }
  }

  @Test func `the right tag is right, any other and another code's is not`() throws {
    let key = try #require(key)
    let other = try #require(LabelTagKey(hexadecimal: Array(repeating: UInt8(ascii: "7"), count: 32)))
    let (code, tag) = (Sample.code(), key.tag(of: Sample.code()))
    #expect(key.made(tag, for: code) && !other.made(tag, for: code))
    #expect(!key.made(tag, for: Sample.code(466_561)))
    #expect(LabelTag(tag.text.lowercased()) == tag)
    for text in ["", "1234567", "123456789", "1234567U", "1234567I", "1234567 ", "１２３４５６７８"] {
      #expect(LabelTag(text) == nil, "\(text)")
    }
  }

  @Test func `what is no key is none, and a key prints as nothing`() throws {
    for text in [
      "", "00", String(repeating: "0", count: 31), String(repeating: "0", count: 130),
      String(repeating: "g", count: 64),
    ] {
      #expect(LabelTagKey(hexadecimal: Array(text.utf8)) == nil, "\(text)")
    }
    let key = try #require(key)
    var dumped = ""
    dump(key, to: &dumped)
    for text in ["\(key)", String(reflecting: key), dumped] {
      #expect(!text.contains("1") && text.contains("key"))
    }
  }

  @Test(arguments: ["weld.example.cn", "mashanghan.example", "w.cn", "a-rather-long-name.weld.example.cn"])
  func `a tag stands behind the code, is left out of it, and keeps to the denser mode`(host: String) throws {
    let key = try #require(key)
    let code = Sample.code()
    let plain = try LabelPayload(platform: "https://\(host)", code: code)
    let tagged = try LabelPayload(platform: "https://\(host)", code: code, tag: key.tag(of: code))
    #expect(tagged.text == "\(plain.text).\(key.tag(of: code))")
    #expect(
      LabelPayload.code(in: tagged.text) == code && LabelPayload.tag(in: tagged.text) == key.tag(of: code))
    #expect(LabelPayload.tag(in: plain.text) == nil && LabelPayload.tag(in: plain.text + ".x") == nil)
    // Nine characters in alphanumeric mode take 49 or 50 bits instead of 72, which enlarges the symbol by at
    // most one version.
    let (with, without) = (
      try QRSymbol(tagged.text, atLeast: .quartile), try QRSymbol(plain.text, atLeast: .quartile)
    )
    #expect(with.moduleCount - without.moduleCount <= 4)
    let bytes = String(repeating: "x", count: tagged.text.utf8.count)
    #expect(with.moduleCount <= (try QRSymbol(bytes, atLeast: .quartile)).moduleCount)
  }

  @Test func `every template but the smallest has room for a tag, and it reads back`() throws {
    let key = try #require(key)
    let payload = try LabelPayload(
      platform: "https://weld.example.cn", code: Sample.code(), tag: key.tag(of: Sample.code()))
    for name in try Sample.catalogue.names() {
      let made = try LabelMaker(template: Sample.catalogue.template(named: name)).make(
        fields: Sample.fields, payload: payload)
      #expect(made.verified && made.readBack.hasSuffix(".\(key.tag(of: Sample.code()))"), "\(name)")
    }
  }
}
