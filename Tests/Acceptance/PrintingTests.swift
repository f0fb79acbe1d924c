import Drawing
import Foundation
import Labels
import Records
import TestSupport
import Testing

/// Sends labels to a CUPS server of the test's own, to a device, and into a preview.
@Suite struct PrintingTests {
  private let codes = (0..<3).map {
    LabelCode(region: "150621", serial: CodeSerial(number: 2_100_000 + $0)!)!.description
  }

  private func laptop() throws -> (laptop: Laptop, list: String) {
    let laptop = try Laptop()
    try laptop.setUp()
    let list = try laptop.scratch.write(
      "list.csv", "code,unitName,street\n" + codes.map { "\($0),树林召电焊铺,树林召镇\n" }.joined())
    return (laptop, list)
  }

  private func batch(_ list: String, _ laptop: Laptop) -> [String] {
    [
      "--json", "labels", "batch", "--input", list, "--output", laptop.scratch.file("labels"), "--template",
      "thermal-50x30",
    ]
  }

  private func picture(_ name: String, _ laptop: Laptop) throws -> Data {
    try Data(contentsOf: URL(filePath: laptop.scratch.file("labels/\(name).png")))
  }

  private func printed(_ laptop: Laptop) throws -> Int? {
    (try laptop.json("labels", "stock")["counts"] as? [String: Any])?["printed"] as? Int
  }

  @Test(
    .enabled(if: Spooler.missing == nil, "\(Spooler.missing ?? "") is missing: apt install cups cups-filters"))
  func `a queue is handed each label of a batch, byte for byte, and its ZPL dot for dot`() throws {
    let spooler = try Spooler()
    let (laptop, list) = try laptop()
    let outcome = try laptop.run(
      batch(list, laptop) + ["--printer", "plain"], environment: spooler.environment)
    #expect(try outcome.document()["labels"] as? Int == 3)
    #expect(try printed(laptop) == 3)
    let jobs = spooler.jobs(3)
    let files = try codes.map { try picture($0, laptop) }
    // Connections arrive in the order in which CUPS makes them.
    #expect(Set(jobs) == Set(files) && jobs.count == 3)

    let again = try laptop.run(
      [
        "--json", "labels", "reprint", codes[0], "--reason", "褪色", "--template", "thermal-50x30", "--field",
        "unitName=树林召电焊铺", "--field", "street=树林召镇", "--printer", "plain", "--printer-language", "zpl",
      ], environment: spooler.environment)
    #expect(again.status == 0, "\(again.output)\(again.diagnostics)")
    #expect(spooler.jobs(4).last == ZPL.label(try GreyImage(png: files[0])))
  }

  @Test(
    .enabled(if: Spooler.missing == nil, "\(Spooler.missing ?? "") is missing: apt install cups cups-filters"))
  func `a label printer's driver gets the label in its true size, dot for dot`() throws {
    let spooler = try Spooler()
    let (laptop, list) = try laptop()
    #expect(try laptop.run(batch(list, laptop)).status == 0)
    let again = try laptop.run(
      [
        "--json", "labels", "reprint", codes[0], "--reason", "褪色", "--template", "thermal-50x30", "--field",
        "unitName=树林召电焊铺", "--field", "street=树林召镇", "--printer", "zebra",
      ], environment: spooler.environment)
    #expect(again.status == 0, "\(again.output)\(again.diagnostics)")
    let sent = try GreyImage(png: picture(codes[0], laptop))
    let rows = try Self.graphic(in: spooler.driven())
    // The driver gets exactly 50 x 30 mm at 203 dpi.
    #expect(rows.count == sent.heightPixels && rows.first?.count == sent.widthPixels)
    // CUPS shifts a picture by a dot where the page has no fixed height, but must not scale it.
    let shifts = (-2...2).filter { shift in
      (4..<sent.heightPixels - 4).allSatisfy { row in
        rows.indices.contains(row + shift)
          && rows[row + shift].elementsEqual(
            sent.pixels[row * sent.widthPixels..<(row + 1) * sent.widthPixels].map { $0 < 128 })
      }
    }
    #expect(shifts.count == 1)
  }

  /// Reads the dots of a `~DG` graphic, in Zebra's compressed hexadecimal (ZPL II, `~DG`). G to Y mean 1 to 19
  /// repeats, g to z 20 to 400; a comma fills the row with paper, `!` fills it with ink, and a colon repeats
  /// the row before.
  private static func graphic(in zpl: String) throws -> [[Bool]] {
    let head = try #require(zpl.firstMatch(of: /~DG[^,]*,(\d+),(\d+),/))
    let rowDigits = try #require(Int(head.2)) * 2
    var rows: [[Character]] = []
    var row: [Character] = []
    var repeats = 0
    for character in zpl[head.range.upperBound...].prefix(while: { $0 != "^" }) {
      switch character {
      case "G"..."Y": repeats += Int(character.asciiValue! - 70)
      case "g"..."z": repeats += Int(character.asciiValue! - 102) * 20
      case ",": row += Array(repeating: "0", count: rowDigits - row.count)
      case "!": row += Array(repeating: "F", count: rowDigits - row.count)
      case ":": row = rows.last ?? Array(repeating: "0", count: rowDigits)
      case "0"..."9", "A"..."F":
        row += Array(repeating: character, count: max(1, repeats))
        repeats = 0
      default: break
      }
      if row.count >= rowDigits {
        rows.append(Array(row.prefix(rowDigits)))
        row = []
      }
    }
    #expect(rows.count * rowDigits / 2 == Int(head.1))
    return rows.map { row in
      row.flatMap { digit in (0..<4).map { (digit.hexDigitValue ?? 0) & (8 >> $0) != 0 } }
    }
  }

