import Bench
import Foundation
import TestSupport
import Testing

@testable import weldtech

/// Updates a paired module by each authority: the laptop's key, the platform's proof, and the open case.
@Suite struct PairedFlashTests {
  private func authority(_ document: [String: Any]) -> [String: String]? {
    document["authority"] as? [String: String]
  }

  private func flash(
    _ laptop: Laptop, _ id: String, _ release: NewerRelease, on port: String, _ more: String...
  )
    throws -> ProgramOutcome
  {
    try laptop.run(
      ["--json", "flash", id, "--port", port, "--manifest", release.manifest] + more,
      environment: release.environment)
  }

  private func history(of id: String, in laptop: Laptop) throws -> [[String: Any]] {
    try #require(try laptop.record(id)["history"] as? [[String: Any]])
  }

  private func last(_ event: String, of id: String, in laptop: Laptop) throws -> [String: Any] {
    try #require(try history(of: id, in: laptop).last { $0["event"] as? String == event })
  }

  @Test func `an installed module is updated with the case closed, tested again, and keeps its seal`() throws {
    let laptop = try Office.shared.get().laptop()
    let plug = try Plug(timings: .instant)
    let id = try laptop.walk(try laptop.register(), to: .photoAfter, on: plug.port)
    let key = plug.module.truth.committedKeyID
    let before = plug.module.truth.firmwareVersion
    let release = try NewerRelease((9, 0, 0))
    let flashed = try flash(laptop, id, release, on: plug.port)
    #expect(flashed.status == 0, "\(flashed)")
    let document = try flashed.document()
    #expect(authority(document) == ["kind": "laptopProof", "deed": "update"])
    #expect(document["proof"] as? [String] == ["claimed"] && document["sealStayedClosed"] as? Bool == true)
    #expect(document["openSealCounts"] as? [String: Int] == ["updates": 0, "bootloaderEntries": 0])
    #expect(document["firmwareVersion"] as? String == "9.0.0")
    #expect(document["previousFirmwareVersion"] as? String == before && before != "9.0.0")
    #expect(plug.module.truth.firmwareVersion == "9.0.0" && plug.module.truth.committedKeyID == key)
    let entry = try last("flashed", of: id, in: laptop)
    #expect(
      authority(entry) == ["kind": "laptopProof", "deed": "update"]
        && entry["sealStayedClosed"] as? Bool == true)
    #expect(entry["firmwareVersion"] as? String == "9.0.0")
    #expect(entry["previousFirmwareVersion"] as? String == before && entry["keyErased"] == nil)
    let shown = try laptop.run("show", id, "--lang", "zh").output
    #expect(shown.contains("\(before ?? "") → 9.0.0，凭本机的密钥，封条检测线一直闭合"), "\(shown)")

