import Cryptography
import Foundation
import TestSupport
import Testing

@testable import weldtech

/// Checks the built program with its page in a browser, from the touches on the screen to the record.
@Suite(.serialized, .enabled(if: PhoneBrowser.missing == nil, "\(PhoneBrowser.missing ?? "")"))
struct PhoneBrowserTests {
  private let folder = TemporaryFolder()

  private func command(_ laptop: Laptop, _ arguments: String...) -> [String] {
    ["--", Weldtech.path, "--home", laptop.home, "--lang", "zh"] + arguments
  }

  @Test
  func
    `three photos arrive whole, though the network goes, the program is killed and the camera costs the page its memory`()
    throws
  {
    let laptop = try Laptop()
    try laptop.setUp()
    let id = try laptop.register()
    let facts = try PhoneBrowser.drive(
      ["photos", folder.path]
        + command(laptop, "photo", id, "--stage", "before", "--phone", "--interface", "lo"))
    #expect(facts["isClosedAtFirst"] as? Bool == true)
    #expect(facts["isSameAddress"] as? Bool == true)
    #expect(facts["status"] as? Int == 0)
    #expect(facts["pictures"] as? Int == 3)
    #expect(facts["faults"] as? [String] == [])
    #expect(facts["complaints"] as? [String] == [])

    let files = try #require(facts["files"] as? [String])
    let sizes = try files.map { try Data(contentsOf: URL(filePath: $0)).count }
    // Both the cut of the network and the reload of the page came in the middle of a file.
    #expect((1..<sizes[0]).contains(facts["offsetAtCut"] as? Int ?? 0))
    #expect((1..<sizes[1]).contains(facts["offsetAfterReload"] as? Int ?? 0))

    let sent = Set(try files.map { SHA256Digest(of: try Data(contentsOf: URL(filePath: $0))).hex })
    let photos = try #require(try laptop.record(id)["photos"] as? [[String: Any]])
    #expect(sent.count == 3 && photos.count == 3)
    #expect(Set(photos.compactMap { $0["sha256"] as? String }) == sent)
    #expect(photos.allSatisfy { $0["stage"] as? String == "before" })
  }

  @Test func `the agreement is read to its end and signed on a pad that is turned, and its PDF is fetched`()
    throws
  {
    let laptop = try Office.shared.get().laptop()
    let plug = try Plug(timings: .instant)
    let id = try withExtendedLifetime(plug) { try laptop.walk(try laptop.register(), to: .sign, on: plug.port) }
    let facts = try PhoneBrowser.drive(
      ["sign", folder.path] + command(laptop, "--json", "sign", id, "--phone", "--interface", "lo"))
    #expect(facts["isClosedAtFirst"] as? Bool == true)
    #expect((facts["pages"] as? Int ?? 0) > 3)
    #expect(facts["isConsentOpen"] as? Bool == true)
    #expect(facts["scrolled"] as? Double == 0)
    #expect(facts["status"] as? Int == 0)
    #expect((facts["pagesShown"] as? Int ?? 0) > 0)
    #expect(facts["faults"] as? [String] == [])
    #expect(facts["complaints"] as? [String] == [])
    #expect(facts["link"] as? String == facts["address"] as? String)

    let record = try laptop.record(id)
    #expect(record["status"] as? String == "closed")
    let agreement = try #require(record["agreement"] as? [String: Any])
    let fetched = try Data(contentsOf: URL(filePath: try #require(facts["paper"] as? String)))
    #expect(agreement["sha256"] as? String == SHA256Digest(of: fetched).hex)
    let answer = try JSONSerialization.jsonObject(with: try folder.bytes("out.txt")) as? [String: Any]
    let file = try #require((answer?["agreement"] as? [String: Any])?["file"] as? String)
    #expect(try Data(contentsOf: URL(filePath: file)) == fetched)
    try expectHandwriting(of: agreement, in: laptop)
  }

  @Test func `a registration is filled in on the phone, wrong and again, and confirmed on the laptop`() throws {
    let laptop = try Laptop()
    try laptop.setUp()
    let facts = try PhoneBrowser.drive(
      ["register", folder.path] + command(laptop, "register", "--phone", "--interface", "lo"),
      environment: ["TERM": "xterm-256color"])
    #expect(facts["nameAfterReload"] as? String == "王大山")
    #expect(facts["status"] as? Int == 0)
    #expect(facts["faults"] as? [String] == [])
    #expect(facts["complaints"] as? [String] == [])

    let list = try laptop.list()
    #expect(list.count == 1)
    let record = try laptop.record(try #require(list.first?["id"] as? String))
    let owner = try #require(record["owner"] as? [String: Any])
    let welder = try #require(record["welder"] as? [String: Any])
    #expect(
      ["unitName", "unitType", "responsibleName", "responsiblePhone", "street", "industry"].map {
        owner[$0] as? String
      }
        == ["树林召汽车修理厂", "individual", "王大山", "13800000001", "树林召镇", "autoRepair"])
    #expect(welder["brand"] as? String == "瑞凌" && welder["model"] as? String == "ZX7-315")
    #expect(welder["supply"] as? String == "threePhase380" && welder["supplyMaxAmps"] as? Double == 20)
    #expect(welder["weldingProcess"] as? String == "manualArc" && welder["maxCurrentAmps"] as? Double == 315)
  }

  /// Checks that the laptop's file of strokes has the two drawn strokes, each point with its time and pressure.
  private func expectHandwriting(of agreement: [String: Any], in laptop: Laptop) throws {
    let sha256 = try #require(agreement["strokesSha256"] as? String)
    let files = FileManager.default.enumerator(atPath: laptop.home)?.compactMap { $0 as? String } ?? []
    let file = try #require(files.first { $0.hasSuffix(sha256) || $0.hasSuffix("\(sha256).json") })
    let bytes = try Data(contentsOf: URL(filePath: laptop.home + "/" + file))
    let document = try #require(try JSONSerialization.jsonObject(with: bytes) as? [String: Any])
    let strokes = try #require(document["strokes"] as? [[[String: Double]]])
    #expect(strokes.map(\.count) == [30, 20])
    let points = strokes.flatMap { $0 }
    let times = points.compactMap { $0["t"] }
    #expect(times.count == points.count && times == times.sorted() && Set(times).count > 20)
    let pressures = strokes.map { $0.compactMap { $0["p"] } }
    #expect(pressures[0].first == 0.2 && pressures[0] == pressures[0].sorted())
    #expect(pressures[1].first == 0.7 && pressures[1] == pressures[1].sorted(by: >))
    let (width, height) = (document["width"] as? Double ?? 0, document["height"] as? Double ?? 0)
    // The second stroke was written on the turned phone, and lies on the same pad.
    #expect(points.allSatisfy { (0...width).contains($0["x"] ?? -1) && (0...height).contains($0["y"] ?? -1) })
    #expect(abs((strokes[1].first?["x"] ?? 0) - 0.6 * width) < 3)
  }
}
