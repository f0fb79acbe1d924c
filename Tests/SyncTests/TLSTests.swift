import Foundation
import Sync
import TestSupport
import Testing

/// Syncs with the openssl program's TLS server, which answers every GET with an HTML page.
@Suite(.enabled(if: TLSServer.isThere, "no openssl program here"))
struct TLSTests {
  @Test func `speaks to a host only when its certificate is trusted and its own`() throws {
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
