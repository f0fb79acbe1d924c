import Files
import FoundationEssentials
import Glibc
import Records
import Synchronization

/// What outlives a killed process: the token and the port, what the page keeps, and which actions are done. Uploads lie in a
/// folder of their own, see `UploadStore`.
final class TaskFolder: Sendable {
  /// The address of the task, written at each start.
  private struct Identity: Codable {
    var token: String
    var port: UInt16
    /// How often the server was started for this task, from 1.
    var starts: Int
  }

  private struct Done: Codable {
    /// The ids of the newest actions that were done or refused, the newest last.
    var ids: [String] = []
    var outcomes: [CompanionOutcome] = []
  }

  private static let maxBytes = 4 << 20

  let path: FilePath
  let token: RandomToken
  /// The port of the run before; 0 for a new task.
  let lastPort: UInt16
  /// How often the server was started for this task, this time included.
  let starts: Int
  private let lock: FileLock
  private let done: Mutex<Done>
  private let keptObject: Mutex<JSONValue>

  /// Makes the folder, or goes on with it.
  /// - Throws: `folder`; its error number is EBUSY where another process serves the same task. `random`.
  init(_ path: FilePath, random: (Int) throws -> [UInt8]) throws(CompanionError) {
    self.path = path
    let attempt = try Self.inFolder {
      () throws(FileError) in
      try Folder.make(path, permissions: .exactly(0o700), isSynced: true)
      return try FileLock.take(path.appending("lock"), removesFile: false)
    }
    guard case .taken(let lock) = attempt else { throw .folder(path: path.text, errno: EBUSY) }
    self.lock = lock
    let identity = try Self.read(Identity.self, path.appending("task.json"))
    if let identity, let token = RandomToken(identity.token), (1..<Self.maxStarts).contains(identity.starts) {
      self.token = token
      lastPort = identity.port
      starts = identity.starts + 1
    } else {
      token = try RandomToken(random: random)
      lastPort = 0
      starts = 1
    }
    done = Mutex(try Self.read(Done.self, path.appending("done.json")) ?? Done())
    keptObject = Mutex(try Self.read(JSONValue.self, path.appending("kept.json")) ?? .object([:]))
  }

  /// Keeps the revisions of the state, which begin at a million for each start, exact in the page's numbers.
  private static let maxStarts = 1_000_000

  /// - Throws: `folder`.
  func keepAddress(port: UInt16) throws(CompanionError) {
    try Self.inFolder { () throws(FileError) in
      try write(Identity(token: token.text, port: port, starts: starts), to: "task.json")
    }
  }

  /// Removes everything.
  func remove() {
    // Nobody writes into it meanwhile.
    done.withLock { _ in keptObject.withLock { _ in try? Folder.removeTree(path) } }
    lock.release()
  }

  /// Lets another process go on with the task.
  func release() { lock.release() }

  // MARK: - What the page keeps

  /// An object, empty at first.
  var kept: JSONValue { keptObject.withLock { $0 } }

  func keep(_ object: JSONValue) throws(FileError) {
    let failure: FileError? = keptObject.withLock { kept in
      do throws(FileError) {
        try write(object, to: "kept.json")
        kept = object
        return nil
      } catch { return error }
    }
    if let failure { throw failure }
  }

  // MARK: - What is done

  func isDone(_ id: String) -> Bool { done.withLock { $0.ids.contains(id) } }

  /// The newest ones, the newest last.
  var outcomes: [CompanionOutcome] { done.withLock { $0.outcomes } }

  /// Keeps an outcome. Where the disk is full it is kept in memory only: an action that is then sent again to another process
  /// is judged again by what it asks for.
  func finish(_ outcome: CompanionOutcome) {
    done.withLock { done in
      done.ids.removeAll { $0 == outcome.id }
      done.outcomes.removeAll { $0.id == outcome.id }
      done.ids = done.ids.suffix(CompanionLimits.maxFinishedActions - 1) + [outcome.id]
      done.outcomes = done.outcomes.suffix(CompanionLimits.maxOutcomes - 1) + [outcome]
      try? write(done, to: "done.json")
    }
  }

  // MARK: - Files

  /// Nil where there is no such file, or where it is damaged: the task then begins anew in this respect.
  private static func read<Value: Decodable>(_ type: Value.Type, _ path: FilePath) throws(CompanionError)
    -> Value?
  {
    guard path.kind != nil else { return nil }
    let bytes = try inFolder { () throws(FileError) in
      try path.contents(maxBytes: maxBytes, [.regularOnly, .refusesLinks])
    }
    return try? JSONReader.decode(type, from: bytes)
  }

  private func write(_ value: some Encodable, to name: FilePath) throws(FileError) {
    let target = path.appending(name)
    // None of these values has a number that JSON cannot write.
    guard let bytes = try? RecordCoding.encode(value) else { throw FileError(target, .write, EINVAL) }
    let draft = try Draft(of: target, named: .suffix(".new"), permissions: .exactly(0o600))
    try draft.write(bytes)
    try draft.place(.syncedWherePossible)
  }

  static func inFolder<Result>(_ body: () throws(FileError) -> Result) throws(CompanionError) -> Result {
    do throws(FileError) { return try body() } catch {
      throw .folder(path: error.path.text, errno: error.errno)
    }
  }
}
