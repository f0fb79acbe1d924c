import Bench
import Foundation
import TestSupport
import Testing

@testable import weldtech

/// Checks with the built program that laptop B can repair, sell, move and retire a welder that laptop A fitted.
/// Laptop B takes the record from the platform or from an archive.
@Suite(.serialized) struct AdoptionTests {
  /// Two laptops at one platform, and a welder that the first has fitted.
  private struct Trade {
    let office: Office
    let first: Laptop
    let second: Laptop
    let plug: Plug
    let id: String
    let code: String
    let serialNumber: String
  }

  /// Fits a welder with the first of two laptops.
  /// - Parameter office: the platform; a test that stops or changes the platform gives one of its own.
  private func installed(at office: Office) throws -> Trade {
    let (first, second) = (try office.laptop(), try office.laptop())
    try second.json("setup", "--technician", "赵六", "--company", "东胜焊修")
    let plug = try Plug(timings: .instant)
    let id = try first.installed(on: plug.port)
    let record = try first.record(id)
    return Trade(
      office: office, first: first, second: second, plug: plug, id: id,
      code: try #require(record["code"] as? String),
      serialNumber: try #require((record["module"] as? [String: Any])?["serialNumber"] as? String))
  }

  private func onPlatform(_ trade: Trade) throws -> [String: Any] {
    let body = try #require(try trade.office.platform.record(trade.id))
    return try #require(try JSONSerialization.jsonObject(with: body) as? [String: Any])
  }

  private func events(_ record: [String: Any]) -> [String] {
    (record["history"] as? [[String: Any]] ?? []).compactMap { $0["event"] as? String }
  }

  private func photo(_ laptop: Laptop) throws -> String {
    try laptop.scratch.write("photo-\(UUID()).png", Laptop.picture(of: "photo \(UUID())"))
  }

  /// Exports the first laptop's archive and extracts the certificate of its seal. The caller trusts this
  /// certificate, as a person does who has compared its fingerprint by telephone.
  private func archive(_ trade: Trade) throws -> (file: String, root: String) {
    let file = trade.second.scratch.file("theirs-\(UUID()).zip")
    try trade.first.json("archive", "export", trade.code, "--output", file)
    let pem = try InstalledProgram("python3").output([
      "-c",
      "import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); "
        + "sys.stdout.write(z.read(sys.argv[2] + '/seal/certificates.pem').decode())", file, trade.code,
    ])
    return (file, try trade.second.scratch.write("root-\(UUID()).pem", Data(pem.utf8)))
  }

  /// Exchanges the module on the second laptop and has the owner confirm it.
  private func exchange(_ trade: Trade, _ more: [String] = []) throws -> Plug {
    let new = try Plug(timings: .instant)
    let mended = try trade.second.run(
      [
        "--json", "repair", trade.code, "--port", new.port, "--fault", "模块进水", "--old-module",
        trade.serialNumber, "--dead", "--photo", try photo(trade.second), "--seal-found", "broken",
        "--seal-photo",
        try photo(trade.second), "--seal", "NEW-\(trade.id.prefix(8))",
      ] + more)
    #expect(mended.status == 0, "\(mended.output)\(mended.diagnostics)")
    try trade.second.json(
      "repair", "close", trade.code, "--signature", try trade.second.signature())
    return new
  }

  // MARK: - By the platform

  @Test func `a welder of another laptop gets a new module, and the platform's record has what both have done`()
    throws
  {
    let trade = try installed(at: try Office.shared.get())
    try trade.first.json("sync")
    let before = try onPlatform(trade)
    let new = try exchange(trade)
    let shown = try trade.second.record(trade.id)
    #expect(events(shown).contains("adopted"))
    let stayed = try #require(shown["filesElsewhere"] as? [String])
    #expect(stayed.contains("agreement.pdf") && stayed.contains { $0.hasPrefix("photo-before-1") })
    #expect(try trade.second.failure("open", trade.id, "agreement", status: 65) == "open.missing")
    let words = try trade.second.run("--lang", "zh", "show", trade.code).output
    #expect(words.contains("接手") && words.contains("不在本机"), "\(words)")
    let doctor = try trade.second.run("--json", "doctor").document()
    let finding = (doctor["findings"] as? [[String: Any]])?.first { $0["check"] as? String == "fieldbook" }
    #expect(finding?["outcome"] as? String == "fine", "\(doctor)")
    #expect(try trade.second.run("--lang", "zh", "doctor").output.contains("本来就不在这台电脑上"))

    let report = try trade.second.json("sync")
    #expect(report["failed"] as? Int == 0 && report["pending"] as? Int == 0, "\(report)")
    let after = try onPlatform(trade)
    #expect(events(after).starts(with: events(before)))
    #expect(
      events(after).dropFirst(events(before).count).starts(with: ["adopted", "repairOpened", "repairBegun"]))
    #expect(after["status"] as? String == "closed")
    let module = try #require(after["module"] as? [String: Any])
    #expect(new.module.truth.committedKeyID == module["keyId"] as? String)
    #expect((after["technician"] as? [String: Any])?["company"] as? String == "达旗焊安")
    for key in ["photos", "agreement", "owner", "label", "openedAt"] {
      let (old, now) = (before[key] as? NSObject, after[key] as? NSObject)
      if key == "photos" {
        #expect((after[key] as? [NSObject])?.starts(with: before[key] as? [NSObject] ?? []) == true)
      } else {
        #expect(old != nil && old == now, "\(key)")
      }
    }
    #expect(try trade.second.status(of: trade.id) == "delivered")
    let stats = try trade.second.run("--json", "ledger", "rows").output
    #expect(!stats.contains(trade.code), "\(stats)")
  }

