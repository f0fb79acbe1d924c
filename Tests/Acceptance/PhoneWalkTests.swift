import Cryptography
import Drawing
import Foundation
import Labels
import TestSupport
import Testing

@testable import weldtech

/// Checks a registration and a whole walk with a phone beside the laptop.
@Suite(.serialized) struct PhoneWalkTests {
  /// The values that a phone fills in; the name of the welder's model gives the others.
  private static let values = [
    "owner.unitType": "individual", "owner.responsibleName": "王大山", "owner.responsiblePhone": "13800000001",
    "owner.street": "树林召镇", "owner.industry": "autoRepair", "welder.brand": "瑞凌", "welder.model": "ZX7-315",
    "welder.supply": "threePhase380", "welder.supplyMaxAmps": "20",
  ]

  @Test func `a registration is filled in on the phone and confirmed on the laptop, whose symbol leads to it`()
    throws
  {
    let laptop = try Laptop()
    try laptop.setUp()
    let session = try TerminalSession(["--home", laptop.home, "register", "--phone", "--interface", "lo"])
    try session.read(until: "Ctrl-C stops")
    let address = try #require(Phone.address(in: session.text))
    // The whole QR symbol fits on a screen of 24 lines, with room for the lines after it.
    let below = session.raw.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .reversed().prefix { !$0.contains("\u{2580}") }.count
    let height = session.raw.split(whereSeparator: \.isNewline).count { $0.contains("\u{2580}") }
    #expect(height + below <= 21, "\(height) and \(below)")
    let symbol = try TerminalSymbol(in: session.raw)
    #expect(try LabelReader.read(png: symbol.picture(cell: (8, 16)).png()) == [address])
    #expect(try LabelReader.read(png: symbol.picture(cell: (9, 18)).png()) == [address])

    let phone = try Phone(at: address)
    _ = try phone.open()
    #expect(try phone.view("form")["step"] as? String == "unit")
    #expect(try phone.act("unit", ["name": "树林召汽车修理厂"]).isDone)
    let wrong = try phone.act("answers", ["values": ["owner.responsiblePhone": "12", "owner.street": "树林召镇"]])
    #expect(!wrong.isDone && wrong.fields["owner.responsiblePhone"] != nil)
    let early = try phone.act("submit", ["values": [:] as [String: String]])
    #expect(!early.isDone && early.fields["welder.supply"] != nil)
    #expect(try phone.act("answers", ["values": Self.values]).isDone)
    // The program derives the other values from the model's name, and the page notes their source.
    let fields = try #require(try phone.view("form")["groups"] as? [[String: Any]])
      .flatMap { $0["fields"] as? [[String: Any]] ?? [] }
    let process = try #require(fields.first { $0["path"] as? String == "welder.weldingProcess" })
    #expect(process["value"] as? String == "manualArc" && process["note"] is String)

    // The draft keeps all values when the program is left and started again.
    session.interrupt()
    #expect(session.end() == 2)
    #expect(session.text.contains("--draft 1 --phone"))
    let again = try TerminalSession(
      ["--home", laptop.home, "register", "--draft", "1", "--phone", "--interface", "lo"])
    try again.read(until: "Ctrl-C stops")
    #expect(Phone.address(in: again.text) == address)
    #expect(try phone.act("submit", ["values": [:] as [String: String]]).isDone)
    #expect(try phone.view("form")["step"] as? String == "waiting")
    try again.answer("Enter registers", "")
    #expect(again.end() == 0, "\(again.text)")
    let id = try #require(try laptop.list().first?["id"] as? String)
    let record = try laptop.record(id)
    let owner = try #require(record["owner"] as? [String: Any])
    let welder = try #require(record["welder"] as? [String: Any])
    #expect(owner["responsiblePhone"] as? String == "13800000001")
    #expect(welder["model"] as? String == "ZX7-315" && welder["maxCurrentAmps"] as? Double == 315)
  }

