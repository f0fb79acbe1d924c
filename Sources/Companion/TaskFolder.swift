import Files
import FoundationEssentials
import Glibc
import Records
import Synchronization

/// The part of a task that outlives a killed process: the token and the port, the values that the page keeps,
/// and the ids of the actions that are done. Uploads lie in a folder of their own, see `UploadStore`.
final class TaskFolder: Sendable {
  /// The address of the task, written at each start.
  private struct Identity: Codable {
    var token: String
    var port: UInt16
    /// The number of starts of the server for this task, from 1.
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
  /// The number of starts of the server for this task, including this one.
  let starts: Int
  private let lock: FileLock
  private let done: Mutex<Done>
  private let keptObject: Mutex<JSONValue>

  /// Creates the folder, or continues with the task in it.
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

  /// The number of starts from which the task begins anew, so that the revisions, a million for each start,
  /// stay exact in JavaScript's numbers.
  private static let maxStarts = 1_000_000

  /// Stores token, port and the number of starts.
  /// - Throws: `folder`.
  func keepAddress(port: UInt16) throws(CompanionError) {
    try Self.inFolder { () throws(FileError) in
      try write(Identity(token: token.text, port: port, starts: starts), to: "task.json")
    }
  }

  /// Removes everything.
  func remove() {
    // Both locks are held, so that nobody writes into the folder meanwhile.
    done.withLock { _ in keptObject.withLock { _ in try? Folder.removeTree(path) } }
    lock.release()
  }

  /// Releases the lock, so that another process can continue the task.
  func release() { lock.release() }

  // MARK: - What the page keeps

  /// The values that the page keeps: a JSON object, empty at first.
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

  /// The newest outcomes, at most `CompanionLimits.maxOutcomes`, the newest last.
  var outcomes: [CompanionOutcome] { done.withLock { $0.outcomes } }

  /// Stores an outcome. An outcome that cannot be written, for instance because the disk is full, is kept in
  /// memory only; another process that receives the action again judges it again.
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

  /// Reads a file of the folder; nil where the file is missing or damaged, so that the task begins with a new
  /// value.
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
