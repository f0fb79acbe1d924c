internal import Cryptography
internal import ModuleCore

/// A firmware image with a trusted signature that agrees with its manifest in size, digest, pieces, vector
/// table and application header. Whether the image is for the connected chip is checked by the flasher.
public struct Image: Hashable, Sendable {
  public let manifest: ImageManifest
  public let bytes: [UInt8]
  public let signer: ImageSigner
  /// Path of the manifest, which has the update's file beside it; nil for an image that came without files.
  private let manifestPath: String?

  /// Makes an image from bytes that were verified or are about to be signed. Every other image is read from its
  /// files.
  ///
  /// - Parameter chips: the known chips, among which the manifest's product id is looked up. An unknown id is
  ///   refused once the chip is connected (`FlashError.wrongChip`), and the pieces are not checked here.
  init(
    manifest: ImageManifest, bytes: [UInt8], signer: ImageSigner, chips: [ChipModel] = ChipModel.known,
    manifestPath: String? = nil
  ) throws(ImageFault) {
    guard bytes.count == manifest.bytes else { throw .size(stated: manifest.bytes, found: bytes.count) }
    let digest = SHA256Digest(of: bytes).hex
    guard digest == manifest.sha256 else { throw .digest(stated: manifest.sha256, found: digest) }
    self.manifest = manifest
    self.bytes = bytes
    self.signer = signer
    self.manifestPath = manifestPath
    try checkSegments()
    if let chip = chips.first(where: { $0.productID == manifest.productID }) { try check(for: chip) }
  }

  /// Reads manifest and image, and the signature beside the manifest (`ImageSignature.path(forManifest:)`). The
  /// signature is checked before anything in the manifest is used.
  /// - Parameter imagePath: nil reads the image that the manifest names, or otherwise the file with the
  ///   manifest's name and `.bin`.
  public init(imagePath: String? = nil, manifestPath: String, trusted: TrustedKeys) throws(ImageFault) {
    let json = try ImageFile.read(manifestPath, limit: ImageFile.manifestByteLimit)
    let signer = try ImageSignature(beside: manifestPath).signer(of: json, among: trusted)
    let manifest = try ImageManifest(json: json)
    let path = imagePath ?? ImageFile.imagePath(of: manifest, at: manifestPath)
    try self.init(
      manifest: manifest, bytes: ImageFile.read(path, limit: ImageFile.imageByteLimit), signer: signer,
      manifestPath: manifestPath)
  }

  /// Reads and checks the file with which a module updates itself: it has the signed size and digest, and
  /// contains this image's application.
  /// - Parameter chip: the chip that the image is for.
  func updateFile(for chip: ChipModel) throws(ImageFault) -> [UInt8] {
    guard let update = manifest.update, let manifestPath else { throw .manifest(field: "update") }
    let path = ImageFile.path(of: update.file, beside: manifestPath)
    let file = try ImageFile.read(path, limit: ImageFile.imageByteLimit)
    guard file.count == update.bytes else { throw .size(stated: update.bytes, found: file.count) }
    let digest = SHA256Digest(of: file).hex
    guard digest == update.sha256 else { throw .digest(stated: update.sha256, found: digest) }
    guard let place = chip.application, let version = manifest.versionNumber,
      let application = manifest.segments.first(where: { $0.address == place.lowerBound })
    else { throw .manifest(field: "update") }
    let container = UpdateFile(bytes(of: application), at: application.address, version: version)
    if let fault = container.fault(of: file) { throw .update(fault) }
    return file
  }

  /// Every piece with its address, in the manifest's order. A simulated module starts with these pieces.
  public var pieces: [(address: UInt32, bytes: [UInt8])] {
    manifest.segments.map { ($0.address, bytes(of: $0)) }
  }

  /// The bytes of a piece; the initializer has checked that they exist.
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

  /// Checks everything about the pieces that depends on the chip.
  func check(for chip: ChipModel) throws(ImageFault) {
    guard manifest.chip == chip.name else { throw .manifest(field: "chip") }
    if let map = manifest.flashSectors {
      guard map.elementsEqual(chip.sectors, by: { $0.address == $1.address && $0.bytes == $1.bytes }) else {
        throw .flashMap
      }
    }
    for (index, segment) in manifest.segments.enumerated() {
      guard let sectors = chip.sectors(of: segment.flashRange) else {
        throw .segment(index: index, .outsideFlash)
      }
      guard !sectors.overlaps(chip.pairingSectors) else { throw .segment(index: index, .overlapsPairing) }
    }
    switch chip.bootloader {
    case .st(let stm32): try check(for: chip, stm32)
    case .espressif(let espressif): try check(for: chip, espressif)
    }
  }

  /// Checks everything in the pieces that an STM32 and its boot block check.
  private func check(for chip: ChipModel, _ stm32: STM32Chip) throws(ImageFault) {
    guard let first = manifest.segments.first(where: { $0.address == chip.startAddress }) else {
      throw .noVectorTable
    }
    let code = first.address..<(first.address &+ UInt32(first.length))
    do throws(ImageHeader.Defect) {
      try ImageHeader.checkVectors(bytes(of: first), code: code, stackTops: stm32.stackTops)
    } catch {
      switch error {
      case .stackPointerOutsideMemory(let value): throw .program(.stackPointer(value))
      case .resetVectorOutsideImage(let value): throw .program(.resetVector(value))
      default: throw .noVectorTable
      }
    }
    try checkApplication(for: chip, stm32)
  }

  private func checkApplication(for chip: ChipModel, _ stm32: STM32Chip) throws(ImageFault) {
    guard let stated = manifest.appSha256 else { return }
    guard let place = chip.application,
      let application = manifest.segments.first(where: { $0.address == place.lowerBound })
    else { throw .program(.applicationHeader) }
    let header: ImageHeader
    do throws(ImageHeader.Defect) {
      header = try ImageHeader.check(
        bytes(of: application), at: application.address, stackTops: stm32.stackTops)
    } catch {
      throw .program(error == .wrongDigest ? .applicationDigest : .applicationHeader)
    }
    guard Hex.encode(header.digest) == stated else { throw .program(.applicationDigest) }
    guard header.version == manifest.versionNumber, header.productID == manifest.productID,
      header.chip == Array(manifest.chip.utf8),
      header.lowestReplaceableVersion == manifest.lowestReplaceable
    else { throw .program(.applicationHeader) }
  }
}

extension ImageManifest.Segment {
  /// The piece's addresses, in 64 bits so that no length overflows.
  var flashRange: Range<UInt64> { UInt64(address)..<(UInt64(address) + UInt64(max(0, length))) }
}
