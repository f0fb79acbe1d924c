public import Bench
public import Provision

/// The committed release, as a module has it in its flash.
public enum ShippedRelease {
  public struct Missing: Error {}

  public static func image() throws -> Image {
    try newest(of: "firmware/releases", trusting: "firmware/development")
  }

  /// Release 0.1.0, the last whose firmware knows no authorities.
  public static func imageWithoutAuthorities() throws -> Image {
    try newest(of: "Tests/Fixtures/Firmware", trusting: "Tests/Fixtures/Firmware")
  }

  private static func newest(of releases: String, trusting keys: String) throws -> Image {
    let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let catalogue = try ReleaseCatalogue(
      directory: "\(root)/\(releases)", trusted: try TrustedKeys(directory: "\(root)/\(keys)"))
    guard let release = catalogue.newest(for: .stm32f405) else { throw Missing() }
    return try catalogue.image(of: release)
  }

  /// Programs the release, or another image, into `flash`, by default that of a blank STM32F405.
  @discardableResult
  public static func program(_ flash: FlashArray = .stm32f405(), image other: Image? = nil) throws -> FlashArray
  {
    let image = try other ?? Self.image()
    for segment in image.manifest.segments {
      let bytes = Array(image.bytes[segment.offset..<(segment.offset + segment.length)])
      guard flash.program(segment.address, bytes) else { throw Missing() }
    }
    return flash
  }
}
