public import FoundationEssentials
import Synchronization

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

    public init(
      folder: String, pages: String, interface: NetworkInterface,
      random: @escaping @Sendable (Int) throws -> [UInt8]
    ) {
      self.folder = folder
      self.pages = pages
      self.interface = interface
      self.random = random
    }
  }

  /// The address of the page, `http://ADDRESS:PORT/TOKEN/`.
  public let address: String

  /// Starts the server, at the port and with the token of an earlier run of the same task where there was one.
  /// - Throws: `CompanionError`.
  public init(_ configuration: Configuration, state: CompanionState) throws(CompanionError) {
    fatalError("not built yet")
  }

  // MARK: - Showing

  /// Shows another state.
  public func show(_ state: CompanionState) {}

  /// Serves a file under `files/` until the task ends.
  /// - Parameter name: of `a-z`, `0-9`, `-` and `.`.
  public func publish(_ bytes: Data, mediaType: String, named name: String) {}

  /// Serves a paper under a token of its own.
  /// - Returns: its whole address.
  /// - Throws: `random`.
  public func publishPaper(_ bytes: Data, mediaType: String, named name: String) throws(CompanionError)
    -> String
  {
    ""
  }

  // MARK: - Listening

  /// Waits for the next event.
  /// - Returns: nil after that time, so that the caller can look for Ctrl-C.
  public func next(waitMilliseconds: Int) -> CompanionEvent? { nil }

  /// Shows the outcome of an action.
  public func finish(_ action: CompanionAction, _ outcome: CompanionOutcome) {}

  /// Removes an upload that was attached, or that is given up.
  public func drop(_ upload: CompanionUpload) {}

  /// Whether the page has fetched the newest state since it was shown; the end of a task waits for this for a moment.
  public var isSeen: Bool { false }

  /// Ends the task: the token is worth nothing any more, and the folder is removed. Papers stay until `stop()`.
  public func end() {}

  /// Stops the server. A task that was not ended goes on with the same address.
  public func stop() {}
}
