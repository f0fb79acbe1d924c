import Cryptography
import FoundationEssentials
import Records

/// The records. The exact bytes of each revision are in `installations/<id>/<revision>.json` and never change.
struct PlatformInstallations: Sendable {
  /// The latest revision of one record.
  struct Latest: Codable, Sendable {
    let id: String
    let code: String?
    let status: String
    let revision: Int
    /// SHA-256 of the bytes, lower-case hex.
    let sha256: String
  }

  private struct Acknowledgement: Encodable {
    let id: String
    let revision: Int
    let sha256: String
  }

  private let folder: PlatformFolder
  private var latest: [String: Latest] = [:]
  /// The ids of the installations that carry a code, by the code.
  private var carriers: [String: Set<String>] = [:]

  init(folder: PlatformFolder) throws(LocalPlatformError) {
    self.folder = folder
    for id in try folder.names(in: "installations") {
      let revisions = try folder.names(in: "installations/\(id)")
        .compactMap { $0.hasSuffix(".json") ? Int($0.dropLast(5)) : nil }
      guard let revision = revisions.max() else { continue }
      let name = Self.name(id, revision)
      guard let bytes = try folder.read(name), let entry = Self.latest(id, revision, bytes) else {
        throw .damaged(path: name)
      }
      keep(entry)
    }
  }

  private mutating func keep(_ entry: Latest) {
    if let code = latest[entry.id]?.code { carriers[code]?.remove(entry.id) }
    latest[entry.id] = entry
    if let code = entry.code { carriers[code, default: []].insert(entry.id) }
  }

  /// The latest revisions in order of their ids.
  var all: [Latest] { latest.values.sorted { $0.id < $1.id } }

  func body(of id: String) throws -> [UInt8]? {
    guard let entry = latest[id] else { return nil }
    return try folder.read(Self.name(id, entry.revision))
  }

  // MARK: - Reading

  func record(_ id: String) throws -> PlatformReply {
    try check(id)
    guard let entry = latest[id], let body = try body(of: id) else {
      throw PlatformReply.error(404, "installation.unknown", "there is no such installation")
    }
    return current(200, entry, body)
  }

  func find(code: String?) throws -> PlatformReply {
    guard let code else { throw PlatformReply.error(400, "request.code", "say which: ?code=") }
    guard LabelCode(code)?.description == code else {
      throw PlatformReply.error(400, "request.code", "not a label code")
    }
    let found = (carriers[code] ?? []).sorted().compactMap { latest[$0] }
    return .json(200, ["installations": found])
  }

  // MARK: - Taking a revision

  /// Takes a revision of a record.
  /// - Parameters:
  ///   - hasFile: returns whether the platform has the file with this digest.
  ///   - moduleSerial: returns the serial of the module that holds a key; nil for a key that was never
  ///     delivered.
  mutating func take(
    _ request: PlatformRequest, id: String, hasFile: (String) -> Bool,
    moduleSerial: (String) throws -> String?
  ) throws -> PlatformReply {
    try check(id)
    let key = try request.idempotencyKey()
    try request.checkContentDigest()
    let record = try request.decoded(
      PlatformRecord.self,
      else: .error(422, "installation.invalid", "a member of the record has another type than it should"))
    let faults = record.faults(at: id)
    guard faults.isEmpty, let revision = record.revision else {
      throw PlatformReply.error(422, "installation.invalid", "the record is not complete", details: faults)
    }
    let sha256 = SHA256Digest(of: request.body).hex
    let acknowledgement = Acknowledgement(id: id, revision: revision, sha256: sha256)
    if try folder.read(Self.name(id, revision)) == request.body { return .json(200, acknowledgement) }

    try checkIdempotency(key, request)
    try checkPrecondition(request, id: id, revision: revision, previousSha256: record.previousSha256)
    try checkCode(record, id: id)
    try checkParts(of: record, hasFile: hasFile, moduleSerial: moduleSerial)

    guard let entry = Self.latest(id, revision, request.body) else {
      throw PlatformReply.error(422, "installation.invalid", "the record is not complete")
    }
    folder.put(Array(request.fingerprint.utf8), to: Self.idempotencyName(key))
    folder.put(request.body, to: Self.name(id, revision))
    keep(entry)
    var reply = PlatformReply.json(revision == 1 ? 201 : 200, acknowledgement)
    reply.headers["ETag"] = "\"\(sha256)\""
    return reply
  }

