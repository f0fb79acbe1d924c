import Bench
import Foundation
import TestSupport
import Testing

@testable import Provision

@Suite struct SerialPortTests {
  /// A pty of the test's own, whose primary represents the module.
  private final class Pair {
    private(set) var primary: Int32 = -1
    private var secondary: Int32 = -1
    let path: String

    init() throws {
      var name = [CChar](repeating: 0, count: 128)
      try #require(openpty(&primary, &secondary, &name, nil, nil) == 0)
      path = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { pull() }

    func pull() {
      if primary >= 0 { close(primary) }
      if secondary >= 0 { close(secondary) }
      (primary, secondary) = (-1, -1)
    }

    func say(_ bytes: [UInt8]) { #expect(write(primary, bytes, bytes.count) == bytes.count) }

    func hear(_ count: Int) -> [UInt8] {
      var bytes = [UInt8](repeating: 0, count: count)
      let got = read(primary, &bytes, count)
      return Array(bytes.prefix(max(0, got)))
    }
  }

  private func open(_ path: String) throws -> SerialPort { try SerialPort.open(path, framing: .firmware) }
  private func soon() -> ContinuousClock.Instant { .now + Waiting.guardTime }

  // MARK: - Opening

  @Test func `a port that is not there is said so`() {
    #expect(throws: LinkError.notThere(port: "/dev/ttyUSB-none")) { _ = try open("/dev/ttyUSB-none") }
  }

  @Test(arguments: ["/dev/null", "/tmp", "/etc/hostname"])
  func `what is no serial port is said so`(path: String) {
    #expect(throws: LinkError.notASerialPort(path: path)) { _ = try open(path) }
  }

  /// Root may open anything, so as root the test uses another user's rights for its file accesses, which Linux
  /// keeps separately for each thread.
  @Test func `a port without permission is said so`() throws {
    let pair = try Pair()
    #expect(chmod(pair.path, 0) == 0)
    let library = try #require(dlopen(nil, RTLD_NOW))
    let symbol = try #require(dlsym(library, "setfsuid"))
    let setFileUser = unsafeBitCast(symbol, to: (@convention(c) (uid_t) -> Int32).self)
    let before = getuid() == 0 ? setFileUser(65534) : -1
    defer { if before >= 0 { _ = setFileUser(uid_t(before)) } }
    #expect(throws: LinkError.permission(port: pair.path)) { _ = try open(pair.path) }
  }

  @Test func `a port is held by one program alone, until it closes`() throws {
    let pair = try Pair()
    let first = try open(pair.path)
    #expect(throws: LinkError.inUse(port: pair.path)) { _ = try open(pair.path) }
    first.close()
    _ = try open(pair.path)
  }

  @Test func `a port that another program has locked is in use`() throws {
    let pair = try Pair()
    let other = try InstalledProgram("flock").start([
      "--exclusive", "--no-fork", pair.path, "sh", "-c", "echo held; exec sleep infinity",
    ])
    #expect(other.wait { $0.written == "held\n" })
    #expect(throws: LinkError.inUse(port: pair.path)) { _ = try open(pair.path) }
    other.kill()
    _ = try open(pair.path)
  }

  @Test func `a speed that no port has is refused`() throws {
    let pair = try Pair()
    #expect(throws: LinkError.unsupportedBaudRate(baudRate: 115_201)) {
      _ = try SerialPort.open(pair.path, framing: LinkFraming(baudRate: 115_201, parity: .none))
    }
    // The refused port is released.
    _ = try open(pair.path)
  }

  @Test func `missing parity is told once and the port goes on without`() throws {
    let pair = try Pair()
    var events: [SerialPort.Event] = []
    let port = try SerialPort.open(pair.path, framing: .bootloader, onEvent: { events.append($0) })
    try port.setFraming(.firmware)
    try port.setFraming(.bootloader)
    try port.setFraming(.bootloader)
    #expect(events == [.parityNotAvailable])
    pair.say([1])
    #expect(try port.read(upTo: 8, deadline: soon()) == [1])
  }

  @Test func `a port without modem lines does not claim any`() throws {
    let pair = try Pair()
    let port: any Link = try open(pair.path)
    #expect(!(port is any ModemLines))
  }

  // MARK: - Bytes

  @Test func `every byte goes through unchanged both ways`() throws {
    let pair = try Pair()
    let port = try open(pair.path)
    let all = (0...255).map { UInt8($0) }
    try port.write(all, deadline: soon())
    #expect(pair.hear(512) == all)
    pair.say(all)
    var got: [UInt8] = []
    while got.count < 256 { got += try port.read(upTo: 100, deadline: soon()) }
    #expect(got == all)
  }

  @Test func `a read returns what is there, and times out where nothing comes`() throws {
    let pair = try Pair()
    let port = try open(pair.path)
    pair.say([1, 2, 3])
    #expect(try port.read(upTo: 2, deadline: soon()) == [1, 2])
    // A deadline in the past still gives the bytes that have arrived.
    #expect(try port.read(upTo: 2, deadline: .now - .seconds(1)) == [3])
    let before = ContinuousClock.now
    #expect(throws: LinkError.timeout) { _ = try port.read(upTo: 1, deadline: before + .milliseconds(50)) }
    #expect(before.duration(to: .now) >= .milliseconds(50))
  }

  @Test func `a write that no one takes times out`() throws {
    let pair = try Pair()
    let port = try open(pair.path)
    #expect(throws: LinkError.timeout) {
      try port.write([UInt8](repeating: 0, count: 1 << 20), deadline: .now + .milliseconds(50))
    }
  }

  @Test func `discarding forgets everything that has come`() throws {
    let pair = try Pair()
    let port = try open(pair.path)
    pair.say([UInt8](repeating: 7, count: 3000))
    try port.discardInput()
    pair.say([9])
    #expect(try port.read(upTo: 10, deadline: soon()) == [9])
  }

  @Test func `a pulled cable ends reading and writing`() throws {
    let pair = try Pair()
    let port = try open(pair.path)
    pair.pull()
    #expect(throws: LinkError.closed) { _ = try port.read(upTo: 1, deadline: soon()) }
    #expect(throws: LinkError.closed) { try port.write([1], deadline: soon()) }
  }

  @Test func `a cable pulled while a read waits ends it at once`() throws {
    let bench = ModuleBench(random: SeededBytes(seed: 1).bytes, now: { .now })
    let port = try open(try bench.runInBackground())
    let reader = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/thread-self")
    Thread.detachNewThread {
      Self.waitUntilAsleep(reader)
      bench.pull()
    }
    #expect(throws: LinkError.closed) { _ = try port.read(upTo: 1, deadline: soon()) }
  }

  /// Waits until a thread waits within the kernel (proc_pid_stat(5)).
  /// - Parameter thread: the thread's folder within /proc.
  private static func waitUntilAsleep(_ thread: String) {
    func state() -> Substring? {
      let text = try? String(contentsOfFile: "/proc/\(thread)/stat", encoding: .utf8)
      return text?.split(separator: ") ").last?.prefix(1)
    }
    while state() != "S" { sched_yield() }
  }

  @Test func `a closed port says closed`() throws {
    let pair = try Pair()
    let port = try open(pair.path)
    port.close()
    port.close()
    #expect(throws: LinkError.closed) { try port.write([1], deadline: soon()) }
    #expect(throws: LinkError.closed) { _ = try port.read(upTo: 1, deadline: soon()) }
    #expect(throws: LinkError.closed) { try port.discardInput() }
    #expect(throws: LinkError.closed) { try port.setFraming(.firmware) }
  }
}
