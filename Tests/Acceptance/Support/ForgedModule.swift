import Foundation
import Glibc
import ModuleCore
import Synchronization
import TestSupport
import Testing

/// A port between a laptop and a simulated module that answers one of the requests in the module's place.
final class ForgedModule: Sendable {
  /// The answer that is sent in place of the module's.
  enum Forgery: Sendable {
    /// The payload of a well-formed reply, CBOR.
    case payload([UInt8])
    /// The beginning of a good frame, cut off in its middle.
    case half
    /// Text that is no frame.
    case text(String)
  }

  let port: String
  private let primary: Int32
  private let secondary: Int32
  private let module: Int32
  private let isOver = Atomic<Bool>(false)

  /// - Parameters:
  ///   - module: the port of the module behind this one.
  ///   - command: the command of group 64 to which every answer is forged.
  init(before module: String, command: UInt8, _ forgery: Forgery) throws {
    var (primary, secondary): (Int32, Int32) = (-1, -1)
    var name = [CChar](repeating: 0, count: 256)
    try #require(openpty(&primary, &secondary, &name, nil, nil) == 0)
    for descriptor in [primary, secondary] {
      _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
      var settings = termios()
      tcgetattr(descriptor, &settings)
      cfmakeraw(&settings)
      tcsetattr(descriptor, TCSANOW, &settings)
    }
    self.primary = primary
    self.secondary = secondary
    self.module = open(module, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
    try #require(self.module >= 0)
    var settings = termios()
    tcgetattr(self.module, &settings)
    cfmakeraw(&settings)
    tcsetattr(self.module, TCSANOW, &settings)
    port = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    Thread.detachNewThread { [self] in relay(command, forgery) }
  }

  /// Ends the thread, which closes the port.
  func stop() { isOver.store(true, ordering: .relaxed) }

  private func relay(_ command: UInt8, _ forgery: Forgery) {
    var decoder = ConsoleFrameDecoder()
    var line: [UInt8] = []
    defer { for descriptor in [primary, secondary, module] { close(descriptor) } }
    while !isOver.load(ordering: .relaxed) {
      var entries = [primary, module].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
      guard poll(&entries, 2, 50) >= 0 || errno == EINTR else { return }
      for byte in Self.read(primary) {
        line.append(byte)
        guard let bytes = decoder.take(byte) else { continue }
        if let request = SMPMessage(bytes), request.group == 64, request.command == command {
          Self.write(Self.bytes(of: forgery, answering: request), to: primary)
        } else {
          Self.write(line, to: module)
        }
        line = []
      }
      Self.write(Self.read(module), to: primary)
    }
  }

  private static func bytes(of forgery: Forgery, answering request: SMPMessage) -> [UInt8] {
    func frame(_ payload: [UInt8]) -> [UInt8] {
      request.reply(payload)?.encoded.flatMap(ConsoleFraming.encode) ?? []
    }
    switch forgery {
    case .payload(let payload): return frame(payload)
    case .half:
      let whole = frame([0xA1, 0x62, 0x73, 0x6E, 0x63, 0x4D, 0x2D, 0x31])
      return Array(whole.prefix(whole.count / 2))
    case .text(let text): return Array(text.utf8)
    }
  }

  private static func read(_ descriptor: Int32) -> [UInt8] {
    var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    guard poll(&entry, 1, 0) > 0, entry.revents & Int16(POLLIN) != 0 else { return [] }
    var bytes = [UInt8](repeating: 0, count: 512)
    let count = Glibc.read(descriptor, &bytes, bytes.count)
    return count > 0 ? Array(bytes[..<count]) : []
  }

  private static func write(_ bytes: [UInt8], to descriptor: Int32) {
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count <= 0, errno != EAGAIN, errno != EINTR { return }
      sent += max(0, count)
    }
  }
}
