import Files
public import FoundationEssentials

/// One task on a phone: a server, an address with a random token, the state that the page shows, and the events
/// of the phone. The server has a thread of its own. The command takes the events on its own thread, one after
/// the other, and is never called from another thread.
public final class CompanionSession: Sendable {
  public struct Configuration: Sendable {
    /// The folder of this task, created where it is missing, and readable by its owner only; a task that was
    /// killed continues from this folder.
    public var folder: String
    /// The folder with the page's parts.
    public var pages: String
    /// The network interface on which the phone is; `lo` for a page on this laptop itself.
    public var interface: NetworkInterface
    /// A function that returns as many unpredictable bytes as its argument says.
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

  /// Starts the server. Where the task was started before, the server has the same token, and the same port if
  /// that is free.
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
  /// - Parameter name: the file's name, of `a-z`, `0-9`, `-` and `.`.
  public func publish(_ bytes: Data, mediaType: String, named name: String) {
    task.publish(CompanionTask.File(bytes: bytes, mediaType: mediaType), named: name)
  }

  /// Serves a paper under a token of its own.
  /// - Parameter name: the name under which a browser saves the paper, in any script.
  /// - Returns: the whole address of the paper.
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

  /// Escapes a name for an address: every character but ASCII letters, digits and `-._~` becomes percent signs
  /// with its UTF-8 bytes in hex.
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
  /// - Returns: nil where no event comes within this time, so that the caller can check for Ctrl-C.
  public func next(waitMilliseconds: Int) -> CompanionEvent? {
    task.events.next(waitMilliseconds: waitMilliseconds)
  }

  /// Shows the outcome of an action.
  public func finish(_ action: CompanionAction, _ outcome: CompanionOutcome) {
    var outcome = outcome
    outcome.id = action.id
    task.finish(outcome)
  }

  /// Removes an upload that has been attached to the record, or is given up.
  public func drop(_ upload: CompanionUpload) { task.drop(upload) }

  /// Whether the page has fetched the newest state since it was shown; the end of a task waits for this for a moment.
  public var isSeen: Bool { task.isSeen }

  /// Ends the task: the token becomes invalid, and the folder is removed. Papers stay until `stop()`.
  public func end() { task.end() }

  /// Stops the server. A task that was not ended can be continued at the same address.
  public func stop() {
    server.stop()
    task.folder.release()
  }
}
