/// An application image as it is uploaded, in the container of MCUboot
/// (<https://docs.mcuboot.com/design.html#image-format>); numbers little-endian:
///
///     +0    magic u32 = 0x96F3B83D           +20  version: u8, u8, u16
///     +4    load address u32                 +24  build number u32 = 0
///     +8    header length u16 = 32           +28  zero u32
///     +10   protected trailer u16 = 0        +32  the image
///     +12   image length u32                 …    0x6907 u16, length of the trailer u16
///     +16   flags u32 = 0                    …    0x0010 u16, 32 u16, SHA-256 of header and image
///
/// The header follows from the image's own, so that an image has one container hash however it came to the module.
struct UpdateContainer {
  static var headerSize: Int { 32 }
  /// The least trailer: its own head and the digest with its head.
  static var trailerSize: Int { 40 }
  /// From the start of an uploaded file to the end of the image's own header.
  static var headersEnd: Int { headerSize &+ ImageHeader.offset &+ ImageHeader.size }

  var image: ImageHeader
  /// SHA-256 of header and image as the trailer states it.
  var hash: [UInt8]

  /// The container's header for an image.
  static func header(for image: ImageHeader) -> [UInt8] {
    var bytes: [UInt8] = [0x3d, 0xb8, 0xf3, 0x96]
    bytes.reserveCapacity(headerSize)
    bytes.append(littleEndian: image.loadAddress)
    bytes.append(littleEndian: UInt32(truncatingIfNeeded: headerSize))
    bytes.append(littleEndian: image.imageLength)
    bytes.append(littleEndian: 0 as UInt32)
    bytes.append(UInt8(truncatingIfNeeded: image.version.major))
    bytes.append(UInt8(truncatingIfNeeded: image.version.minor))
    bytes.append(littleEndian: image.version.patch)
    bytes.append(littleEndian: 0 as UInt64)
    return bytes
  }

  /// The hash of the container that `image`, which stands at `address`, has or would have.
  static func hash(of image: ImageHeader, at address: UInt32, _ board: borrowing some Board) -> [UInt8] {
    var hash = SHA256()
    hash.update(header(for: image))
    UpdateSlot.hash(
      address, min(Int(image.imageLength), Int(FlashMap.applicationSize)), into: &hash, board)
    return hash.finish()
  }

  /// The headers of what stands in the upload's sector, or nil where they are not a container's for this place. The
  /// image itself is not looked at.
  static func headers(_ board: borrowing some Board) -> ImageHeader? {
    let start = FlashMap.upload &+ UInt32(truncatingIfNeeded: headerSize &+ ImageHeader.offset)
    guard let image = try? ImageHeader(board.readFlash(start, count: ImageHeader.size)),
      image.loadAddress == FlashMap.application, image.imageLength & 3 == 0,
      image.imageLength >= UInt32(truncatingIfNeeded: ImageHeader.offset &+ ImageHeader.size),
      image.imageLength <= FlashMap.applicationSize,
      board.readFlash(FlashMap.upload, count: headerSize) == header(for: image)
    else { return nil }
    return image
  }

  /// Reads the container in the upload's sector, or nil where there is no whole one. Whether its hash is right is
  /// another question.
  init?(_ board: borrowing some Board) {
    guard let image = Self.headers(board) else { return nil }
    let trailer = board.readFlash(
      FlashMap.upload &+ UInt32(truncatingIfNeeded: Self.headerSize) &+ image.imageLength,
      count: Self.trailerSize)
    // The digest comes first; a signature might follow it.
    guard let size = trailer.littleEndian(UInt16.self, at: 2), Int(size) >= Self.trailerSize,
      trailer.littleEndian(UInt16.self, at: 0) == 0x6907,
      trailer.littleEndian(UInt32.self, at: 4) == 32 << 16 | 0x10
    else { return nil }
    self.image = image
    hash = Array(trailer[8...])
  }

  /// Whether the image is the one that the trailer's hash was made of.
  func isIntact(_ board: borrowing some Board) -> Bool {
    Self.hash(of: image, at: FlashMap.upload &+ UInt32(truncatingIfNeeded: Self.headerSize), board) == hash
  }
}
