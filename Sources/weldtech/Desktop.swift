import Glibc

/// The desktop on which this program runs, if there is one.
struct Desktop {
  let environment: Environment

  /// Opens a file in the desktop's program for its kind.
  /// - Returns: false where there is no desktop, or opening failed.
  func open(_ file: String) -> Bool { open(address: absolutePath(file)) }

  /// Opens an address in the browser of the desktop.
  /// - Returns: false where there is no desktop, or opening failed.
  func open(address: String) -> Bool {
    guard environment["DISPLAY"] != nil || environment["WAYLAND_DISPLAY"] != nil,
      let program = environment.program("xdg-open")
    else { return false }
    return run(program, [address]) == 0
  }

  /// Runs a program to its end without stdin, stdout and stderr of this program, so that its messages do not
  /// appear between the lines of this one.
  /// - Returns: the exit status; nil where the program could not be run or was ended by a signal.
  private func run(_ program: String, _ arguments: [String]) -> Int32? {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for stream in Int32(0)...2 {
      posix_spawn_file_actions_addopen(&actions, stream, "/dev/null", stream == 0 ? O_RDONLY : O_WRONLY, 0)
    }
    var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
    defer {
      for word in words { free(word) }
    }
    var child: pid_t = 0
    guard posix_spawn(&child, program, &actions, nil, &words, environ) == 0 else { return nil }
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0 {
      guard errno == EINTR else { return nil }
    }
    // The macros WIFEXITED and WEXITSTATUS are not imported: the low seven bits are the signal, the next byte the status.
    return status & 0x7F == 0 ? status >> 8 & 0xFF : nil
  }
}