  @Test func `a walk registers on the phone and goes on at the same address, and so does the run after it`()
    throws
  {
    let laptop = try Office.shared.get().laptop()
    let plug = try Plug(timings: .instant)
    try withExtendedLifetime(plug) {
      let session = try TerminalSession(
        ["--home", laptop.home, "install", "--phone", "--interface", "lo", "--port", plug.port])
      try session.read(until: "Ctrl-C stops")
      let address = try #require(Phone.address(in: session.text))
      let phone = try Phone(at: address)
      _ = try phone.open()
      #expect(try phone.act("unit", ["name": "树林召汽车修理厂"]).isDone)
      #expect(try phone.act("submit", ["values": Self.values]).isDone)
      try session.answer("Enter registers", "")
      try session.read(until: "nothing is to be scanned again")
      func waitForPhotos() throws {
        try phone.state {
          (($0["view"] as? [String: Any])?["shots"] as? [[String: Any]])?.first?["id"] as? String
            == "before-machine"
        }
      }
      try waitForPhotos()
      // The next task does not get the names and phone numbers that the page kept for the form.
      #expect((try phone.state { _ in true }["kept"] as? [String: Any])?.isEmpty == true)
      session.interrupt()
      #expect(session.end() == 2)
      let id = try #require(try laptop.list().first?["id"] as? String)
      #expect(session.text.contains("install \(id.prefix(8)) --phone"), "\(session.text.suffix(400))")
      let again = try TerminalSession(
        ["--home", laptop.home, "install", id, "--phone", "--interface", "lo", "--port", plug.port])
      try again.read(until: "Ctrl-C stops")
      #expect(Phone.address(in: again.text) == address)
      try waitForPhotos()
      again.interrupt()
      #expect(again.end() == 2)
    }
  }

  @Test func `one task serves a whole walk, from the first photo to the signed paper`() throws {
    let laptop = try Office.shared.get().laptop()
    let plug = try Plug(timings: .instant)
    let program = try laptop.start([
      "--json", "install", "--from", try laptop.registration(), "--port", plug.port, "--seal",
      "S-\(UUID().uuidString.prefix(8))", "--trained", "2", "--rules", "drafted", "--phone", "--interface",
      "lo",
    ])
    let phone = try Phone(scanning: program)
    let owner = UUID().uuidString
    var sent: Set<String> = []
    for shot in ["before-machine", "after-module"] {
      // The page that is already open shows the next photos once the laptop asks for them.
      try phone.state {
        (($0["view"] as? [String: Any])?["shots"] as? [[String: Any]])?.first?["id"] as? String == shot
      }
      let picture = try Laptop.picture(of: "\(shot) \(owner)")
      sent.insert(SHA256Digest(of: picture).hex)
      #expect(try phone.photograph(picture, as: shot).isDone)
      #expect(try phone.act("finish").isDone)
    }
    let sha256 = try #require(try phone.view("sign")["textSha256"] as? String)
    let strokes = try Data(contentsOf: URL(filePath: try laptop.signature()))
    let id = try #require(try laptop.list().first?["id"] as? String)
    let person = try #require(try laptop.record(id)["owner"] as? [String: Any])
    let outcome = try phone.act(
      "sign",
      [
        "name": try #require(person["responsibleName"]), "capacity": "proprietor",
        "lastDigits": String((person["responsiblePhone"] as? String ?? "").suffix(4)), "consents": false,
        "readToEnd": true, "textSha256": sha256, "strokes": try JSONSerialization.jsonObject(with: strokes),
      ])
    #expect(outcome.isDone, "\(outcome.message)")
    let done = try phone.view("done")
    let paper = try #require((done["papers"] as? [[String: Any]])?.first?["address"] as? String)
    let pdf = try Phone.fetch(paper).body
    #expect(program.wait(until: { $0.written.contains("\n") }))
    let ended = program.stop()
    #expect(ended.status == 0, "\(ended.diagnostics)")
    let document = try ended.document()
    #expect((document["agreement"] as? [String: Any])?["sha256"] as? String == SHA256Digest(of: pdf).hex)
    let photos = try #require(try laptop.record(id)["photos"] as? [[String: Any]])
    #expect(Set(photos.compactMap { $0["sha256"] as? String }) == sent)
  }

