import Glibc
import Sync
import TestSupport
import Testing
import Threads

/// Checks that an address that is added to loopback counts as a change of the network. Only root may add one.
@Suite(.enabled(if: geteuid() == 0 && InstalledProgram("ip").isInstalled, "no root here, or no ip"))
struct NetworkChangesTests {
  private static let ip = InstalledProgram("ip")
  private static let address = ["127.25.25.25/32", "dev", "lo"]

  @Test func `a new address ends the wait, and nothing does not`() throws {
    let changes = try #require(NetworkChanges())
    #expect(!changes.wait(for: .zero, unless: { false }))
    #expect(!changes.wait(for: .seconds(600), unless: { true }))
    try Self.ip.run(["address", "add"] + Self.address)
    defer { _ = try? Self.ip.run(["address", "delete"] + Self.address) }
    // The report has come already; without it the wait would last ten minutes.
    #expect(changes.wait(for: .seconds(600), unless: { false }))
  }
}
