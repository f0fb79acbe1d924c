import Archives
import Bench
import Cryptography
import Files
import Foundation
import TestSupport
import Testing

@testable import weldtech

/// Checks that a stranger can verify an archive with public programs alone, by the instructions in a bag's
/// README.
@Suite(
  .enabled(if: InstalledProgram("bagit.py").isInstalled, "bagit is not installed: scripts/setup peers"),
  .enabled(
    if: InstalledProgram("certutil").isInstalled && InstalledProgram("pdfsig").isInstalled,
    "certutil or pdfsig is not installed"))
struct ArchiveStrangerTests {
  private let laptop: Laptop
  private let platform: LocalPlatform
  private let platformFolder = TemporaryFolder(isInMemory: true)
  private let root: String
  private let archive: String
  private let bag: String

  /// Signs an installation with a company's seal and a timestamp, corrects it, has it signed again, and archives it.
  init() throws {
    let laptop = try Laptop()
    self.laptop = laptop
    let now = Int64(Date().timeIntervalSince1970)
    let authority = try TestAuthority(clock: { now })
    let random = SeededBytes(seed: 8)
    platform = try LocalPlatform(
      .init(
        listen: "127.0.0.1:0", dataFolder: platformFolder.path, authority: authority, random: random.bytes))
    let url = try platform.start()
    try laptop.setUp(platform: url)
    let request = laptop.scratch.file("seal.csr")
    try laptop.json("setup", "--seal-request", request, "--timestamp", "\(url)/timestamp")
    let issued = try authority.issue(request: String(contentsOfFile: request, encoding: .utf8))
    let certificate = try laptop.scratch.write("seal.pem", Data(issued.pem.utf8))
    try laptop.json("setup", "--seal-certificate", certificate)
    root = try laptop.scratch.write("root.pem", Data(authority.root.pem.utf8))

    let plug = try Plug(timings: .instant)
    let id = try withExtendedLifetime(plug) { try laptop.installed(on: plug.port) }
    try laptop.json("correct", id, "--purpose", "修门窗")
    try laptop.json("sign", id, "--signature", try laptop.signature())
    archive = laptop.scratch.file("archive.zip")
    let exported = try laptop.json("archive", "export", id, "--output", archive)
    #expect(exported["withoutTimestamp"] as? Int == 0)
    let code = try #require(try laptop.record(id)["code"] as? String)
    let folder = laptop.scratch.file("stranger")
    try InstalledProgram("python3").run(["-m", "zipfile", "-e", archive, folder])
    bag = "\(folder)/\(code)"
  }

  /// Returns the script in the bag's README, which is made of the lines that begin with four spaces.
  private func script() throws -> String {
    try String(contentsOfFile: "\(bag)/README.txt", encoding: .utf8)
      .split(separator: "\n", omittingEmptySubsequences: false).filter { $0.hasPrefix("    ") }
      .map { $0.dropFirst(4) + "\n" }.joined()
  }

  /// Runs the README's script in the bag, in a shell that finds no weldtech.
  private func check() throws -> ProgramOutcome {
    let bagit = try #require(InstalledProgram("bagit.py").path)
    let peers = bagit.dropLast("/bagit.py".count)
    return try RunningProgram(
      "/bin/sh", ["-e", "-u", "-c", try script()],
      environment: [
        "PATH": "/usr/bin:/bin:\(peers)", "HOME": laptop.scratch.path, "LANG": "C.UTF-8", "ROOT": root,
        "TSA": root,
      ], folder: bag
    ).end()
  }

