public import FoundationEssentials

/// A file that is embedded in a PDF and associated with it as its data (ISO 19005-3, 6.8).
public struct PDFAttachment: Hashable, Sendable {
  /// The file's name: letters, digits, `-` and `.` of ASCII.
  public let name: String
  /// The media type, as in `application/json`.
  public let mediaType: String
  /// Description of the file for its reader.
  public let description: String
  public let bytes: Data

  public init(name: String, mediaType: String, description: String, bytes: Data) {
    self.name = name
    self.mediaType = mediaType
    self.description = description
    self.bytes = bytes
  }

  /// The entries of the dictionary of an embedded file's stream.
  /// - Parameter date: the document's date as its metadata have it.
  static func entries(mediaType: String, byteCount: Int, date: String) -> String {
    let date = PDFMetadata.date(date).map { "/ModDate(\($0))" } ?? ""
    return
      "/Type/EmbeddedFile/Subtype/\(mediaType.replacing("/", with: "#2F"))/Params<</Size \(byteCount)\(date)>>"
  }
}
