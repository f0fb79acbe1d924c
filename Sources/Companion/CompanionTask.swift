import Cryptography
import FoundationEssentials
import Records
import Synchronization

/// The part of a task that both threads share: the state that the page shows, and the handling of requests.
/// Requests come on the server's thread, all other calls on the command's.
final class CompanionTask: CompanionHandler {
  struct File: Sendable {
    let bytes: Data
    let mediaType: String
  }

  struct Paper: Sendable {
    let token: RandomToken
    let file: File
    /// The name in the address, percent-encoded where needed.
    let name: String
  }

  struct Content {
    var state: CompanionState
    var revision: Int
    /// The last revision that the command showed.
    var shownRevision: Int
    /// The last revision that the page fetched; 0 before the first.
    var seenRevision = 0
    var document: Data?
    var files: [String: File] = [:]
    var papers: [Paper] = []
    /// The ids of the actions that were accepted and have no outcome yet.
    var pendingActions: Set<String> = []
    /// Addresses and names of the browsers that opened the page.
    var browsers: Set<String> = []
    /// The time of the last progress event of each upload, by the upload's id.
    var progressTimes: [String: ContinuousClock.Instant] = [:]
    var isEnded = false

    /// Begins a new revision, because something that the state shows has changed.
    mutating func touch() {
      revision += 1
      document = nil
    }
  }

  let folder: TaskFolder
  let uploads: UploadStore
  let events = EventQueue()
  let parts: PageParts
  let content: Mutex<Content>
  /// `ADDRESS:PORT`, which every request has to name as its host.
  private let host: String
  let now: @Sendable () -> ContinuousClock.Instant

  init(
    folder: TaskFolder, uploads: UploadStore, parts: PageParts, host: String, state: CompanionState,
    now: @escaping @Sendable () -> ContinuousClock.Instant
  ) {
    self.folder = folder
    self.uploads = uploads
    self.parts = parts
    self.host = host
    self.now = now
    // Revisions keep growing over a restart: each start begins at a further million.
    let revision = folder.starts * 1_000_000
    content = Mutex(Content(state: state, revision: revision, shownRevision: revision))
  }

  // MARK: - For the command

  func show(_ state: CompanionState) {
    content.withLock { content in
      content.state = state
      content.touch()
      content.shownRevision = content.revision
    }
  }

  func publish(_ file: File, named name: String) { content.withLock { $0.files[name] = file } }

  func publish(_ paper: Paper) { content.withLock { $0.papers.append(paper) } }

  func finish(_ outcome: CompanionOutcome) {
    folder.finish(outcome)
    content.withLock { content in
      content.pendingActions.remove(outcome.id)
      content.touch()
      content.shownRevision = content.revision
    }
  }

  func drop(_ upload: CompanionUpload) {
    uploads.drop(upload.id)
    content.withLock { content in
      content.progressTimes[upload.id] = nil
      content.touch()
    }
  }

  var isSeen: Bool { content.withLock { $0.seenRevision >= $0.shownRevision } }

  func end() {
    content.withLock { content in
      content.isEnded = true
      content.files = [:]
      content.document = nil
    }
    uploads.end()
    folder.remove()
  }

  // MARK: - Judging a request

  func judge(_ request: CompanionRequest) -> CompanionVerdict {
    guard request.isWellFormed else { return .answered(.empty(400)) }
    let isReading = request.method == "GET" || request.method == "HEAD"
    // Connectivity checks come with foreign host names, so they are answered before the host is checked.
    if isReading, let reply = ConnectivityCheck.reply(to: request.path) { return .answered(reply) }
    guard request["host"] == host else { return .answered(.empty(403)) }
    // A browser that hides the origin sends `null`. Access depends on the token; this check only keeps other
    // pages away.
    if let origin = request["origin"], origin != "http://\(host)", origin != "null" {
      return .answered(.empty(403))
    }
    guard let route = route(to: request.path), exists(route) else { return .answered(.empty(404)) }
    guard route.methods.contains(request.method) else {
      return .answered(.empty(405, ("Allow", route.methods.joined(separator: ", "))))
    }
    if request.has("transfer-encoding") { return .answered(.empty(411)) }
    guard let body = route.body(of: request.method) else {
      let isEmpty = !request.has("content-length") || request.contentLength == 0
      return isEmpty ? .admitted(route, bodyBytes: 0) : .answered(.empty(413))
    }
    guard let length = request.contentLength else {
      return .answered(.empty(request.has("content-length") ? 400 : 411))
    }
    guard request.mediaType == body.mediaType else { return .answered(.empty(415)) }
    guard length <= body.maxBytes else { return .answered(.empty(413)) }
    return .admitted(route, bodyBytes: length)
  }

  /// Finds the route of a path; nil for an unknown path or a wrong token. Tokens are compared in a time that
  /// does not depend on how much of a token is right.
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

  /// Whether the resource of a route exists at this moment.
  private func exists(_ route: CompanionRoute) -> Bool {
    switch route {
    case .part(let name): parts.parts[name] != nil
    case .file(let name): content.withLock { $0.files[name] != nil }
    case .upload(let id): uploads.offset(of: id) != nil
    case .page, .state, .uploads, .kept, .actions, .paper: true
    }
  }
}
