import Files
import FoundationEssentials
import Glibc
import Tables

/// Turns workbooks of other kinds (`.xls`, `.et`, `.ods`) into `.xlsx` by a program that is installed. The program gets a folder of its
/// own within the home, because the lists hold names and phone numbers, and is ended at the deadline with all that it started.
struct SpreadsheetConverter {
  let environment: Environment
  let home: String
  let isInterrupted: () -> Bool

  /// The time that a program may take, seconds. LibreOffice takes two on a slow laptop, and its first start some ten.
  private static let maxSeconds: Int64 = 90
  /// The maximum size of the workbook that comes out, bytes.
  private static let maxBytes = 24 << 20
  private static let folderPrefix = "converting-"

  private enum Program: String, CaseIterable { case ssconvert, soffice, libreoffice }

  /// Converts a workbook.
  /// - Throws: `TableFault.noConverter`, `TableFault.notConverted`, `FileFailure`, `Cancelled`.
  func convert(_ bytes: [UInt8], _ kind: CSVError.DocumentKind) throws -> [UInt8] {
    let found = Program.allCases.lazy.compactMap { program in
      environment.program(program.rawValue).map { (program, $0) }
    }.first
    guard let (program, path) = found else { throw TableFault.noConverter(kind) }
    removeLeftovers()
    let folder = try makeFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let source = "\(folder)/list.\(kind == .ods ? "ods" : "xls")"
    guard FileManager.default.createFile(atPath: source, contents: Data(bytes)) else {
      throw FileFailure.unwritable(path: source, errno: errno)
    }
    let target = "\(folder)/out/list.xlsx"
    let arguments =
      switch program {
      case .ssconvert: ["--export-type=Gnumeric_Excel:xlsx2", source, target]
      case .soffice, .libreoffice:
        [
          "-env:UserInstallation=file://\(folder)/profile", "--headless", "--norestore", "--convert-to", "xlsx",
          "--outdir", "\(folder)/out", source,
        ]
      }
    try run(path, arguments, below: folder)
    guard
      let data = try? OpenFile(reading: FilePath(target)).contents(
        maxBytes: Self.maxBytes, isCancelled: { false })
    else {
      throw TableFault.notConverted(kind, program: program.rawValue)
    }
    return [UInt8](data)
  }

  // MARK: - The folder

  private func makeFolder() throws -> String {
    var template = Array("\(home)/\(Self.folderPrefix)XXXXXX".utf8CString)
    // mkdtemp(3) makes a folder that only its owner can look into.
    let made = template.withUnsafeMutableBufferPointer { buffer in
      buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) }
    }
    guard let made, mkdir("\(made)/out", 0o700) == 0 else {
      throw FileFailure.unwritable(path: home, errno: errno)
    }
    return made
  }

  /// Removes what was left by a conversion that was killed. One that another program runs at present fails by it and is asked for
  /// again.
  private func removeLeftovers() {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: home)) ?? []
    where name.hasPrefix(Self.folderPrefix) { try? FileManager.default.removeItem(atPath: "\(home)/\(name)") }
  }

  // MARK: - The program

  /// Runs a program until it and all that it started have ended, at most to the deadline.
  private func run(_ program: String, _ arguments: [String], below folder: String) throws {
    // Everything that the program starts inherits the writing end, so that the reading end ends with the last of it.
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return }
    let (reading, writing) = (ends[0], ends[1])
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    defer { close(reading) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for stream in Int32(0)...2 {
      posix_spawn_file_actions_addopen(&actions, stream, "/dev/null", stream == 0 ? O_RDONLY : O_WRONLY, 0)
    }
    posix_spawn_file_actions_adddup2(&actions, writing, 3)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // A group of its own, so that all of it can be ended together.
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
    posix_spawnattr_setpgroup(&attributes, 0)
    var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
    // Temporary files hold names and phone numbers too.
    var variables: [UnsafeMutablePointer<CChar>?] =
      (environment.variables.merging(["TMPDIR": folder, "HOME": folder]) { $1 }).map {
        strdup("\($0.key)=\($0.value)")
      }
      + [nil]
    defer { for word in words + variables { free(word) } }
    var child: pid_t = 0
    let spawned = posix_spawn(&child, program, &actions, &attributes, &words, &variables)
    close(writing)
    guard spawned == 0 else { return }
    let isOver = wait(for: reading)
    // Whatever is left of it is ended; a group without a process is none.
    kill(-child, SIGKILL)
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0, errno == EINTR {}
    if !isOver, isInterrupted() { throw Cancelled() }
  }

  /// Waits until nobody holds the writing end.
  /// - Returns: false at the deadline or when the user gives up.
  private func wait(for reading: Int32) -> Bool {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    let deadline = Int64(now.tv_sec) + Self.maxSeconds
    while !isInterrupted() {
      var poll = pollfd(fd: reading, events: Int16(POLLIN), revents: 0)
      if Glibc.poll(&poll, 1, 200) > 0 { return true }
      clock_gettime(CLOCK_MONOTONIC, &now)
      if Int64(now.tv_sec) >= deadline { return false }
    }
    return false
  }
}
