internal import FoundationEssentials
public import ModuleCore
import Records

/// The JSON document beside a firmware image, which describes its contents and their addresses.
public struct ImageManifest: Hashable, Sendable, Codable {
  /// A piece of the image file and its address in the chip. Pieces are written in this order, except that the
  /// piece with the chip's vector table always comes last.
  public struct Segment: Hashable, Sendable, Codable {
    public let address: UInt32
    /// Offset of the piece's first byte in the image file.
    public let offset: Int
    public let length: Int

    public init(address: UInt32, offset: Int, length: Int) {
      self.address = address
      self.offset = offset
      self.length = length
    }
  }

  /// A sector of the chip's flash.
  public struct Sector: Hashable, Sendable, Codable {
    public let address: UInt32
    public let bytes: Int

    public init(address: UInt32, bytes: Int) {
      self.address = address
      self.bytes = bytes
    }
  }

  /// The application alone in MCUboot's container, with which a module updates itself.
  public struct Update: Hashable, Sendable, Codable {
    /// The file's name, in the manifest's own folder.
    public let file: String
    public let bytes: Int
    /// SHA-256 of the file, lower-case hex.
    public let sha256: String

    public init(file: String, bytes: Int, sha256: String) {
      self.file = file
      self.bytes = bytes
      self.sha256 = sha256
    }
  }

  public let name: String
  /// The version, `major.minor.patch`.
  public let version: String
  /// The chip's name, as `ChipModel.name` has it.
  public let chip: String
  /// The product id that the chip's bootloader reports.
  public let productID: UInt16
  /// The image's file name, in the manifest's own folder; nil means the manifest's name with `.bin`.
  public let file: String?
  public let segments: [Segment]
  /// Size of the image file, bytes.
  public let bytes: Int
  /// SHA-256 of the image file, lower-case hex.
  public let sha256: String
  /// The digest in the application's header, lower-case hex, which a running module reports too; nil for an
  /// image that is not a module's firmware.
  public let appSha256: String?
  /// The oldest version that may be replaced; nil means any. No option overrides it.
  public let lowestReplaceableVersion: String?
  /// All sectors of the chip in order, for which the image was linked; nil where the manifest does not list
  /// them.
  public let flashSectors: [Sector]?
  /// The file with which a module updates itself; nil where there is none.
  public let update: Update?

  private enum CodingKeys: String, CodingKey {
    case name, version, chip, file, segments, bytes, sha256, appSha256, lowestReplaceableVersion, flashSectors,
      update
    case productID = "productId"
  }

  public init(
    name: String, version: String, chip: String, productID: UInt16, file: String? = nil, segments: [Segment],
    bytes: Int, sha256: String, appSha256: String? = nil, lowestReplaceableVersion: String? = nil,
    flashSectors: [Sector]? = nil, update: Update? = nil
  ) {
    self.name = name
    self.version = version
    self.chip = chip
    self.productID = productID
    self.file = file
    self.segments = segments
    self.bytes = bytes
    self.sha256 = sha256
    self.appSha256 = appSha256
    self.lowestReplaceableVersion = lowestReplaceableVersion
    self.flashSectors = flashSectors
    self.update = update
  }

  /// - Throws: `manifest` with the path of the missing or wrong field.
  public init(json bytes: [UInt8]) throws(ImageFault) {
    do {
      self = try JSONReader.decode(ImageManifest.self, from: bytes)
    } catch let fault as JSONFault {
      throw .manifestNotJSON(fault)
    } catch DecodingError.keyNotFound(let key, let context) {
      throw .manifest(field: Self.path(context.codingPath + [key]))
    } catch DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context),
      DecodingError.dataCorrupted(let context)
    {
      throw .manifest(field: Self.path(context.codingPath))
    } catch {
      throw .manifest(field: "")
    }
    guard let versionNumber else { throw .manifest(field: "version") }
    if let lowest = lowestReplaceableVersion {
      guard let number = ImageHeader.Version(lowest), !(versionNumber < number) else {
        throw .manifest(field: "lowestReplaceableVersion")
      }
    }
    guard (1...64).contains(segments.count) else { throw .manifest(field: "segments") }
    if let file, !Self.isPlain(file) { throw .manifest(field: "file") }
    if let update, !Self.isPlain(update.file) { throw .manifest(field: "update.file") }
  }

  /// `version` as numbers that can be compared.
  public var versionNumber: ImageHeader.Version? { ImageHeader.Version(version) }

  /// `lowestReplaceableVersion` as numbers; 0.0.0 where the manifest has none.
  var lowestReplaceable: ImageHeader.Version {
    lowestReplaceableVersion.flatMap { ImageHeader.Version($0) } ?? .init(major: 0, minor: 0, patch: 0)
  }

  private static func isPlain(_ file: String) -> Bool {
    // The bytes are compared, because to Swift a slash and a combining mark behind it are one other character,
    // whereas the system sees the slash.
    !file.isEmpty && file.utf8.first != UInt8(ascii: ".")
      && file.utf8.allSatisfy { $0 != UInt8(ascii: "/") && $0 >= 0x20 && $0 != 0x7F }
  }

  private static func path(_ keys: [any CodingKey]) -> String {
    keys.reduce(into: "") { path, key in
      if let index = key.intValue {
        path += "[\(index)]"
      } else {
        path += path.isEmpty ? key.stringValue : ".\(key.stringValue)"
      }
    }
  }
}

extension ImageHeader.Version {
  /// Reads three numbers of 0 to 65535 with points between them; nil for any other text.
  init?(_ text: String) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { UInt16($0) }
    guard parts.count == 3, let major = parts[0], let minor = parts[1], let patch = parts[2] else { return nil }
    self.init(major: major, minor: minor, patch: patch)
  }
}
