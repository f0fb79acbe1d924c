import Bench
import Cryptography
import Foundation
import Glibc
import ModuleCore
import Records
import Terminal
import TestSupport
import Testing

@testable import weldtech

/// Inspects installed welders with the built program. The tests tamper with the simulated module, the label,
/// the seal or the record in each known way, and the inspection finds it.
@Suite(.serialized) struct InspectionTests {
  private struct Installed {
    let office: Office
    let laptop: Laptop
    let plug: Plug
    let id: String
    let code: String
    let payload: String
    let seal: String
  }

  private func install(_ office: Office) throws -> Installed {
    let laptop = try office.laptop()
    let plug = try Plug(timings: .instant)
    let id = try laptop.installed(on: plug.port)
    let record = try laptop.record(id)
    let label = try #require(record["label"] as? [String: Any])
    let seal = try #require(record["seal"] as? [String: Any])
    return Installed(
      office: office, laptop: laptop, plug: plug, id: id, code: try #require(record["code"] as? String),
      payload: try #require(label["payload"] as? String), seal: try #require(seal["number"] as? String))
  }

  private func inspect(
    _ installed: Installed, on port: String? = nil, label: [String]? = nil, seal: String? = nil,
    laptop: Laptop? = nil, status: Int32, place: SourceLocation = #_sourceLocation
  ) throws -> [String: Any] {
    let outcome = try (laptop ?? installed.laptop).run(
      [
        "--json", "inspect", installed.code, "--port", port ?? installed.plug.port, "--seal",
        seal ?? installed.seal,
      ]
        + (label ?? ["--label", installed.payload]))
    #expect(outcome.status == status, "\(outcome.output)\(outcome.diagnostics)", sourceLocation: place)
    return try outcome.document(place)
  }

  /// Returns the reasons of the differences in the order of the checks.
  private func differences(_ document: [String: Any]) -> [String] {
    (document["checks"] as? [[String: Any]] ?? []).filter { $0["outcome"] as? String == "differs" }
      .compactMap { $0["reason"] as? String }
  }

  private func verdict(_ document: [String: Any]) -> String? { document["verdict"] as? String }

  private func text(of document: [String: Any]) throws -> String {
    let file = try #require(document["file"] as? String)
    return try InstalledProgram("pdftotext").output(["-raw", file, "-"]).filter { !$0.isWhitespace }
  }

  // MARK: - As recorded

  @Test func `a good one is as recorded before and after its delivery, and the platform gets the inspections`()
    throws
  {
    let one = try install(try Office.shared.get())
    let photo = "\(one.laptop.home)/documents/\(one.code)/label.png"
    let first = try inspect(one, label: ["--label-photo", photo], status: 0)
    #expect(verdict(first) == "asRecorded" && first["revision"] as? Int == 2)
    #expect(differences(first) == [])
    if InstalledProgram("pdftotext").isInstalled {
      let page = try text(of: first)
      #expect(page.contains("检查结论：与登记一致") && page.contains(one.code) && page.contains("欧阳锋"))
    }
    try one.laptop.json("sync")
    // After the delivery only the platform has the module's key, so the platform judges the proof.
    let second = try inspect(one, status: 0)
    #expect(verdict(second) == "asRecorded" && second["revision"] as? Int == 3)
    #expect((second["seconds"] as? Double ?? 99) < 30)
    #expect(try one.laptop.status(of: one.id) == "closed")
    try one.laptop.json("sync")
    #expect(try one.laptop.status(of: one.id) == "delivered")
    let stored = try #require(one.office.has(code: one.code).first)
    #expect(stored.revision == 3)
    let record = try one.laptop.record(one.id)
    #expect((record["inspections"] as? [[String: Any]])?.count == 2)
    // A person gets the verdict as the last line, and the check of the seal's number is reported as not done.
    let shown = try one.laptop.run("--lang", "zh", "inspect", one.payload, "--port", one.plug.port)
    #expect(shown.status == 0 && shown.output.hasSuffix("检查结论：与登记一致\n"), "\(shown.output)")
    #expect(shown.output.contains("– 未检查：封条编号（没有提供）"))
  }

  @Test
  func `an inspector with no record of his own inspects by the platform's, and delivers its next revision`()
    throws
  {
    let office = try Office.shared.get()
    let one = try install(office)
    try one.laptop.json("sync")
    let inspector = try Laptop()
    try inspector.json(
      "setup", "--inspector", "李检", "--phone", "13800000003", "--company", "应急管理局", "--platform", office.url)
    let found = try inspect(one, laptop: inspector, status: 0)
    #expect(verdict(found) == "asRecorded" && found["source"] as? String == "platform")
    #expect(found["revision"] as? Int == 2)
    let sent = try inspector.json("sync")
    #expect(sent["delivered"] as? Int == 1)
    // The inspector's list shows the welder under `inspected`, although the record is another laptop's.
    let listed = try inspector.json("list")
    let row = try #require((listed["inspected"] as? [[String: Any]])?.first)
    #expect((listed["installations"] as? [[String: Any]])?.isEmpty == true)
    #expect(row["code"] as? String == one.code && row["pending"] as? Int == 0 && row["revision"] as? Int == 2)
    let shown = try inspector.json("show", one.code)
    #expect(shown["id"] as? String == one.id && (shown["inspections"] as? [[String: Any]])?.count == 1)
    #expect((shown["onPlatform"] as? [String: Any])?["source"] as? String == "platform")
    #expect(try inspector.run("--lang", "zh", "list").output.contains("平台的"))
    #expect(try inspector.run("completion-values", "installations").output.contains(one.code))
    // An inspector makes no labels and draws no codes.
    #expect(try inspector.json("status")["codesLeft"] as? Int == 0)
    #expect(office.has(code: one.code).first?.revision == 2)
    // The laptop that installed the welder inspects by the platform's later revision, and its next one follows
    // it.
    let again = try inspect(one, status: 0)
    #expect(again["source"] as? String == "platform" && again["revision"] as? Int == 3)
    #expect(try one.laptop.json("sync")["delivered"] as? Int == 1)
    #expect(office.has(code: one.code).first?.revision == 3)
    // An inspector installs nothing.
    #expect(
      try inspector.failure("register", "--from", try inspector.registration(), status: 1) == "setup.inspector")
    let serial = try #require(CodeSerial("ZZZ000"))
    let unknown = try #require(LabelCode(region: "150621", serial: serial))
    #expect(
      try inspector.failure("inspect", unknown.description, "--port", one.plug.port, status: 1)
        == "inspect.record.unknown")
  }

  @Test func `without the key and without the platform nothing is proven, which is exit 8`() throws {
    let office = try Office()
    let one = try install(office)
    try one.laptop.json("sync")
    office.platform.stop()
    defer { _ = try? office.platform.start() }
    let found = try inspect(one, status: 8)
    #expect(verdict(found) == "notProven" && differences(found) == [])
    let key = (found["checks"] as? [[String: Any]])?.first { $0["name"] as? String == "key" }
    #expect(key?["reason"] as? String == "platformUnreachable")
    let other = try Laptop()
    try other.setUp(platform: office.url)
    #expect(
      try other.failure("inspect", one.code, "--port", one.plug.port, status: 1) == "inspect.record.unreachable"
    )
  }

  // MARK: - Tampered with

  @Test func `another module is found`() throws {
    let office = try Office.shared.get()
    let (one, other) = (try install(office), try install(office))
    let found = try inspect(one, on: other.plug.port, status: 1)
    #expect(verdict(found) == "differs")
    #expect(
      Set(differences(found)).isSuperset(of: ["otherModule", "otherKey", "otherInstallation", "otherCode"]))
    if InstalledProgram("pdftotext").isInstalled {
      #expect(try text(of: found).contains("模块没有报修就被换掉"))
    }
  }

  @Test func `the same module with another firmware is found`() throws {
    let one = try install(try Office.shared.get())
    let flash = one.plug.module.configuration.flash
    let start = FlashMap.application
    let image = try ImageHeader.checkFlash { flash.read($0, count: $1) ?? [] }
    var bytes = try #require(flash.read(start, count: Int(image.imageLength)))
    // The test changes one byte of the program and the digest in the image's header with it.
    bytes[bytes.count - 3] ^= 1
    let place = ImageHeader.offset + ImageHeader.digestOffset
    bytes.replaceSubrange(place..<place + 32, with: Array(repeating: 0, count: 32))
    bytes.replaceSubrange(place..<place + 32, with: SHA256Digest(of: bytes).bytes)
    flash.put(start, bytes)
    let plug = try Plug(of: one.plug)
    let found = try inspect(one, on: plug.port, status: 1)
    #expect(differences(found) == ["otherFirmware", "notARelease"], "\(found)")
  }

  @Test func `a replaced key is found`() throws {
    let office = try Office.shared.get()
    let one = try install(office)
    try one.laptop.json("sync")
    let thief = try office.laptop()
    let stolen = try thief.walk(try thief.register(), to: .pair, on: one.plug.port)
    // The platform has a record of the module and gives no proof for another one. With the case open no proof
    // is needed.
    #expect(try thief.failure("pair", stolen, "--port", one.plug.port, status: 1) == "provision.pair.bound")
    one.plug.module.configuration.surroundings.world.sealClosed = false
    one.plug.clock.pass(.seconds(11))
    try thief.json("pair", stolen, "--port", one.plug.port, "--service", "--reason", "换绑")
    one.plug.module.configuration.surroundings.world.sealClosed = true
    let found = try inspect(one, status: 1)
    #expect(
      Set(differences(found)).isSuperset(of: [
        "otherKey", "otherInstallation", "otherCode", "replacedByService",
      ]), "\(found)")
  }

  @Test func `a seal that was opened and one that is open are found`() throws {
    let one = try install(try Office.shared.get())
    let surroundings = one.plug.module.configuration.surroundings
    surroundings.world.sealClosed = false
    let open = try inspect(one, status: 1)
    #expect(Set(differences(open)).isSuperset(of: ["sealOpen"]), "\(open)")
    surroundings.world.sealClosed = true
    let opened = try inspect(one, status: 1)
    #expect(differences(opened) == ["sealOpened"], "\(opened)")
    // The next inspection finds the opened seal again, because nothing has corrected it.
    #expect(differences(try inspect(one, seal: "S-0", status: 1)) == ["otherSeal", "sealOpened"])
  }

  @Test func `another label is found, scanned or on a photo`() throws {
    let office = try Office.shared.get()
    let (one, other) = (try install(office), try install(office))
    #expect(differences(try inspect(one, label: ["--label", other.payload], status: 1)) == ["otherLabel"])
    let photo = "\(other.laptop.home)/documents/\(other.code)/label.png"
    #expect(differences(try inspect(one, label: ["--label-photo", photo], status: 1)) == ["otherLabel"])
    let copied = one.payload.replacingOccurrences(of: "127.0.0.1", with: "127.0.0.2")
    #expect(differences(try inspect(one, label: ["--label", copied], status: 1)) == ["otherPayload"])
    let scene = try inspect(one, label: ["--label-photo", try one.laptop.photo()], status: 0)
    let label = (scene["checks"] as? [[String: Any]])?.first { $0["name"] as? String == "label" }
    #expect(label?["reason"] as? String == "labelUnreadable")
    #expect(
      try one.laptop.failure(
        "inspect", one.code, "--port", one.plug.port, "--label", "150621-00A000-Y", status: 65)
        == "code.mistyped")
  }

  @Test func `a record that was changed is found, and the inspection is not added to it`() throws {
    let one = try install(try Office.shared.get())
    let script = """
      import sqlite3, sys
      base = sqlite3.connect(sys.argv[1])
      for (name,) in base.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
          base.execute(f"DROP TRIGGER {name}")
      assert base.execute("UPDATE event SET body = CAST(replace(CAST(body AS TEXT), 'S-', 'T-') AS BLOB) WHERE name = 'sealed'").rowcount == 1
      base.commit()
      """
    let changed = try InstalledProgram("python3").run(["-c", script, "\(one.laptop.home)/fieldbook.sqlite"])
    try #require(changed.status == 0, "\(changed.diagnostics)")
    let found = try inspect(one, status: 1)
    #expect(differences(found) == ["recordChanged"] && found["revision"] == nil)
    #expect(found["source"] as? String == "fieldbook")
    #expect((try one.laptop.record(one.id))["inspections"] == nil)
  }

  // MARK: - What a person sees

  @Test func `another module fits a screen of 24 lines with its verdict at the end, in Chinese and in English`()
    throws
  {
    let office = try Office.shared.get()
    let (one, other) = (try install(office), try install(office))
    for (locale, verdict) in [("zh_CN.UTF-8", "检查结论：与登记不一致"), ("en_GB.UTF-8", "verdict: not as recorded")] {
      let session = try TerminalSession(
        ["--home", one.laptop.home, "inspect", one.code, "--port", other.plug.port],
        environment: ["LANG": locale])
      try session.answer(locale.hasPrefix("zh") ? "扫描标牌" : "scan the label", one.code)
      try session.answer(locale.hasPrefix("zh") ? "封条编号" : "seal number", one.seal)
      #expect(session.end() == 1, "\(session.text)")
      let lines = session.text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      #expect(lines.last { !$0.isEmpty } == Substring(verdict), "\(session.text)")
      let columns = lines.map { DisplayWidth.columns(of: $0) }
      // The path of the page depends on the user's folders and may take another line.
      let rows = columns.reduce(0) { $0 + max(1, ($1 + 79) / 80) }
      #expect(rows <= 24 && lines.count { $0.hasPrefix("✗") } == 1, "\(session.text)")
      #expect(session.text.contains(other.code), "\(session.text)")
    }
  }

  @Test func `a code that was typed is said to be no symbol, on the screen, in the answer and on paper`() throws
  {
    let one = try install(try Office.shared.get())
    let found = try inspect(one, label: ["--label", one.code], status: 0)
    let label = (found["checks"] as? [[String: Any]])?.first { $0["name"] as? String == "label" }
    #expect(label?["outcome"] as? String == "passed" && label?["givenAs"] as? String == "code")
    #expect((label?["message"] as? String)?.contains("not scanned") == true)
    if InstalledProgram("pdftotext").isInstalled {
      #expect(try text(of: found).contains("按输入的标牌码核对，没有扫描二维码"))
    }
    let scanned = try inspect(one, status: 0)
    let symbol = (scanned["checks"] as? [[String: Any]])?.first { $0["name"] as? String == "label" }
    #expect(symbol?["givenAs"] as? String == "symbol" && symbol?["message"] == nil)
  }

  @Test(arguments: ["pipe", "device"])
  func `a photo that is no file is refused at once`(_ kind: String) throws {
    let one = try install(try Office.shared.get())
    let pipe = one.laptop.scratch.file("pipe")
    mkfifo(pipe, 0o600)
    let file = kind == "pipe" ? pipe : "/dev/zero"
    #expect(
      try one.laptop.failure("inspect", one.code, "--port", one.plug.port, "--label-photo", file, status: 65)
        == "file.unreadable")
    let shown = try one.laptop.run(
      "--lang", "zh", "inspect", one.code, "--port", one.plug.port, "--label-photo", file)
    #expect(shown.diagnostics.contains("不是文件，是管道或设备"), "\(shown.diagnostics)")
  }

  // MARK: - Where it cannot be written

  @Test func `a full disk under the page hides neither verdict nor event, and the page is made again`() throws {
    let one = try install(try Office.shared.get())
    let command = ["inspect", one.code, "--port", one.plug.port, "--label", one.payload, "--seal", one.seal]
    let full = try one.laptop.run(["--lang", "zh"] + command + ["--output", "/dev/full"])
    #expect(full.status == 1 && full.output.hasSuffix("检查结论：与登记一致\n"), "\(full.output)")
    #expect(full.diagnostics.contains("检查记录没有写成") && full.diagnostics.contains("[file.unwritable]"))
    #expect(full.diagnostics.contains("weldtech inspect \(one.code) --reprint"), "\(full.diagnostics)")
    #expect(((try one.laptop.record(one.id))["inspections"] as? [Any])?.count == 1)
    let json = try one.laptop.run(["--json"] + command + ["--output", "/dev/full"])
    let document = try json.document()
    #expect(json.status == 1 && verdict(document) == "asRecorded" && document["revision"] as? Int == 3)
    #expect((document["error"] as? [String: Any])?["code"] as? String == "file.unwritable")
    #expect(document["file"] == nil)

    let again = try one.laptop.json("inspect", one.code, "--reprint")
    #expect(verdict(again) == "asRecorded" && again["seconds"] == nil && again["error"] == nil)
    let file = one.laptop.scratch.file("again.pdf")
    try one.laptop.json("inspect", one.payload, "--reprint", "--output", file)
    #expect(
      try Data(contentsOf: URL(filePath: file))
        == Data(contentsOf: URL(filePath: try #require(again["file"] as? String))))
    if InstalledProgram("pdftotext").isInstalled { #expect(try text(of: again).contains("检查结论：与登记一致")) }
    // The reprint adds no inspection to the record.
    #expect(((try one.laptop.record(one.id))["inspections"] as? [Any])?.count == 2)
  }

  @Test func `an inspector makes the page of a platform's welder again without a network`() throws {
    let office = try Office()
    let one = try install(office)
    try one.laptop.json("sync")
    let inspector = try Laptop()
    try inspector.json(
      "setup", "--inspector", "李检", "--phone", "13800000003", "--company", "应急管理局", "--platform", office.url)
    #expect(try inspector.failure("inspect", one.code, "--reprint", status: 65) == "inspect.none")
    let found = try inspect(one, laptop: inspector, status: 0)
    let file = try #require(found["file"] as? String)
    let page = try Data(contentsOf: URL(filePath: file))
    try FileManager.default.removeItem(atPath: file)
    office.platform.stop()
    for reference in [one.code, one.payload, String(one.id.prefix(8))] {
      let again = try inspector.json("inspect", reference, "--reprint")
      #expect(again["file"] as? String == file, "\(reference)")
      #expect(try Data(contentsOf: URL(filePath: file)) == page, "\(reference)")
    }
  }

  @Test func `an inspection that cannot be put on record tells its verdict all the same`() throws {
    let one = try install(try Office.shared.get())
    let script = """
      import sqlite3, sys
      base = sqlite3.connect(sys.argv[1])
      base.execute("CREATE TRIGGER full BEFORE INSERT ON event BEGIN SELECT RAISE(ABORT, 'full'); END")
      base.commit()
      """
    let changed = try InstalledProgram("python3").run(["-c", script, "\(one.laptop.home)/fieldbook.sqlite"])
    try #require(changed.status == 0, "\(changed.diagnostics)")
    let shown = try one.laptop.run(
      "--lang", "zh", "inspect", one.code, "--port", one.plug.port, "--label", one.payload, "--seal", one.seal)
    #expect(shown.status == 1 && shown.output.hasSuffix("检查结论：与登记一致\n"), "\(shown.output)")
    #expect(shown.diagnostics.contains("检查结果没有写进安装记录"), "\(shown.diagnostics)")
    #expect(!shown.diagnostics.contains("已记入安装记录"))
    let found = try inspect(one, status: 1)
    #expect(verdict(found) == "asRecorded" && found["revision"] == nil && found["error"] != nil)
  }

  // MARK: - Where there is no record

  @Test func `a record that was taken back is not inspected, by whoever has it`() throws {
    let office = try Office.shared.get()
    let one = try install(office)
    try one.laptop.json("sync")
    let inspector = try Laptop()
    try inspector.json(
      "setup", "--inspector", "李检", "--phone", "13800000003", "--company", "应急管理局", "--platform", office.url)
    try one.laptop.json("void", one.id, "--reason", "登记错了单位", "--yes")
    // The platform has not received the voided revision yet, and still has the record in force.
    #expect(
      try one.laptop.failure("inspect", one.code, "--port", one.plug.port, status: 65) == "inspect.record.void")
    try one.laptop.json("sync")
    for (laptop, reason) in [(one.laptop, true), (inspector, false)] {
      let outcome = try laptop.run("--lang", "zh", "inspect", one.code, "--port", one.plug.port)
      #expect(
        outcome.status == 65 && outcome.diagnostics.contains("[inspect.record.void]"), "\(outcome.diagnostics)")
      #expect(outcome.diagnostics.contains("已作废"))
      // Only the laptop that voided the record has the reason, in its log.
      #expect(outcome.diagnostics.contains("登记错了单位") == reason)
    }
  }

  @Test func `a platform that cannot be asked, or talks nonsense, is said to be that`() throws {
    let office = try Office()
    let one = try install(office)
    try one.laptop.json("sync")
    let inspector = try Laptop()
    try inspector.json(
      "setup", "--inspector", "李检", "--phone", "13800000003", "--company", "应急管理局", "--platform", office.url)
    func said(_ fault: PlatformFault?, code: String = "inspect.record.unreachable") throws -> String {
      if let fault { office.platform.inject(fault, times: 20) }
      let outcome = try inspector.run("--lang", "zh", "inspect", one.code, "--port", one.plug.port)
      office.platform.clearFaults()
      #expect(outcome.diagnostics.contains("[\(code)]"), "\(outcome.diagnostics)")
      #expect(!outcome.diagnostics.contains("weldtech sync"), "\(outcome.diagnostics)")
      return outcome.diagnostics
    }
    #expect(try said(.portal).contains("登录网络"))
    let nonsense = try said(
      .reply(status: 200, mediaType: "application/json", body: #"{"yes":1}"#), code: "inspect.list.unusable")
    #expect(nonsense.contains("平台给出的清单又无法使用") && nonsense.contains("核对平台地址"), "\(nonsense)")
    #expect(try said(.failure(status: 503)).contains("过一会儿再检查一次"))
    office.platform.stop()
    #expect(try said(nil).contains("联网后再检查一次"))
  }

  // MARK: - Kept

  @Test
  func `what is not finished is not inspected, and a killed inspection is on record or was never answered`()
    throws
  {
    let office = try Office.shared.get()
    let laptop = try office.laptop()
    let plug = try Plug(timings: .instant)
    let id = try laptop.walk(try laptop.register(), to: .seal, on: plug.port)
    #expect(try laptop.failure("inspect", id, "--port", plug.port, status: 65) == "inspect.notInstalled")
    #expect(
      try laptop.failure("inspect", "150621-00A00", "--port", plug.port, status: 65) == "code.mistyped")

    let one = try install(office)
    let arguments = ["--json", "inspect", one.code, "--port", one.plug.port]
    let clock = one.plug.clock
    let before = clock.readings
    _ = try one.laptop.run(arguments)
    let readings = clock.readings - before
    var answered = 1
    for part in 1...20 {
      let start = clock.readings
      let run = try one.laptop.start(arguments)
      clock.at(reading: start + readings * part / 20) { run.signal(SIGKILL) }
      if !run.end().output.isEmpty { answered += 1 }
      clock.at(reading: 0, run: nil)
    }
    let kept = (try one.laptop.record(one.id)["inspections"] as? [[String: Any]])?.count ?? 0
    #expect(kept >= answered)
    try one.laptop.json("sync")
    #expect(office.has(code: one.code).first?.revision == kept + 1)
  }
}
