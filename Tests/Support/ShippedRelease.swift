public import Bench
public import Provision

/// The committed release, as a module has it in its flash.
public enum ShippedRelease {
  public struct Missing: Error {}

  public static func image() throws -> Image {
    let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let catalogue = try ReleaseCatalogue(
      directory: root + "/firmware/releases",
      trusted: try TrustedKeys(directory: root + "/firmware/development"))
    guard let release = catalogue.newest(for: .stm32f405) else { throw Missing() }
    return try catalogue.image(of: release)
  }

  /// Programs the release into `flash`, by default the flash of a blank chip.
  @discardableResult
  public static func program(_ flash: FlashArray = .stm32f405()) throws -> FlashArray {
    let image = try image()
    for segment in image.manifest.segments {
      let bytes = Array(image.bytes[segment.offset..<(segment.offset + segment.length)])
      guard flash.program(segment.address, bytes) else { throw Missing() }
    }
    return flash
  }
}
