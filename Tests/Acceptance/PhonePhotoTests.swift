import Cryptography
import Drawing
import Foundation
import TestSupport
import Testing

@testable import weldtech

/// Checks photos that a phone takes, with the built program and a simulated phone that speaks HTTP.
@Suite struct PhonePhotoTests {
  private let laptop: Laptop

  init() throws {
    laptop = try Laptop()
    try laptop.setUp()
  }

  private func serve(_ id: String, _ more: String...) throws -> RunningProgram {
    try laptop.start(["--json", "photo", id, "--phone", "--interface", "lo"] + more)
  }

  private func digests(of id: String, stage: String) throws -> Set<String> {
    let photos = try #require(try laptop.record(id)["photos"] as? [[String: Any]])
    return Set(photos.filter { $0["stage"] as? String == stage }.compactMap { $0["sha256"] as? String })
  }

  @Test func `three photos are attached, one after its question, and the page shows their copies`() throws {
    let id = try laptop.register()
    let program = try serve(id)
    let phone = try Phone(scanning: program)
    let machine = try Laptop.picture(of: "machine \(id)")
    let wiring = try Laptop.picture(of: "wiring \(id)")
    // A white picture is too bright.
    let bright = try TestPicture.white()

    #expect(try phone.view()["kind"] as? String == "photos")
    #expect(try !phone.act("finish").isDone)
    #expect(try phone.photograph(machine, as: "before-machine").isDone)
    #expect(try !phone.photograph(bright, as: "before-nameplate").isDone)
    let question = try #require(try phone.shot("before-nameplate")["question"] as? [String: Any])
    #expect(question["code"] as? String == "blurred" || question["code"] as? String == "bright")
    #expect(try digests(of: id, stage: "before").count == 1)
    // The picture is blurred and bright, and the phone answers the question about each fault separately.
    var codes: [String] = []
    while let asked = try phone.shot("before-nameplate")["question"] as? [String: Any] {
      codes.append(try #require(asked["code"] as? String))
      let upload = try #require(asked["upload"] as? String)
      _ = try phone.act(
        "photo", ["upload": upload, "shot": "before-nameplate", "accepts": codes, "reason": NSNull()])
    }
    #expect(try phone.photograph(wiring, as: "before-wiring").isDone)
    // A second upload of the same bytes adds no photo.
    #expect(try phone.photograph(wiring, as: "before-wiring").isDone)

    let shown = try #require(try phone.shot("before-machine")["photos"] as? [[String: Any]])
    let name = try #require(shown.first?["name"] as? String)
    let copy = try phone.ask("GET", "files/\(name)").body
    let record = try laptop.record(id)
    let copies = (record["photos"] as? [[String: Any]])?.compactMap {
      ($0["copy"] as? [String: Any])?["sha256"] as? String
    }
    #expect(copies?.contains(SHA256Digest(of: copy).hex) == true)

    #expect(try phone.act("finish").isDone)
    let outcome = program.end()
    #expect(outcome.status == 0, "\(outcome.diagnostics)")
    let document = try outcome.document()
    #expect((document["photos"] as? [Any])?.count == 3)
    #expect((document["remarks"] as? [[String: Any]])?.compactMap { $0["code"] as? String } == codes)
    #expect(
      try digests(of: id, stage: "before") == Set([machine, bright, wiring].map { SHA256Digest(of: $0).hex }))
    // The task has ended and left no files behind.
    #expect(try FileManager.default.contentsOfDirectory(atPath: laptop.home + "/companion") == [])
  }

