internal import Glibc
internal import ModuleCore

/// The microcontroller in Debian's `qemu-system-arm`, by which the firmware's instructions and its serial line
/// are checked against an implementation that is not ours. QEMU's machine has neither flash controller nor ROM,
/// and few other devices (`World.qemu`). It starts with an image, and loses all its state with its power.
public final class EmulatedChip: BenchChip {
  private let program: String
  private let image: Int32
  private var process: EmulatorProcess?
  /// Reads the firmware's requests as they pass, to know what the firmware has just done.
  private var requests = ConsoleFrameDecoder()
  private var works: [ModuleBenchFault.Work] = []

  /// - Parameters:
  ///   - program: the path of `qemu-system-arm`.
  ///   - flash: the bytes that are in the chip from the start; never written.
  /// - Throws: `emulator`.
  public init(program: String, flash: FlashArray) throws(ModuleBenchError) {
    self.program = program
    image = try UnnamedFile.holding(flash.read(flash.start, count: flash.byteCount) ?? [])
    process = try EmulatorProcess(program: program, image: image)
  }

  deinit { close(image) }

  // MARK: - BenchChip

  public func restart() {
    requests.reset()
    works = []
    process = nil
    // A machine that cannot be started again behaves as a chip that says nothing.
    process = try? EmulatorProcess(program: program, image: image)
  }

  public var bitsAByte: Int { 10 }
  /// Time between two ticks, which is short because the machine may send at any moment.
  public var patience: Duration { .milliseconds(1) }

  public var takesMore: Bool { process?.hasRoom ?? true }

  /// The pin of the relay is not emulated, so the relay always counts as open.
  public var relayIsClosed: Bool { false }

  public func snapshot(into truth: inout ModuleBenchTruth) {
    truth.look(firmwareRuns: process?.isAlive ?? false, relayIsClosed: false)
  }

  public func receive(_ byte: UInt8) -> [BenchChipOutput] {
    process?.send(byte)
    if let work = requests.take(byte).flatMap(ModuleBenchFault.Work.init(request:)) { works.append(work) }
    return []
  }

  public func tick() -> [BenchChipOutput] {
    guard let bytes = process?.heard(), !bytes.isEmpty else { return [] }
    defer { works = [] }
    return works.map { .did($0) } + [.send(bytes)]
  }
}

/// QEMU with its first serial line on a socket. QEMU by itself would run on after this process ends. A shell
/// therefore waits at a second socket, and kills QEMU when this object is released or this process ends in any
/// way.
private final class EmulatorProcess {
  private static let watch = #""$@" <&1 & exec >&- 3<&-; read -r _; kill -9 $!"#
  private static let atOnce = Int32(MSG_DONTWAIT | MSG_NOSIGNAL)
  /// Number of bytes that may wait for the machine before the laptop has to wait.
  private static let room = 512

  private let shell: pid_t
  private let line: Int32
  private let lifeline: Int32
  private var waiting: [UInt8] = []

  init(program: String, image: Int32) throws(ModuleBenchError) {
    var lines: [Int32] = [-1, -1]
    var lives: [Int32] = [-1, -1]
    let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
    // Both pairs are created before either is checked, so that all four ends are closed whatever fails.
    let statuses = [socketpair(AF_UNIX, kind, 0, &lines), socketpair(AF_UNIX, kind, 0, &lives)]
    (line, lifeline) = (lines[0], lives[0])
    defer { for end in [lines[1], lives[1]] where end >= 0 { close(end) } }
    guard statuses == [0, 0] else {
      shell = 0
      throw .emulator(errno: errno)
    }

    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    // The descriptors are copied to numbers from 16 on first. Otherwise one of them, with a number from 0 to 3,
    // could be overwritten before it is used.
    let ends = [lives[1], lines[1], image].map { fcntl($0, F_DUPFD_CLOEXEC, 16) }
    defer { for end in ends { close(end) } }
    for (end, place) in zip(ends, [0, 1, 3] as [Int32]) {
      posix_spawn_file_actions_adddup2(&actions, end, place)
    }
    let arguments = [
      "sh", "-c", Self.watch, "sh", program, "-M", "netduinoplus2", "-kernel", "/dev/fd/3", "-nodefaults",
      "-display", "none", "-serial", "stdio",
    ]
    var strings: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    defer { for string in strings { free(string) } }
    var shell = pid_t()
    let status = posix_spawn(&shell, "/bin/sh", &actions, nil, &strings, environ)
    self.shell = status == 0 ? shell : 0
    guard status == 0 else { throw .emulator(errno: status) }
  }

  deinit {
    for end in [line, lifeline] where end >= 0 { close(end) }
    guard shell > 0 else { return }
    var status: Int32 = 0
    while waitpid(shell, &status, 0) < 0, errno == EINTR {}
  }

  /// Whether the machine still holds its end of the line.
  var isAlive: Bool {
    var entry = pollfd(fd: line, events: 0, revents: 0)
    return poll(&entry, 1, 0) == 0
  }

  var hasRoom: Bool { waiting.count < Self.room }

  func send(_ byte: UInt8) {
    waiting.append(byte)
    pass()
  }

  func heard() -> [UInt8] {
    pass()
    return [UInt8](unsafeUninitializedCapacity: 4096) { buffer, initialized in
      initialized = max(0, recv(line, buffer.baseAddress, buffer.count, Self.atOnce))
    }
  }

  private func pass() {
    guard !waiting.isEmpty else { return }
    let count = Glibc.send(line, waiting, waiting.count, Self.atOnce)
    if count > 0 {
      waiting.removeFirst(count)
    } else if errno != EAGAIN, errno != EINTR {
      // The other end is closed, so the bytes are dropped.
      waiting = []
    }
  }
}
