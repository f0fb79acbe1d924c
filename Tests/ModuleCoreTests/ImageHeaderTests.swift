import Testing

@testable import ModuleCore

@Suite struct ImageHeaderTests {
  /// An image of 1,000 bytes for 0x08010000 that is right in every respect.
  static func image(version: (UInt16, UInt16, UInt16) = (1, 2, 3)) -> [UInt8] {
    var image = [UInt8](repeating: 0x11, count: 1000)
    func put(_ bytes: [UInt8], at offset: Int) {
      image.replaceSubrange(offset..<offset + bytes.count, with: bytes)
    }
    func number<N: FixedWidthInteger>(_ number: N) -> [UInt8] {
      var bytes: [UInt8] = []
      bytes.append(littleEndian: number)
      return bytes
    }
    put(number(0x2002_0000 as UInt32), at: 0)
    put(number(0x0801_0251 as UInt32), at: 4)
    put(
      Array("WTFW".utf8) + number(1 as UInt16) + number(80 as UInt16) + number(1000 as UInt32)
        + number(0x0801_0000 as UInt32), at: 0x200)
    put(number(version.0) + number(version.1) + number(version.2) + number(0x413 as UInt16), at: 0x210)
    put(Array("STM32F405".utf8) + [UInt8](repeating: 0, count: 7), at: 0x218)
    put([UInt8](repeating: 0, count: 40), at: 0x228)
    put(SHA256.digest(image), at: 0x230)
    return image
  }

  /// MCUboot's container around an image of version 1.2.3 or the given one, written out byte by byte.
  static func container(of image: [UInt8], version: [UInt8] = [1, 2, 3, 0]) -> [UInt8] {
    var length: [UInt8] = []
    length.append(littleEndian: UInt32(image.count))
    let body =
      hex("3db8f396 00000108 2000 0000") + length + hex("00000000") + version + hex("00000000 00000000") + image
    return body + hex("0769 2800 1000 2000") + SHA256.digest(body)
  }

  @Test func `a good image gives its header`() throws {
    let header = try ImageHeader.check(Self.image() + [1, 2, 3], at: 0x0801_0000)
    #expect(header.version.text == Array("1.2.3".utf8))
    #expect(header.chip == Array("STM32F405".utf8))
    #expect(header.productID == 0x413 && header.imageLength == 1000)
  }

  @Test(
    arguments: [
      (0x200, 0x00, ImageHeader.Defect.noMagic), (0x204, 2, .unknownHeaderVersion(2)),
      (0x209, 0x00, .impossibleLength(0xe8)), (0x20b, 0x80, .impossibleLength(0x8000_03e8)),
      (0x20e, 0x02, .otherLoadAddress(0x0802_0000)), (3, 0x30, .stackPointerOutsideMemory(0x3002_0000)),
      (0, 0x01, .stackPointerOutsideMemory(0x2002_0001)), (4, 0x50, .resetVectorOutsideImage(0x0801_0250)),
      (5, 0x01, .resetVectorOutsideImage(0x0801_0151)), (5, 0x04, .resetVectorOutsideImage(0x0801_0451)),
      (999, 0x12, .wrongDigest), (0x230, 0xff, .wrongDigest),
    ] as [(Int, UInt8, ImageHeader.Defect)])
  func `A damaged image is refused with the reason`(offset: Int, value: UInt8, defect: ImageHeader.Defect) {
    var image = Self.image()
    if offset == 0x230 { image[offset] ^= value } else { image[offset] = value }
    #expect(throws: defect) { try ImageHeader.check(image, at: 0x0801_0000) }
  }

  @Test func `an image that is cut off is refused`() {
    let image = Self.image()
    for count in [0, 8, 0x200, 0x24f] {
      #expect(throws: ImageHeader.Defect.tooShort) {
        try ImageHeader.check(Array(image[..<count]), at: 0x0801_0000)
      }
    }
    #expect(throws: ImageHeader.Defect.impossibleLength(1000)) {
      try ImageHeader.check(Array(image[..<999]), at: 0x0801_0000)
    }
  }

  @Test func `an erased flash holds no image`() {
    #expect(throws: ImageHeader.Defect.stackPointerOutsideMemory(0xffff_ffff)) {
      try ImageHeader.checkFlash { _, count in [UInt8](repeating: 0xff, count: count) }
    }
  }

  @Test func `versions are ordered by their numbers`() {
    let ten = ImageHeader.Version(major: 0, minor: 10, patch: 0)
    #expect(ImageHeader.Version(major: 0, minor: 9, patch: 65535) < ten)
    #expect(!(ten < ten))
    #expect(ten.text == Array("0.10.0".utf8))
  }

  @Test func `sectors cover the flash without a gap`() throws {
    var next = FlashMap.base
    for index in 0..<FlashMap.sectorCount {
      let sector = try #require(FlashMap.sector(index))
      #expect(sector.address == next)
      next += sector.size
    }
    #expect(next == FlashMap.base + FlashMap.size)
    #expect(FlashMap.sector(12) == nil && FlashMap.sector(-1) == nil)
  }
}
