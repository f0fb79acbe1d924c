/// The header 0x200 bytes into an application image, after its vector table; numbers are little-endian:
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

    /// The version as ASCII, as `1.2.3`.
    public var text: Octets {
      var text = Octets()
      Self.append(major, to: &text)
      text.append(0x2e)
      Self.append(minor, to: &text)
      text.append(0x2e)
      Self.append(patch, to: &text)
      return text
    }

    /// Appends a number in decimal digits.
    @inline(never)
    private static func append(_ number: UInt16, to text: inout Octets) {
      var place: UInt16 = 10_000
      while place > 1, number < place { place /= 10 }
      while place > 0 {
        text.append(0x30 &+ UInt8(truncatingIfNeeded: number / place % 10))
        place /= 10
      }
    }

    private var ordinal: UInt64 { UInt64(major) << 32 | UInt64(minor) << 16 | UInt64(patch) }
  }

  /// The reason for which bytes are not an image that may be started.
  public enum Defect: Error, Equatable, Sendable {
    /// There are fewer bytes than a vector table and a header take.
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

  /// Offset of the header in the image.
  public static var offset: Int { 0x200 }
  public static var size: Int { 80 }
  public static var digestOffset: Int { 48 }

  public var imageLength: UInt32
  public var loadAddress: UInt32
  public var version: Version
  public var productID: UInt16
  /// The chip's name, ASCII without the zeros at the end.
  public var chip: Octets
  public var lowestReplaceableVersion: Version
  /// SHA-256 of the image, 32 bytes.
  public var digest: Octets

  /// Reads a header and checks only its magic number and its version. `word` returns the word at an offset into
  /// the header.
  public init(word: (_ offset: UInt32) -> UInt32) throws(Defect) {
    guard word(0) == 0x5746_5457 else { throw .noMagic }
    let layout = word(4)
    guard layout == UInt32(truncatingIfNeeded: Self.size) << 16 | 1 else {
      throw .unknownHeaderVersion(UInt16(truncatingIfNeeded: layout))
    }
    imageLength = word(8)
    loadAddress = word(12)
    let (first, second, third, fourth) = (word(16), word(20), word(40), word(44))
    version = Version(first, second)
    productID = UInt16(truncatingIfNeeded: second >> 16)
    lowestReplaceableVersion = Version(third, fourth)
    var chip = Octets()
    for offset in stride(from: 24 as UInt32, to: 40, by: 4) { chip.append(littleEndian: word(offset)) }
    var length = 0
    while length < chip.count, chip[length] != 0 { length &+= 1 }
    self.chip = chip.prefix(length)
    var digest = Octets()
    for offset in stride(from: 48 as UInt32, to: 80, by: 4) { digest.append(littleEndian: word(offset)) }
    self.digest = digest
  }
}

extension ImageHeader.Version {
  /// Reads the three numbers from the two halves of the first word and the lower half of the second.
  fileprivate init(_ first: UInt32, _ second: UInt32) {
    self.init(
      major: UInt16(truncatingIfNeeded: first), minor: UInt16(truncatingIfNeeded: first >> 16),
      patch: UInt16(truncatingIfNeeded: second))
  }
}
