public import ModuleCore
public import Records

/// Why an image is not one to be flashed. All of it is found before anything is erased.
public enum ImageFault: Error, Hashable, Sendable {
  case unreadable(path: String, errno: Int32)
  case tooLarge(path: String, limit: Int)
  /// There is no signature beside the manifest.
  case unsigned(signaturePath: String)
  /// What lies there is no signature document.
  case signatureFile(path: String)
  /// It says this trusted key (by its file's name) made it, but it is not over these bytes: the manifest was
  /// changed after it was signed, or belongs to another.
  case wrongSignature(signer: String)
  /// Its key is none of the trusted ones. The id is what the file says.
  case unknownKey(keyId: String)
  /// This field of the manifest is missing or wrong; an empty path where it is not JSON or a number in it is too
  /// large or negative.
  case manifest(field: String)
  case manifestNotJSON(JSONFault)
  /// The image file is longer or shorter than the manifest says: cut off, or another one's.
  case size(stated: Int, found: Int)
  /// SHA-256, lower-case hex.
  case digest(stated: String, found: String)
  case segment(index: Int, SegmentFault)
  /// The manifest's sectors are not the chip's.
  case flashMap
  /// No piece holds the vector table that the chip starts from.
  case noVectorTable
  /// The chip's vector table or the application's header is not one that can be started.
  case program(ProgramFault)

  public enum SegmentFault: Hashable, Sendable {
    /// It reaches past the image file, or is empty.
    case outsideImage
    case outsideFlash
    /// It would overwrite what the module was paired with.
    case overlapsPairing
    case overlapsSegment(Int)
    /// Its address or length is not a multiple of four.
    case unaligned
  }

  public enum ProgramFault: Hashable, Sendable {
    case stackPointer(UInt32)
    case resetVector(UInt32)
    /// The header's digest is not that of the application, or not the manifest's.
    case applicationDigest
    /// The header is missing, or it says another length, chip or version than the manifest.
    case applicationHeader
    /// Of a chip of Espressif's.
    case espressif(ESP32ImageFault)
  }
}
