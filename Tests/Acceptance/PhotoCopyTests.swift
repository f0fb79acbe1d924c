import Bench
import Foundation
import Glibc
import Records
import TestSupport
import Testing

@testable import weldtech

/// Checks the upload copies of photos, from the command that attaches a photo to their delivery to the
/// platform.
@Suite struct PhotoCopyTests {
  private func photos(_ record: [String: Any]) -> [(original: String, copy: String)] {
    (record["photos"] as? [[String: Any]] ?? []).compactMap { photo in
      guard let copy = (photo["copy"] as? [String: Any])?["sha256"] as? String,
        let original = photo["sha256"] as? String
      else { return nil }
      return (original, copy)
    }
  }

  /// Registers a retired welder with photos, whose record is queued at once.
  private func retire(_ laptop: Laptop, _ number: Int, photos count: Int = 2) throws -> String {
    let retired = SampleRegistration.json.replacingOccurrences(of: "\"fit\"", with: "\"retired\"")
    let files = try (0..<count).map { photo in
      try laptop.scratch.write("\(number)-\(photo).png", try Laptop.picture(of: "\(number) \(photo)"))
    }
    let answer = try laptop.run(
      ["--json", "register", "--from", try laptop.registration(retired), "--retired-reason", "机壳带电"]
        + files.flatMap { ["--photo", $0] })
    return try #require(try answer.document()["id"] as? String, "\(answer.diagnostics)")
  }

  private func originals(_ document: [String: Any]) throws -> [String: Any] {
    try #require(document["originals"] as? [String: Any])
  }

  // MARK: - Delivery

  @Test func `the record is delivered with its copies and sync sends the originals after it`() throws {
    let office = try Office()
    let laptop = try office.laptop()
    let id = try retire(laptop, 1)
    let photos = photos(try laptop.record(id))
    #expect(photos.count == 2)
    let waiting = try originals(try laptop.json("status"))
    #expect(waiting["policy"] as? String == "later" && waiting["waiting"] as? Int == 2)

    #expect(try laptop.run("status").output.contains("2 originals of photos (0.1 MB) are still to follow"))
    let plan = try laptop.json("sync", "--dry-run")
    #expect(
      plan["files"] as? Int == 2 && plan["originals"] as? Int == 2 && plan["originalBytes"] as? Int ?? 0 > 0)

    // With `--originals never`, as on mobile data, `sync` delivers the record and does not report originals as
    // pending.
    let short = try laptop.json("sync", "--originals", "never")
    #expect(short["delivered"] as? Int == 1 && short["pending"] as? Int == 0)
    #expect(try originals(short)["waiting"] as? Int == 2)
    for photo in photos {
      #expect(office.platform.hasFile(photo.copy) && !office.platform.hasFile(photo.original))
    }
    let rest = try originals(try laptop.json("sync"))
    #expect(rest["delivered"] as? Int == 2 && rest["waiting"] as? Int == 0 && rest["waitingBytes"] as? Int == 0)
    for photo in photos { #expect(office.platform.hasFile(photo.original)) }

    try laptop.json("setup", "--originals", "never")
    let kept = self.photos(try laptop.record(try retire(laptop, 2)))
    #expect(try laptop.json("sync")["delivered"] as? Int == 1)
    #expect(kept.allSatisfy { office.platform.hasFile($0.copy) && !office.platform.hasFile($0.original) })
    try laptop.json("setup", "--originals", "always")
    let sent = self.photos(try laptop.record(try retire(laptop, 3)))
    #expect(try laptop.json("sync")["delivered"] as? Int == 1)
    #expect((kept + sent).allSatisfy { office.platform.hasFile($0.original) })
  }

  @Test func `an original that is gone from the disk is named and fails the run but not the records`() throws {
    let office = try Office()
    let laptop = try office.laptop()
    let photos = photos(try laptop.record(try retire(laptop, 1)))
    try laptop.json("sync", "--originals", "never")
    let lost = photos[0].original
    try FileManager.default.removeItem(atPath: "\(laptop.home)/files/\(lost.prefix(2))/\(lost)")
    _ = try retire(laptop, 2)
    let answer = try laptop.json("sync", status: 1)
    #expect(answer["delivered"] as? Int == 1 && answer["failed"] as? Int == 0)
    let failed = try #require(try originals(answer)["failed"] as? [[String: Any]])
    #expect(failed.compactMap { $0["sha256"] as? String } == [lost])
    #expect(failed.first?["reason"] as? String == "sync.file.missing")
    #expect(failed.first?["file"] as? String == "photo-before-1.png")
    #expect(office.platform.hasFile(photos[1].original))
    let said = try laptop.run("sync")
    #expect(said.output.contains("photo-before-1.png"), "\(said.output)")
  }

