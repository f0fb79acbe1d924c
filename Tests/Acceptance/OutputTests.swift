import Foundation
import Records
import TestSupport
import Testing

/// Checks commands whose answer cannot be written, and the names that `--output` accepts.
@Suite struct OutputTests {
  /// Runs a command with its stdout as the shell has it in `redirection`. Descriptor 4 is a pipe whose reader has gone.
  private func run(_ command: String, _ redirection: String, _ laptop: Laptop) throws -> ProgramOutcome {
    let script =
      "exec 4> >(true); wait $!; "
      + "{ \"$0\" --home \"$1\" \(command); echo $? >&3; } 3>\"$1.status\" \(redirection)"
    let shell = try RunningProgram(["-c", script, Weldtech.path, laptop.home], executable: "/bin/bash")
    var outcome = shell.end()
    let status = try String(contentsOfFile: laptop.home + ".status", encoding: .utf8)
    outcome.status = try #require(Int32(status.trimmingCharacters(in: .whitespacesAndNewlines)))
    return outcome
  }

  private func codesLeft(_ laptop: Laptop) throws -> Int? {
    try laptop.json("status")["codesLeft"] as? Int
  }

  /// The kinds of stdout that take nothing, each with its error: closed, full, or a pipe without a reader.
  private static let places = [
    (">&-", "output.unwritable"), (">/dev/full", "output.unwritable"), (">&4", "output.readerGone"),
  ]

  @Test(arguments: [
    "list", "--json list", "status", "--json labels stock", "--version", "help", "man", "ports", "schemes",
    "firmware list", "--json show nothing", "completions bash", "doctor", "next", "list --nonsense",
    "labels templates", "setup --apn cmnet",
  ])
  func `a command whose answer cannot be written fails and says so`(command: String) throws {
    let laptop = try Laptop()
    try laptop.setUp()
    for (redirection, code) in Self.places {
      let outcome = try run(command, redirection, laptop)
      #expect([1, 64, 65].contains(outcome.status), "\(command) \(redirection): \(outcome)")
      #expect(outcome.diagnostics.contains("[\(code)]"), "\(command) \(redirection): \(outcome)")
    }
    #expect(try laptop.json("setup")["apn"] as? String == nil, "what cannot be answered is not begun")
  }

  @Test
  func `a reader of the first lines of a long list gets them, and the command names what ended it`()
    throws
  {
    let laptop = try Laptop()
    try laptop.setUp(codes: "00A000+5000")
    // The output is larger than a pipe, from a command that prints it in one piece.
    let codes = (0..<3_000).map { LabelCode(region: "150621", serial: CodeSerial(number: $0)!)!.description }
    let outcome = try run("labels stock \(codes.joined(separator: " "))", "| head -n 3", laptop)
    #expect(outcome.status == 1 && outcome.diagnostics.contains("[output.readerGone]"), "\(outcome)")
    #expect(outcome.output.split(separator: "\n").count == 3)
  }

  @Test func `codes that could not be handed over are not used up`() throws {
    let laptop = try Laptop()
    try laptop.setUp(codes: "00A000+5000")
    for command in ["labels codes --count 4500", "--json labels codes --count 4500"] {
      // The last reader reads some bytes and ends.
      for (redirection, code) in Self.places + [("| head -c 9", "output.readerGone")] {
        let outcome = try run(command, redirection, laptop)
        #expect(outcome.status == 1, "\(redirection): \(outcome.status)")
        #expect(outcome.diagnostics.contains("[\(code)]"), "\(redirection): \(outcome.diagnostics)")
        #expect(try codesLeft(laptop) == 5_000, "\(command) \(redirection)")
      }
    }
    let folder = laptop.scratch.file("folder")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for place in ["/dev/full", folder, "/proc/nothing/codes.csv"] {
      #expect(
        try laptop.failure("labels", "codes", "--count", "7", "--output", place, status: 1) == "file.unwritable"
      )
      #expect(try codesLeft(laptop) == 5_000, "\(place)")
    }
    // The codes begin with the first one, and each is given once.
    let codes = try #require(try laptop.json("labels", "codes", "--count", "5000")["codes"] as? [String])
    #expect(codes.first == "150621-00A000-X" && Set(codes).count == 5_000)
    #expect(try codesLeft(laptop) == 0)
  }

  @Test func `a file is written behind its links, into pipes and devices, and replaced whole`() throws {
    let laptop = try Laptop()
    try laptop.setUp()
    let scratch = laptop.scratch
    try FileManager.default.createDirectory(atPath: scratch.file("there"), withIntermediateDirectories: true)
    let target = try scratch.write("there/codes.csv", "old")
    chmod(target, 0o640)
    func draw(to path: String) throws -> [String] {
      try #require(try laptop.json("labels", "codes", "--count", "2", "--output", path)["codes"] as? [String])
    }
    func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }
    func link(_ name: String, to target: String) throws -> String {
      try FileManager.default.createSymbolicLink(atPath: scratch.file(name), withDestinationPath: target)
      return scratch.file(name)
    }
    func isLink(_ path: String) -> Bool {
      (try? FileManager.default.destinationOfSymbolicLink(atPath: path)) != nil
    }

    let chain = try link("first.csv", to: try link("second.csv", to: "there/codes.csv"))
    let first = try draw(to: chain)
    #expect(isLink(chain) && isLink(scratch.file("second.csv")))
    #expect(try text(target) == "code\n" + first.map { "\($0)\n" }.joined())
    #expect(try FileManager.default.attributesOfItem(atPath: target)[.posixPermissions] as? Int == 0o640)
    let dangling = try link("dangling.csv", to: "there/new.csv")
    let second = try draw(to: dangling)
    #expect(isLink(dangling))
    #expect(try text(scratch.file("there/new.csv")) == "code\n" + second.map { "\($0)\n" }.joined())
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: scratch.file("there")).sorted() == [
        "codes.csv", "new.csv",
      ])

    let fifo = scratch.file("fifo")
    #expect(mkfifo(fifo, 0o600) == 0)
    let reader = try RunningProgram(["-c", "cat \"$0\"", fifo], executable: "/bin/sh")
    let third = try draw(to: fifo)
    #expect(reader.end().output == "code\n" + third.map { "\($0)\n" }.joined())
    var status = stat()
    #expect(lstat(fifo, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO)

    // /dev/stdout is a pipe or a file here, and the document follows.
    let piped = try run("labels templates --output /dev/stdout", "| cat", laptop)
    #expect(piped.status == 0)
    let sheet = try run("--lang en labels codes --count 1 --output /dev/stdout", ">\"$1.out\"", laptop)
    #expect(sheet.status == 0)
    #expect(try text(laptop.home + ".out").hasPrefix("code\n150621-"))
    #expect(try draw(to: "/dev/null").count == 2)
    #expect(lstat("/dev/null", &status) == 0 && status.st_mode & S_IFMT == S_IFCHR)
  }

  @Test func `no file takes the place of a closed stdout`() throws {
    let laptop = try Laptop()
    try laptop.setUp()
    let id = try laptop.register()
    _ = try run("--json show \(id)", ">&- 2>&- <&-", laptop)
    #expect(try laptop.run("doctor", "--json").errorCode == nil)
    #expect(try laptop.record(id)["status"] as? String == "open")
  }
}
