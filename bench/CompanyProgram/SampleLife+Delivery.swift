import Cryptography
import FoundationEssentials
import Records

extension SampleLife {
  /// A revision of the record as a laptop closes it, with its files.
  struct Revision {
    let installation: Installation
    let body: Data
    let files: [Data]

    var sha256: String { SampleLife.digest(body) }
  }

  /// Puts the record, and all that it names, where a laptop would deliver it.
  func deliver(to folder: ObjectFolder) throws {
    for revision in try revisions() { try Self.deliver(revision, to: folder) }
    guard outcome == .installed || outcome == .corrected else { return }
    // Nobody opens the envelope in a test.
    let sealed = try RecordCoding.encode([
      "envelope": Data("envelope \(number)".utf8).base64EncodedString(), "installation": id.text,
      "moduleSerial": "M-\(number)",
    ])
    guard let sha256 = FileDigest(Self.digest(sealed)) else { throw Missing() }
    try folder.put(.key(keyID: key.keyID, sha256: sha256), sealed)
  }

  static func deliver(_ revision: Revision, to folder: ObjectFolder) throws {
    for file in revision.files {
      guard let sha256 = FileDigest(digest(file)) else { throw Missing() }
      try folder.put(.file(sha256), file)
    }
    guard let sha256 = FileDigest(revision.sha256) else { throw Missing() }
    let record = revision.installation
    try folder.put(.record(record.id, revision: record.revision, sha256: sha256), revision.body)
  }

  /// The revisions of the record, the first one first, without a fieldbook.
  func revisions() throws -> [Revision] {
    var step = 0
    func entry() -> String {
      step += 1
      return SHA256Digest(of: Data("entry \(number) \(step)".utf8)).hex
    }
    let hasCode = outcome != .retired && outcome != .refused
    let code = try code
    var installation = Installation(
      id: try id, registered: try registered(code: hasCode ? code : nil), at: at(0), entrySha256: entry())
    var files: [Data] = []
    func closed() throws -> Revision {
      Revision(installation: installation, body: try RecordCoding.encode(installation), files: files)
    }
    func add(_ events: [InstallationEvent]) {
      for event in events { installation.apply(event, at: at(step), entrySha256: entry()) }
    }
    switch outcome {
    case .retired:
      let photo = photo(.before)
      add([.photographed(photo.0)])
      files.append(photo.1)
      return [try closed()]
    case .refused:
      add([.refused(.init(reason: "不愿安装", releasesCode: true))])
      return [try closed()]
    case .installed, .corrected, .void:
      let walk = try walk(code: code)
      add(walk.events)
      let signed = try signed(again: false)
      add([signed.event])
      files += walk.files + signed.files
      var revisions = [try closed()]
      guard outcome != .installed else { return revisions }
      installation.beginRevision(after: revisions[0].sha256)
      if outcome == .void {
        add([.voided(reason: "误登")])
      } else {
        add([corrected(installation)])
        let again = try self.signed(again: true)
        add([again.event])
        files += again.files
      }
      revisions.append(try closed())
      return revisions
    }
  }
}
