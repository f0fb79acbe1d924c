import Cryptography
import Files
import Foundation
import Records
import TestSupport
import Testing

@testable import Archives
@testable import weldtech

struct ArchiveTests {
  private let laptop: Laptop
  private var archive: String { laptop.scratch.file("archive.zip") }

  init() throws { laptop = try Laptop() }

  /// Returns the SHA-256 of every file of the payload by the file's name, as Python reads the archive.
  private func payload(of path: String) throws -> [String: String] {
    let script = """
      import sys, zipfile, hashlib
      z = zipfile.ZipFile(sys.argv[1])
      assert z.testzip() is None
      for name in z.namelist():
          if "/data/" in name: print(hashlib.sha256(z.read(name)).hexdigest(), name)
      """
    let read = try InstalledProgram("python3").start(["-c", script, path]).end()
    #expect(read.status == 0, "\(read.diagnostics)")
    return Dictionary(
      uniqueKeysWithValues: read.output.split(separator: "\n").map { line in
        (String(line.dropFirst(65)), String(line.prefix(64)))
      })
  }

  // MARK: - What comes out

  /// The number of installations of a whole export: 300, or the value of `WELDTECH_ARCHIVED`, which `make soak`
  /// sets to 2,000.
  private static let count = Int(ProcessInfo.processInfo.environment["WELDTECH_ARCHIVED"] ?? "") ?? 300

  @Test func `archives hundreds of installations in little memory, and what comes out is what went in`() throws
  {
    try laptop.fill(Self.count)
    let script = """
      import resource, subprocess, sys
      status = subprocess.run(sys.argv[1:]).returncode
      print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)
      sys.exit(status)
      """
    let outcome = try RunningProgram(
      [
        "-c", script, Weldtech.path, "--home", laptop.home, "--json", "archive", "export", "--all", "--output",
        archive,
      ], executable: "/usr/bin/python3"
    ).end()
    #expect(outcome.status == 0, "\(outcome.diagnostics)")
    let document = try outcome.document()
    #expect(document["installations"] as? Int == Self.count)
    #expect((document["failed"] as? [Any])?.isEmpty == true)
    let peak = try #require(outcome.diagnostics.split(separator: "\n").last.flatMap { Int($0) })
    // bench/evidence measures the bound of 100 MiB for 1,000 installations on the release build.
    #expect(peak < 120 << 10, "\(peak) KiB")

    let found = try payload(of: archive)
    var expected: Set<String> = []
    let files = "\(laptop.home)/files"
    for folder in try FileManager.default.contentsOfDirectory(atPath: files) where folder.count == 2 {
      expected.formUnion(try FileManager.default.contentsOfDirectory(atPath: "\(files)/\(folder)"))
    }
    // The archive has every file that the fieldbook keeps exactly once.
    let kept = found.filter { $0.key.contains("/photos/") || $0.key.contains("/agreement/") }
    #expect(kept.count == expected.count)
    #expect(Set(kept.values) == expected)
    #expect(found.keys.filter { $0.hasSuffix("/data/record/1.json") }.count == Self.count)
    #expect(found.keys.filter { $0.hasSuffix("/data/log.jsonl") }.count == Self.count)
  }

