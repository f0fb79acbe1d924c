import Bench
import Foundation
import TestSupport
import Testing

@testable import weldtech

/// Kills `install` with `kill -9` at moments spread evenly over a whole walk, and continues the walk after each
/// kill. The platform then has exactly one complete installation. The module counts the moments by the readings
/// of its clock, which it reads with each byte and at least every 20 ms. `WELDTECH_KILLS` gives the number of
/// moments, `WELDTECH_KILL_SEED` the seed.
@Suite struct KillTests {
  private static let environment = ProcessInfo.processInfo.environment
  private static let kills = environment["WELDTECH_KILLS"].flatMap { Int($0) } ?? 6
  private static let seed = environment["WELDTECH_KILL_SEED"].flatMap { UInt64($0) } ?? 20_240_724

  @Test func `an install that is killed at any moment is finished by the next, whole and once`() throws {
    let office = try Office.shared.get()
    var random = SplitMix64(seed: Self.seed)
    // One chip takes time to erase and write; a chip without delays gives the other steps their share of the
    // kills.
    for (timings, kills) in [(FlashTimings.typical, (Self.kills + 1) / 2), (.instant, Self.kills / 2)] {
      let readings = try wholeWalk(office, timings)
      var struck: [String: Int] = [:]
      for number in 0..<kills {
        // The walk is divided into as many equal parts as there are kills, with one kill in each part.
        let share = (Double(number) + Double.random(in: 0..<1, using: &random)) / Double(kills)
        let reached = try kill(at: Int(share * Double(readings)), office, timings)
        struck[reached, default: 0] += 1
      }
      let reached = struck.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
      print(
        "\(kills) kills in \(readings) readings of the clock, seed \(Self.seed); the next step was: \(reached)")
    }
  }

  /// Takes an undisturbed walk and returns the number of times that the module has read its clock meanwhile.
  private func wholeWalk(_ office: Office, _ timings: FlashTimings) throws -> Int {
    let laptop = try office.laptop()
    let plug = try Plug(timings: timings)
    let arguments = ["install", "--from", try laptop.registration()] + (try laptop.answers(port: plug.port))
    let start = plug.clock.readings
    let outcome = try laptop.run(arguments)
    try #require(outcome.status == 0, "\(outcome.diagnostics)")
    return plug.clock.readings - start
  }

  /// Takes a walk, kills it, and finishes it.
  /// - Parameter reading: the number of the module's clock readings before the kill; a walk that ends earlier
  ///   is not killed.
  /// - Returns: the name of the step that was next at the kill.
  private func kill(at reading: Int, _ office: Office, _ timings: FlashTimings) throws -> String {
    let laptop = try office.laptop()
    let plug = try Plug(timings: timings)
    let answers = try laptop.answers(port: plug.port)
    let new = ["install", "--from", try laptop.registration()]
    let start = plug.clock.readings
    let running = try laptop.start(new + answers)
    plug.clock.at(reading: start + reading) { running.signal(SIGKILL) }
    let killed = running.end()
    plug.clock.at(reading: 0, run: nil)
    let place = "killed at reading \(reading), seed \(Self.seed): \(killed.diagnostics)"

    // A technician continues with the id that was printed, or with the open record, or otherwise from the
    // beginning.
    let opened = try laptop.list()
    #expect(opened.count <= 1, "\(place)")
    let reached = (opened.first?["next"] ?? opened.first?["status"]) as? String ?? "nothing"
    let printed = killed.diagnostics.firstMatch(of: /registered: ([0-9a-f-]{36})/).map { String($0.output.1) }
    if let printed {
      #expect(opened.first?["id"] as? String == printed, "the printed record is lost: \(place)")
    }
    let command = (opened.first?["id"] as? String).map { ["install", $0] } ?? new
    let outcome = try laptop.run(["--json"] + command + answers)
    #expect(outcome.status == 0, "\(outcome.output)\(outcome.diagnostics)\n\(place)")
    #expect(try outcome.document()["status"] as? String == "delivered", "\(place)")
    try expectOneWholeInstallation(laptop, plug, office, place)
    return reached
  }

  private func expectOneWholeInstallation(_ laptop: Laptop, _ plug: Plug, _ office: Office, _ place: String)
    throws
  {
    let rows = try laptop.list()
    #expect(rows.count == 1, "\(place)")
    let row = try #require(rows.first)
    let (id, code) = (row["id"] as? String ?? "", row["code"] as? String ?? "")
    let stored = office.has(code: code)
    #expect(stored.map(\.id) == [id] && stored.first?.revision == 1, "\(place)")

    let record = try laptop.record(id)
    let keyID = (record["module"] as? [String: Any])?["keyId"] as? String
    #expect(keyID != nil && plug.module.truth.committedKeyID == keyID, "\(place)")
    #expect(plug.module.truth.relayIsClosed == false, "\(place)")
    let keys = try office.platform.keyIds()
    #expect(keys.contains(keyID ?? ""), "\(place)")
    // The walk delivers the copies of photos, and `sync` delivers the originals.
    try laptop.json("sync")
    let photos = record["photos"] as? [[String: Any]] ?? []
    let copies = photos.compactMap { ($0["copy"] as? [String: Any])?["sha256"] as? String }
    var digests = photos.compactMap { $0["sha256"] as? String } + copies
    #expect(digests.count == 4, "\(place)")
    digests.append((record["agreement"] as? [String: Any])?["sha256"] as? String ?? "")
    for digest in digests { #expect(office.platform.hasFile(digest), "\(place)") }

    // The platform's copy agrees about the module and the signature.
    let copy = try #require(
      try office.platform.record(id).flatMap { try JSONSerialization.jsonObject(with: $0) as? [String: Any] })
    #expect((copy["module"] as? [String: Any])?["keyId"] as? String == keyID, "\(place)")
    for step in ["label", "seal", "test", "handover", "agreement"] { #expect(copy[step] != nil, "\(place)") }
    let queue = try #require(try laptop.json("status")["queue"] as? [String: Int])
    #expect(queue.values.allSatisfy { $0 == 0 }, "\(queue) \(place)")
  }
}
