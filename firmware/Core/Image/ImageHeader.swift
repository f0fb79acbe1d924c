/// What stands 0x200 bytes into an application image, after its vector table; numbers little-endian:
///
///     +0   magic "WTFW"               +24  chip, 16 bytes ASCII, zeros at the end
///     +4   header version u16 = 1     +40  lowest version it replaces, 3 × u16
///     +6   header length u16 = 80     +46  zero u16
///     +8   image length u32           +48  SHA-256 of the image, these 32 bytes as zeros
///     +12  load address u32           +80  the end
///     +16  version, 3 × u16
///     +22  product id u16
public struct ImageHeader: Sendable {
  public struct Version: Sendable, Equatable {
    public var major: UInt16
    public var minor: UInt16
    public var patch: UInt16

    public init(major: UInt16, minor: UInt16, patch: UInt16) {
      self.major = major
      self.minor = minor
      self.patch = patch
    }

    public static func < (left: Version, right: Version) -> Bool { left.ordinal < right.ordinal }

    /// `1.2.3` as ASCII.
    public var text: [UInt8] {
      var text = major.decimal
      text.append(0x2e)
      text.append(contentsOf: minor.decimal)
      text.append(0x2e)
      text.append(contentsOf: patch.decimal)
      return text
    }

    private var ordinal: UInt64 { UInt64(major) << 32 | UInt64(minor) << 16 | UInt64(patch) }
  }

  /// Why bytes are not an image that may be started.
  public enum Defect: Error, Equatable, Sendable {
    /// Fewer bytes than a vector table and a header.
    case tooShort
    case noMagic
    case unknownHeaderVersion(UInt16)
    /// The stated length is shorter than the header's end or longer than the bytes at hand.
    case impossibleLength(UInt32)
    case otherLoadAddress(UInt32)
    case stackPointerOutsideMemory(UInt32)
    case resetVectorOutsideImage(UInt32)
    case wrongDigest
  }

  /// Where the header stands in the image.
  public static var offset: Int { 0x200 }
  public static var size: Int { 80 }
  public static var digestOffset: Int { 48 }

  public var imageLength: UInt32
  public var loadAddress: UInt32
  public var version: Version
  public var productId: UInt16
  /// ASCII without the zeros at the end.
  public var chip: [UInt8]
  public var lowestReplaceableVersion: Version
  /// SHA-256, 32 bytes.
  public var digest: [UInt8]

  /// Reads a header and looks at nothing but its magic and its version.
  public init(_ bytes: [UInt8]) throws(Defect) {
    guard bytes.count >= Self.size else { throw .tooShort }
    guard bytes[0] == 0x57, bytes[1] == 0x54, bytes[2] == 0x46, bytes[3] == 0x57 else { throw .noMagic }
    func half(_ offset: Int) -> UInt16 { bytes.littleEndian(at: offset) ?? 0 }
    func word(_ offset: Int) -> UInt32 { bytes.littleEndian(at: offset) ?? 0 }
    guard half(4) == 1, half(6) == UInt16(Self.size) else { throw .unknownHeaderVersion(half(4)) }
    imageLength = word(8)
    loadAddress = word(12)
    version = Version(major: half(16), minor: half(18), patch: half(20))
    productId = half(22)
    var chip: [UInt8] = []
    for index in 24..<40 where bytes[index] != 0 { chip.append(bytes[index]) }
    self.chip = chip
    lowestReplaceableVersion = Version(major: half(40), minor: half(42), patch: half(44))
    digest = Array(bytes[Self.digestOffset..<Self.size])
  }

  // MARK: - Checking a whole image

  /// Checks the image that is loaded at `address` and may take up to `capacity` bytes: vector table, header and
  /// digest. `read` gives `count` bytes from an offset into the image, fewer only at the end of what is there.
  public static func check(
    at address: UInt32, capacity: UInt32, read: (_ offset: Int, _ count: Int) -> [UInt8]
  ) throws(Defect) -> ImageHeader {
    let start = offset &+ size
    guard Int(capacity) >= start, address <= UInt32.max &- capacity else { throw .tooShort }
    let header = try ImageHeader(read(offset, size))
    guard header.imageLength >= UInt32(start), header.imageLength <= capacity else {
      throw .impossibleLength(header.imageLength)
    }
    guard header.loadAddress == address else { throw .otherLoadAddress(header.loadAddress) }
    try checkVectors(
      read(0, 8), code: address &+ UInt32(start)..<address &+ header.imageLength)

    var hash = SHA256()
    let digestStart = offset &+ digestOffset
    let length = Int(header.imageLength)
    var position = 0
    while position < length {
      let count = min(256, length &- position)
      let bytes = read(position, count)
      guard bytes.count == count else { throw .tooShort }
      for index in 0..<count {
        let at = position &+ index
        hash.update(at >= digestStart && at < digestStart &+ SHA256.digestSize ? 0 : bytes[index])
      }
      position &+= count
    }
    guard HMACSHA256.matches(hash.finish(), header.digest) else { throw .wrongDigest }
    return header
  }

  /// Checks an image held in memory; bytes past its stated length are not looked at.
  public static func check(_ image: [UInt8], at address: UInt32) throws(Defect) -> ImageHeader {
    try check(at: address, capacity: UInt32(clamping: image.count)) { offset, count in
      offset < image.count ? Array(image[offset..<min(offset &+ count, image.count)]) : []
    }
  }

  /// Checks the first two vectors of a table: the stack starts in memory, and reset leads into `code` in Thumb
  /// state. This is all there is to check of a boot block.
  public static func checkVectors(_ table: [UInt8], code: Range<UInt32>) throws(Defect) {
    guard let stack = table.littleEndian(UInt32.self, at: 0),
      let reset = table.littleEndian(UInt32.self, at: 4)
    else { throw .tooShort }
    guard FlashMap.isStackTop(stack) else { throw .stackPointerOutsideMemory(stack) }
    guard reset & 1 == 1, code.contains(reset & ~1) else { throw .resetVectorOutsideImage(reset) }
  }

  /// Checks everything that a chip's flash needs to run: a boot block whose vectors are sane and the application
  /// behind it. `read` takes absolute addresses.
  public static func checkFlash(
    read: (_ address: UInt32, _ count: Int) -> [UInt8]
  ) throws(Defect) -> ImageHeader {
    try checkVectors(
      read(FlashMap.bootBlock, 8),
      code: FlashMap.bootBlock..<FlashMap.bootBlock &+ FlashMap.bootBlockSize)
    return try check(at: FlashMap.application, capacity: FlashMap.applicationSize) { offset, count in
      read(FlashMap.application &+ UInt32(truncatingIfNeeded: offset), count)
    }
  }
}
