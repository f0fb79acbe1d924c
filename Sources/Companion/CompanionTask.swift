import Cryptography
import Files
import FoundationEssentials
import Glibc
import Records
import Synchronization

/// A task as both threads see it: what the page shows, and what the phone may do. Requests come from the server's thread, all
/// else from the command's.
final class CompanionTask: CompanionHandler {
  struct File: Sendable {
    let bytes: Data
    let mediaType: String
  }

  struct Paper: Sendable {
    let token: RandomToken
    let file: File
    /// The name in the address, with percent signs where it needs them.
    let name: String
  }

  private struct Content {
    var state: CompanionState
    var revision: Int
    /// The revision that the command showed last, and the one that the page fetched last.
    var shownRevision: Int
    var seenRevision = 0
    var document: Data?
    var files: [String: File] = [:]
    var papers: [Paper] = []
    /// Actions that were taken and have no outcome yet.
    var pendingActions: Set<String> = []
    var browsers: Set<String> = []
    /// When an upload was last told of, by its id.
    var progressTimes: [String: ContinuousClock.Instant] = [:]
    var isEnded = false
  }

  private static let maxBrowsers = 256

  let folder: TaskFolder
  let uploads: UploadStore
  let events = EventQueue()
  private let parts: PageParts
  private let content: Mutex<Content>
  /// `ADDRESS:PORT`, which every request has to name as its host.
  private let host: String
  private let now: @Sendable () -> ContinuousClock.Instant

  init(
    folder: TaskFolder, uploads: UploadStore, parts: PageParts, host: String, state: CompanionState,
    now: @escaping @Sendable () -> ContinuousClock.Instant
  ) {
    self.folder = folder
    self.uploads = uploads
    self.parts = parts
    self.host = host
    self.now = now
    // Revisions grow over a restart too.
    let revision = folder.starts * 1_000_000
    content = Mutex(Content(state: state, revision: revision, shownRevision: revision))
  }

  // MARK: - For the command

  func show(_ state: CompanionState) {
    content.withLock { content in
      content.state = state
      Self.touch(&content)
      content.shownRevision = content.revision
    }
  }

  func publish(_ file: File, named name: String) { content.withLock { $0.files[name] = file } }

  func publish(_ paper: Paper) { content.withLock { $0.papers.append(paper) } }

  func finish(_ outcome: CompanionOutcome) {
    folder.finish(outcome)
    content.withLock { content in
      content.pendingActions.remove(outcome.id)
      Self.touch(&content)
      content.shownRevision = content.revision
    }
  }

  func drop(_ upload: CompanionUpload) {
    uploads.drop(upload.id)
    content.withLock { content in
      content.progressTimes[upload.id] = nil
      Self.touch(&content)
    }
  }

  var isSeen: Bool { content.withLock { $0.seenRevision >= $0.shownRevision } }

  func end() {
    content.withLock { content in
      content.isEnded = true
      content.files = [:]
      content.document = nil
    }
    folder.remove()
  }

  private static func touch(_ content: inout Content) {
    content.revision += 1
    content.document = nil
  }

  // MARK: - Judging a request

  func judge(_ request: CompanionRequest) -> CompanionVerdict {
    guard request.isWellFormed else { return .refused(.empty(400)) }
    let isReading = request.method == "GET" || request.method == "HEAD"
    // These come under foreign names.
    if isReading, let reply = ConnectivityCheck.reply(to: request.path) { return .answered(reply) }
    guard request["host"] == host else { return .refused(.empty(403)) }
    // A browser that hides the origin sends `null`. It is the token that counts, and this only keeps other pages away.
    if let origin = request["origin"], origin != "http://\(host)", origin != "null" {
      return .refused(.empty(403))
    }
    guard let route = route(to: request.path), exists(route) else { return .refused(.empty(404)) }
    guard route.methods.contains(request.method) else {
      return .refused(.empty(405, ("Allow", route.methods.joined(separator: ", "))))
    }
    if request.has("transfer-encoding") { return .refused(.empty(411)) }
    guard let body = route.body(of: request.method) else {
      let isEmpty = !request.has("content-length") || request.contentLength == 0
      return isEmpty ? .admitted(route, bodyBytes: 0) : .refused(.empty(413))
    }
    guard let length = request.contentLength else {
      return .refused(.empty(request.has("content-length") ? 413 : 411))
    }
    guard request.mediaType == body.mediaType else { return .refused(.empty(415)) }
    guard length <= body.maxBytes else { return .refused(.empty(413)) }
    return .admitted(route, bodyBytes: length)
  }

