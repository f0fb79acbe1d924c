import Files
public import FoundationEssentials

/// One task on a phone: a server of its own, an address with a random token, the state that the page shows, and what the
/// phone sends. The server has a thread of its own; the task takes the events on its thread, one after the other, and is never
/// called from another one.
public final class CompanionSession: Sendable {
  public struct Configuration: Sendable {
    /// The folder of this task, made where it is missing, readable by its owner only; a task that was killed goes on from it.
    public var folder: String
    /// The folder with the page's parts.
    public var pages: String
    /// The network interface on which the phone is; `lo` for a page on this laptop itself.
    public var interface: NetworkInterface
    /// Gives this number of unpredictable bytes.
    public var random: @Sendable (Int) throws -> [UInt8]
    /// The clock of the deadlines.
    public var now: @Sendable () -> ContinuousClock.Instant

    public init(
      folder: String, pages: String, interface: NetworkInterface,
      random: @escaping @Sendable (Int) throws -> [UInt8],
      now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
      self.folder = folder
      self.pages = pages
      self.interface = interface
      self.random = random
      self.now = now
    }
  }

  /// The address of the page, `http://ADDRESS:PORT/TOKEN/`.
  public let address: String

  private let task: CompanionTask
  private let server: CompanionServer
  private let host: String
  private let random: @Sendable (Int) throws -> [UInt8]

  /// Starts the server, at the port and with the token of an earlier run of the same task where there was one.
  /// - Throws: `CompanionError`.
  public init(_ configuration: Configuration, state: CompanionState) throws(CompanionError) {
    let parts = try PageParts(folder: configuration.pages)
    let folder = try TaskFolder(FilePath(configuration.folder), random: configuration.random)
    let random = configuration.random
    let uploads = try TaskFolder.inFolder { () throws(FileError) in
      try UploadStore(folder.path.appending("uploads"), random: random)
    }
    let socket = try ListeningSocket(interface: configuration.interface, port: folder.lastPort)
    host = "\(configuration.interface.address):\(socket.port)"
    do throws(CompanionError) {
      try folder.keepAddress(port: socket.port)
    } catch {
      socket.close()
      throw error
    }
    address = "http://\(host)/\(folder.token.text)/"
    self.random = random
    task = CompanionTask(
      folder: folder, uploads: uploads, parts: parts, host: host, state: state, now: configuration.now)
    server = try CompanionServer(
      socket, address: configuration.interface.address, handler: task, now: configuration.now)
  }

  deinit { stop() }

  // MARK: - Showing

  /// Shows another state.
  public func show(_ state: CompanionState) { task.show(state) }

  /// Serves a file under `files/` until the task ends.
  /// - Parameter name: of `a-z`, `0-9`, `-` and `.`.
  public func publish(_ bytes: Data, mediaType: String, named name: String) {
    task.publish(CompanionTask.File(bytes: bytes, mediaType: mediaType), named: name)
  }

  /// Serves a paper under a token of its own.
  /// - Parameter name: as it is saved under, in any script.
  /// - Returns: its whole address.
  /// - Throws: `random`.
  public func publishPaper(_ bytes: Data, mediaType: String, named name: String) throws(CompanionError)
    -> String
  {
    let token = try RandomToken(random: random)
    let paper = CompanionTask.Paper(
      token: token, file: CompanionTask.File(bytes: bytes, mediaType: mediaType), name: Self.escaped(name))
    task.publish(paper)
    return "http://\(host)/\(token.text)/\(paper.name)"
  }

  /// A name as a part of an address: all but letters, digits and `-._~` stands as bytes of UTF-8 behind percent signs.
  private static func escaped(_ name: String) -> String {
    let digits = Array("0123456789ABCDEF")
    var escaped = ""
    for byte in name.utf8 {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E:
        escaped.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        escaped.append("%")
        escaped.append(digits[Int(byte >> 4)])
        escaped.append(digits[Int(byte & 15)])
      }
    }
    return escaped
  }

  // MARK: - Listening

  /// Waits for the next event.
  /// - Returns: nil after that time, so that the caller can look for Ctrl-C.
  public func next(waitMilliseconds: Int) -> CompanionEvent? {
    task.events.next(waitMilliseconds: waitMilliseconds)
  }

  /// Shows the outcome of an action.
  public func finish(_ action: CompanionAction, _ outcome: CompanionOutcome) {
    var outcome = outcome
    outcome.id = action.id
    task.finish(outcome)
  }

  /// Removes an upload that was attached, or that is given up.
  public func drop(_ upload: CompanionUpload) { task.drop(upload) }

  /// Whether the page has fetched the newest state since it was shown; the end of a task waits for this for a moment.
  public var isSeen: Bool { task.isSeen }

  /// Ends the task: the token is worth nothing any more, and the folder is removed. Papers stay until `stop()`.
  public func end() { task.end() }

  /// Stops the server. A task that was not ended goes on with the same address.
  public func stop() {
    server.stop()
    task.folder.release()
  }
}
