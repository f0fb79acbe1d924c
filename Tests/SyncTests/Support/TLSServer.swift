import TestSupport

/// The openssl program's TLS server, whose certificate is for 127.0.0.1 only and which answers every GET with a page.
final class TLSServer {
  struct NotStarted: Error { let diagnostics: String }

  private static let openssl = InstalledProgram("openssl")
  static var isThere: Bool { openssl.isInstalled }

  let port: Int
  var certificate: String { folder.file("certificate.pem") }
  private let folder = TemporaryFolder()
  private let server: RunningProgram

  init() throws {
    let request =
      "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=test -days 2 -keyout key.pem "
      + "-out certificate.pem -addext subjectAltName=IP:127.0.0.1"
    try Self.openssl.run(request.split(separator: " ").map(String.init), folder: folder.path)
    let service = "s_server -accept 127.0.0.1:0 -cert certificate.pem -key key.pem -www"
    server = try Self.openssl.start(service.split(separator: " ").map(String.init), folder: folder.path)
    // The server prints a line such as `ACCEPT 127.0.0.1:40123`.
    func accepted(_ text: String) -> Int? {
      let line = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        .first { $0.hasPrefix("ACCEPT ") }
      return line?.split(separator: ":").last.flatMap { Int($0) }
    }
    guard server.wait(until: { accepted($0.written) != nil || !$0.isRunning }),
      let port = accepted(server.written)
    else { throw NotStarted(diagnostics: server.said) }
    self.port = port
  }
}
