import Records

/// A file that a record names.
struct RecordFile {
  let sha256: String
  /// Size of the file in bytes; nil where the record does not say.
  let bytes: Int?
  /// The name of the file for the platform; empty where the platform gets none.
  let filename: String

  /// The files of a record, each once, in the order of the walk.
  static func named(by installation: Installation) -> [RecordFile] {
    var files: [RecordFile] = []
    func add(_ sha256: String, _ bytes: Int?, _ filename: String) {
      guard !files.contains(where: { $0.sha256 == sha256 }) else { return }
      files.append(RecordFile(sha256: sha256, bytes: bytes, filename: filename))
    }
    for stage in Photo.Stage.allCases {
      for (index, photo) in installation.photos.filter({ $0.stage == stage }).enumerated() {
        add(photo.sha256, photo.bytes, "photo-\(stage.rawValue)-\(index + 1)\(ending(of: photo.mediaType))")
      }
    }
    if let photo = installation.seal?.photoSha256 { add(photo, nil, "photo-seal") }
    if let agreement = installation.agreement {
      add(agreement.sha256, agreement.bytes, "agreement.pdf")
      add(agreement.strokesSha256, nil, "signature.json")
    }
    return files
  }

  /// The files of one event.
  static func named(by event: InstallationEvent) -> [RecordFile] {
    switch event {
    case .photographed(let photo):
      [RecordFile(sha256: photo.sha256, bytes: photo.bytes, filename: "")]
    case .sealed(let seal):
      seal.photoSha256.map { [RecordFile(sha256: $0, bytes: nil, filename: "")] } ?? []
    case .signed(let agreement):
      [
        RecordFile(sha256: agreement.sha256, bytes: agreement.bytes, filename: ""),
        RecordFile(sha256: agreement.strokesSha256, bytes: nil, filename: ""),
      ]
    case .registered, .flashBegun, .flashed, .inspected, .paired, .labelled, .tested, .protected, .handedOver,
      .voided, .welderInspected:
      []
    }
  }

  private static func ending(of mediaType: String) -> String {
    switch mediaType {
    case "image/jpeg": ".jpg"
    case "image/png": ".png"
    default: ""
    }
  }
}
