import FoundationEssentials
import Glibc

/// Runs programs that read files from strangers: until a deadline, with limits for memory and file sizes,
/// without a network where the system allows a user to remove it, and with temporary files in one folder.
struct BoundedProgram {
  private let environment: Environment
  private let isInterrupted: () -> Bool
  /// The time at which a running program is ended, seconds of the monotonic clock.
  private let deadline: Int64

  /// The maximum address space of each process, bytes. LibreOffice takes some 1.5 GiB without a document.
  private static let maxAddressBytes = 4 << 30
  /// The maximum size of a file that is written, bytes.
  private static let maxFileBytes = 512 << 20

  /// Makes a runner.
  /// - Parameter maxSeconds: the time that all programs may take together, seconds.
  init(environment: Environment, maxSeconds: Int64, isInterrupted: @escaping () -> Bool) {
    self.environment = environment
    self.isInterrupted = isInterrupted
    deadline = Self.now() + maxSeconds
  }

  /// Runs a program until it and all processes that it started have ended, at most until the deadline.
  /// - Parameter folder: the folder that the program sees as its home and for temporary files.
  /// - Returns: whether the program ended by itself with exit status 0.
  /// - Throws: `Cancelled`.
  func run(_ program: String, _ arguments: [String], in folder: String) throws -> Bool {
    try spawn(bounds + (try withoutNetwork(in: folder)) + [program] + arguments, in: folder)
  }

  /// The words before a command that limit the memory and files of its processes; empty where `prlimit` of
  /// util-linux is not installed.
  private var bounds: [String] {
    guard let prlimit = environment.program("prlimit") else { return [] }
    return [prlimit, "--as=\(Self.maxAddressBytes)", "--fsize=\(Self.maxFileBytes)", "--core=0"]
  }

  /// The words before a command that remove its network; empty where the system does not allow a user to do
  /// that.
  private func withoutNetwork(in folder: String) throws -> [String] {
    guard let unshare = environment.program("unshare"), let none = environment.program("true") else {
      return []
    }
    let words = [unshare, "--user", "--map-current-user", "--net"]
    return try spawn(words + [none], in: folder) ? words : []
  }

  // MARK: - A process

  private func spawn(_ command: [String], in folder: String) throws -> Bool {
    // All processes of the program inherit the writing end, so that the reading end hangs up when the last of
    // them has ended.
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return false }
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
    // A program that reads a stranger's file gets none of this program's open files.
    for name in (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? [] {
      guard let descriptor = Int32(name), descriptor > 3 else { continue }
      posix_spawn_file_actions_addclose(&actions, descriptor)
    }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // The program gets a process group of its own, so that all its processes can be ended together.
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
    posix_spawnattr_setpgroup(&attributes, 0)
    var words: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
    var variables: [UnsafeMutablePointer<CChar>?] =
      self.variables(in: folder).map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for word in words + variables { free(word) } }
    var child: pid_t = 0
    let spawned = posix_spawn(&child, command[0], &actions, &attributes, &words, &variables)
    close(writing)
    guard spawned == 0 else { return false }
    let isOver = wait(for: reading)
    // The remaining processes are ended; where the group has none left, kill(2) does nothing.
    kill(-child, SIGKILL)
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0, errno == EINTR {}
    if !isOver, isInterrupted() { throw Cancelled() }
    return isOver && status == 0
  }

  /// The variables that a program sees: `PATH` and `TZ`, and nothing of the user's desktop, whose services
  /// would keep temporary files elsewhere. Every system has the locale C.UTF-8, in which a path may have any
  /// character. Where the user's own locale is not installed, LibreOffice would not find a file in a folder
  /// with a Chinese name without it.
  private func variables(in folder: String) -> [String: String] {
    var variables = environment.variables.filter { ["PATH", "TZ"].contains($0.key) }
    for name in ["HOME", "TMPDIR"] { variables[name] = folder }
    for name in ["LANG", "LC_ALL"] { variables[name] = "C.UTF-8" }
    variables["GSETTINGS_BACKEND"] = "memory"
    return variables
  }

  /// Waits until no process holds the writing end.
  /// - Returns: false at the deadline or when the user cancels.
  private func wait(for reading: Int32) -> Bool {
    while !isInterrupted() {
      var poll = pollfd(fd: reading, events: Int16(POLLIN), revents: 0)
      if Glibc.poll(&poll, 1, 200) > 0 { return true }
      if Self.now() >= deadline { return false }
    }
    return false
  }

  private static func now() -> Int64 {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return Int64(now.tv_sec)
  }
}
