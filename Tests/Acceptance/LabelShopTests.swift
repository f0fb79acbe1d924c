import Foundation
import Records
import TestSupport
import Testing

/// Runs `labels batch` and its neighbours with the built program: nothing is printed twice and nothing lost, whatever
/// stops it. `WELDTECH_BATCH_KILLS` gives the number of kills, `WELDTECH_KILL_SEED` the seed.
@Suite struct LabelShopTests {
  private static let environment = ProcessInfo.processInfo.environment
  private static let kills = environment["WELDTECH_BATCH_KILLS"].flatMap { Int($0) } ?? 3
  private static let seed = environment["WELDTECH_KILL_SEED"].flatMap { UInt64($0) } ?? 20_240_725

  private func codes(_ count: Int, from first: Int = 2_000_000) -> [String] {
    (0..<count).map { LabelCode(region: "150621", serial: CodeSerial(number: first + $0)!)!.description }
  }

  private func list(_ codes: [String], _ laptop: Laptop) throws -> String {
    try laptop.scratch.write(
      "list.csv", "编码,单位名称,街道\n" + codes.map { "\($0),树林召电焊铺,树林召镇\n" }.joined())
  }

  /// A text that is too long for any label. Where the last of three labels has this text, two are made.
  private static let tooLong = String(repeating: "达拉特旗树林召镇", count: 40)

  private func three(_ codes: [String], last: String, _ laptop: Laptop) throws -> String {
    try laptop.scratch.write(
      "list.csv", "code,unitName\n\(codes[0]),甲\n\(codes[1]),乙\n\(codes[2]),\(last)\n")
  }

  private func batch(_ list: String, _ laptop: Laptop, to folder: String = "labels") -> [String] {
    [
      "labels", "batch", "--input", list, "--output", laptop.scratch.file(folder), "--dpi", "300", "--jobs",
      "2",
    ]
  }

  private func counts(_ laptop: Laptop) throws -> [String: Int] {
    let stock = try laptop.json("labels", "stock")
    #expect(stock["balanced"] as? Bool == true, "\(stock)")
    return try #require(stock["counts"] as? [String: Int])
  }

