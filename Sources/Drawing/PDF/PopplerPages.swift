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
    } catch { throw .outOfMemory }
    var ends: [Int32] = [-1, -1]
    guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
      throw .outOfMemory
    }
    let (here, there) = (ends[0], ends[1])
    let process = Self.start(program, socket: there, document: document.descriptor)
    close(there)
    guard let process else {
      close(here)
      throw .pdf(.noPageProgram)
    }
    let socket = PageSocket(descriptor: here)
    let (result, count, _) = socket.receive() ?? (PageResult.damaged.rawValue, 0, 0)
    guard PageResult(rawValue: result) == .done else {
      Self.end(process, socket)
      throw Self.error(result)
    }
    self.socket = socket
    self.process = process
    self.count = Int(count)
  }

  deinit { Self.end(process, socket) }

  /// Draws a page.
  /// - Parameters:
  ///   - page: number of the page, from 0.
  ///   - maxPixels: a larger picture is refused before it is made.
  /// - Throws: `pdf`, also where the document kills the process; `outOfMemory`.
  public func picture(ofPage page: Int, dotsPerInch: Int, maxPixels: Int) throws(DrawingError) -> GreyImage {
    guard socket.send((Int64(page), Int64(dotsPerInch), Int64(maxPixels))),
      let (result, width, height) = socket.receive()
    else { throw .pdf(.damaged) }
    guard PageResult(rawValue: result) == .done else { throw Self.error(result) }
    let (pixelCount, isTooMany) = Int(width).multipliedReportingOverflow(by: Int(height))
    guard width > 0, height > 0, !isTooMany, pixelCount <= maxPixels else { throw .pdf(.tooLarge) }
    var isWhole = false
    let pixels = [UInt8](unsafeUninitializedCapacity: pixelCount) { buffer, count in
      isWhole = socket.receive(into: UnsafeMutableRawBufferPointer(buffer))
      count = isWhole ? pixelCount : 0
    }
    guard isWhole else { throw .pdf(.damaged) }
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

  /// Starts the program with nothing of this process but the socket and the document.
  /// - Returns: the process's id; nil where the program is missing or does not start.
  private static func start(_ program: FilePath, socket: Int32, document: Int32) -> pid_t? {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, socket, PageDescriptor.socket)
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
    return failure == 0 ? process : nil
  }

  /// Ends the process, which has nothing to lose, and waits for it.
  private static func end(_ process: pid_t, _ socket: PageSocket) {
    close(socket.descriptor)
    kill(process, SIGKILL)
    while waitpid(process, nil, 0) < 0, errno == EINTR {}
  }
}
