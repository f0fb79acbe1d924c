import Foundation
import TestSupport
import Testing

/// A PostgreSQL server of one test, in a folder of its own and reached by a socket in it. It refuses to run as root.
final class PostgreSQLServer {
  static let initdb = InstalledProgram("/usr/lib/postgresql/15/bin/initdb")
  private static let server = InstalledProgram("/usr/lib/postgresql/15/bin/postgres")
  private static let client = InstalledProgram("/usr/lib/postgresql/15/bin/psql")

  struct Failed: Error {
    let said: String
  }

  private let folder = TemporaryFolder(isInMemory: true)
  private let running: RunningProgram

  /// Makes a server with a database and starts it. The owner is the user `owner`, and everybody who can reach
  /// the socket may log in as any user.
  init() throws {
    let data = folder.file("data")
    try Self.give(folder)
    if let files = SharedDatabaseFiles.files {
      try Self.run(InstalledProgram("cp"), ["-a", files.file("data"), data], asServer: false)
    } else {
      try Self.makeFiles(data)
    }
    let (program, arguments) = try Self.command(
      Self.server,
      [
        "-D", data, "-c", "listen_addresses=", "-c", "fsync=off", "-c",
        "unix_socket_directories=\(folder.path)",
      ])
    running = try program.start(arguments, folder: "/")
    // The line is written to stderr, which the tests keep in a file.
    let isReady = running.wait { $0.said.contains("ready to accept connections") }
    guard isReady else { throw Failed(said: running.said) }
    try query("CREATE DATABASE weld")
  }

  deinit {
    // The server ends its own processes at once.
    running.signal(SIGQUIT)
    running.end()
  }

  /// The address of the database for a user.
  func address(of user: String = "owner", database: String = "weld") -> String {
    let socket = folder.path.replacingOccurrences(of: "/", with: "%2F")
    return "postgresql:///\(database)?host=\(socket)&user=\(user)"
  }

  /// Runs SQL by psql, another program than the one that is tested.
  /// - Returns: the rows, a line each, with `|` between the columns.
  @discardableResult
  func query(_ sql: String, as user: String = "owner") throws -> String {
    let outcome = try Self.client.run([
      "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-d",
      address(of: user, database: sql.hasPrefix("CREATE DATABASE") ? "postgres" : "weld"), "-c", sql,
    ])
    guard outcome.status == 0 else { throw Failed(said: outcome.diagnostics) }
    return outcome.output.trimmingCharacters(in: .newlines)
  }

  func number(_ sql: String) throws -> Int { try #require(Int(try query(sql))) }

  /// The command that runs a program as the user `postgres` where the tests run as root, because PostgreSQL's
  /// programs refuse to run as root.
  private static func command(_ program: InstalledProgram, _ arguments: [String]) throws -> (
    InstalledProgram, [String]
  ) {
    guard let path = program.path else { throw Failed(said: "\(program.name) is not installed") }
    guard geteuid() == 0 else { return (program, arguments) }
    return (
      InstalledProgram("setpriv"),
      ["--reuid=postgres", "--regid=postgres", "--clear-groups", "--", path] + arguments
    )
  }

  /// Makes the files of an empty server, which takes some seconds.
  fileprivate static func makeFiles(_ data: String) throws {
    try run(
      initdb, ["-D", data, "-A", "trust", "-U", "owner", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8"])
  }

  fileprivate static func give(_ folder: TemporaryFolder) throws {
    if geteuid() == 0 { try run(InstalledProgram("chown"), ["postgres", folder.path], asServer: false) }
  }

  private static func run(_ program: InstalledProgram, _ arguments: [String], asServer: Bool = true) throws {
    let (program, arguments) = asServer ? try command(program, arguments) : (program, arguments)
    let outcome = try program.run(arguments, folder: "/")
    guard outcome.status == 0 else { throw Failed(said: outcome.everything) }
  }
}

/// The files of an empty server, made once for all tests of a suite. Each test starts a server of its own on a
/// copy of these files.
struct SharedDatabaseFiles: SuiteTrait, TestScoping {
  @TaskLocal static var files: TemporaryFolder?

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    let folder = TemporaryFolder(isInMemory: true)
    try PostgreSQLServer.give(folder)
    try PostgreSQLServer.makeFiles(folder.file("data"))
    try await Self.$files.withValue(folder) { try await function() }
  }
}

extension Trait where Self == SharedDatabaseFiles {
  static var sharedDatabaseFiles: Self { Self() }
}
