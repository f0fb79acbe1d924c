import CSQLite
import Files
import FoundationEssentials
import Glibc

/// An open SQLite file. Where the disk does not allow writing, the file is opened in a way that can still read
/// everything committed.
struct Connection {
  let handle: OpaquePointer
  /// The reason why nothing can be written; nil where it can.
  let refusal: StoreFault?

  // MARK: - Opening

  static func open(_ path: String, busyMilliseconds: Int32) throws(FieldbookError) -> Connection {
    let refusal: StoreFault
    do throws(FieldbookError) {
      try makeFile(path)
      let handle = try connect(
        path, SQLITE_OPEN_READWRITE, ["PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL"],
        busyMilliseconds: busyMilliseconds)
      return Connection(handle: handle, refusal: nil)
    } catch {
      guard case .store(let fault) = error, [.diskFull, .readOnly, .cannotOpen].contains(fault),
        FilePath(path).kind == .regular
      else { throw error }
      refusal = fault
    }
    for way in Way.allCases where way.fits(path, refusal) {
      if let handle = try? connect(way.name(path), way.flags, way.script, busyMilliseconds: busyMilliseconds) {
        _ = wt_sqlite3_set_no_checkpoint_on_close(handle)
        return Connection(handle: handle, refusal: refusal)
      }
    }
    throw .store(refusal)
  }

  /// Opens a database that lives in memory only. https://www.sqlite.org/inmemorydb.html
  static func openInMemory() throws(FieldbookError) -> OpaquePointer {
    try connect(":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, [], busyMilliseconds: 0)
  }

  /// The ways to open a file that cannot be written, the least demanding first.
  /// https://www.sqlite.org/wal.html#readonly
  private enum Way: CaseIterable {
    /// The index of the write-ahead log is the file that another process, running or killed, made beside the
    /// database.
    case sharedIndex
    /// The index of the write-ahead log is in this process's memory, and no other process reads, so that no
    /// file has to grow.
    case ownIndex
    /// The file is opened as one that nobody changes, provided that the write-ahead log beside it is empty or
    /// missing.
    case unchanging

    func fits(_ path: String, _ refusal: StoreFault) -> Bool {
      switch self {
      case .sharedIndex: FilePath(path + "-shm").kind != nil
      case .ownIndex: refusal == .diskFull
      case .unchanging: Connection.size(of: path + "-wal") == 0
      }
    }

    func name(_ path: String) -> String {
      switch self {
      case .sharedIndex, .ownIndex: path
      case .unchanging: Connection.uri(path) + "?immutable=1"
      }
    }

    var flags: Int32 {
      switch self {
      case .sharedIndex: SQLITE_OPEN_READONLY
      // The lock for this way needs a file that is open for writing.
      case .ownIndex: SQLITE_OPEN_READWRITE
      case .unchanging: SQLITE_OPEN_READONLY | SQLITE_OPEN_URI
      }
    }

    var script: [String] { self == .ownIndex ? ["PRAGMA locking_mode = EXCLUSIVE"] : [] }
  }

  /// Creates a missing file, because SQLite would make it readable by others, and checks that an existing file
  /// can be written. Its -wal and -shm get the same permissions.
  private static func makeFile(_ path: String) throws(FieldbookError) {
    switch FilePath(path).kind {
    case nil:
      do throws(FileError) {
        try OpenFile(writing: FilePath(path), .refusesLinks, making: .exactly(0o600)).close()
      } catch { throw FieldbookError(error) }
    case .regular:
      // access(2) is used because opening and closing the file would release all locks of this process on it,
      // fcntl(2).
      guard access(path, W_OK) != 0 else { return }
      throw .store(errno == EROFS ? .readOnly : .cannotOpen)
    default: throw .strangeEntry(path: path)
    }
  }

  private static func connect(
    _ name: String, _ flags: Int32, _ script: [String], busyMilliseconds: Int32
  ) throws(FieldbookError) -> OpaquePointer {
    var opened: OpaquePointer?
    let code = sqlite3_open_v2(name, &opened, flags | SQLITE_OPEN_FULLMUTEX, nil)
    guard code == SQLITE_OK, let opened else {
      let fault = fault(code, of: opened, path: name)
      sqlite3_close_v2(opened)
      throw .store(fault)
    }
    sqlite3_extended_result_codes(opened, 1)
    sqlite3_busy_timeout(opened, busyMilliseconds)
    _ = wt_sqlite3_set_defensive(opened)
    let settings = [
      "PRAGMA foreign_keys = ON", "PRAGMA secure_delete = ON",
      // Without this setting REPLACE deletes rows without the triggers that protect the log.
      "PRAGMA recursive_triggers = ON", "PRAGMA trusted_schema = OFF",
      // Sorting stays in memory, because a temporary file would hold names and phones outside the home.
      "PRAGMA temp_store = MEMORY",
      // This is the first read of the file itself.
      "SELECT count(*) FROM sqlite_schema",
    ]
    for statement in script + settings {
      let code = sqlite3_exec(opened, statement, nil, nil, nil)
      guard code == SQLITE_OK else {
        let fault = fault(code, of: opened, path: name)
        sqlite3_close_v2(opened)
        throw .store(fault)
      }
    }
    return opened
  }

  // MARK: - What went wrong

  /// Translates a result code, with the system's own error number and the state of the disk.
  static func fault(_ code: Int32, of handle: OpaquePointer?, path: String) -> StoreFault {
    let fault = StoreFault(code)
    switch fault {
    case .readOnly: return isOnReadOnlyDisk(path) ? .readOnly : .cannotOpen
    // The index of the write-ahead log cannot grow; SQLite does not keep the system's errno for this failure.
    case .inputOutput(4_874): return .diskFull
    case .inputOutput, .cannotOpen:
      switch handle.map(sqlite3_system_errno) ?? 0 {
      case ENOSPC, EDQUOT: return .diskFull
      case EROFS: return .readOnly
      default: return isOnReadOnlyDisk(path) ? .readOnly : fault
      }
    default: return fault
    }
  }

  private static func isOnReadOnlyDisk(_ path: String) -> Bool {
    var status = statvfs()
    return statvfs(path, &status) == 0 && status.f_flag & UInt(ST_RDONLY) != 0
  }

  private static func size(of path: String) -> Int {
    (try? FilePath(path).status(followsLinks: false).byteCount) ?? 0
  }

  /// The path as a URI of SQLite, in which '?', '#' and '%' have a meaning. https://www.sqlite.org/uri.html
  private static func uri(_ path: String) -> String {
    path.utf8.reduce(into: "file:") { uri, byte in
      switch byte {
      case 47, 45, 46, 48...57, 65...90, 95, 97...122: uri.unicodeScalars.append(Unicode.Scalar(byte))
      default: uri += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
      }
    }
  }
}

extension StoreFault {
  /// Translates a primary or extended result code.
  init(_ code: Int32) {
    switch code & 0xFF {
    case SQLITE_BUSY, SQLITE_LOCKED: self = .busy
    case SQLITE_FULL: self = .diskFull
    case SQLITE_READONLY: self = .readOnly
    case SQLITE_CANTOPEN: self = .cannotOpen
    case SQLITE_CORRUPT: self = .corrupt
    case SQLITE_NOTADB: self = .notADatabase
    case SQLITE_IOERR: self = .inputOutput(code)
    case SQLITE_CONSTRAINT: self = .constraint(code)
    default: self = .other(code)
    }
  }
}