  private func checkIdempotency(_ key: String, _ request: PlatformRequest) throws {
    guard let kept = try folder.read(Self.idempotencyName(key)) else { return }
    guard kept == Array(request.fingerprint.utf8) else {
      throw PlatformReply.error(422, "idempotency.reused", "this Idempotency-Key was another request's")
    }
  }

  /// Checks that a revision follows the present one. Any other revision is refused with the present revision in
  /// the answer, so that nothing is overwritten.
  private func checkPrecondition(
    _ request: PlatformRequest, id: String, revision: Int, previousSha256: String?
  ) throws {
    guard let entry = latest[id], let body = try body(of: id) else {
      if revision == 1, request.headers["if-match"] == nil { return }
      throw PlatformReply.error(412, "installation.unknown", "there is no revision that this one could follow")
    }
    if revision > 1, request.headers["if-match"] == nil {
      throw PlatformReply.error(428, "installation.ifMatch", "If-Match is required from revision 2 on")
    }
    guard revision == entry.revision + 1, request.headers["if-match"] == "\"\(entry.sha256)\"",
      previousSha256 == entry.sha256
    else { throw current(412, entry, body) }
  }

  private func checkCode(_ record: PlatformRecord, id: String) throws {
    guard record.status != "void", let code = record.code,
      let other = (carriers[code] ?? []).sorted().compactMap({ latest[$0] })
        .first(where: { $0.id != id && $0.status != "void" })
    else { return }
    throw PlatformReply.error(
      409, "code.bound", "this code is bound to installation \(other.id)",
      details: [PlatformErrorDetail(path: "code", code: "code.bound", message: other.id)])
  }

  private func checkParts(
    of record: PlatformRecord, hasFile: (String) -> Bool, moduleSerial: (String) throws -> String?
  ) throws {
    let files = record.files.filter { !hasFile($0) }
    var keys: [String] = []
    if let keyID = record.module?.keyID {
      let serial = try moduleSerial(keyID)
      if serial == nil { keys.append(keyID) }
      if let serial, serial != record.module?.serialNumber {
        throw PlatformReply.error(409, "key.bound", "the key of this record is another module's")
      }
    }
    guard files.isEmpty, keys.isEmpty else {
      throw PlatformReply.error(
        409, "installation.incomplete", "the record names what has not been delivered",
        missing: PlatformMissing(files: files, keys: keys))
    }
  }

  // MARK: - Names and forms

  private func check(_ id: String) throws {
    guard InstallationID(id)?.text == id else {
      throw PlatformReply.error(400, "installation.id", "an id is a UUID in lower case")
    }
  }

  private func current(_ status: Int, _ entry: Latest, _ body: [UInt8]) -> PlatformReply {
    var reply = PlatformReply.bytes(status, body, mediaType: "application/json")
    reply.headers["ETag"] = "\"\(entry.sha256)\""
    return reply
  }

  private static func latest(_ id: String, _ revision: Int, _ bytes: [UInt8]) -> Latest? {
    guard let record = try? JSONReader.decode(PlatformRecord.self, from: bytes),
      let status = record.status
    else { return nil }
    return Latest(
      id: id, code: record.code, status: status, revision: revision, sha256: SHA256Digest(of: bytes).hex)
  }

  private static func name(_ id: String, _ revision: Int) -> String { "installations/\(id)/\(revision).json" }

  private static func idempotencyName(_ key: String) -> String {
    "idempotency/\(SHA256Digest(of: Array(key.utf8)).hex)"
  }
}