  @Test func `accepts the archive by the README alone, and so does weldtech`() throws {
    let checked = try check()
    #expect(checked.status == 0, "\(checked.everything)")
    #expect(checked.everything.contains("CAdES Verification successful"))
    #expect(checked.everything.contains("Time stamp:"))
    // There are four valid signatures: each of the two agreements as the record names it, and with its
    // timestamp.
    #expect(checked.output.components(separatedBy: "Signature is Valid").count - 1 == 4)
    let programs = Set(
      ["/usr/bin", "/bin"].flatMap { (try? FileManager.default.contentsOfDirectory(atPath: $0)) ?? [] })
    #expect(!programs.contains("weldtech"))

    let verified = try laptop.json("archive", "verify", archive, "--trust", root)
    #expect(verified["trusted"] as? Bool == true)
    let found = try #require((verified["installations"] as? [[String: Any]])?.first)
    #expect((found["agreements"] as? [[String: Any]])?.map { $0["trusted"] as? Bool } == [true, true])
    let untrusted = try laptop.run("--json", "archive", "verify", archive)
    #expect(untrusted.status == 1)
    #expect(try untrusted.document()["trusted"] as? Bool == false)
  }

  @Test func `finds what was tampered with, however the lists were made to fit`() throws {
    let photo = "\(bag)/data/photos/photo-before-1.png"
    let original = try #require(FileManager.default.contents(atPath: photo))
    var changed = original
    changed[changed.count / 2] ^= 1
    try changed.write(to: URL(filePath: photo))
    #expect(try check().status != 0)

    // A forger who changes a photo can also write new manifests, but cannot make a new seal.
    for list in ["manifest-sha256.txt", "tagmanifest-sha256.txt"] {
      let path = "\(bag)/\(list)"
      var lines: [String] = []
      for line in try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n") {
        let name = line.dropFirst(66)
        let bytes = try #require(FileManager.default.contents(atPath: "\(bag)/\(name)"))
        lines.append("\(SHA256Digest(of: bytes))  \(name)\n")
      }
      try Data(lines.joined().utf8).write(to: URL(filePath: path))
    }
    let forged = try check()
    #expect(
      forged.status != 0 && forged.everything.contains("CAdES Verification failure"), "\(forged.everything)")
  }

  @Test func `finds a log that another entry was put into, and a seal of another authority`() throws {
    let log = "\(bag)/data/log.jsonl"
    let text = try String(contentsOfFile: log, encoding: .utf8)
    try Data(
      text.replacingOccurrences(of: "\\\"trainedOperators\\\":2", with: "\\\"trainedOperators\\\":9").utf8
    )
    .write(to: URL(filePath: log))
    #expect(try String(contentsOfFile: log, encoding: .utf8) != text)
    // The test runs the last part of the script alone, as somebody would who does not check the seal.
    let python = try #require(try script().components(separatedBy: "python3 - <<'END'\n").last)
    let outcome = try RunningProgram(
      "/bin/sh", ["-e", "-u", "-c", "python3 - <<'END'\n" + python], environment: ["PATH": "/usr/bin:/bin"],
      folder: bag
    ).end()
    #expect(outcome.status != 0 && outcome.diagnostics.contains("AssertionError"), "\(outcome.everything)")
    try Data(text.utf8).write(to: URL(filePath: log))

    let other = try TestAuthority(clock: { 1_795_000_000 })
    let stranger = try laptop.scratch.write("other.pem", Data(other.root.pem.utf8))
    let refused = try laptop.run("--json", "archive", "verify", archive, "--trust", stranger)
    #expect(refused.status == 1)
    let found = try #require((try refused.document()["installations"] as? [[String: Any]])?.first)
    #expect(found["verdict"] as? String == "untrusted")
  }

  @Test func `refuses 200 changes of a single bit of the file itself`() throws {
    let bytes = try #require(FileManager.default.contents(atPath: archive))
    var random = SplitMix64(seed: 200)
    for _ in 0..<200 {
      var changed = bytes
      let place = random.next(below: changed.count)
      changed[place] ^= 1 << UInt8(random.next(below: 8))
      let path = try laptop.scratch.write("changed.zip", changed)
      var faults = 0
      do {
        try ArchiveReader(FilePath(path)).forEachBag(trusting: [], now: 0) {
          (bag) throws(ArchiveError) in faults += bag.faults.count
        }
      } catch {
        // The compiler does not take a pattern here, behind a closure with a typed error.
        guard case .damaged = error else { throw error }
        faults += 1
      }
      #expect(faults > 0, "byte \(place)")
    }
  }
}
