internal import Cryptography
internal import ModuleCore

/// The image of a program for Espressif's chips: a bootloader or an application.
///
/// ```
/// 0    E9            magic          12  chip id LE16
/// 1    segments, 1 to 16            23  1: a SHA-256 of all before it follows the checksum
/// 4    entry LE32                   24  segments: address LE32, length LE32, bytes
/// …    zeros up to the last byte of 16, the checksum: EF and all segments' bytes by exclusive or
/// ```
struct ESP32Image: Hashable {
  static let magic: UInt8 = 0xe9
  private static let headerBytes = 24
  private static let segmentLimit = 16

  /// The appended SHA-256, which was checked; nil where the image has none.
  let digest: [UInt8]?
  /// The version in ESP-IDF's description of an application; nil for a bootloader.
  let version: String?

  /// - Parameter bytes: the image, which bytes of 0xFF may follow.
  init(_ bytes: [UInt8], for chip: ChipModel) throws(ESP32ImageFault) {
    guard bytes.first == Self.magic else { throw .magic }
    guard bytes.count >= Self.headerBytes else { throw .truncated }
    let count = Int(bytes[1])
    guard (1...Self.segmentLimit).contains(count) else { throw .segmentCount(count) }
    let id = UInt16(bytes[12]) | UInt16(bytes[13]) << 8
    guard id == chip.productID else { throw .chip(id) }
    var offset = Self.headerBytes
    var checksum: UInt8 = 0xef
    for _ in 0..<count {
      guard let length = Self.word(bytes, at: offset + 4), length <= bytes.count - offset - 8 else {
        throw .truncated
      }
      let end = offset + 8 + Int(length)
      checksum = bytes[(offset + 8)..<end].reduce(checksum, ^)
      offset = end
    }
    // The checksum is the last byte of a row of 16, and the image always has a byte for it.
    let end = (offset / 16 + 1) * 16
    guard end <= bytes.count else { throw .truncated }
    guard bytes[end - 1] == checksum else { throw .checksum }
    let isHashed = bytes[23] == 1
    guard !isHashed || bytes.count - end >= SHA256Digest.byteCount else { throw .truncated }
    let whole = isHashed ? end + SHA256Digest.byteCount : end
    digest = isHashed ? Array(bytes[end..<whole]) : nil
    if let digest, SHA256Digest(of: bytes[..<end]).bytes != digest { throw .digest }
    guard bytes[whole...].allSatisfy({ $0 == 0xff }) else { throw .tail }
    version = ESP32Description(Array(bytes.prefix(ESP32Description.end)))?.version
  }

  fileprivate static func word(_ bytes: [UInt8], at offset: Int) -> UInt32? {
    guard offset >= 0, offset <= bytes.count - 4 else { return nil }
    return bytes[offset..<offset + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }
}

/// The description that ESP-IDF puts at the start of an application's first segment: a magic word, and the
/// version as text 16 bytes further.
struct ESP32Description: Hashable {
  /// Offset of the end of the version's field in an image.
  static let end = 80
  private static let offset = 32
  private static let magic: UInt32 = 0xabcd_5432

  let version: String

  /// Reads the version from an image's first 80 bytes (`front`); nil where they hold no description.
  init?(_ front: [UInt8]) {
    guard front.count >= Self.end, ESP32Image.word(front, at: Self.offset) == Self.magic,
      let text = String(validating: front[48..<Self.end].prefix { $0 != 0 }, as: UTF8.self)
    else { return nil }
    version = text
  }
}

/// The reason why one of Espressif's chips could not start an image.
public enum ESP32ImageFault: Error, Hashable, Sendable {
  case magic
  case segmentCount(Int)
  /// The program is for another chip; the value is the id of that chip.
  case chip(UInt16)
  case truncated
  case checksum
  case digest
  /// Other bytes follow the program.
  case tail
  /// No image lies where the chip expects its bootloader, or no table where the bootloader expects its
  /// partition table.
  case noBootloader, noPartitionTable
  /// No image besides the bootloader is a program.
  case noApplication
}

extension Image {
  /// Checks everything in the images that Espressif's bootloaders check, after `check(for:)` has checked their
  /// places.
  func check(for chip: ChipModel, _ espressif: EspressifChip) throws(ImageFault) {
    for (index, segment) in manifest.segments.enumerated() where segment.address % 4096 != 0 {
      throw .segment(index: index, .unaligned)
    }
    var programs: [UInt32: ESP32Image] = [:]
    for (address, bytes) in pieces
    where bytes.first == ESP32Image.magic || address == espressif.bootloaderOffset {
      do throws(ESP32ImageFault) {
        programs[address] = try ESP32Image(bytes, for: chip)
      } catch {
        throw .program(.espressif(error))
      }
    }
    guard programs[espressif.bootloaderOffset] != nil else { throw .program(.espressif(.noBootloader)) }
    guard
      pieces.contains(where: { $0.address == EspressifChip.tableOffset && $0.bytes.starts(with: [0xaa, 0x50]) })
    else { throw .program(.espressif(.noPartitionTable)) }
    programs[espressif.bootloaderOffset] = nil
    guard !programs.isEmpty else { throw .program(.espressif(.noApplication)) }
    // The version identifies the program in a chip, so the version inside the image must match the stated one.
    guard programs.values.allSatisfy({ $0.version == nil || $0.version == manifest.version }) else {
      throw .program(.applicationHeader)
    }
    guard let stated = manifest.appSha256 else { return }
    guard programs.values.contains(where: { $0.digest.map { Hex.encode($0) } == stated }) else {
      throw .program(.applicationDigest)
    }
  }

  /// Address of the first application, which contains the version of the program in the chip.
  var espressifApplication: UInt32? {
    pieces.first { $0.bytes.first == ESP32Image.magic && $0.address > EspressifChip.tableOffset }?.address
  }
}
