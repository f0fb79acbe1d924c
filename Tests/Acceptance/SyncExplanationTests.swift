import Bench
import Foundation
import TestSupport
import Testing

@testable import weldtech

/// Checks how `sync --explain` and `status` report a record that the platform refuses, and the limit of the
/// sending rate.
@Suite struct SyncExplanationTests {
  @Test func `a record that the platform refuses is set aside, explained and taken up again`() throws {
    let office = try Office()
    let laptop = try office.laptop()
    try laptop.fill(3)
    let ids = try laptop.list().compactMap { $0["id"] as? String }
    let refused = try #require(ids.first)
    office.platform.inject(
      .failure(status: 422, code: "installation.invalid"), pathPrefix: "/v1/installations/\(refused)", times: 1)
    try laptop.json("sync", status: 1)

    let explained = try laptop.json("sync", "--explain", String(refused.prefix(8)))
    let setAside = try #require(explained["setAside"] as? [String: Any])
    #expect(explained["state"] as? String == "setAside" && setAside["reason"] as? String == "sync.refused")
    #expect(setAside["detail"] as? String == "422 installation.invalid" && setAside["revision"] as? Int == 1)
    let revisions = try #require(explained["revisions"] as? [[String: Any]])
    #expect(revisions.map { $0["attempts"] as? Int } == [1] && revisions[0]["acknowledgedAt"] == nil)
    let files = try #require(explained["files"] as? [[String: Any]])
    #expect(
      !files.isEmpty && files.allSatisfy { $0["isOriginal"] as? Bool == true || $0["acknowledgedAt"] is String }
    )
    let said = try laptop.run(["sync", "--explain", refused]).output
    #expect(
      said.contains("422 installation.invalid") && said.contains("set aside")
        && said.contains("the company has to look at it"))
    #expect(try laptop.run(["status"]).output.contains(refused.prefix(8)))
    #expect(try laptop.json("status")["setAside"] as? [String] == [refused])

    // The other records are delivered, and the next run delivers the refused one.
    let other = try #require(ids.last)
    #expect(try laptop.json("sync", "--explain", other)["state"] as? String == "delivered")
    try laptop.json("sync")
    #expect(try laptop.json("sync", "--explain", refused)["state"] as? String == "delivered")
    #expect(try laptop.json("status")["setAside"] as? [String] == [])
    #expect(office.platform.installations().count == 3)
  }

  @Test func `a limited rate sends no faster, and a wrong one is a usage error`() throws {
    let office = try Office()
    let laptop = try office.laptop()
    try laptop.fill(1, bytes: 400_000)
    for wrong in ["0", "fast", "-1", "1G", "K", "99999999999"] {
      #expect(try laptop.run(["sync", "--limit-rate", wrong]).status == 64, "\(wrong)")
    }
    let start = ContinuousClock.now
    try laptop.json("sync", "--limit-rate", "100K", "--originals", "always")
    // Sending 900 kB at 100 KiB/s takes about 9 s; the bound is lower, because libcurl may exceed the limit at
    // first.
    #expect(ContinuousClock.now - start > .seconds(4))
    #expect(office.platform.installations().count == 1)
  }
}
