/// A file that a record names.
public struct RecordFile: Hashable, Sendable {
  /// SHA-256 of the file, lower-case hex.
  public let sha256: String
  /// Size of the file in bytes; nil where the record does not say.
  public let bytes: Int?
  /// The name of the file for the platform; empty where the platform gets none.
  public let filename: String
  /// Whether the file is the original of a photo that has an upload copy.
  public let isOriginal: Bool

  public init(sha256: String, bytes: Int?, filename: String, isOriginal: Bool = false) {
    self.sha256 = sha256
    self.bytes = bytes
    self.filename = filename
    self.isOriginal = isOriginal
  }

  public init(_ file: PendingFile) {
    self.init(sha256: file.sha256.hex, bytes: file.bytes, filename: file.filename)
  }

  /// The files of a record, each once, in the order of the walk; a copy stands before its original.
  public static func named(by installation: Installation) -> [RecordFile] {
    var files: [RecordFile] = []
    func add(_ sha256: String, _ bytes: Int?, _ filename: String, isOriginal: Bool = false) {
      guard !files.contains(where: { $0.sha256 == sha256 }) else { return }
      files.append(RecordFile(sha256: sha256, bytes: bytes, filename: filename, isOriginal: isOriginal))
    }
    for stage in Photo.Stage.allCases {
      for (index, photo) in installation.photos.filter({ $0.stage == stage }).enumerated() {
        let name = "photo-\(stage.rawValue)-\(index + 1)"
        if let copy = photo.copy { add(copy.sha256, copy.bytes, "\(name)-copy.jpg") }
        add(
          photo.sha256, photo.bytes, name + ending(of: photo.mediaType), isOriginal: photo.copy != nil)
      }
    }
    if let photo = installation.seal?.photoSha256 { add(photo, nil, "photo-seal") }
    let agreements = (installation.earlierAgreements ?? []) + [installation.agreement].compactMap(\.self)
    for (index, agreement) in agreements.enumerated() {
      let number = index == 0 ? "" : "-\(index + 1)"
      add(agreement.sha256, agreement.bytes, "agreement\(number).pdf")
      add(agreement.strokesSha256, nil, "signature\(number).json")
    }
    for repair in installation.repairs ?? [] {
      guard let addendum = repair.addendum else { continue }
      add(addendum.sha256, addendum.bytes, "addendum-\(repair.number).pdf")
      add(addendum.strokesSha256, nil, "addendum-\(repair.number)-signature.json")
    }
    return files
  }

  /// The files of one event.
  public static func named(by event: InstallationEvent) -> [RecordFile] {
    var files: [RecordFile] = []
    func add(_ sha256: String, _ bytes: Int?) {
      files.append(RecordFile(sha256: sha256, bytes: bytes, filename: ""))
    }
    for photo in event.photos {
      add(photo.sha256, photo.bytes)
      if let copy = photo.copy { add(copy.sha256, copy.bytes) }
    }
    if case .sealed(let seal) = event, let photo = seal.photoSha256 { add(photo, nil) }
    if let document = event.signedDocument {
      add(document.sha256, document.bytes)
      add(document.strokesSha256, nil)
    }
    return files
  }

  private static func ending(of mediaType: String) -> String {
    switch mediaType {
    case "image/jpeg": ".jpg"
    case "image/png": ".png"
    default: ""
    }
  }
}