    #expect(try laptop.list().first?["next"] as? String == "test")
    #expect(try laptop.json("test", id, "--port", plug.port)["passed"] as? Bool == true)
    for (step, command) in try laptop.steps(of: id, on: plug.port)
    where [.photoAfter, .handover, .sign].contains(step) {
      #expect(try laptop.run(["--json"] + command).status == 0)
    }
    #expect(try laptop.status(of: id) == "closed")
    let history = try #require(try laptop.record(id)["history"] as? [[String: Any]])
    #expect(history.count { $0["event"] as? String == "sealed" } == 1)
  }

  @Test func `another laptop needs the platform, or the open case with a reason`() throws {
    let office = try Office()
    let plug = try Plug(timings: .instant)
    let first = try office.laptop()
    _ = try first.walk(try first.register(), to: .label, on: plug.port)
    let second = try office.laptop()
    let id = try second.walk(try second.register(), to: .flash, on: plug.port)
    let release = try NewerRelease((9, 0, 0))

    #expect(try flash(second, id, release, on: plug.port).errorCode == "provision.authority.unknownKey")
    office.platform.stop()
    #expect(try flash(second, id, release, on: plug.port).errorCode == "provision.authority.unreachable")
    #expect(plug.module.truth.firmwareVersion != "9.0.0")
    #expect(try flash(second, id, release, on: plug.port, "--service").status == 64)
    #expect(try flash(second, id, release, on: plug.port, "--reason", "x").status == 64)

    // The program waits until the case has been open for ten seconds.
    plug.module.configuration.surroundings.world.sealClosed = false
    let served = try flash(second, id, release, on: plug.port, "--service", "--reason", "no network")
    #expect(served.status == 0, "\(served)")
    let document = try served.document()
    #expect(authority(document) == ["kind": "openSeal", "deed": "update", "reason": "no network"])
    #expect(document["openSealCounts"] as? [String: Int] == ["updates": 1, "bootloaderEntries": 0])
    #expect(document["sealStayedClosed"] as? Bool == false)
    let entry = try last("flashed", of: id, in: second)
    #expect(authority(entry)?["reason"] == "no network")
    #expect(entry["openSealCounts"] as? [String: Int] == ["updates": 1, "bootloaderEntries": 0])
    #expect(entry["sealStayedClosed"] as? Bool == false)
    // The record has no entry of the two attempts that had no proof.
    let begun = try history(of: id, in: second).filter { $0["event"] as? String == "flashBegun" }
    #expect(begun.map { authority($0)?["kind"] } == ["openSeal"])
    #expect(try (second.record(id)["module"] as? [String: Any])?["flashing"] == nil)
    plug.module.configuration.surroundings.world.sealClosed = true

    _ = try office.platform.start()
    _ = try first.run("--json", "sync")
    let newer = try NewerRelease((9, 0, 1))
    let proven = try flash(second, id, newer, on: plug.port)
    #expect(proven.status == 0, "\(proven)")
    #expect(try authority(proven.document()) == ["kind": "platformProof", "deed": "update"])
    #expect(plug.module.truth.firmwareVersion == "9.0.1")
  }

  @Test func `an upload over a cable that is pulled goes on with the same command`() throws {
    let laptop = try Office.shared.get().laptop()
    let plug = try Plug(timings: .instant)
    let id = try laptop.walk(try laptop.register(), to: .label, on: plug.port)
    let release = try NewerRelease((9, 0, 0))
    let cut = try Plug(of: plug, fault: "pull-after=20000")
    #expect(try flash(laptop, id, release, on: cut.port).status == 1)
    let again = try Plug(of: cut)
    let outcome = try flash(laptop, id, release, on: again.port)
    #expect(outcome.status == 0, "\(outcome)")
    #expect(again.module.truth.firmwareVersion == "9.0.0")
    #expect(try authority(outcome.document()) == ["kind": "laptopProof", "deed": "update"])
  }

  @Test func `the reason for an open case is asked for once, also where the update was cut off`() throws {
    let laptop = try Office.shared.get().laptop()
    let plug = try Plug(timings: .instant)
    let id = try laptop.walk(try laptop.register(), to: .label, on: plug.port)
    let release = try NewerRelease((9, 0, 0))
    #expect(try flash(laptop, id, release, on: plug.port, "--service").status == 64)
    let cut = try Plug(of: plug, fault: "pull-after=20000")
    cut.module.configuration.surroundings.world.sealClosed = false
    #expect(try flash(laptop, id, release, on: cut.port, "--service", "--reason", "laptop lost").status == 1)
    let flashing = try (laptop.record(id)["module"] as? [String: Any])?["flashing"] as? [String: Any]
    #expect(
      authority(flashing ?? [:])?["reason"] == "laptop lost"
        && flashing?["firmwareVersion"] as? String == "9.0.0")
    let shown = try laptop.run("show", id).output
    #expect(shown.contains("→ 9.0.0, by the open case (laptop lost), its end is not on record"), "\(shown)")

    let again = try Plug(of: cut)
    let outcome = try flash(laptop, id, release, on: again.port, "--service")
    #expect(outcome.status == 0 && outcome.diagnostics.contains("laptop lost"), "\(outcome)")
    #expect(try authority(outcome.document())?["reason"] == "laptop lost")
    #expect(try authority(last("flashed", of: id, in: laptop))?["reason"] == "laptop lost")
    #expect(try flash(laptop, id, release, on: again.port, "--service").status == 64)
  }

  @Test func `a case that was open for what was cut off breaks the seal, whoever finishes it`() throws {
    let laptop = try Office.shared.get().laptop()
    let plug = try Plug(timings: .instant)
    let id = try laptop.walk(try laptop.register(), to: .photoAfter, on: plug.port)
    let release = try NewerRelease((9, 0, 0))
    let cut = try Plug(of: plug, fault: "pull-after=20000")
    cut.module.configuration.surroundings.world.sealClosed = false
    #expect(try flash(laptop, id, release, on: cut.port, "--service", "--reason", "no network").status == 1)
    cut.module.configuration.surroundings.world.sealClosed = true
    let again = try Plug(of: cut)
    let outcome = try flash(laptop, id, release, on: again.port)
    #expect(try authority(outcome.document()) == ["kind": "laptopProof", "deed": "update"], "\(outcome)")
    #expect(try last("flashed", of: id, in: laptop)["sealStayedClosed"] as? Bool == false)
    #expect(try laptop.list().first?["next"] as? String == "seal")
  }

  @Test func `nobody opens the case for an image that is refused`() throws {
    let laptop = try Office.shared.get().laptop()
    let plug = try Plug(timings: .instant)
    let id = try laptop.walk(try laptop.register(), to: .label, on: plug.port)
    #expect(try flash(laptop, id, try NewerRelease((9, 0, 0)), on: plug.port).status == 0)
    let older = try NewerRelease((8, 0, 0))
    let refused = try laptop.run(
      ["flash", id, "--port", plug.port, "--manifest", older.manifest, "--service", "--reason", "x"],
      environment: older.environment)
    #expect(refused.status != 0 && refused.diagnostics.contains("--allow-downgrade"), "\(refused)")
    #expect(!refused.diagnostics.contains("open the welder's case"), "\(refused)")
    #expect(try (laptop.record(id)["module"] as? [String: Any])?["flashing"] == nil)
  }

  @Test func `an erased key is retired: the record names it, and pairing makes another`() throws {
    let laptop = try Office.shared.get().laptop()
    let plug = try Plug(timings: .instant)
    let id = try laptop.walk(try laptop.register(), to: .label, on: plug.port)
    let key = try #require(plug.module.truth.committedKeyID)
    let erased = try laptop.json("flash", id, "--port", plug.port, "--erase-key")
    #expect(erased["keyErased"] as? Bool == true && erased["skipped"] as? Bool == false, "\(erased)")
    #expect(plug.module.truth.committedKeyID == nil)
    let entry = try last("flashed", of: id, in: laptop)
    #expect(entry["keyErased"] as? Bool == true && entry["keyId"] as? String == key)
    #expect(authority(entry) == ["kind": "laptopProof", "deed": "bootloader"])
    let shown = try laptop.run("show", id).output
    #expect(shown.contains("key \(key) erased"), "\(shown)")
    #expect(try laptop.list().first?["next"] as? String == "pair")
    let paired = try laptop.json("pair", id, "--port", plug.port)
    #expect(paired["keyId"] as? String != key && paired["keyId"] as? String == plug.module.truth.committedKeyID)
    #expect(try laptop.json("sync")["failed"] as? Int == 0)
  }

  @Test func `a protection that is there already is said to be, and gets no second entry`() throws {
    let laptop = try Office.shared.get().laptop()
    let plug = try Plug(timings: .instant)
    let id = try laptop.walk(try laptop.register(), to: .photoAfter, on: plug.port)
    #expect(try laptop.json("flash", id, "--port", plug.port, "--protect")["skipped"] as? Bool == false)
    let events = try history(of: id, in: laptop).count
    #expect(try laptop.json("flash", id, "--port", plug.port, "--protect")["skipped"] as? Bool == true)
    #expect(try laptop.run("flash", id, "--port", plug.port, "--protect").output.contains("already"))
    #expect(try history(of: id, in: laptop).count == events)
    for option in ["--erase-key", "--read-back", "--allow-downgrade"] {
      #expect(
        try laptop.failure("flash", id, "--port", plug.port, "--protect", option, status: 64)
          == "usage.option.conflict")
    }
  }

  @Test func `protecting and reading back take an authority for the bootloader`() throws {
    let laptop = try Office.shared.get().laptop()
    let plug = try Plug(timings: .instant)
    let id = try laptop.walk(try laptop.register(), to: .photoAfter, on: plug.port)
    let protected = try laptop.json("flash", id, "--port", plug.port, "--protect")
    #expect(protected["protected"] as? Bool == true)
    #expect(authority(protected) == ["kind": "laptopProof", "deed": "bootloader"])
    #expect(
      authority(try last("protected", of: id, in: laptop)) == ["kind": "laptopProof", "deed": "bootloader"])
    #expect(plug.module.configuration.flash.isReadProtected)
    // The seal and its test still count.
    #expect(try laptop.list().first?["next"] as? String == "photoAfter")
    let release = try NewerRelease((9, 0, 0))
    let updated = try flash(laptop, id, release, on: plug.port)
    #expect(try authority(updated.document()) == ["kind": "laptopProof", "deed": "update"], "\(updated)")
    #expect(plug.module.configuration.flash.isReadProtected)
  }

  @Test func `an executed chip is paired, updated through its own firmware, and tested`() throws {
    let laptop = try Laptop()
    let world = try laptop.scratch.write("world.json", #"{"supplyVolts": 400}"#)
    let module = try RunningProgram(["bench", "module", "--engine", "unicorn", "--world", world])
    let port = try #require(try module.firstLine()["port"] as? String)
    let platform = try RunningProgram(["bench", "platform", "--data", laptop.scratch.file("platform")])
    try laptop.setUp(platform: try #require(try platform.firstLine()["url"] as? String))
    let id = try laptop.walk(try laptop.register(), to: .test, on: port)
    let release = try NewerRelease((9, 0, 0))
    let flashed = try flash(laptop, id, release, on: port)
    #expect(flashed.status == 0, "\(flashed)")
    let document = try flashed.document()
    #expect(authority(document) == ["kind": "laptopProof", "deed": "update"])
    #expect(document["sealStayedClosed"] as? Bool == true, "\(document)")
    let test = try laptop.json("test", id, "--port", port)
    #expect(test["passed"] as? Bool == true && test["counts"] as? Bool == true, "\(test)")
  }
}
