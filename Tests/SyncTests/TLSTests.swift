import Foundation
import Glibc
import Sync
import Testing

/// Against the openssl program's TLS server, which answers every GET with a page of HTML.
@Suite(.enabled(if: TLSServer.isThere, "no openssl program here"))
struct TLSTests {
  @Test func speaksToAHostOnlyWhenItsCertificateIsTrustedAndItsOwn() throws {
    let server = try TLSServer()
    func failure(host: String, caBundle: String?) -> SyncError? {
      do throws(SyncError) {
        _ = try PlatformClient(.init(address: "https://\(host):\(server.port)", caBundle: caBundle))
          .platformKey()
        return nil
      } catch {
        return error
      }
    }
    #expect(failure(host: "127.0.0.1", caBundle: nil) == .notTrusted)
    #expect(failure(host: "127.0.0.1", caBundle: server.certificate) == .notThePlatform(status: 200))
    // The certificate is for 127.0.0.1 only.
    #expect(failure(host: "localhost", caBundle: server.certificate) == .notTrusted)
    #expect(failure(host: "127.0.0.1", caBundle: "/nowhere/ca.pem") == .caBundle)
  }
}

private final class TLSServer {
  struct NotStarted: Error {}

  static let program = "/usr/bin/openssl"
  static var isThere: Bool { FileManager.default.isExecutableFile(atPath: program) }

  let port: Int
  let certificate: String
  private let folder: URL
  private let process = Process()

  init() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("weldtech-tls-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    certificate = folder.path + "/certificate.pem"

    let generation = Process()
    generation.executableURL = URL(fileURLWithPath: Self.program)
    generation.arguments =
      "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=test -days 2 -keyout key.pem "
      .split(separator: " ").map(String.init)
      + ["-out", "certificate.pem", "-addext", "subjectAltName=IP:127.0.0.1"]
    generation.currentDirectoryURL = folder
    generation.standardError = FileHandle.nullDevice
    try generation.run()
    generation.waitUntilExit()

    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: Self.program)
    process.arguments = "s_server -accept 127.0.0.1:0 -cert certificate.pem -key key.pem -www"
      .split(separator: " ").map(String.init)
    process.currentDirectoryURL = folder
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    // `ACCEPT 127.0.0.1:40123`
    var text = ""
    while !text.hasSuffix("\n") || !text.contains("ACCEPT ") {
      let piece = output.fileHandleForReading.availableData
      guard !piece.isEmpty else { throw NotStarted() }
      text += String(decoding: piece, as: UTF8.self)
    }
    guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("ACCEPT ") }),
      let port = line.split(separator: ":").last.flatMap({ Int($0) })
    else { throw NotStarted() }
    self.port = port
  }

  deinit {
    // A child of a test's thread inherits its signal mask, in which SIGTERM is blocked.
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    try? FileManager.default.removeItem(at: folder)
  }
}