  @Test func `archives one installation by its code, and those that were closed since a day`() throws {
    try laptop.fill(3)
    let list = try laptop.json("list")["installations"] as? [[String: Any]] ?? []
    let code = try #require(list.first?["code"] as? String)
    try laptop.json("archive", "export", code, "--output", archive)
    let names = try payload(of: archive).keys
    #expect(names.allSatisfy { $0.hasPrefix("\(code)/") } && !names.isEmpty)
    #expect(
      try laptop.json("archive", "export", "--all", "--since", "2026-11-18", "--output", archive)[
        "installations"] as? Int == 3)
    #expect(
      try laptop.failure("archive", "export", "--all", "--since", "2026-11-19", "--output", archive, status: 65)
        == "archive.none")
    let missing = try laptop.failure("archive", "export", "--output", archive, status: 64)
    #expect(missing == "usage.argument.missing")
  }

  @Test func `names a damaged record and archives the others`() throws {
    try laptop.fill(3)
    let list = try laptop.json("list")["installations"] as? [[String: Any]] ?? []
    let id = try #require(list.first?["id"] as? String)
    let record = try laptop.json("show", id)
    let photo = try #require((record["photos"] as? [[String: Any]])?.first?["sha256"] as? String)
    let path = "\(laptop.home)/files/\(photo.prefix(2))/\(photo)"
    try Data("another".utf8).write(to: URL(filePath: path))
    #expect(
      try laptop.failure("archive", "export", id, "--output", archive, status: 1) == "evidence.file.damaged")
    #expect(!FileManager.default.fileExists(atPath: archive))
    let document = try laptop.json("archive", "export", "--all", "--output", archive, status: 1)
    #expect(document["installations"] as? Int == 2)
    #expect((document["failed"] as? [[String: Any]])?.map { $0["id"] as? String } == [id])

    // The archive names an original that is lost, and has its copy.
    try FileManager.default.removeItem(atPath: path)
    let whole = try laptop.json("archive", "export", "--all", "--output", archive)
    #expect(whole["missingOriginals"] as? Int == 1)
    #expect(try payload(of: archive).keys.filter { $0.hasSuffix("/data/missing.json") }.count == 1)
  }

  /// Writes the archive's one bag anew with a changed text of the test, and seals the bag with a trusted
  /// certificate.
  /// - Returns: the verdict and the faults that `archive verify` reports for the new archive.
  private func verdict(ofTestText change: (Data) -> Data) throws -> (verdict: String?, faults: String) {
    let identity = try SealIdentity.selfIssued(
      SealKey.generate(), subject: SealSubject(organization: "达旗焊安", commonName: "张三"))
    var record: Installation?
    var contents: [String: Data] = [:]
    try ArchiveReader(FilePath(archive)).forEachBag(trusting: [], now: 0) { (bag) throws(ArchiveError) in
      record = bag.installation
      for entry in bag.entries {
        contents[String(entry.name.dropFirst(bag.folder.count + 1))] = try bag.contents(
          of: entry.name, maxBytes: 1 << 20)
      }
    }
    let installation = try #require(record)
    let own = [BagLayout.log, BagLayout.revision(1)]
    var files: [BagSource.File] = []
    for (name, bytes) in contents.sorted(by: { $0.key < $1.key }) where name.hasPrefix(BagLayout.payload) {
      let path = String(name.dropFirst(BagLayout.payload.count))
      if own.contains(path) { continue }
      files.append(BagSource.File(path, .bytes(path == BagLayout.testText(1) ? change(bytes) : bytes)))
    }
    let log = try #require(contents[BagLayout.payload + BagLayout.log])
    let source = BagSource(
      installation: installation, entries: try BagLog.entries(log, of: installation.id, in: BagLayout.log),
      revisions: [
        .init(number: 1, body: try #require(contents[BagLayout.payload + BagLayout.revision(1)]))
      ], files: files, missing: [])
    let path = laptop.scratch.file("again.zip")
    let writer = try ArchiveWriter(FilePath(path))
    #expect(try writer.add(source) { try DetachedSeal.over($0, by: identity) })
    _ = try writer.finish { false }
    let root = try laptop.scratch.write("again.pem", identity.certificate.pem)
    let answer = try laptop.run("--json", "archive", "verify", path, "--trust", root).document()
    let bag = try #require((answer["installations"] as? [[String: Any]])?.first)
    let faults = (bag["faults"] as? [[String: Any]])?.compactMap { $0["message"] as? String } ?? []
    return (bag["verdict"] as? String, faults.joined(separator: "\n"))
  }

  @Test func `the text of a test is held against the log, also where it was sealed anew`() throws {
    try laptop.fill(1)
    try laptop.json("archive", "export", "--all", "--output", archive)
    let same = try verdict { $0 }
    #expect(same.verdict != "damaged" && same.faults.isEmpty, "\(same)")
    let other = try verdict { $0 + Data("ok\n".utf8) }
    #expect(other.verdict == "damaged" && other.faults.contains("data/test/1.txt"), "\(other)")
  }

  // MARK: - What goes wrong

  @Test func `refuses a record that is open`() throws {
    try laptop.setUp()
    let id = try laptop.register()
    #expect(try laptop.failure("archive", "export", id, "--output", archive, status: 65) == "archive.open")
    #expect(try laptop.failure("archive", "export", "--all", "--output", archive, status: 65) == "archive.none")
  }

  @Test func `refuses a pipe, and a place in its own home, whatever links lead there`() throws {
    try laptop.fill(1)
    #expect(
      try laptop.failure("archive", "export", "--all", "--output", "/dev/stdout", status: 65)
        == "archive.notAFile")
    #expect(
      try laptop.failure(
        "archive", "export", "--all", "--output", "\(laptop.home)/fieldbook.sqlite", status: 65)
        == "output.taken")
    let link = laptop.scratch.file("link")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: laptop.home)
    for place in ["\(link)/fieldbook.sqlite", "\(link)/files/new.zip"] {
      #expect(
        try laptop.failure("archive", "export", "--all", "--output", place, status: 65) == "output.taken")
    }
    // An export replaces an earlier archive of weldtech, but no other zip file.
    let other = laptop.scratch.file("photos.zip")
    let photos = InstalledProgram("zip")
    _ = try photos.output(["-q", "-j", other, "\(laptop.home)/fieldbook.sqlite"])
    let before = try Data(contentsOf: URL(filePath: other))
    #expect(
      try laptop.failure("archive", "export", "--all", "--output", other, status: 65) == "output.taken")
    #expect(try Data(contentsOf: URL(filePath: other)) == before)
    let own = laptop.scratch.file("own.zip")
    for _ in 0..<2 { _ = try laptop.json("archive", "export", "--all", "--output", own) }
    // The program recognizes its home also where a symbolic link leads to it.
    let through = try Weldtech.run([
      "--home", link, "--json", "archive", "export", "--all", "--output", "\(laptop.home)/seal/identity.pem",
    ])
    #expect(through.status == 65 && through.errorCode == "output.taken", "\(through.diagnostics)")
    #expect(try laptop.json("list")["unreadable"] as? Int == 0)
  }

  @Test func `leaves the archive of before where the disk is full or the run is killed`() throws {
    try laptop.fill(1)
    try laptop.json("archive", "export", "--all", "--output", archive)
    let before = try Data(contentsOf: URL(filePath: archive))
    try laptop.fill(40, photos: 3, bytes: 60_000)
    // The shell limits the size of every file to 1,000 KiB.
    let full = try RunningProgram(
      [
        "-c", "trap '' XFSZ; ulimit -f 2000; exec \"$@\"", "sh", Weldtech.path, "--home", laptop.home, "--json",
        "archive", "export", "--all", "--output", archive,
      ], executable: "/bin/sh"
    ).end()
    #expect(full.status == 1 && full.errorCode == "file.unwritable", "\(full.everything)")
    #expect(FileManager.default.contents(atPath: archive) == before)
    #expect(!FileManager.default.fileExists(atPath: archive + ".part"))

    let killed = try laptop.start(["archive", "export", "--all", "--output", archive])
    #expect(
      killed.wait(watching: [laptop.scratch.path]) { _ in
        FileManager.default.fileExists(atPath: archive + ".part")
      })
    #expect(killed.kill().status == -SIGKILL)
    #expect(FileManager.default.contents(atPath: archive) == before)
    try laptop.json("archive", "export", "--all", "--output", archive)
    #expect(try payload(of: archive).keys.filter { $0.hasSuffix("/data/log.jsonl") }.count == 41)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: laptop.scratch.path).sorted() == [
        "archive.zip", "home",
      ])
  }
}
