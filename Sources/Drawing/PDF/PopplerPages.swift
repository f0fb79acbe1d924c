import CFiles
public import Files
public import FoundationEssentials
import Glibc
import PageMessages

/// The pages of a PDF as pictures that poppler draws in a process of its own, `weldtech-pages`: cairo, which
/// poppler draws by, lets only one thread of a process at a time ask for glyphs (`GlyphLock`), and a document
/// that kills poppler does not kill this program. Only one thread may use an object at a time.
public final class PopplerPages {
  private let socket: PageSocket
  private let process: pid_t
  public let count: Int

  /// Starts the process and has it open a document.
  /// - Parameter program: the path of `weldtech-pages`.
  /// - Throws: `pdf`, `outOfMemory`.
  public init(_ pdf: Data, program: FilePath = PopplerPages.programBesideThisOne) throws(DrawingError) {
    let document: OpenFile
    do throws(FileError) {
      document = try OpenFile.inMemory(holding: pdf)
    } catch { throw .pdf(.noPageProgram(errno: error.errno)) }
    let (process, socket) = try Self.start(program, document: document.descriptor)
    do throws(DrawingError) {
      guard let (result, count, _) = socket.receive() else { throw .pdf(.pageProgramEnded) }
      guard PageResult(rawValue: result) == .done else { throw Self.error(result) }
      // poppler counts no page, or fewer, where a damaged document has no list of them.
      guard count > 0 else { throw .pdf(.damaged) }
      self.count = Int(count)
    } catch {
      Self.end(process, socket)
      throw error
    }
    self.process = process
    self.socket = socket
  }

  deinit { Self.end(process, socket) }

  /// Draws a page.
  /// - Parameters:
  ///   - page: number of the page, from 0.
  ///   - maxPixels: a larger picture is refused before it is made.
  /// - Throws: `pdf`, `outOfMemory`; after `pageProgramEnded` every later page throws that.
  public func picture(ofPage page: Int, dotsPerInch: Int, maxPixels: Int) throws(DrawingError) -> GreyImage {
    guard socket.send((Int64(page), Int64(dotsPerInch), Int64(maxPixels))),
      let (result, width, height) = socket.receive()
    else { throw .pdf(.pageProgramEnded) }
    guard PageResult(rawValue: result) == .done else { throw Self.error(result) }
    let (pixelCount, isTooMany) = Int(width).multipliedReportingOverflow(by: Int(height))
    guard width > 0, height > 0, !isTooMany, pixelCount <= maxPixels else { throw .pdf(.tooLarge) }
    var isWhole = false
    let pixels = [UInt8](unsafeUninitializedCapacity: pixelCount) { buffer, count in
      isWhole = socket.receive(into: UnsafeMutableRawBufferPointer(buffer))
      count = isWhole ? pixelCount : 0
    }
    guard isWhole else { throw .pdf(.pageProgramEnded) }
    return GreyImage(
      widthPixels: Int(width), heightPixels: Int(height),
      pixelsPerMetre: Int((Double(dotsPerInch) / 0.0254).rounded()), pixels: pixels)
  }

  private static func error(_ result: Int64) -> DrawingError {
    switch PageResult(rawValue: result) {
    case .noLibrary: .pdf(.noPoppler)
    case .noSuchPage: .pdf(.noSuchPage)
    case .tooLarge: .pdf(.tooLarge)
    case .noMemory: .outOfMemory
    case .done, .damaged, nil: .pdf(.damaged)
    }
  }

  // MARK: - The process

  /// The path of `weldtech-pages` in the folder of the running program, as `make build` and the package lay it.
  public static var programBesideThisOne: FilePath {
    (FilePath("/proc/self/exe").linkTarget?.folder ?? ".").appending("weldtech-pages")
  }

  /// Checks before any work that the program is there and may be run.
  /// - Throws: `pdf`.
  public static func checkProgram() throws(DrawingError) {
    guard programBesideThisOne.withCString({ access($0, X_OK) }) == 0 else {
      throw .pdf(.noPageProgram(errno: errno))
    }
  }

  /// Starts the program with nothing of this process but a socket and the document.
  /// - Returns: the process's id, and the socket's end of this process.
  /// - Throws: `pdf`.
  private static func start(_ program: FilePath, document: Int32) throws(DrawingError) -> (pid_t, PageSocket) {
    var ends: [Int32] = [-1, -1]
    guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
      throw .pdf(.noPageProgram(errno: errno))
    }
    let (here, there) = (ends[0], ends[1])
    defer { close(there) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, there, PageDescriptor.socket)
    // What poppler says of a document is of no use to a technician.
    for stream in [STDOUT_FILENO, STDERR_FILENO] {
      posix_spawn_file_actions_addopen(&actions, stream, "/dev/null", O_WRONLY, 0)
    }
    posix_spawn_file_actions_adddup2(&actions, document, PageDescriptor.document)
    wt_spawn_without(&actions, PageDescriptor.document + 1)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // Ctrl-C at the terminal is for this program, which ends its pages itself.
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
    posix_spawnattr_setpgroup(&attributes, 0)
    var process: pid_t = 0
    let failure = program.withCString { path in
      var words = [UnsafeMutablePointer(mutating: path), nil]
      return posix_spawn(&process, path, &actions, &attributes, &words, environ)
    }
    guard failure == 0 else {
      close(here)
      throw .pdf(.noPageProgram(errno: failure))
    }
    return (process, PageSocket(descriptor: here))
  }

  /// Ends the process, which has nothing to lose, and waits for it.
  private static func end(_ process: pid_t, _ socket: PageSocket) {
    close(socket.descriptor)
    kill(process, SIGKILL)
    while waitpid(process, nil, 0) < 0, errno == EINTR {}
  }
}
