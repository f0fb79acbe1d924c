import Glibc
import Sync
import TestSupport
import Testing
import Threads

/// An address that is added to loopback is a change of the network, for which only root has the rights.
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
    // The report has come already; without it this would be the longest test of all.
    #expect(changes.wait(for: .seconds(600), unless: { false }))
  }
}
