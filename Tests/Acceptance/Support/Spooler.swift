import Foundation
import TestSupport
import Testing

/// Runs a CUPS server with its own socket and folders. It has two queues: `plain` sends every job unchanged to a network
/// printer, which is part of the test; `zebra` uses CUPS' filters and label printer driver and writes into a file.
final class Spooler {
  /// The path of a required program that is missing; nil where none is.
  static let missing: String? = ["/usr/sbin/cupsd", "/usr/sbin/lpadmin", "/usr/lib/cups/filter/imagetoraster"]
    .first { !FileManager.default.isExecutableFile(atPath: $0) }

  /// The variables that direct libcups to this spooler.
  var environment: [String: String] { ["CUPS_SERVER": socket] }

  private let scratch = TemporaryFolder()
  private let folder: String
  private let socket: String
  private let daemon: RunningProgram
  private let printer: NetworkPrinter

  init() throws {
    folder = scratch.path
    socket = scratch.file("socket")
    printer = try NetworkPrinter()
    for name in ["root", "run", "cache", "spool", "tmp", "log"] {
      try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
    }
    let all = "Order allow,deny\nAllow all\n"
    try Data(
      """
      Listen \(socket)
      Browsing No
      DefaultAuthType None
      WebInterface No
      <Location />
      \(all)</Location>
      <Location /admin>
      \(all)</Location>
      <Policy default>
      <Limit All>
      \(all)</Limit>
      </Policy>

      """.utf8
    ).write(to: URL(filePath: "\(folder)/root/cupsd.conf"))
    try Data(
      """
      FileDevice Yes
      ServerRoot \(folder)/root
      StateDir \(folder)/run
      CacheDir \(folder)/cache
      RequestRoot \(folder)/spool
      TempDir \(folder)/tmp
      AccessLog \(folder)/log/access
      ErrorLog \(folder)/log/error
      PageLog \(folder)/log/page

      """.utf8
    ).write(to: URL(filePath: "\(folder)/root/cups-files.conf"))
    daemon = try RunningProgram(
      ["-f", "-c", "\(folder)/root/cupsd.conf", "-s", "\(folder)/root/cups-files.conf"],
      executable: "/usr/sbin/cupsd")
    let listens = daemon.wait(watching: [folder]) { _ in FileManager.default.fileExists(atPath: socket) }
    try #require(listens, "\(daemon.said)")
    try add("plain", ["-v", "socket://127.0.0.1:\(printer.port)/?waiteof=false", "-m", "raw"])
    // CUPS 2.4.2-3+deb12u10 of Debian does not make the file that it prints into.
    try Data().write(to: URL(filePath: "\(folder)/zebra"))
    try add("zebra", ["-v", "file:\(folder)/zebra", "-m", "drv:///sample.drv/zebra.ppd"])
  }

  deinit {
    daemon.signal(SIGTERM)
    _ = daemon.end()
  }

  private func add(_ queue: String, _ options: [String]) throws {
    let outcome = try RunningProgram(
      ["-h", socket, "-p", queue, "-E"] + options, environment: environment, executable: "/usr/sbin/lpadmin"
    ).end()
    try #require(outcome.status == 0, "\(outcome.diagnostics)")
  }

  /// The jobs that the network printer has received, oldest first, once there are `count`.
  func jobs(_ count: Int) -> [Data] {
    printer.jobs(count)
  }

  /// The output of the label printer's driver for its last job.
  func driven() throws -> String {
    let file = "\(folder)/zebra"
    // The driver ends a job by taking the picture out of the printer's memory.
    let isWhole = daemon.wait(watching: [folder]) { _ in
      (try? String(contentsOfFile: file, encoding: .utf8))?.contains("^ID") == true
    }
    let log = (try? String(contentsOfFile: "\(folder)/log/error", encoding: .utf8)) ?? ""
    try #require(isWhole, "\(log.suffix(2_000))")
    return try String(contentsOfFile: file, encoding: .utf8)
  }
}

/// A network printer that reads jobs from a TCP port, as label printers do on port 9100: each connection is one job.
private final class NetworkPrinter: Sendable {
  let port: Int
  private let listener: Int32
  private let received = Watched<[Data]>([])

  /// Waits until there are `count` jobs, and returns all.
  func jobs(_ count: Int) -> [Data] {
    _ = received.wait { $0.count >= count }
    return received.latest
  }

  init() throws {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    self.listener = listener
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, length) == 0 && listen(listener, 16) == 0 && getsockname(listener, $0, &length) == 0
      }
    }
    try #require(isBound)
    port = Int(UInt16(bigEndian: address.sin_port))
    Thread { [weak self] in
      while true {
        let connection = accept(listener, nil, nil)
        guard connection >= 0 else { return }
        let job = (try? FileHandle(fileDescriptor: connection, closeOnDealloc: true).readToEnd()) ?? Data()
        guard let self else { return }
        received.change { $0.append(job) }
      }
    }.start()
  }

  deinit {
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
  }
}