  @Test func `an archive of such a record says what is proven and what is not, to us and to a stranger`() throws
  {
    let trade = try installed(at: try Office.shared.get())
    try trade.first.json("sync")
    try trade.second.json("move", trade.code, "--street", "白泥井镇")
    let file = trade.second.scratch.file("ours.zip")
    try trade.second.json("archive", "export", trade.code, "--output", file)
    let judged = try trade.second.run("--json", "archive", "verify", file)
    let bag = try #require((try judged.document()["installations"] as? [[String: Any]])?.first)
    #expect(bag["verdict"] as? String == "untrusted" && (bag["faults"] as? [Any])?.isEmpty == true, "\(bag)")
    #expect(bag["revision"] as? Int == 3)
    let adopted = try #require(bag["adopted"] as? [String: Any])
    #expect(adopted["revision"] as? Int == 1 && adopted["source"] as? String == "platform")
    let count = events(try trade.first.record(trade.id)).count
    #expect(adopted["unprovenEvents"] as? Int == count)
    let stayed = try #require(adopted["filesElsewhere"] as? [String])
    #expect(stayed.contains("data/agreement/agreement.pdf"))
    let words = try trade.second.run("--lang", "zh", "archive", "verify", file).output
    #expect(words.contains("接手") && words.contains("不能核对"), "\(words)")

    let script = """
      import sys, zipfile, subprocess, os
      folder = sys.argv[3]
      zipfile.ZipFile(sys.argv[1]).extractall(folder)
      os.chdir(os.path.join(folder, sys.argv[2]))
      lines = open("README.txt", encoding="utf8").read().split("\\n")
      text = "\\n".join(line[4:] for line in lines if line.startswith("    "))
      begin, end = text.index("python3 - <<'END'\\nimport glob"), text.index("\\nEND")
      sys.exit(subprocess.run(["sh", "-c", text[begin:end] + "\\nEND\\n"]).returncode)
      """
    let read = try InstalledProgram("python3").start(
      ["-c", script, file, trade.code, trade.second.scratch.file("bag")]
    ).end()
    #expect(read.status == 0, "\(read.output)\(read.diagnostics)")
    // `archive verify` finds a changed name in the list of files that stayed on the first laptop.
    let changed = trade.second.scratch.file("changed.zip")
    try Self.rewrite(file, to: changed, "data/agreement/agreement.pdf\"", "data/agreement/agreement.pdg\"")
    let damaged = try trade.second.run("--json", "archive", "verify", changed)
    #expect(damaged.output.contains("\"damaged\""), "\(damaged.output)")
  }

  /// Replaces bytes within the members of a zip file whose entries are stored without compression.
  private static func rewrite(_ file: String, to other: String, _ old: String, _ new: String) throws {
    let bytes = try Data(contentsOf: URL(filePath: file))
    let (before, after) = (Data(old.utf8), Data(new.utf8))
    try #require(before.count == after.count)
    var changed = bytes
    let place = try #require(changed.firstRange(of: before), "\(old)")
    changed.replaceSubrange(place, with: after)
    try changed.write(to: URL(filePath: other))
  }

