import Foundation
import TestSupport
import Testing

/// nginx in front of a platform on loopback: on one port with TLS and a certificate for `localhost` only, on
/// another without TLS.
final class NginxProxy {
  struct NotStarted: Error {
    let diagnostics: String
  }

  static let nginx = InstalledProgram("nginx")
  private static let openssl = InstalledProgram("openssl")
  static var isInstalled: Bool { nginx.isInstalled && openssl.isInstalled }

  /// A request as nginx has logged it.
  struct Request {
    let version: String
    let method: String
    let status: Int
  }

  private let folder = TemporaryFolder(isInMemory: true)
  private let running: RunningProgram
  private let ports: [UInt16]
  /// The address with TLS.
  var url: String { "https://localhost:\(ports[0])" }
  /// The address with TLS by an IP address that is not in the certificate.
  var otherURL: String { "https://127.0.0.1:\(ports[0])" }
  /// The address without TLS, which the program takes on loopback.
  var plainURL: String { "http://127.0.0.1:\(ports[1])" }
  var certificate: String { folder.file("certificate.pem") }

  /// - Parameters:
  ///   - platform: the platform's address.
  ///   - speaksHTTP2: whether clients may speak HTTP/2.
  ///   - settings: further lines of the configuration's `server`.
  init(to platform: String, speaksHTTP2: Bool = true, _ settings: String = "") throws {
    let request =
      "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=test -days 2 -keyout key.pem "
      + "-out certificate.pem -addext subjectAltName=DNS:localhost"
    try Self.openssl.run(request.split(separator: " ").map(String.init), folder: folder.path)
    ports = try FreePorts.take(2)
    let upstream = platform.dropFirst("http://".count)
    // nginx is one process, which runs as the tests' user and ends with a signal. A connection is closed after
    // 60 requests, so that clients have to make others in the middle of a run.
    let configuration = """
      daemon off;
      master_process off;
      pid pid;
      error_log stderr notice;
      events { worker_connections 256; }
      http {
        log_format facts '$server_protocol $request_method $status';
        access_log access facts;
        client_body_temp_path body;
        proxy_temp_path proxy;
        fastcgi_temp_path fastcgi;
        uwsgi_temp_path uwsgi;
        scgi_temp_path scgi;
        keepalive_requests 60;
        limit_req_zone $server_name zone=few:1m rate=100r/s;
        upstream platform { server \(upstream); keepalive 8; }
        server {
          listen 127.0.0.1:\(ports[0]) ssl\(speaksHTTP2 ? " http2" : "");
          listen 127.0.0.1:\(ports[1]);
          server_name localhost;
          ssl_certificate certificate.pem;
          ssl_certificate_key key.pem;
          \(settings)
          location / {
            proxy_pass http://platform;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
          }
        }
      }
      """
    let file = try folder.write("nginx.conf", configuration)
    running = try Self.nginx.start(["-e", "stderr", "-p", folder.path + "/", "-c", file])
    // nginx writes the file of its process id after it has begun to listen.
    let (folder, running) = (folder, running)
    let listens = running.wait(watching: [folder.path]) { _ in
      FileManager.default.fileExists(atPath: folder.file("pid"))
    }
    guard listens else { throw NotStarted(diagnostics: running.said) }
  }

  deinit { running.kill() }

  /// The requests that nginx has answered, with the platform's answer or one of its own.
  func requests() throws -> [Request] {
    try String(decoding: folder.bytes("access"), as: UTF8.self).split(separator: "\n").map { line in
      let words = line.split(separator: " ").map(String.init)
      try #require(words.count == 3, "\(line)")
      return Request(version: words[0], method: words[1], status: try #require(Int(words[2])))
    }
  }
}
