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
/// The container's header follows from the image's own header, so that an image has the same container hash
/// however it came to the module.
struct UpdateContainer {
  static var magic: UInt32 { 0x96f3_b83d }
  static var headerSize: Int { 32 }
  /// Number of bytes of the smallest trailer: its head (4), and the digest with a head of its own (36).
  static var trailerSize: Int { 40 }
  /// Bytes from the start of an uploaded file to the end of the image's own header.
  static var headersEnd: Int { headerSize &+ ImageHeader.offset &+ ImageHeader.size }

  /// Address of the uploaded image, after its container's header.
  static var imageAddress: UInt32 { FlashMap.upload &+ UInt32(truncatingIfNeeded: headerSize) }

  var image: ImageHeader
  /// SHA-256 of header and image as the trailer states it.
  var hash: Octets

  /// The container's header for an image.
  @inline(never)
  static func header(for image: ImageHeader) -> Octets {
    var bytes = Octets()
    bytes.append(littleEndian: magic)
    bytes.append(littleEndian: image.loadAddress)
    bytes.append(littleEndian: UInt32(truncatingIfNeeded: headerSize))
    bytes.append(littleEndian: image.imageLength)
    bytes.append(littleEndian: 0)
    bytes.append(
      littleEndian: UInt32(image.version.major & 0xff) | UInt32(image.version.minor & 0xff) << 8
        | UInt32(image.version.patch) << 16)
    bytes.append(littleEndian: 0)
    bytes.append(littleEndian: 0)
    return bytes
  }

  /// The hash of the container of `image`, whose bytes are at `address`. The running image has no container;
  /// the hash is then the one that its container would have.
  @inline(never)
  static func hash(of image: ImageHeader, at address: UInt32, _ board: borrowing some Board) -> Octets {
    var hash = SHA256()
    hash.update(header(for: image))
    UpdateSlot.hash(address, min(image.imageLength, FlashMap.applicationSize), into: &hash, board)
    return hash.finish()
  }

  /// Reads the container's and the image's header in the upload's sector, and returns the image's; nil where
  /// they are not the headers of a container for this place. The image itself is not read.
  @inline(never)
  static func headers(_ board: borrowing some Board) -> ImageHeader? {
    let start = imageAddress &+ UInt32(truncatingIfNeeded: ImageHeader.offset)
    guard let image = UpdateSlot.header(at: start, board),
      image.loadAddress == FlashMap.application, image.imageLength & 3 == 0,
      image.imageLength >= UInt32(truncatingIfNeeded: ImageHeader.offset &+ ImageHeader.size),
      image.imageLength <= FlashMap.applicationSize
    else { return nil }
    return UpdateSlot.octets(FlashMap.upload, headerSize, board).matches(header(for: image)) ? image : nil
  }

  /// Reads the container in the upload's sector; nil where there is no whole one. The hash is not checked.
  @inline(never)
  init?(_ board: borrowing some Board) {
    guard let image = Self.headers(board) else { return nil }
    let trailer = Self.imageAddress &+ image.imageLength
    let head = board.flashWord(trailer)
    // The digest comes first; a signature might follow it.
    guard head >> 16 >= UInt32(truncatingIfNeeded: Self.trailerSize), head & 0xffff == 0x6907,
      board.flashWord(trailer &+ 4) == 32 << 16 | 0x10
    else { return nil }
    self.image = image
    hash = UpdateSlot.octets(trailer &+ 8, SHA256.digestSize, board)
  }

  /// Whether the image is the one that the trailer's hash was made of.
  func isIntact(_ board: borrowing some Board) -> Bool {
    Self.hash(of: image, at: Self.imageAddress, board).matches(hash)
  }
}
