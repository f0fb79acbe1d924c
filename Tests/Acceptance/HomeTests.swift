import Bench
import Foundation
import Glibc
import Records
import TestSupport
import Testing

@testable import weldtech

/// Checks a home that is open to other users, contains entries of other kinds, or is on a disk that takes
/// nothing.
@Suite struct HomeTests {
  // MARK: - Closed to others

  /// Runs one command under a umask in a shell of its own, because a process can set the umask only for all of
  /// its threads.
  private func run(_ umask: String, _ laptop: Laptop, _ arguments: [String]) throws -> ProgramOutcome {
    let script = "umask \(umask); exec \"$0\" \"$@\""
    return try RunningProgram(
      ["-c", script, Weldtech.path, "--home", laptop.home, "--json"] + arguments, executable: "/bin/sh"
    ).end()
  }

  @Test(arguments: ["000", "022", "277"])
  func `all of a home is for its owner only, whatever the umask`(umask: String) throws {
    let laptop = try Laptop()
    let plug = try Plug(timings: .instant)
    for command in [
      [
        "setup", "--technician", "欧阳锋", "--phone", "13811112222", "--company", "达旗焊安", "--certificate", "T-1",
        "--certificate-expires", "2099-12-31", "--region", "150621", "--codes", "00A000+50", "--platform",
        try Office.shared.get().url,
      ], ["register", "--from", try laptop.registration()],
    ] {
      let outcome = try run(umask, laptop, command)
      try #require(outcome.status == 0, "\(outcome)")
    }
    let id = try #require(try laptop.list().first?["id"] as? String)
    for (step, command) in try laptop.steps(of: id, on: plug.port) {
      let outcome = try run(umask, laptop, command)
      try #require(outcome.status == 0, "\(step): \(outcome)")
    }
    // A file outside the home that `--output` names gets the permissions of the umask.
    let output = laptop.scratch.file("codes.csv")
    #expect(try run(umask, laptop, ["labels", "codes", "--count", "1", "--output", output]).status == 0)
    var status = stat()
    #expect(stat(output, &status) == 0)
    #expect(status.st_mode & 0o077 == (umask == "022" ? 0o044 : umask == "000" ? status.st_mode & 0o077 : 0))

    let entries = try FileManager.default.subpathsOfDirectory(atPath: laptop.home)
    #expect(
      entries.contains { $0.hasSuffix("agreement.pdf") } && entries.contains { $0.hasSuffix("label.png") })
    for entry in [""] + entries {
      #expect(lstat("\(laptop.home)/\(entry)", &status) == 0)
      #expect(status.st_mode & 0o777 == (status.st_mode & S_IFMT == S_IFDIR ? 0o700 : 0o600), "\(entry)")
    }
  }

  @Test func `a home that is open to others is reported with how to close it`() throws {
    let laptop = try Laptop()
    try laptop.setUp()
    func isOpen() throws -> Bool? {
      (try laptop.json("status")["home"] as? [String: Any])?["openToOthers"] as? Bool
    }
    func finding() throws -> [String: Any]? {
      let document = try laptop.run("--json", "doctor").document()
      return (document["findings"] as? [[String: Any]])?.first { $0["check"] as? String == "home" }
    }
    #expect(try isOpen() == false)
    #expect(try finding()?["outcome"] as? String == "fine")
    chmod(laptop.home, 0o755)
    #expect(try isOpen() == true)
    #expect(try laptop.run("status").output.contains("chmod -R go= "))
    let cure = try #require(try finding()?["cure"] as? String)
    #expect(try finding()?["code"] as? String == "fieldbook.open")
    _ = try RunningProgram(["-c", cure], executable: "/bin/sh").end()
    #expect(try isOpen() == false)
    #expect(try finding()?["outcome"] as? String == "fine")
  }

  // MARK: - A folder that came from elsewhere

  @Test func `a hostile folder leads nowhere outside the home, and stops no command for ever`() throws {
    let laptop = try Office.shared.get().laptop()
    let plug = try Plug(timings: .instant)
    let id = try laptop.walk(try laptop.register(), to: .photoAfter, on: plug.port)
    let outside = laptop.scratch.file("outside")
    for folder in [outside, "\(outside)/folder"] {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }
    try Data("kept".utf8).write(to: URL(filePath: "\(outside)/file"))
    func snapshot() throws -> [String] {
      try FileManager.default.subpathsOfDirectory(atPath: outside).sorted()
        + [String(contentsOfFile: "\(outside)/file", encoding: .utf8)]
    }
    let before = try snapshot()
    let backup = laptop.scratch.file("backup")
    try FileManager.default.copyItem(atPath: laptop.home, toPath: backup)
    var random = SplitMix64(seed: 19)

    // Each entry of the home in turn is replaced by a link to a file, a folder or nothing, by a pipe, or by a
    // folder.
    let entries =
      try FileManager.default.subpathsOfDirectory(atPath: backup).sorted()
      + ["locks/sync", "documents/\(id)", "uploads", "label-tags.csv", "printing"]
    #expect(entries.count > 12)
    for entry in entries {
      try? FileManager.default.removeItem(atPath: laptop.home)
      try FileManager.default.copyItem(atPath: backup, toPath: laptop.home)
      let place = "\(laptop.home)/\(entry)"
      try? FileManager.default.removeItem(atPath: place)
      let kind = random.next(below: 5)
      switch kind {
      case 0: symlink("\(outside)/file", place)
      case 1: symlink("\(outside)/folder", place)
      case 2: symlink("\(outside)/not-there", place)
      case 3: mkfifo(place, 0o600)
      default: mkdir(place, 0o700)
      }
      for command in [
        ["list"], ["photo", id, "--stage", "after", try laptop.photo(.after)], ["label", id], ["doctor"],
        ["sign", id, "--signature", try laptop.signature()], ["sync"], ["void", id, "--reason", "x"],
      ] {
        let outcome = try Weldtech.run(["--home", laptop.home, "--json"] + command)
        // The program ends by itself and not by a signal, with an error that has a code of its own.
        #expect([0, 1, 8, 64, 65].contains(outcome.status), "\(entry) \(kind) \(command): \(outcome)")
        #expect(outcome.errorCode != "internal", "\(entry) \(kind) \(command): \(outcome)")
        #expect(try snapshot() == before, "\(entry) \(kind) \(command)")
      }
    }
  }

  @Test func `a pipe, a folder or a device is no photo, and nothing hangs on it`() throws {
    let laptop = try Laptop()
    try laptop.setUp()
    let id = try laptop.register()
    let pipe = laptop.scratch.file("photo.jpg")
    #expect(mkfifo(pipe, 0o600) == 0)
    for file in [pipe, laptop.scratch.path, "/dev/zero"] {
      let outcome = try Weldtech.run(
        ["--home", laptop.home, "--json", "photo", id, "--stage", "before", file])
      #expect(outcome.errorCode == "file.unreadable", "\(file): \(outcome)")
    }
  }

  // MARK: - A disk that takes nothing

  private static let mayMount =
    getuid() == 0 && FileManager.default.isExecutableFile(atPath: "/usr/bin/mount")
    && canMount()

  private static func canMount() -> Bool {
    let scratch = TemporaryFolder()
    guard (try? command("mount", "-t", "tmpfs", "tmpfs", scratch.path)) == 0 else { return false }
    return (try? command("umount", scratch.path)) == 0
  }

  @discardableResult
  private static func command(_ name: String, _ arguments: String...) throws -> Int32 {
    try RunningProgram(arguments, executable: "/usr/bin/\(name)").end().status
  }

  @Test(
    .enabled(if: mayMount, "only root may mount a disk that is full or read-only"), arguments: [false, true])
  func `a full and a read-only disk can be read, and say what they are to what has to write`(wasKilled: Bool)
    throws
  {
    let laptop = try Laptop()
    try FileManager.default.createDirectory(atPath: laptop.home, withIntermediateDirectories: true)
    #expect(try Self.command("mount", "-t", "tmpfs", "-o", "size=4m,mode=0700", "tmpfs", laptop.home) == 0)
    defer { _ = try? Self.command("umount", "-l", laptop.home) }
    try laptop.setUp()
    let id = try laptop.register()
    if wasKilled { try leaveLogBehind(laptop) }
    let registered = wasKilled ? 2 : 1

    func readable(_ refusal: String) throws {
      #expect(try laptop.list().count == registered)
      #expect(try laptop.record(id)["status"] as? String == "open")
      #expect((try laptop.json("next")["installations"] as? [Any])?.count == registered)
      let status = try laptop.json("status")
      #expect((status["installations"] as? [String: Int]) == ["open": registered])
      #expect((status["home"] as? [String: Any])?["writeRefusal"] as? String == refusal)
    }

    #expect(try Self.command("mount", "-o", "remount,ro", laptop.home) == 0)
    try readable("fieldbook.readOnly")
    for command in [
      ["register", "--from", try laptop.registration()],
      ["photo", id, "--stage", "before", try laptop.photo()],
      ["sync"], ["setup", "--region", "150622"], ["void", id, "--reason", "x"],
    ] {
      #expect(try laptop.run(["--json"] + command).errorCode == "fieldbook.readOnly", "\(command)")
    }

    #expect(try Self.command("mount", "-o", "remount,rw", laptop.home) == 0)
    func fill() throws {
      let script = "dd if=/dev/zero of='\(laptop.home)/fill' bs=1k oflag=append conv=notrunc 2>/dev/null"
      _ = try RunningProgram(["-c", script], executable: "/bin/sh").end()
    }
    try fill()
    // Where the killed process left a write-ahead log, its index is there too. Reading merges the log into the
    // database, which makes room.
    if wasKilled { #expect(try laptop.list().count == registered) } else { try readable("fieldbook.diskFull") }
    try fill()
    for command in [
      ["register", "--from", try laptop.registration()],
      ["photo", id, "--stage", "before", try laptop.photo()],
    ] {
      #expect(try laptop.run(["--json"] + command).errorCode == "fieldbook.diskFull", "\(command)")
    }

    unlink("\(laptop.home)/fill")
    try laptop.json("photo", id, "--stage", "before", try laptop.photo())
    #expect(try laptop.list().count == registered)
  }

  /// Leaves a record whose pages are still in the write-ahead log, as a killed process does.
  private func leaveLogBehind(_ laptop: Laptop) throws {
    let python = """
      import os, sqlite3, subprocess, sys
      reader = sqlite3.connect(sys.argv[1] + '/fieldbook.sqlite')
      reader.execute('SELECT count(*) FROM event').fetchone()
      done = subprocess.run(sys.argv[2:], stdout=subprocess.DEVNULL).returncode
      os._exit(done)
      """
    let status = try RunningProgram(
      [
        "-c", python, laptop.home, Weldtech.path, "--home", laptop.home, "register", "--from",
        try laptop.registration(),
      ],
      executable: "/usr/bin/python3"
    ).end().status
    try #require(status == 0)
    var log = stat()
    try #require(stat("\(laptop.home)/fieldbook.sqlite-wal", &log) == 0 && log.st_size > 0)
  }

  // MARK: - Paths that are not UTF-8

  @Test func `names that are not UTF-8 work, as home, photo, folder of start and output`() throws {
    let laptop = try Laptop()
    // The folder's name is 达旗 in GB18030, as on a disk from an older system.
    let script = """
      set -e
      name="$(printf '\\264\\357\\306\\354')"
      mkdir "$1/work-$name"; cd "$1/work-$name"
      cp "$2" "before-$name.png"
      home="../home-$name"
      "$0" --home "$home" setup --technician 欧阳锋 --phone 13811112222 --company 达旗焊安 --certificate T-1 \\
        --certificate-expires 2099-12-31 --codes 00A000+50 --platform http://127.0.0.1:9 >/dev/null
      "$0" --home "$home" register --from "$3" >/dev/null
      code=150621-00A000-X
      "$0" --home="$home" photo "$code" --stage before "before-$name.png" >/dev/null
      "$0" --home "$home" labels codes --count 2 --output "codes-$name.csv" >/dev/null
      "$0" --home "$home" labels codes --count 1 --output plain.csv >/dev/null
      WELDTECH_HOME="$1/home-$name" "$0" --json show "$code"
      test -f "$1/home-$name/fieldbook.sqlite"
      test "$(wc -l < "codes-$name.csv")" -ge 3
      test -f plain.csv
      ! "$0" --lang en --home "$home" photo "$code" --stage before "none-$name.png"
      """
    let outcome = try RunningProgram(
      [
        "-c", script, Weldtech.path, laptop.scratch.path, try laptop.photo(), try laptop.registration(),
      ], environment: ["XDG_RUNTIME_DIR": laptop.scratch.path], executable: "/bin/sh"
    ).end()
    #expect(outcome.status == 0, "\(outcome)")
    #expect((try outcome.document()["photos"] as? [Any])?.count == 1)
    #expect(outcome.diagnostics.contains(#"none-\xB4\xEF\xC6\xEC.png"#), "\(outcome.diagnostics)")
  }

  @Test func `a text that is not UTF-8 is not taken for a path`() throws {
    let laptop = try Laptop()
    let script = #""$0" --home "$1" --json setup --technician "$(printf '\264\357')" --phone 13811112222"#
    let outcome = try RunningProgram(
      ["-c", script, Weldtech.path, laptop.home], environment: ["XDG_RUNTIME_DIR": laptop.scratch.path],
      executable: "/bin/sh"
    ).end()
    #expect(!outcome.output.contains("weldtech-paths"), "\(outcome)")
    #expect(!FileManager.default.fileExists(atPath: laptop.scratch.file("weldtech-paths-\(getuid())")))
  }
}
