import ModuleCore
public import Records

/// The reason why an image is not flashed. Every such fault is found before anything is erased.
public enum ImageFault: Error, Hashable, Sendable {
  case unreadable(path: String, errno: Int32)
  case tooLarge(path: String, limit: Int)
  /// There is no signature beside the manifest.
  case unsigned(signaturePath: String)
  /// The file beside the manifest is no signature document.
  case signatureFile(path: String)
  /// The signature names this trusted key (by its file's name), but does not match the manifest, which was
  /// changed after signing or belongs to another signature.
  case wrongSignature(signer: String)
  /// The signature's key is not trusted; `keyID` is the id in the file.
  case unknownKey(keyID: String)
  /// This field of the manifest is missing or wrong. The path is empty where the manifest is not JSON, or a
  /// number in it is too large or negative.
  case manifest(field: String)
  case manifestNotJSON(JSONFault)
  /// The image file is longer or shorter than the manifest says, because it is incomplete or belongs to another
  /// manifest.
  case size(stated: Int, found: Int)
  /// The SHA-256 of the image file differs from the manifest's; both are lower-case hex.
  case digest(stated: String, found: String)
  case segment(index: Int, SegmentFault)
  /// The sectors in the manifest differ from the chip's.
  case flashMap
  /// No piece holds the vector table from which the chip starts.
  case noVectorTable
  /// The chip's vector table or the application's header is not valid for a start.
  case program(ProgramFault)
  /// The update's file is the signed one, but does not hold the image's application in its container.
  case update(UpdateFault)

  public enum UpdateFault: String, Hashable, Sendable, CaseIterable {
    /// The container's header states another version, length or place.
    case header
    /// The application in the container is not the image's.
    case application
    /// The container's digest is missing or wrong.
    case digest
  }

  public enum SegmentFault: Hashable, Sendable {
    /// The piece extends beyond the image file, or is empty.
    case outsideImage
    case outsideFlash
    /// The piece would overwrite the pairing record of the module.
    case overlapsPairing
    case overlapsSegment(Int)
    /// The piece's address or length is not a multiple of four.
    case unaligned
  }

  public enum ProgramFault: Hashable, Sendable {
    case stackPointer(UInt32)
    case resetVector(UInt32)
    /// The digest in the header differs from that of the application or from the manifest's.
    case applicationDigest
    /// The header is missing or invalid, or its chip, its product id or a version differs from the manifest's.
    case applicationHeader
    /// A program for one of Espressif's chips is not valid for a start.
    case espressif(ESP32ImageFault)
  }
}