  @Test func `the plate on the welder is read from the phone's photo, and another plate is refused`() throws {
    let laptop = try Office.shared.get().laptop()
    let (list, box) = (laptop.scratch.file("codes.csv"), laptop.scratch.file("box"))
    let drawn = try laptop.json("labels", "codes", "--count", "2", "--output", list)
    try laptop.json("labels", "batch", "--input", list, "--output", box, "--format", "png", "--dpi", "600")
    let codes = try #require(drawn["codes"] as? [String])
    let plates = try codes.map { try Data(contentsOf: URL(filePath: "\(box)/\($0).png")) }
    let plug = try Plug(timings: .instant)
    let id = try laptop.walk(try laptop.register("--code", codes[0]), to: .label, on: plug.port)
    let program = try laptop.start(["--json", "label", id, "--phone", "--interface", "lo"])
    let phone = try Phone(scanning: program)

    func photograph(_ plate: Data) throws -> Phone.Outcome {
      let upload = try phone.upload(plate, as: "after-plate")
      var codes: [String] = []
      while true {
        let outcome = try phone.act(
          "photo", ["upload": upload, "shot": "after-plate", "accepts": codes, "reason": NSNull()])
        // Once the plate is confirmed the task is over.
        guard !outcome.isDone, let asked = try phone.shot("after-plate")["question"] as? [String: Any],
          let code = asked["code"] as? String
        else { return outcome }
        codes.append(code)
      }
    }
    let other = try photograph(plates[1])
    #expect(!other.isDone && other.message.contains(codes[0]), "\(other.message)")
    #expect(try laptop.record(id)["label"] == nil)
    let right = try photograph(plates[0])
    #expect(right.isDone, "\(right.message)")
    let outcome = program.end()
    #expect(outcome.status == 0, "\(outcome.diagnostics)")
    let record = try laptop.record(id)
    let label = try #require(record["label"] as? [String: Any])
    #expect(label["code"] as? String == codes[0] && label["template"] as? String == "stock")
    let photos = try #require(record["photos"] as? [[String: Any]])
    #expect(photos.contains { $0["sha256"] as? String == SHA256Digest(of: plates[0]).hex })
  }

  @Test func `a window of 36 columns gets the address alone, and says why`() throws {
    let laptop = try Laptop()
    try laptop.setUp()
    let session = try TerminalSession(
      ["--home", laptop.home, "schemes", "single-phase-inverter", "--phone", "--interface", "lo"], columns: 36)
    try session.read(until: "Ctrl-C stops")
    #expect(!session.raw.contains("\u{2580}"))
    #expect(session.text.filter { !$0.isWhitespace }.contains("toonarrow"))
    session.type("\r")
    #expect(session.end() == 0)
  }
}

/// The QR symbol that a terminal's screen shows by half blocks.
struct TerminalSymbol {
  /// The rows of the symbol's squares from the top; true is dark.
  private var rows: [[Bool]] = []

  enum Failure: Error { case colour(String) }

  /// Reads the symbol from the output of a program.
  /// - Parameter raw: the whole output to the terminal, with its control sequences.
  init(in raw: String) throws {
    for line in raw.split(whereSeparator: \.isNewline) where line.contains("\u{2580}") {
      var (upper, lower): ([Bool], [Bool]) = ([], [])
      for part in line.split(separator: "\u{1B}[") {
        let sequence = part.prefix { $0 != "m" }
        let blocks = part.count { $0 == "\u{2580}" }
        guard blocks > 0 else { continue }
        let words = sequence.split(separator: ";").map(String.init)
        guard words.count == 6, words[0] == "38", words[3] == "48", words[1] == "5", words[4] == "5" else {
          throw Failure.colour(String(sequence))
        }
        // 16 is black and 231 white in every terminal, since no theme changes them.
        upper += Array(repeating: words[2] == "16", count: blocks)
        lower += Array(repeating: words[5] == "16", count: blocks)
        guard ["16", "231"].contains(words[2]), ["16", "231"].contains(words[5]) else {
          throw Failure.colour(String(sequence))
        }
      }
      rows += [upper, lower]
    }
  }

  /// The cells as pixels, on a terminal whose own background is black.
  /// - Parameter cell: the size of a character cell, pixels.
  func picture(cell: (width: Int, height: Int)) -> GreyImage {
    let margin = 40
    let side = rows.map(\.count).max() ?? 0
    let (width, height) = (side * cell.width + 2 * margin, rows.count * cell.height / 2 + 2 * margin)
    var pixels = [UInt8](repeating: 0, count: width * height)
    for (row, squares) in rows.enumerated() {
      for (column, isDark) in squares.enumerated() where !isDark {
        for y in 0..<cell.height / 2 {
          for x in 0..<cell.width {
            pixels[(margin + row * cell.height / 2 + y) * width + margin + column * cell.width + x] = 255
          }
        }
      }
    }
    return GreyImage(widthPixels: width, heightPixels: height, pixelsPerMetre: nil, pixels: pixels)
  }
}