  @Test func `a device is written every label once, and a batch that failed goes on behind what it has`() throws
  {
    let (laptop, list) = try laptop()
    let device = laptop.scratch.file("device")
    let tooLong = String(repeating: "达拉特旗树林召镇", count: 40)
    let whole = try String(contentsOfFile: list, encoding: .utf8)
    _ = try laptop.scratch.write(
      "list.csv", whole.replacingOccurrences(of: "\(codes[2]),树林召电焊铺", with: "\(codes[2]),\(tooLong)"))
    #expect(try laptop.run(batch(list, laptop) + ["--zpl", device]).errorCode == "labels.text.tooLarge")
    #expect(try printed(laptop) == 2)
    _ = try laptop.scratch.write("list.csv", whole)
    let outcome = try laptop.run(batch(list, laptop) + ["--zpl", device])
    #expect(outcome.status == 0, "\(outcome.output)")
    var expected = Data()
    for code in codes { expected += ZPL.label(try GreyImage(png: picture(code, laptop))) }
    #expect(try Data(contentsOf: URL(filePath: device)) == expected)
    #expect(
      try laptop.run(batch(list, laptop) + ["--zpl", device, "--printer", "x"]).errorCode
        == "usage.option.conflict")
    #expect(
      try laptop.run(batch(list, laptop) + ["--zpl", device, "--format", "svg"]).errorCode
        == "usage.option.conflict")
  }

  @Test func `a device that cannot be written to is named, and nothing of the batch is counted`() throws {
    let (laptop, list) = try laptop()
    for device in ["/dev/full", "/dev/weldtech-no-such-printer", laptop.scratch.path] {
      let outcome = try laptop.run(batch(list, laptop) + ["--zpl", device])
      #expect(outcome.errorCode == "labels.printer.device", "\(outcome.output)")
      #expect(try printed(laptop) == 0)
    }
    #expect(!FileManager.default.fileExists(atPath: "/dev/weldtech-no-such-printer"))
  }

  @Test func `a batch for a device that is killed goes on, no label left out and at most one a kill twice`()
    throws
  {
    let laptop = try Laptop()
    try laptop.setUp()
    let codes = (0..<150).map {
      LabelCode(region: "150621", serial: CodeSerial(number: 2_400_000 + $0)!)!.description
    }
    let list = try laptop.scratch.write(
      "list.csv", "code,unitName,street\n" + codes.map { "\($0),树林召电焊铺,树林召镇\n" }.joined())
    let device = laptop.scratch.file("device")
    let command = batch(list, laptop) + ["--zpl", device]
    func size() -> Int { (try? FileManager.default.attributesOfItem(atPath: device)[.size] as? Int) ?? 0 }
    var kills = 0
    for share in [1, 2, 3] {
      let running = try laptop.start(command)
      let reached = running.wait(watching: [laptop.scratch.path]) { _ in size() > share * 30 * 24_000 }
      if reached, running.isRunning { kills += 1 }
      running.signal(SIGKILL)
      _ = running.end()
    }
    let outcome = try laptop.run(command)
    #expect(outcome.status == 0 || outcome.errorCode == "code.printed", "\(outcome.output)")
    #expect(try printed(laptop) == codes.count)
    let written = try String(contentsOfFile: device, encoding: .utf8)
    var times: [String: Int] = [:]
    for label in written.components(separatedBy: "^XZ\n") where !label.isEmpty {
      times[label + "^XZ\n", default: 0] += 1
    }
    for code in codes {
      let label = String(decoding: ZPL.label(try GreyImage(png: picture(code, laptop))), as: UTF8.self)
      #expect(times.removeValue(forKey: label).map { (1...1 + kills).contains($0) } == true, "\(code)")
    }
    #expect(times.isEmpty && kills > 0)
    #expect(written.components(separatedBy: "^XZ\n").count - 1 <= codes.count + kills)
  }

  @Test func `the label of an installation may be an SVG, and is then that one`() throws {
    let laptop = try Office.shared.get().laptop()
    let plug = try Plug()
    let id = try laptop.walk(try laptop.register(), to: .label, on: plug.port)
    #expect(
      try laptop.failure("label", id, "--format", "svg", "--zpl", laptop.scratch.file("device"), status: 64)
        == "usage.option.conflict")
    let label = try laptop.json("label", id, "--format", "svg")
    let file = try #require(label["file"] as? String)
    #expect(file.hasSuffix("/label.svg"))
    let read = try laptop.json("labels", "verify", file, "--expect", try #require(label["code"] as? String))
    #expect((read["results"] as? [[String: Any]])?.first?["good"] as? Bool == true)
    #expect(try laptop.failure("label", id, status: 65) == "code.printed")
  }

  @Test func `a preview draws the labels and counts none`() throws {
    let (laptop, list) = try laptop()
    let sheet = laptop.scratch.file("sheet.png")
    let preview = [
      "--json", "labels", "batch", "--preview", "--input", list, "--output", sheet, "--template",
      "thermal-50x30",
    ]
    let outcome = try laptop.run(preview)
    #expect(try outcome.document()["labels"] as? Int == 3)
    let texts = try LabelPicture.texts(in: Data(contentsOf: URL(filePath: sheet)))
    #expect(Set(texts.compactMap { LabelPayload.code(in: $0)?.description }) == Set(codes))
    #expect(try printed(laptop) == 0)
    #expect(try laptop.run(batch(list, laptop)).status == 0)
  }
}