  /// Nil for a wrong token too. Each token is compared in a time that says nothing of how much of it is right.
  private func route(to path: String) -> CompanionRoute? {
    let parts = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
      .map { String(Substring($0)) }
    guard parts.count >= 3, parts[0].isEmpty else { return nil }
    let (papers, isEnded) = content.withLock { ($0.papers, $0.isEnded) }
    if Self.isEqual(parts[1], folder.token), !isEnded { return CompanionRoute(path: parts[2...]) }
    for paper in papers where Self.isEqual(parts[1], paper.token) {
      return parts.count == 3 && parts[2] == paper.name ? .paper(paper.token.text) : nil
    }
    return nil
  }

  private static func isEqual(_ text: String, _ token: RandomToken) -> Bool {
    MessageAuthentication.isEqual(Array(text.utf8), Array(token.text.utf8))
  }

  /// Whether an address leads to something at this moment.
  private func exists(_ route: CompanionRoute) -> Bool {
    switch route {
    case .part(let name): parts.parts[name] != nil
    case .file(let name): content.withLock { $0.files[name] != nil }
    case .upload(let id): uploads.offset(of: id) != nil
    case .page, .state, .uploads, .kept, .actions, .paper: true
    }
  }

  // MARK: - Answering a request

  func reply(to request: CompanionRequest, _ route: CompanionRoute) -> CompanionReply {
    // The task may have ended while the body came.
    if case .paper = route {} else if content.withLock({ $0.isEnded }) { return .empty(404) }
    switch route {
    case .page:
      greet(request)
      return .bytes(parts.page, mediaType: "text/html; charset=utf-8")
    case .part(let name):
      guard let part = parts.parts[name] else { return .empty(404) }
      return .bytes(part.bytes, mediaType: part.mediaType)
    case .state: return .json(200, stateDocument())
    case .file(let name):
      guard let file = content.withLock({ $0.files[name] }) else { return .empty(404) }
      return Self.reply(file, range: request["range"])
    case .paper(let token):
      guard let paper = content.withLock({ $0.papers.first { $0.token.text == token } }) else {
        return .empty(404)
      }
      var reply = Self.reply(paper.file, range: request["range"])
      reply.headers.append(("Content-Disposition", "inline; filename*=UTF-8''\(paper.name)"))
      return reply
    case .uploads: return announce(request.body)
    case .upload(let id): return request.method == "PATCH" ? append(request, to: id) : offset(of: id)
    case .kept: return keep(request.body)
    case .actions: return take(request.body)
    }
  }

  private static func reply(_ file: File, range: String?) -> CompanionReply {
    let count = file.bytes.count
    var reply = CompanionReply.bytes(file.bytes, mediaType: file.mediaType)
    reply.headers.append(("Accept-Ranges", "bytes"))
    switch ByteRange(header: range, count: count) {
    case .whole: break
    case .part(let part):
      reply.status = 206
      reply.headers.append(("Content-Range", "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(count)"))
      reply.body = Data(file.bytes.dropFirst(part.lowerBound).prefix(part.count))
    case .unsatisfiable: reply = .empty(416, ("Content-Range", "bytes */\(count)"))
    }
    return reply
  }

  private func greet(_ request: CompanionRequest) {
    guard request.method == "GET" else { return }
    // The words of a stranger, of which visible ones are shown on the terminal.
    let agent = String(
      decoding: (request["user-agent"] ?? "").utf8.filter { (0x20...0x7E).contains($0) }.prefix(256),
      as: UTF8.self)
    let isNew = content.withLock { content in
      content.browsers.count < Self.maxBrowsers && content.browsers.insert(agent).inserted
    }
    if isNew { events.addOpening(userAgent: agent) }
  }

  // MARK: - The state

  private struct Document: Encodable {
    let revision: Int
    let language: String
    let title: String
    let subject: String
    let busy: CompanionState.Busy?
    let notices: [CompanionState.Notice]
    let view: CompanionView
    let kept: JSONValue
    let outcomes: [CompanionOutcome]
    let uploads: [UploadStore.Progress]
  }

