import Bench
import Foundation
import TestSupport
import Testing

@testable import weldtech

/// Kills `flash` with `kill -9` at moments spread evenly over an authorized update and over its end, and runs
/// `flash` again after each kill. The record's entry names the authority, the previous version and the reason.
/// The module counts the moments, as in `KillTests`. `WELDTECH_KILLS` gives the number of moments,
/// `WELDTECH_KILL_SEED` the seed.
@Suite struct FlashKillTests {
  private static let environment = ProcessInfo.processInfo.environment
  private static let kills = environment["WELDTECH_KILLS"].flatMap { Int($0) } ?? 8
  private static let seed = environment["WELDTECH_KILL_SEED"].flatMap { UInt64($0) } ?? 20_240_724

  private static let reason = "laptop lost"

  /// A module that is paired and sealed, and a laptop that updates the module to one version after the other.
  private final class Site {
    let laptop: Laptop
    let plug: Plug
    let id: String
    private var patch: UInt8 = 0

    init() throws {
      laptop = try Office.shared.get().laptop()
      plug = try Plug(timings: .instant)
      id = try laptop.walk(try laptop.register(), to: .test, on: plug.port)
    }

    func nextRelease() throws -> NewerRelease {
      patch += 1
      return try NewerRelease((9, 0, patch))
    }

    var version: String { "9.0.\(patch)" }

    func command(_ release: NewerRelease, _ options: [String]) -> [String] {
      ["--json", "flash", id, "--port", plug.port, "--manifest", release.manifest] + options
    }

    func history() throws -> [[String: Any]] {
      try #require(try laptop.record(id)["history"] as? [[String: Any]])
    }
  }

  /// One kind of authorized update: the authority and the deed that the entry must name, the options of the
  /// first run, and those of the run that resumes a killed one.
  struct Way {
    var kind: String
    var options: [String]
    var resuming: [String]
    var deed = "update"
  }

  static let ways = [
    Way(kind: "laptopProof", options: [], resuming: []),
    Way(kind: "openSeal", options: ["--service", "--reason", reason], resuming: ["--service"]),
    Way(kind: "laptopProof", options: ["--read-back"], resuming: ["--read-back"], deed: "bootloader"),
  ]

  @Test(arguments: ways)
  func `an update that is killed at any moment is told by the next run as what it was`(way: Way) throws {
    let site = try Site()
    if way.kind == "openSeal" {
      site.plug.module.configuration.surroundings.world.sealClosed = false
      site.plug.clock.pass(.seconds(15))
    }
    let (readings, readingsSinceStart) = try wholeUpdate(site, way)
    var random = SplitMix64(seed: Self.seed)
    var (found, repeated) = (0, 0)
    for number in 0..<Self.kills {
      // Every second kill lies between the start of the new firmware and the entry, which is a small part of the whole.
      let part = Double(number / 2) + Double.random(in: 0..<1, using: &random)
      let share = part / Double((Self.kills + 1) / 2)
      let moment: Moment =
        number.isMultiple(of: 2)
        ? .reading(Int(share * Double(readings))) : .afterStart(Int(share * Double(readingsSinceStart)))
      if try kill(moment, site, way) { found += 1 } else { repeated += 1 }
    }
    print("\(way.kind) \(way.deed): \(found) kills were found done, \(repeated) were done by the next run")
    if way.deed == "update" { #expect(found > 0) }
  }

  @Test func `a protection that is killed before its entry is told by a later run with its authority`() throws {
    for readings in [0, 20, 60] {
      let laptop = try Office.shared.get().laptop()
      let plug = try Plug(timings: .instant)
      let id = try laptop.walk(try laptop.register(), to: .photoAfter, on: plug.port)
      let running = try laptop.start(["--json", "flash", id, "--port", plug.port, "--protect"])
      let flash = plug.module.configuration.flash
      try #require(plug.clock.wait { flash.isReadProtected })
      plug.clock.at(reading: plug.clock.readings + readings) { running.signal(SIGKILL) }
      running.end()
      plug.clock.at(reading: 0, run: nil)
      // A killed laptop may not have recorded the protection; the next run then meets the error of the
      // bootloader, once.
      let again = try laptop.run("--json", "flash", id, "--port", plug.port, "--protect")
      if again.status != 0 {
        #expect(again.errorCode == "provision.flash.readProtected", "\(again.output)")
        let restarted = try Plug(of: plug)
        #expect(try laptop.json("flash", id, "--port", restarted.port, "--protect")["skipped"] as? Bool == true)
      }
      let history = try #require(try laptop.record(id)["history"] as? [[String: Any]])
      let entries = history.filter { $0["event"] as? String == "protected" }
      #expect(entries.count == 1, "\(history)")
      #expect(
        entries.first?["authority"] as? [String: String] == ["kind": "laptopProof", "deed": "bootloader"],
        "\(readings): \(history)")
    }
  }

