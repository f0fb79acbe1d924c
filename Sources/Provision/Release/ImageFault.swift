public import ModuleCore
public import Records

/// The reason for which an image is not flashed. Every such fault is found before anything is erased.
public enum ImageFault: Error, Hashable, Sendable {
  case unreadable(path: String, errno: Int32)
  case tooLarge(path: String, limit: Int)
  /// There is no signature beside the manifest.
  case unsigned(signaturePath: String)
  /// The file there is no signature document.
  case signatureFile(path: String)
  /// The signature says that this trusted key (by its file's name) made it, but it is not over these bytes: the
  /// manifest was changed after it was signed, or belongs to another.
  case wrongSignature(signer: String)
  /// The signature's key is none of the trusted ones; `keyID` is what the file says.
  case unknownKey(keyID: String)
  /// This field of the manifest is missing or wrong; an empty path where it is not JSON or a number in it is too
  /// large or negative.
  case manifest(field: String)
  case manifestNotJSON(JSONFault)
  /// The image file is longer or shorter than the manifest says: cut off, or another one's.
  case size(stated: Int, found: Int)
  /// The image file's SHA-256 is not the manifest's; both in lower-case hex.
  case digest(stated: String, found: String)
  case segment(index: Int, SegmentFault)
  /// The manifest's sectors are not the chip's.
  case flashMap
  /// No piece holds the vector table that the chip starts from.
  case noVectorTable
  /// The chip's vector table or the application's header is not one that can be started.
  case program(ProgramFault)

  public enum SegmentFault: Hashable, Sendable {
    /// The piece reaches past the image file, or is empty.
    case outsideImage
    case outsideFlash
    /// The piece would overwrite what the module was paired with.
    case overlapsPairing
    case overlapsSegment(Int)
    /// The piece's address or length is not a multiple of four.
    case unaligned
  }

  public enum ProgramFault: Hashable, Sendable {
    case stackPointer(UInt32)
    case resetVector(UInt32)
    /// The header's digest is not that of the application, or not the manifest's.
    case applicationDigest
    /// The header is missing, or it says another length, chip or version than the manifest.
    case applicationHeader
    /// A program for a chip of Espressif's is not one that can be started.
    case espressif(ESP32ImageFault)
  }
}