  @Test func `a killed program goes on at the same address, with the upload and the question that it had`()
    throws
  {
    let id = try laptop.register()
    let machine = try Laptop.picture(of: "machine \(id)")
    let bright = try TestPicture.white()
    // The long comment of this PNG makes it larger than one piece of an upload.
    let wiring = PNGChunks.inserting(
      "tEXt", Data("Comment\0".utf8) + Data(SeededBytes(seed: 5).bytes(1_500_000).map { $0 & 0x3F | 0x20 }),
      into: try Laptop.picture(of: "wiring \(id)"))

    let first = try serve(id)
    let phone = try Phone(scanning: first)
    #expect(try phone.photograph(machine, as: "before-machine").isDone)
    #expect(try !phone.photograph(bright, as: "before-nameplate").isDone)
    try phone.upload(wiring, as: "before-wiring", pieces: 1)
    first.kill()

    let second = try serve(id)
    let again = try Phone(scanning: second, name: "b")
    #expect(again.address == phone.address)
    // The first page continues after the restart without being opened anew.
    let uploads = try #require(try phone.state()["uploads"] as? [[String: Any]])
    #expect(
      uploads.contains { $0["shot"] as? String == "before-wiring" && $0["offset"] as? Int == Phone.pieceBytes })
    #expect((try phone.shot("before-machine")["photos"] as? [Any])?.count == 1)
    var codes: [String] = []
    while let asked = try phone.shot("before-nameplate")["question"] as? [String: Any] {
      codes.append(try #require(asked["code"] as? String))
      let upload = try #require(asked["upload"] as? String)
      _ = try phone.act(
        "photo", ["upload": upload, "shot": "before-nameplate", "accepts": codes, "reason": NSNull()])
    }
    #expect(!codes.isEmpty)
    #expect(try phone.photograph(wiring, as: "before-wiring").isDone)
    #expect(try phone.act("finish").isDone)
    #expect(second.end().status == 0)
    #expect(
      try digests(of: id, stage: "before") == Set([machine, bright, wiring].map { SHA256Digest(of: $0).hex }))
  }

  @Test func `one photo stands for one shot, and another welder's plate is no photo of this one`() throws {
    let id = try laptop.register()
    let machine = try Laptop.picture(of: "machine \(id)")
    let program = try serve(id)
    let phone = try Phone(scanning: program)
    #expect(try phone.photograph(machine, as: "before-machine").isDone)
    #expect(try !phone.photograph(machine, as: "before-nameplate").isDone)
    #expect((try phone.shot("before-machine")["photos"] as? [Any])?.count == 1)
    #expect(try phone.act("finish").isDone)
    #expect(program.end().status == 0)

    // The laptop needs a platform for making plates and pairing modules.
    let laptop = try Office.shared.get().laptop()
    let folder = laptop.scratch.file("plates-\(id)")
    let list = laptop.scratch.file("plates-\(id).csv")
    try laptop.json("labels", "codes", "--count", "1", "--output", list)
    try laptop.json("labels", "batch", "--input", list, "--output", folder, "--format", "png", "--dpi", "600")
    let name = try #require(
      try FileManager.default.contentsOfDirectory(atPath: folder).first {
        $0.hasSuffix(".png") && $0.hasPrefix("1")
      })
    let plate = try Data(contentsOf: URL(filePath: "\(folder)/\(name)"))
    let plug = try Plug(timings: .instant)
    let installed = try withExtendedLifetime(plug) {
      try laptop.walk(try laptop.register(), to: .photoAfter, on: plug.port)
    }
    let after = try laptop.start([
      "--json", "photo", installed, "--phone", "--interface", "lo", "--stage", "after",
    ])
    let second = try Phone(scanning: after)
    let refused = try second.photograph(plate, as: "after-plate")
    #expect(!refused.isDone && refused.message.contains("150621"), "\(refused.message)")
    #expect((try second.shot("after-plate")["photos"] as? [Any])?.isEmpty == true)
    _ = after.stop()
  }

  @Test
  func
    `what is no evidence is refused with its reason, and Ctrl-C keeps what has arrived and says how to go on`()
    throws
  {
    let other = try laptop.register()
    let taken = try Laptop.picture(of: "taken \(other)")
    _ = try laptop.json("photo", other, "--stage", "before", try laptop.scratch.write("taken.png", taken))
    let id = try laptop.register()
    let program = try laptop.start(["photo", id, "--stage", "before", "--phone", "--interface", "lo"])
    let phone = try Phone(scanning: program)
    let used = try phone.photograph(taken, as: "before-machine")
    #expect(!used.isDone && used.message.contains(other.prefix(8)))
    #expect(try !phone.photograph(Data("no photo at all".utf8), as: "before-machine").isDone)
    #expect(try digests(of: id, stage: "before") == [])
    let machine = try Laptop.picture(of: "machine \(id)")
    #expect(try phone.photograph(machine, as: "before-machine").isDone)
    let outcome = program.stop()
    #expect(outcome.status == 2)
    #expect(
      outcome.diagnostics.contains("photo \(id.prefix(8)) --stage before --phone"), "\(outcome.diagnostics)")
    #expect(try digests(of: id, stage: "before") == [SHA256Digest(of: machine).hex])
  }

  @Test
  func
    `options that cannot stand together are usage errors, and an unknown interface names those that are there`()
    throws
  {
    let id = try laptop.register()
    #expect(try laptop.failure("photo", id, "--phone", "--browser", status: 64) == "usage.option.conflict")
    #expect(try laptop.failure("photo", id, "--phone", "a.jpg", status: 64) == "usage.option.conflict")
    #expect(try laptop.failure("photo", id, "--phone", "--interface", "none9", status: 65) == "phone.interface")
    #expect(try laptop.failure("photo", id, "--stage", "before", status: 64) != nil)
  }
}

/// Pictures that the check of photos complains about.
enum TestPicture {
  /// A white picture of 640 × 480 pixels.
  static func white() throws -> Data {
    let size = try PixelSize(widthPixels: 640, heightPixels: 480, dotsPerInch: 254)
    return try DotImage(size: size).png()
  }
}
