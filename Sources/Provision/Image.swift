internal import Cryptography
internal import FoundationEssentials
internal import Glibc
internal import ModuleCore

/// A firmware image that agrees with its manifest: size, digest, pieces, vector table and application header.
/// Whether it is for the chip at hand is the flasher's question.
public struct Image: Hashable, Sendable {
  public let manifest: ImageManifest
  public let bytes: [UInt8]

  /// The largest flash of any chip we know, and a manifest of any sensible length.
  private static let byteLimit = 4 << 20
  private static let manifestByteLimit = 64 << 10

  /// - Parameter chips: among these the manifest's product id is looked up; one that is not there is refused when
  ///   the chip is known (`FlashError.wrongChip`), and pieces are then checked against nothing here.
  public init(manifest: ImageManifest, bytes: [UInt8], chips: [ChipModel] = ChipModel.known) throws(ImageFault)
  {
    guard bytes.count == manifest.bytes else { throw .size(stated: manifest.bytes, found: bytes.count) }
    let digest = SHA256Digest(of: bytes).hex
    guard digest == manifest.sha256 else { throw .digest(stated: manifest.sha256, found: digest) }
    self.manifest = manifest
    self.bytes = bytes
    try checkSegments()
    if let chip = chips.first(where: { $0.productID == manifest.productId }) { try check(for: chip) }
  }

  public init(imagePath: String, manifestPath: String) throws(ImageFault) {
    let manifest = try ImageManifest(
      json: Self.read(manifestPath, limit: Self.manifestByteLimit))
    try self.init(manifest: manifest, bytes: Self.read(imagePath, limit: Self.byteLimit))
  }

  /// The image that the manifest names, or else the file called like it with `.bin`.
  public init(manifestPath: String) throws(ImageFault) {
    let manifest = try ImageManifest(json: Self.read(manifestPath, limit: Self.manifestByteLimit))
    try self.init(
      manifest: manifest,
      bytes: Self.read(Self.imagePath(of: manifest, at: manifestPath), limit: Self.byteLimit))
  }

  /// Every piece with its place in the chip, as the manifest lists them: what a simulated module begins with.
  public var pieces: [(address: UInt32, bytes: [UInt8])] {
    manifest.segments.map { ($0.address, bytes(of: $0)) }
  }

  /// The bytes of a piece; the initializer has checked that they are there.
  func bytes(of segment: ImageManifest.Segment) -> [UInt8] {
    Array(bytes[segment.offset..<(segment.offset + segment.length)])
  }

  // MARK: - Checking

  private func checkSegments() throws(ImageFault) {
    for (index, segment) in manifest.segments.enumerated() {
      guard segment.offset >= 0, segment.length > 0, segment.length <= bytes.count,
        segment.offset <= bytes.count - segment.length
      else { throw .segment(index: index, .outsideImage) }
      guard segment.address % 4 == 0, segment.length % 4 == 0 else {
        throw .segment(index: index, .unaligned)
      }
      let earlier = manifest.segments[..<index]
      if let other = earlier.firstIndex(where: { $0.flashRange.overlaps(segment.flashRange) }) {
        throw .segment(index: index, .overlapsSegment(other))
      }
    }
  }

  /// Everything about the pieces that depends on the chip.
  func check(for chip: ChipModel) throws(ImageFault) {
    for (index, segment) in manifest.segments.enumerated() {
      guard let sectors = chip.sectors(of: segment.flashRange) else {
        throw .segment(index: index, .outsideFlash)
      }
      guard !sectors.overlaps(chip.pairingSectors) else { throw .segment(index: index, .overlapsPairing) }
    }
    guard let first = manifest.segments.first(where: { $0.address == chip.flashStart }) else {
      throw .noVectorTable
    }
    let code = first.address..<(first.address &+ UInt32(first.length))
    do throws(ImageHeader.Defect) {
      try ImageHeader.checkVectors(bytes(of: first), code: code)
    } catch {
      switch error {
      case .stackPointerOutsideMemory(let value): throw .program(.stackPointer(value))
      case .resetVectorOutsideImage(let value): throw .program(.resetVector(value))
      default: throw .noVectorTable
      }
    }
    try checkApplication()
  }

  private func checkApplication() throws(ImageFault) {
    guard let stated = manifest.appSha256 else { return }
    guard let application = manifest.segments.first(where: { $0.address == FlashMap.application }) else {
      throw .program(.applicationHeader)
    }
    let header: ImageHeader
    do throws(ImageHeader.Defect) {
      header = try ImageHeader.check(bytes(of: application), at: application.address)
    } catch {
      throw .program(error == .wrongDigest ? .applicationDigest : .applicationHeader)
    }
    guard header.digest.hexadecimal == stated else { throw .program(.applicationDigest) }
    guard header.version == manifest.versionNumber, header.productId == manifest.productId,
      header.chip == Array(manifest.chip.utf8)
    else { throw .program(.applicationHeader) }
  }

  // MARK: - Files

  static func imagePath(of manifest: ImageManifest, at manifestPath: String) -> String {
    let folder = manifestPath.split(separator: "/", omittingEmptySubsequences: false).dropLast()
      .map { $0 + "/" }.joined()
    if let file = manifest.file { return folder + file }
    let stem = manifestPath.hasSuffix(".json") ? String(manifestPath.dropLast(5)) : manifestPath
    return stem + ".bin"
  }

  static func manifest(at path: String) throws(ImageFault) -> ImageManifest {
    try ImageManifest(json: read(path, limit: manifestByteLimit))
  }

  private static func read(_ path: String, limit: Int) throws(ImageFault) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .unreadable(path: path, errno: errno) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    while true {
      var count = 0
      let piece = [UInt8](unsafeUninitializedCapacity: 64 << 10) { buffer, initialized in
        count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
        initialized = max(0, count)
      }
      if count < 0, errno == EINTR { continue }
      if count < 0 { throw .unreadable(path: path, errno: errno) }
      if count == 0 { return bytes }
      bytes += piece
      guard bytes.count <= limit else { throw .tooLarge(path: path, limit: limit) }
    }
  }
}

extension ImageManifest.Segment {
  /// In 64 bits, so that no length overflows.
  var flashRange: Range<UInt64> { UInt64(address)..<(UInt64(address) + UInt64(max(0, length))) }
}