  private func files(_ folder: String) throws -> [String: Data] {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder)
    return try names.reduce(into: [:]) { $0[$1] = try Data(contentsOf: URL(filePath: "\(folder)/\($1)")) }
  }

  @Test func `a batch that is killed at any moment is finished by the same command, each label once`() throws {
    let quiet = try Laptop()
    try quiet.setUp()
    let codes = codes(1_500)
    let whole = try quiet.run(["--json"] + batch(try list(codes, quiet), quiet))
    try #require(whole.status == 0, "\(whole.output)\(whole.diagnostics)")
    let expected = try files(quiet.scratch.file("labels"))
    #expect(expected.count == codes.count)

    var random = SplitMix64(seed: Self.seed)
    var resumed: [Int] = []
    for number in 0..<Self.kills {
      let laptop = try Laptop()
      try laptop.setUp()
      let list = try list(codes, laptop)
      // The batch is divided into as many equal parts as there are kills, with one kill in each part.
      let share = (Double(number) + Double.random(in: 0..<1, using: &random)) / Double(Self.kills)
      let made = Int(share * Double(codes.count))
      let folder = laptop.scratch.file("labels")
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
      let running = try laptop.start(batch(list, laptop))
      let isReached = running.wait(watching: [folder]) { _ in
        ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).count >= made
      }
      #expect(isReached, "seed \(Self.seed)")
      running.kill()
      let printed = try counts(laptop)["printed"] ?? 0
      // Every counted label has its file, byte for byte.
      let left = (try? files(laptop.scratch.file("labels"))) ?? [:]
      let right = left.count { expected[$0.key] == $0.value }
      #expect(
        right >= printed, "killed after \(made) labels, seed \(Self.seed): \(printed) counted, \(right) there")
      let outcome = try laptop.run(["--json"] + batch(list, laptop))
      #expect(outcome.status == 0, "\(outcome.output)\(outcome.diagnostics)")
      resumed.append(try outcome.document()["resumed"] as? Int ?? -1)
      #expect(try files(laptop.scratch.file("labels")).filter { $0.key.hasSuffix(".png") } == expected)
      let counts = try counts(laptop)
      #expect(counts["printed"] == codes.count && counts["inStock"] == codes.count && counts["printing"] == 0)
      #expect(counts["reprinted"] == 0)
      // The same order again is complete already; the same labels elsewhere are printed already.
      #expect(try laptop.run(["--json"] + batch(list, laptop)).document()["alreadyDone"] as? Bool == true)
      #expect(try laptop.run(["--json"] + batch(list, laptop, to: "elsewhere")).errorCode == "code.printed")
    }
    print("\(Self.kills) kills, seed \(Self.seed); found made: \(resumed)")
  }

  @Test func `a batch of SVG goes on where it stood, and what no SVG or PNG has is a conflict`() throws {
    let laptop = try Laptop()
    try laptop.setUp()
    let codes = codes(3)
    let broken = try three(codes, last: Self.tooLong, laptop)
    let folder = laptop.scratch.file("labels")
    let command = ["labels", "batch", "--input", broken, "--output", folder, "--format", "svg"]
    for (format, option) in [
      ("svg", "--sheet=a4"), ("svg", "--start-at=2"), ("png", "--mirror"), ("png", "--cut=C"),
    ] {
      let conflicting = ["labels", "batch", "--input", broken, "--output", folder, "--format", format, option]
      #expect(try laptop.run(["--json"] + conflicting).errorCode == "usage.option.conflict")
    }
    #expect(try laptop.run(["--json"] + command).errorCode == "labels.text.tooLarge")
    let made = try files(folder)
    #expect(made.keys.sorted() == codes[..<2].map { "\($0).svg" })
    _ = try three(codes, last: "丙", laptop)
    #expect(try laptop.run(["--json"] + command).document()["labels"] as? Int == 3)
    let all = try files(folder)
    #expect(all.count == 3 && made.allSatisfy { all[$0.key] == $0.value })
    let read = try laptop.run(["--json", "labels", "verify"] + codes.map { "\(folder)/\($0).svg" }).document()
    #expect((read["results"] as? [[String: Any]])?.allSatisfy { $0["good"] as? Bool == true } == true)
  }

  @Test func `a label that was tampered with is made again when a batch goes on`() throws {
    let laptop = try Laptop()
    try laptop.setUp()
    let codes = codes(3)
    let broken = try three(codes, last: Self.tooLong, laptop)
    #expect(try laptop.run(["--json"] + batch(broken, laptop)).errorCode == "labels.text.tooLarge")
    // Two files exist, but a batch counts only as a whole.
    #expect(try counts(laptop)["printed"] == 0)
    #expect(truncate(laptop.scratch.file("labels/\(codes[0]).png"), 200) == 0)
    let mended = try three(codes, last: "丙", laptop)
    let outcome = try laptop.run(["--json"] + batch(mended, laptop))
    #expect(outcome.status == 0, "\(outcome.output)")
    #expect(try outcome.document()["resumed"] as? Int == 1)
    #expect(try counts(laptop)["printed"] == 3)
    #expect(try files(laptop.scratch.file("labels")).count == 3)
  }

  @Test func `a label is printed again only for a reason, handed out, bound and written off`() throws {
    let laptop = try Laptop()
    try laptop.setUp()
    let codes = codes(4)
    #expect(try laptop.run(["--json"] + batch(try list(codes, laptop), laptop)).status == 0)
    #expect(try laptop.failure("labels", "reprint", codes[0], status: 64) == "usage.option.missing")
    let again = try laptop.json("labels", "reprint", codes[0], "--reason", "褪色")
    let file = try #require(again["file"] as? String)
    let read = try laptop.json("labels", "verify", file, "--expect", codes[0])
    #expect(((read["results"] as? [[String: Any]])?.first)?["matches"] as? Bool == true)
    #expect(
      try laptop.failure("labels", "reprint", "150621-00A000-X", "--reason", "x", status: 65)
        == "code.notPrinted")

    try laptop.json("labels", "hand-out", "\(codes[0])+2", "--to", "欧阳锋")
    #expect(try laptop.failure("labels", "hand-out", codes[0], "--to", "x", status: 65) == "code.handedOut")
    try laptop.json("labels", "spoil", codes[1], "--reason", "断裂")
    #expect(
      try laptop.failure("register", "--from", try laptop.registration(), "--code", codes[1], status: 65)
        == "code.spoiled")
    let id = try laptop.register("--code", codes[0])
    #expect(try laptop.failure("labels", "spoil", codes[0], "--reason", "x", status: 65) == "code.bound")
    let bound = try laptop.json("labels", "reprint", codes[0], "--reason", "再次褪色")
    #expect(bound["id"] as? String == id)
    let counts = try counts(laptop)
    #expect(counts["printed"] == 4 && counts["reprinted"] == 2 && counts["bound"] == 1)
    #expect(counts["handedOut"] == 0 && counts["spoiled"] == 1 && counts["inStock"] == 2)
    let labels = try laptop.json("labels", "stock", codes[0])["labels"] as? [[String: Any]]
    let history = labels?.first?["history"] as? [[String: Any]] ?? []
    #expect(
      history.compactMap { $0["event"] as? String } == ["printed", "reprinted", "handedOut", "reprinted"])
  }

  @Test func `tags made at the desk go with the codes, and only the key says which are right`() throws {
    let laptop = try Laptop()
    try laptop.setUp()
    let secret = "00112233445566778899aabbccddeeff"
    let key = try laptop.scratch.write("key", secret)
    let other = try laptop.scratch.write("other", String(secret.reversed()))
    let csv = laptop.scratch.file("codes.csv")
    let drawn = try laptop.json("labels", "codes", "--count", "3", "--tag-key", key, "--output", csv)
    let tags = try #require(drawn["tags"] as? [String: String])
    let codes = tags.keys.sorted()
    // The key is not needed where the list has the tags.
    let list = try laptop.scratch.write(
      "list.csv", "code,tag,unitName,street\n" + codes.map { "\($0),\(tags[$0]!),树林召电焊铺,树林召镇\n" }.joined())
    let made = try laptop.run(["--json"] + batch(list, laptop)).document()
    let tagged = try #require(made["tagged"] as? [String: Int])
    #expect(tagged["labels"] == 3 && (tagged["modules"] ?? 0) >= (tagged["modulesWithoutTag"] ?? 99))
    let file = laptop.scratch.file("labels/\(codes[0]).png")
    for (name, status, word) in [(key, 0, "right"), (other, 1, "wrong")] {
      let read = try laptop.json("labels", "verify", file, "--tag-key", name, status: Int32(status))
      let result = try #require((read["results"] as? [[String: Any]])?.first)
      #expect(result["tag"] as? String == word && result["code"] as? String == codes[0])
    }
    // A reprint has the text of the earlier label; a laptop has the tags of its block, not the key.
    let again = try laptop.json("labels", "reprint", codes[0], "--reason", "褪色")
    #expect((again["payload"] as? String)?.hasSuffix("/w/\(codes[0]).\(tags[codes[0]]!)") == true)
    let technician = try Laptop()
    try technician.setUp()
    try technician.json("setup", "--tags", csv)
    let bare = try laptop.scratch.write("bare.csv", "code\n\(codes[1])\n")
    let command = [
      "labels", "batch", "--input", bare, "--output", technician.scratch.file("l"), "--template", "small-30x30",
    ]
    #expect(try technician.run(["--json"] + command).document()["tagged"] != nil)
    let plain = try laptop.scratch.write("plain.csv", "code\n\(self.codes(1, from: 2_300_000)[0])\n")
    let untagged = try technician.run([
      "--json", "labels", "batch", "--input", plain, "--output", technician.scratch.file("p"), "--template",
      "small-30x30",
    ])
    #expect(try untagged.document()["tagged"] == nil)
    let number = self.codes(1, from: 2_300_000)[0]
    let read = try technician.json(
      "labels", "verify", technician.scratch.file("p/\(number).png"), "--tag-key", key, status: 1)
    #expect((read["results"] as? [[String: Any]])?.first?["tag"] as? String == "missing")
    // A list with a tag that the key did not make is refused, and no part of the key appears anywhere.
    let forged = try laptop.scratch.write("forged.csv", "code,tag\n\(number),00000000\n")
    let refused = try technician.run([
      "--json", "labels", "batch", "--input", forged, "--output", technician.scratch.file("f"), "--template",
      "small-30x30", "--tag-key", key,
    ])
    #expect(refused.errorCode == "labels.list.rejected" && refused.output.contains("list.otherTag"))
    #expect(
      try technician.failure("labels", "verify", file, "--tag-key", csv, status: 65) == "labels.tagKey")
    for folder in [laptop.home, technician.home] {
      for name in FileManager.default.enumerator(atPath: folder)?.compactMap({ $0 as? String }) ?? [] {
        let bytes = FileManager.default.contents(atPath: "\(folder)/\(name)") ?? Data()
        #expect(bytes.firstRange(of: Data(secret.utf8)) == nil, "\(name)")
      }
    }
  }

  @Test func `a printer that is not there is named before anything is made`() throws {
    let laptop = try Laptop()
    try laptop.setUp()
    let codes = codes(1)
    #expect(try laptop.run(["--json"] + batch(try list(codes, laptop), laptop)).status == 0)
    let outcome = try laptop.run(
      ["--json", "labels", "reprint", codes[0], "--reason", "x", "--printer", "no such printer"],
      environment: ["CUPS_SERVER": "127.0.0.1:9"])
    #expect(["labels.printer.unknown", "labels.printer.cups"].contains(outcome.errorCode ?? ""))
    #expect(try counts(laptop)["reprinted"] == 0)
  }
}