  /// The moment of a kill, in the module's readings of its clock.
  private enum Moment {
    /// The number of readings after the run began.
    case reading(Int)
    /// The number of readings after the new firmware was seen to run.
    case afterStart(Int)
  }

  /// Runs an undisturbed update.
  /// - Returns: the module's readings of its clock during the update, and those since the new firmware was seen
  ///   to run.
  private func wholeUpdate(_ site: Site, _ way: Way) throws -> (all: Int, sinceStart: Int) {
    let release = try site.nextRelease()
    let start = site.plug.clock.readings
    let running = try site.laptop.start(site.command(release, way.options), environment: release.environment)
    try #require(waitForStart(site))
    let started = site.plug.clock.readings
    let outcome = running.end()
    try #require(outcome.status == 0, "\(outcome)")
    let end = site.plug.clock.readings
    return (end - start, end - started)
  }

  private func waitForStart(_ site: Site) -> Bool {
    let (module, version) = (site.plug.module, site.version)
    return site.plug.clock.wait { module.truth.firmwareVersion == version }
  }

  /// Kills one update and finishes it by a second run.
  /// - Returns: true where the second run found the update done.
  private func kill(_ moment: Moment, _ site: Site, _ way: Way) throws -> Bool {
    // A module refuses an update while the previous one is on trial. It confirms that one by itself after five
    // seconds.
    site.plug.clock.pass(.seconds(6))
    let before = try #require(site.plug.module.truth.firmwareVersion)
    let release = try site.nextRelease()
    let count = try site.history().count
    let start = site.plug.clock.readings
    let running = try site.laptop.start(site.command(release, way.options), environment: release.environment)
    switch moment {
    case .reading(let number): site.plug.clock.at(reading: start + number) { running.signal(SIGKILL) }
    case .afterStart(let number):
      try #require(waitForStart(site))
      site.plug.clock.at(reading: site.plug.clock.readings + number) { running.signal(SIGKILL) }
    }
    let killed = running.end()
    site.plug.clock.at(reading: 0, run: nil)
    let place = "killed at \(moment) of a \(way), seed \(Self.seed): \(killed.diagnostics)"
    // A killed run whose attempt is on record needs no reason again.
    let wasBegun = try site.history().contains {
      ($0["event"] as? String) == "flashBegun" && $0["firmwareVersion"] as? String == site.version
    }
    let hasReason = wasBegun || way.kind != "openSeal"
    let outcome = try site.laptop.run(
      site.command(release, hasReason ? way.resuming : way.options), environment: release.environment)
    if killed.status == 0 {
      #expect(outcome.status == 0 || outcome.status == 64, "\(outcome.output)\(place)")
    } else {
      #expect(outcome.status == 0, "\(outcome.output)\(place)")
    }
    #expect(site.plug.module.truth.firmwareVersion == site.version, "\(place)")
    let added = try site.history()[count...]
    let entry = try #require(added.first { $0["event"] as? String == "flashed" }, "\(place)")
    var authority = ["kind": way.kind, "deed": way.deed]
    if way.kind == "openSeal" { authority["reason"] = Self.reason }
    #expect(entry["authority"] as? [String: String] == authority, "\(added)\n\(place)")
    #expect(entry["firmwareVersion"] as? String == site.version, "\(added)\n\(place)")
    // A chip that a killed run left in the bootloader does not report its previous version; the `flashBegun`
    // entry has it.
    #expect(entry["previousFirmwareVersion"] as? String == before, "\(added)\n\(place)")
    #expect(added.contains { $0["event"] as? String == "flashBegun" }, "\(added)\n\(place)")
    if way.kind == "openSeal" { #expect(entry["sealStayedClosed"] as? Bool == false, "\(place)") }
    if way.deed == "update", way.kind != "openSeal" {
      #expect(entry["sealStayedClosed"] as? Bool == true, "\(added)\n\(place)")
    }
    #expect(try (site.laptop.record(site.id)["module"] as? [String: Any])?["flashing"] == nil, "\(place)")
    return try outcome.document()["skipped"] as? Bool == true
  }
}
