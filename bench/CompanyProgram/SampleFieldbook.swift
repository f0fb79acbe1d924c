import Fieldbook
import Files
import FoundationEssentials
import Records

/// A laptop's fieldbook with the records of invented welders, all closed.
final class SampleFieldbook {
  private let fieldbook: Fieldbook

  init(home: String) throws { fieldbook = try Fieldbook(home: home) }

  /// Makes records, and puts the objects that the fieldbook delivers of them into a folder.
  func fill(_ range: Range<Int>, deliveringTo folder: ObjectFolder) throws {
    guard let first = CodeSerial(number: range.lowerBound),
      let block = CodeBlock(region: "150621", first: first, count: range.count)
    else { throw SampleLife.Missing() }
    _ = try fieldbook.addBlock(block)
    for number in range { try add(SampleLife(number, sharesPhotos: false)) }
    for record in try fieldbook.pendingRecords() {
      for file in record.files + record.originals {
        try folder.put(.file(file.sha256), try fieldbook.files.contents(of: file.sha256.hex))
      }
      guard let sha256 = FileDigest(record.sha256) else { throw SampleLife.Missing() }
      try folder.put(.record(record.id, revision: record.revision, sha256: sha256), record.body)
    }
  }

  private func add(_ life: SampleLife) throws {
    let technician = try life.technician
    let id = try life.id
    let before = life.photo(.before)
    _ = try fieldbook.files.store(before.1)
    let opened = try fieldbook.open(
      id, try life.registered(code: nil), photos: life.outcome == .retired ? [before.0] : [], at: life.at(0))
    guard let lock = try fieldbook.lock(installation: id) else { throw SampleLife.Missing() }
    defer { lock.release() }
    func append(_ events: [InstallationEvent], _ step: Int) throws -> Installation {
      try fieldbook.append(events, holding: lock, by: technician, at: life.at(step))
    }
    switch life.outcome {
    case .retired: return
    case .refused: _ = try append([.refused(.init(reason: "不愿安装", releasesCode: true))], 5)
    case .installed, .corrected, .void:
      guard let code = opened.code else { throw SampleLife.Missing() }
      let key = try life.key
      try fieldbook.prepare(key, for: id, moduleSerial: "M-\(life.number)")
      try fieldbook.markCommitted(keyID: key.keyID, for: id, moduleSerial: "M-\(life.number)")
      let walk = try life.walk(code: code)
      for file in walk.files { _ = try fieldbook.files.store(file) }
      _ = try append(walk.events, 60)
      let signed = try life.signed(again: false)
      for file in signed.files { _ = try fieldbook.files.store(file) }
      let closed = try append([signed.event], 70)
      if life.outcome == .void { _ = try append([.voided(reason: "误登")], 80) }
      guard life.outcome == .corrected else { return }
      _ = try append([life.corrected(closed)], 80)
      let again = try life.signed(again: true)
      for file in again.files { _ = try fieldbook.files.store(file) }
      _ = try append([again.event], 90)
    }
  }
}