  private func stateDocument() -> Data {
    content.withLock { content in
      content.seenRevision = content.revision
      if let document = content.document { return document }
      let state = content.state
      // Only a number that JSON cannot write could fail here; a progress that is none is left out.
      var busy = state.busy
      if busy?.fraction?.isFinite == false { busy?.fraction = nil }
      let document = Document(
        revision: content.revision, language: state.language, title: state.title, subject: state.subject,
        busy: busy, notices: state.notices, view: state.view, kept: folder.kept,
        outcomes: folder.outcomes, uploads: uploads.progress)
      let bytes = CompanionReply.escaped((try? RecordCoding.encode(document)) ?? Data("{}".utf8))
      content.document = bytes
      return bytes
    }
  }

  // MARK: - Uploads

  private struct Announced: Encodable {
    let upload: String
    let offset: Int
  }

  private struct Reached: Encodable { let offset: Int }

  private func announce(_ body: Data) -> CompanionReply {
    guard
      let announcement = try? JSONReader.decode(
        UploadStore.Announcement.self, from: body, maxBytes: CompanionLimits.maxAnnouncementBytes),
      ActionReader.isShot(announcement.shot), announcement.bytes >= 1, FileDigest(announcement.sha256) != nil
    else { return .empty(400) }
    guard announcement.bytes <= CompanionLimits.maxUploadBytes else { return .empty(413) }
    do {
      guard let (progress, isNew) = try uploads.announce(announcement) else { return .empty(507) }
      if isNew { content.withLock { Self.touch(&$0) } }
      return .json(isNew ? 201 : 200, Announced(upload: progress.upload, offset: progress.offset))
    } catch { return Self.failure(error) }
  }

  private func offset(of id: String) -> CompanionReply {
    guard let offset = uploads.offset(of: id) else { return .empty(404) }
    return .json(200, Reached(offset: offset))
  }

  private func append(_ request: CompanionRequest, to id: String) -> CompanionReply {
    guard let offset = request["upload-offset"].flatMap(CompanionRequest.number), !request.body.isEmpty else {
      return .empty(400)
    }
    do throws(FileError) {
      let result = try uploads.append(request.body, to: id, at: offset)
      switch result {
      case .kept(let progress):
        tell(progress)
        return .json(200, Reached(offset: progress.offset))
      case .elsewhere(let offset): return .json(409, Reached(offset: offset))
      case .tooLong: return .empty(413)
      case .unknown: return .empty(404)
      case .otherDigest:
        content.withLock { Self.touch(&$0) }
        return .empty(422)
      }
    } catch { return Self.failure(error) }
  }

  private func tell(_ progress: UploadStore.Progress) {
    let time = now()
    let isDue = content.withLock { content in
      Self.touch(&content)
      if let last = content.progressTimes[progress.upload], time - last < .seconds(1),
        progress.offset < progress.bytes
      {
        return false
      }
      content.progressTimes[progress.upload] = time
      return true
    }
    if isDue { events.addProgress(shot: progress.shot, bytes: progress.offset, of: progress.bytes) }
  }

  /// A full disk is the laptop's trouble, and may pass; the page waits and sends again.
  private static func failure(_ error: any Error) -> CompanionReply {
    guard let error = error as? FileError else { return .empty(500) }
    return .empty([ENOSPC, EDQUOT, EFBIG].contains(error.errno) ? 507 : 500)
  }

  // MARK: - What is kept, and actions

  private func keep(_ body: Data) -> CompanionReply {
    guard let value = try? JSONReader.value(of: body, maxBytes: CompanionLimits.maxKeptBytes),
      case .object = value
    else { return .empty(400) }
    do throws(FileError) { try folder.keep(value) } catch { return Self.failure(error) }
    content.withLock { Self.touch(&$0) }
    return .empty(204)
  }

  private func take(_ body: Data) -> CompanionReply {
    do throws(ActionReader.Fault) {
      let reader = try ActionReader(body)
      // The same action again, whose answer was lost.
      guard !folder.isDone(reader.id), !content.withLock({ $0.pendingActions.contains(reader.id) }) else {
        return .empty(202)
      }
      let action = CompanionAction(id: reader.id, kind: try reader.kind { uploads.complete($0) })
      guard events.add(action) else { return .empty(503, ("Retry-After", "1")) }
      content.withLock { _ = $0.pendingActions.insert(reader.id) }
      return .empty(202)
    } catch {
      switch error {
      case .malformed: return .empty(400)
      case .noSuchUpload: return .empty(409)
      }
    }
  }
}