  @Test func `a sync that is killed at any request is finished by the next with every copy and original`()
    throws
  {
    let office = try Office()
    let laptop = try office.laptop()
    let photos = photos(try laptop.record(try retire(laptop, 1)))
    // A run makes 14 requests: the platform's key, HEAD, POST and PATCH of two copies, the record, and HEAD,
    // POST and PATCH of two originals.
    for request in 1...14 {
      office.platform.inject(.delay(milliseconds: 300), times: 1_000)
      let wanted = office.platform.requests().count + request
      let run = try laptop.start(["--json", "sync"])
      _ = run.wait(watching: [laptop.home]) { _ in office.platform.requests().count >= wanted }
      _ = run.kill()
      office.platform.clearFaults()
    }
    let last = try laptop.json("sync")
    #expect(last["pending"] as? Int == 0 && last["failed"] as? Int == 0)
    #expect(try originals(last)["waiting"] as? Int == 0)
    for digest in photos.flatMap({ [$0.original, $0.copy] }) {
      let stored = try Data(contentsOf: URL(filePath: "\(laptop.home)/files/\(digest.prefix(2))/\(digest)"))
      #expect(try office.platform.file(digest) == stored)
    }
    #expect(office.platform.installations().count == 1)
  }

  // MARK: - Attaching

  private static let mayMount: Bool =
    getuid() == 0 && (try? InstalledProgram("unshare").run(["-m", "true"]).status) == 0

  @Test(.enabled(if: mayMount, "mounting a small file system needs root"))
  func `a disk that is full while the copy is made loses nothing`() throws {
    let laptop = try Laptop()
    try laptop.setUp()
    let id = try laptop.register()
    // Noise does not compress, so that the original has some 700 KB and its copy some 200 KB.
    var random = SplitMix64(seed: 9)
    let photo = try laptop.scratch.write("noise.png", try NoisePicture.png(700, 500, &random))
    let script = """
      set -u
      mount -t tmpfs -o size=12m tmpfs "$2"
      cp -a "$1/." "$2"
      size=$(stat -c %s "$4")
      free=$(($(stat -f -c %a "$2") * $(stat -f -c %S "$2")))
      # The original fits, and some 40 KB more.
      dd if=/dev/zero of="$2/filler" bs=4096 count=$(((free - size) / 4096 - 12)) 2>/dev/null
      "$0" --home "$2" --json photo "$3" --stage before "$4" >"$5/refusal"; echo "$?"
      "$0" --home "$2" --json show "$3" >"$5/before"
      find "$2/files/incoming" -type f | wc -l
      rm "$2/filler"
      "$0" --home "$2" --json photo "$3" --stage before "$4" >/dev/null; echo "$?"
      "$0" --home "$2" --json show "$3" >"$5/after"
      """
    let small = laptop.scratch.file("small")
    try FileManager.default.createDirectory(atPath: small, withIntermediateDirectories: true)
    let outcome = try InstalledProgram("unshare").run(
      ["-m", "sh", "-c", script, Weldtech.path, laptop.home, small, id, photo, laptop.scratch.path])
    func document(_ name: String) throws -> [String: Any] {
      let document = try JSONSerialization.jsonObject(with: try laptop.scratch.bytes(name)) as? [String: Any]
      return try #require(document, "\(outcome.output)\(outcome.diagnostics)")
    }
    #expect(
      outcome.output.split(separator: "\n") == ["1", "0", "0"], "\(outcome.output)\(outcome.diagnostics)")
    #expect((try document("refusal")["error"] as? [String: Any])?["code"] as? String == "fieldbook.diskFull")
    #expect((try document("before")["photos"] as? [Any] ?? []).isEmpty)
    #expect(photos(try document("after")).count == 1)
  }
}

/// A picture of random pixels, which does not compress.
enum NoisePicture {
  static func png(_ width: Int, _ height: Int, _ random: inout SplitMix64) throws -> Data {
    // A netpbm picture is turned into a PNG by Pillow, since the writers here have no colours.
    let folder = TemporaryFolder()
    var pixels = Data("P6 \(width) \(height) 255\n".utf8)
    for _ in 0..<width * height * 3 { pixels.append(UInt8(random.next(below: 256))) }
    let source = try folder.write("noise.ppm", pixels)
    let script = "import sys; from PIL import Image; Image.open(sys.argv[1]).save(sys.argv[2])"
    _ = try InstalledProgram("python").output(["-c", script, source, folder.file("noise.png")])
    return try folder.bytes("noise.png")
  }
}
