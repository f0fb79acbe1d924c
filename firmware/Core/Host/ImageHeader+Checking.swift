// Checks whether a whole image may be started, for the laptop and the bench.
extension ImageHeader {
  /// Reads a header and checks only its magic number and its version.
  public init(_ bytes: [UInt8]) throws(Defect) {
    guard bytes.count >= Self.size else { throw .tooShort }
    try self.init { bytes.littleEndian(at: Int($0)) ?? 0 }
  }

  /// Checks the image that is loaded at `address` and may have up to `capacity` bytes: vector table, header and
  /// digest.
  /// - Parameters:
  ///   - stackTops: valid initial values of the stack pointer in this chip.
  ///   - read: gives `count` bytes from an offset in the image, and fewer only at its end.
  public static func check(
    at address: UInt32, capacity: UInt32, stackTops: [ClosedRange<UInt32>] = FlashMap.stackTops,
    read: (_ offset: Int, _ count: Int) -> [UInt8]
  ) throws(Defect) -> ImageHeader {
    let start = offset &+ size
    guard Int(capacity) >= start, address <= UInt32.max &- capacity else { throw .tooShort }
    let header = try ImageHeader(read(offset, size))
    guard header.imageLength >= UInt32(start), header.imageLength <= capacity else {
      throw .impossibleLength(header.imageLength)
    }
    guard header.loadAddress == address else { throw .otherLoadAddress(header.loadAddress) }
    try checkVectors(
      read(0, 8), code: address &+ UInt32(start)..<address &+ header.imageLength, stackTops: stackTops)

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
    guard hash.finish().matches(header.digest) else { throw .wrongDigest }
    return header
  }

  /// Checks an image in memory and ignores bytes beyond its stated length.
  public static func check(
    _ image: [UInt8], at address: UInt32, stackTops: [ClosedRange<UInt32>] = FlashMap.stackTops
  ) throws(Defect) -> ImageHeader {
    try check(at: address, capacity: UInt32(clamping: image.count), stackTops: stackTops) { offset, count in
      offset < image.count ? Array(image[offset..<min(offset &+ count, image.count)]) : []
    }
  }

  /// Checks the first two vectors of a table: the stack pointer is in memory, and reset leads into `code` in
  /// Thumb state. A boot block needs no other check.
  public static func checkVectors(
    _ table: [UInt8], code: Range<UInt32>, stackTops: [ClosedRange<UInt32>] = FlashMap.stackTops
  ) throws(Defect) {
    guard let stack = table.littleEndian(UInt32.self, at: 0),
      let reset = table.littleEndian(UInt32.self, at: 4)
    else { throw .tooShort }
    guard stack & 3 == 0, stackTops.contains(where: { $0.contains(stack) }) else {
      throw .stackPointerOutsideMemory(stack)
    }
    guard reset & 1 == 1, code.contains(reset & ~1) else { throw .resetVectorOutsideImage(reset) }
  }

  /// Checks everything that a chip's flash needs to run: a boot block with valid vectors, and the application
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
