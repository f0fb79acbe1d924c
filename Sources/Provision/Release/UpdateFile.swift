internal import Cryptography
internal import ModuleCore

/// The file with which a module updates itself: one application in MCUboot's container, as the module's
/// firmware reads it (`UpdateContainer`). A module refuses any other file, but only after it was given the
/// authority for that file.
struct UpdateFile {
  /// Number of bytes of the trailer up to the end of the digest: two heads of 4 bytes and the digest's 32
  /// bytes.
  private static let trailerBytes = 40

  private let header: [UInt8]
  private let application: [UInt8]

  /// - Parameter address: address of the application in the chip.
  init(_ application: [UInt8], at address: UInt32, version: ImageHeader.Version) {
    let words: [UInt32] = [
      0x96f3_b83d, address, 32, UInt32(application.count), 0,
      UInt32(version.major & 0xff) | UInt32(version.minor & 0xff) << 8 | UInt32(version.patch) << 16, 0, 0,
    ]
    header = words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }
    self.application = application
  }

  /// The fault of a file; nil where the file is this application in its container. A signature may follow the
  /// digest.
  func fault(of file: [UInt8]) -> ImageFault.UpdateFault? {
    guard file.starts(with: header) else { return .header }
    let rest = file.dropFirst(header.count)
    guard rest.starts(with: application) else { return .application }
    let trailer = Array(rest.dropFirst(application.count))
    guard trailer.count >= Self.trailerBytes, let length = UInt16(exactly: trailer.count) else {
      return .digest
    }
    let stated: [UInt8] = [0x07, 0x69, UInt8(length & 0xff), UInt8(length >> 8), 0x10, 0, 32, 0]
    guard trailer.starts(with: stated),
      trailer[8..<Self.trailerBytes].elementsEqual(SHA256Digest(of: header + application).bytes)
    else { return .digest }
    return nil
  }
}
