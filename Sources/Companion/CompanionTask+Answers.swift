import Files
import FoundationEssentials
import Glibc
import Records

/// The replies to requests with a right token.
extension CompanionTask {
  func reply(to request: CompanionRequest, _ route: CompanionRoute) -> CompanionReply {
    // The task may have ended while the body arrived.
    if case .paper = route {} else if content.withLock({ $0.isEnded }) { return .empty(404) }
    switch route {
    case .page:
      greet(request)
      return .bytes(parts.page, mediaType: "text/html; charset=utf-8")
    case .part(let name):
      guard let part = parts.parts[name] else { return .empty(404) }
      return .bytes(part.bytes, mediaType: part.mediaType)
    case .state: return .json(200, stateDocument(isFetched: request.method == "GET"))
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
    // Anybody can write this header, so only its first 256 printable ASCII characters are shown on the
    // terminal.
    let agent = String(
      decoding: (request["user-agent"] ?? "").utf8.filter { (0x20...0x7E).contains($0) }.prefix(256),
      as: UTF8.self)
    let isNew = content.withLock { content in
      content.browsers.count < 256 && content.browsers.insert("\(request.client) \(agent)").inserted
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

  /// - Parameter isFetched: whether the page receives the document itself, not only its length (HEAD).
  private func stateDocument(isFetched: Bool) -> Data {
    content.withLock { content in
      if isFetched { content.seenRevision = content.revision }
      if let document = content.document { return document }
      let state = content.state
      // Encoding fails only for a number that JSON cannot write, so a fraction that is not finite is left out.
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
      guard let (progress, isNew) = try uploads.announce(announcement) else { return .empty(409) }
      if isNew { content.withLock { $0.touch() } }
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
        content.withLock { $0.touch() }
        return .empty(422)
      }
    } catch { return Self.failure(error) }
  }

  private func tell(_ progress: UploadStore.Progress) {
    let time = now()
    let isDue = content.withLock { content in
      content.touch()
      if let last = content.progressTimes[progress.upload], time - last < .seconds(1),
        progress.offset < progress.bytes
      {
        return false
      }
      // The times of uploads that were given up are never read again, so the table is emptied when it grows.
      if content.progressTimes.count > 256 { content.progressTimes = [:] }
      content.progressTimes[progress.upload] = time
      return true
    }
    if isDue { events.addProgress(shot: progress.shot, bytes: progress.offset, of: progress.bytes) }
  }

  /// The reply to a failed write: 507 for a full disk, after which the page waits and sends again, otherwise
  /// 500.
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
    content.withLock { $0.touch() }
    return .empty(204)
  }

  private func take(_ body: Data) -> CompanionReply {
    do throws(ActionReader.Fault) {
      let reader = try ActionReader(body)
      // The page sends an action again where the response was lost.
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