  @Test func `a sale, a move and a retirement of another laptop's welder are delivered`() throws {
    let office = try Office.shared.get()
    let sold = try installed(at: office)
    try sold.first.json("sync")
    let answer = try sold.second.json(
      "transfer", sold.code, "--unit-name", "东风路修理部", "--unit-type", "small", "--responsible-name", "赵新",
      "--responsible-phone", "13800000009", "--street", "白泥井镇", "--industry", "autoRepair")
    #expect(answer["status"] as? String == "open")
    for (step, command) in try sold.second.steps(of: sold.id, on: sold.plug.port) {
      let isOutdated = answer["next"] as? String == "label" && step == .label
      guard step == .handover || step == .sign || isOutdated else { continue }
      let outcome = try sold.second.run(["--json"] + command)
      #expect(outcome.status == 0, "\(command): \(outcome.output)\(outcome.diagnostics)")
    }
    let moved = try installed(at: office)
    try moved.first.json("sync")
    try moved.second.json("move", moved.code, "--street", "白泥井镇")
    let retired = try moved.second.json(
      "retire", moved.code, "--reason", "报废", "--photo", try photo(moved.second))
    #expect(retired["status"] as? String == "retired")
    for trade in [sold, moved] {
      let report = try trade.second.json("sync")
      #expect(report["failed"] as? Int == 0 && report["pending"] as? Int == 0, "\(report)")
    }
    let owner = try onPlatform(sold)["owner"] as? [String: Any]
    #expect(owner?["unitName"] as? String == "东风路修理部")
    #expect((try onPlatform(sold)["earlierOwners"] as? [Any])?.count == 1)
    #expect(try onPlatform(moved)["status"] as? String == "retired")
    // A third laptop that takes the record over has its whole history, both adoptions included.
    let third = try office.laptop()
    try third.json("repair", "open", sold.code, "--fault", "不启动")
    #expect(events(try third.record(sold.id)).filter { $0 == "adopted" }.count == 2)
    #expect(
      try third.failure("repair", "open", moved.code, "--fault", "x", status: 65) == "inspect.notInstalled")
  }

  @Test func `the same module is paired anew by the platform's proof, and a closing needs a repair here`()
    throws
  {
    let trade = try installed(at: try Office.shared.get())
    try trade.first.json("sync")
    #expect(
      try trade.second.failure("repair", "close", trade.code, "--signature", "x", status: 1) == "repair.none")
    #expect(try trade.second.list().isEmpty, "nothing was taken over")
    let mended = try trade.second.run([
      "--json", "repair", trade.code, "--port", trade.plug.port, "--fault", "不启动", "--seal-found", "broken",
      "--seal-photo", try photo(trade.second), "--pair", "--seal", "NEW-\(trade.id.prefix(8))",
    ])
    #expect(mended.status == 0, "\(mended.output)\(mended.diagnostics)")
    let record = try trade.second.record(trade.id)
    let paired = try #require(
      (record["history"] as? [[String: Any]])?.last { $0["event"] as? String == "paired" })
    #expect((paired["replacement"] as? [String: Any])?["kind"] as? String == "platformProof", "\(paired)")
    #expect(
      (record["inspections"] as? [[String: Any]])?.last?["verdict"] as? String == "asRecorded",
      "\(record["inspections"] ?? "")")
  }

  // MARK: - By an archive

  @Test func `without a network an archive is taken over, repaired from, and delivered later`() throws {
    let office = try Office()
    let trade = try installed(at: office)
    let (file, root) = try archive(trade)
    // The second laptop gets the platform's key by an installation of its own.
    let earlier = try Plug(timings: .instant)
    try withExtendedLifetime(earlier) { _ = try trade.second.installed(on: earlier.port) }
    try trade.second.json("sync")
    office.platform.stop()
    let alone = try trade.second.run("--json", "repair", "open", trade.code, "--fault", "不启动")
    #expect(alone.errorCode == "repair.record.unreachable" && alone.output.contains("--from-archive"))
    #expect(
      try trade.second.failure(
        "repair", "open", trade.code, "--fault", "不启动", "--from-archive", file, status: 65)
        == "repair.archive.untrusted")
    _ = try exchange(trade, ["--from-archive", file, "--trust", root])
    _ = try office.platform.start()
    // The second laptop's revisions wait, because their predecessor is still in the first laptop's queue.
    let waiting = try trade.second.json("sync", status: 8)
    let reasons = (waiting["outcomes"] as? [[String: Any]])?.compactMap { $0["reason"] as? String }
    #expect(reasons == ["sync.predecessor.elsewhere"], "\(waiting)")
    try trade.first.json("sync")
    let report = try trade.second.json("sync")
    #expect(report["failed"] as? Int == 0 && report["pending"] as? Int == 0, "\(report)")
    let record = try onPlatform(trade)
    #expect(events(record).contains("signed") && events(record).last == "repairClosed")
    let adoption = (record["history"] as? [[String: Any]])?.compactMap { $0["adoption"] as? [String: Any] }
      .first
    #expect(adoption?["source"] as? String == "archive" && adoption?["revision"] as? Int == 1)
  }

  @Test func `what is damaged, another's, in work or not there is not taken over`() throws {
    let office = try Office()
    let trade = try installed(at: office)
    let (file, root) = try archive(trade)
    func refused(_ file: String, _ code: String, _ root: String) throws -> String? {
      let outcome = try trade.second.run(
        "--json", "move", code, "--street", "白泥井镇", "--from-archive", file, "--trust", root)
      #expect(outcome.status != 0, "\(outcome.output)")
      return outcome.errorCode
    }
    let changed = trade.second.scratch.file("changed.zip")
    try Self.rewrite(file, to: changed, "树林召镇", "树林招镇")
    #expect(try refused(changed, trade.code, root) == "repair.archive.damaged")
    #expect(try refused(file, "150621-0ZZZZZ-\(Self.check("1506210ZZZZZ"))", root) == "repair.archive.none")
    let stranger = try trade.second.scratch.write("stranger.pem", Data(try Self.stranger().utf8))
    #expect(try refused(file, trade.code, stranger) == "repair.archive.untrusted")
    #expect(try refused(root, trade.code, root) != nil)

    // The first laptop writes the archive while its repair is still open.
    _ = try trade.first.run([
      "--json", "repair", trade.code, "--port", trade.plug.port, "--fault", "不启动", "--seal-found", "broken",
      "--seal-photo", try photo(trade.first),
    ])
    let (inWork, _) = try archive(trade)
    #expect(try refused(inWork, trade.code, root) == "repair.archive.inWork")
    #expect(try trade.second.list().isEmpty)
    #expect(
      (try trade.second.json("status")["queue"] as? [String: Int])?["records"] == 0, "nothing was queued")

    // With a network the program takes the platform's later revision and not the archive's.
    try trade.first.json("sync")
    try trade.second.json("move", trade.code, "--street", "白泥井镇", "--from-archive", file, "--trust", root)
    let adoption = (try trade.second.record(trade.id)["history"] as? [[String: Any]])?
      .compactMap { $0["adoption"] as? [String: Any] }.first
    #expect(adoption?["source"] as? String == "platform" && adoption?["revision"] as? Int ?? 0 > 1)
    // The program does not take over a record that the laptop already has, and says so.
    let twice = try trade.second.run(
      "--json", "move", trade.code, "--street", "树林召镇", "--from-archive", file, "--trust", root)
    #expect(twice.status == 0 && twice.diagnostics.contains("archive"), "\(twice.diagnostics)")
  }

  private static func stranger() throws -> String {
    let other = try Office.shared.get().laptop()
    let plug = try Plug(timings: .instant)
    let id = try other.installed(on: plug.port)
    let file = other.scratch.file("other.zip")
    try other.json("archive", "export", id, "--output", file)
    return try InstalledProgram("python3").output([
      "-c",
      "import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); "
        + "sys.stdout.write(next(z.read(n) for n in z.namelist() if n.endswith('certificates.pem')).decode())",
      file,
    ])
  }

  /// Returns the check character of a code by ISO/IEC 7064 MOD 37,36.
  private static func check(_ text: String) -> Character {
    let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    var product = 36
    for character in text {
      let sum = (product + (alphabet.firstIndex(of: character) ?? 0)) % 36
      product = (sum == 0 ? 36 : sum) * 2 % 37
    }
    return alphabet[(37 - product) % 36]
  }

  // MARK: - Two laptops at once

  @Test func `a platform's record that has gone on meanwhile is not overwritten`() throws {
    let trade = try installed(at: try Office.shared.get())
    try trade.first.json("sync")
    try trade.second.json("repair", "open", trade.code, "--fault", "不启动")
    try trade.first.json("move", trade.code, "--street", "白泥井镇")
    try trade.first.json("sync")
    let report = try trade.second.run("--json", "sync")
    #expect(report.status == 1 && report.output.contains("sync.conflict"), "\(report.output)")
    #expect((try onPlatform(trade)["repairs"] as? [Any]) == nil)
    #expect(
      try trade.second.failure("move", trade.code, "--street", "王爱召镇", status: 1) == "correct.goneOn")
  }

  // MARK: - Kills

  @Test(.enabled(if: KilledCommand.isPossible, "strace is not installed"))
  func `a taking over that is killed at a write is there once, and the same command goes on`() throws {
    let trade = try installed(at: try Office.shared.get())
    try trade.first.json("sync")
    try KilledCommand.everywhere(
      trade.second, ["repair", "open", trade.code, "--fault", "不启动"], stride: 2
    ) { home, again, place in
      #expect(
        again.status == 0 || again.errorCode == "repair.open", "\(place): \(again.output)\(again.diagnostics)")
      let record = try KilledCommand.record(trade.code, in: home)
      #expect(events(record).suffix(2) == ["adopted", "repairOpened"], "\(place): \(events(record))")
      let checked = try Weldtech.run(["--home", home, "doctor"])
      #expect(!checked.output.contains("damaged"), "\(place)")
    }
  }
}
