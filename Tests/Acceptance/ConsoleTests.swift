import Foundation
import TestSupport
import Testing

@testable import weldtech

/// Checks the behaviour that scripts rely on: one document on stdout, exit codes, no questions, no colours in a
/// pipe.
@Suite struct ConsoleTests {
  @Test func `an unknown command is exit 64 with a suggestion`() throws {
    let said = try Weldtech.run(["regster"])
    #expect(said.status == 64)
    #expect(said.output.isEmpty)
    #expect(said.diagnostics.contains("register") && said.diagnostics.contains("[usage.command.unknown]"))
    let json = try Weldtech.run(["--json", "regster"])
    #expect(json.status == 64 && json.errorCode == "usage.command.unknown")
  }

  @Test func `the program's name alone prints its help and is no error`() throws {
    for arguments in [[], ["--lang", "zh"], ["--json"]] as [[String]] {
      let outcome = try Weldtech.run(arguments)
      #expect(outcome.status == 0 && outcome.diagnostics.isEmpty, "\(arguments)")
      #expect(try outcome.output == Weldtech.run(arguments + ["--help"]).output, "\(arguments)")
    }
    let unknown = try Weldtech.run(["help", "regster"])
    #expect(unknown.status == 64 && unknown.output.isEmpty && unknown.diagnostics.contains("register"))
    #expect(try Weldtech.run(["help", "labels", "kodes"]).status == 64)
  }

  @Test func `an error after the record was opened names it, and the second try goes on`() throws {
    let laptop = try Laptop()
    try laptop.setUp()
    let file = try laptop.registration()
    let first = try laptop.run("--json", "install", "--from", file)
    #expect(first.status == 64 && first.errorCode == "usage.option.missing")
    let id = try #require(first.error?["id"] as? String)
    let second = try laptop.run("--json", "install", id, "--photo-before", try laptop.photo(.before))
    #expect(second.status == 64 && second.error?["id"] as? String == id)
    let records = try laptop.list()
    #expect(records.count == 1 && records.first?["id"] as? String == id)
    #expect(records.first?["next"] as? String == "flash")
    // An error that concerns no record names none.
    #expect(try laptop.run("--json", "show", "ffff").error?["id"] == nil)
  }

  @Test func `a retired welder's code is null in every document`() throws {
    let laptop = try Laptop()
    try laptop.setUp()
    let opened = try laptop.run(
      "--json", "register", "--from", try laptop.registration(), "--condition", "retired", "--retired-reason",
      "绝缘老化",
      "--photo", try laptop.photo(.before))
    #expect(opened.status == 0 && opened.output.contains(#""code":null"#), "\(opened.output)")
    let list = try laptop.run("--json", "list")
    #expect(list.output.contains(#""code":null"#))
    let id = try #require(try opened.document()["id"] as? String)
    #expect(try laptop.run("--json", "next", id).output.contains(#""code":null"#))
  }

  @Test func `help and version open nothing and go to stdout`() throws {
    let scratch = TemporaryFolder()
    for arguments in [["--version"], ["--help"], ["register", "--help"], ["help", "bench", "module"]] {
      let outcome = try Weldtech.run(["--home", scratch.file("home")] + arguments)
      #expect(outcome.status == 0 && !outcome.output.isEmpty && outcome.diagnostics.isEmpty, "\(arguments)")
    }
    #expect(!FileManager.default.fileExists(atPath: scratch.file("home")))
    #expect(try Weldtech.run(["--version"]).output == "weldtech \(Version.current)\n")
  }

  @Test func `the language is the locale's unless it is told`() throws {
    #expect(try Weldtech.run(["list", "x"], environment: ["LANG": "zh_CN.UTF-8"]).diagnostics.contains("错误"))
    #expect(try Weldtech.run(["list", "x"], environment: ["LANG": "C.UTF-8"]).diagnostics.contains("error"))
    #expect(
      try Weldtech.run(["--lang", "en", "list", "x"], environment: ["LANG": "zh_CN.UTF-8"]).diagnostics
        .contains("error"))
  }

  @Test func `nothing asks where stdin is no terminal`() throws {
    let laptop = try Laptop()
    let outcome = try laptop.run("setup", input: "张三\n13800000001\n")
    #expect(outcome.status == 64)
    #expect(outcome.diagnostics.contains("--technician"))
    try laptop.setUp()
    let id = try laptop.register()
    let seal = try laptop.run("seal", id, input: "1\n")
    #expect(seal.status == 64 && seal.diagnostics.contains("--number"))
    // All wrong fields are reported, and nothing is asked.
    let empty = try laptop.run("--json", "register", input: "店\n")
    #expect(empty.status == 65 && empty.errorCode == "register.rejected")
  }

  @Test func `data is on stdout, everything else on stderr`() throws {
    let laptop = try Laptop()
    try laptop.setUp()
    let empty = try laptop.run("list")
    #expect(empty.status == 0 && empty.output.isEmpty && !empty.diagnostics.isEmpty)
    let document = try laptop.run("--json", "list")
    #expect(document.diagnostics.isEmpty)
    #expect((try document.document()["installations"] as? [Any])?.isEmpty == true)
  }

  @Test func `a pipe gets no colours, with or without NO_COLOR`() throws {
    let laptop = try Laptop()
    try laptop.setUp()
    let id = try laptop.register()
    for environment in [[:], ["NO_COLOR": "1"]] {
      for command in [["show", id], ["list"], ["show", "ffff"]] {
        let outcome = try laptop.run(command, environment: environment)
        #expect(!(outcome.output + outcome.diagnostics).contains("\u{1B}"))
      }
    }
  }

  @Test func `no name and no phone stands in an error or a log line`() throws {
    let laptop = try Laptop()
    try laptop.setUp()
    let outcome = try laptop.run(
      "--verbose", "register", "--from",
      try laptop.registration(SampleRegistration.json.replacingOccurrences(of: "inverter", with: "王大山")))
    #expect(outcome.status == 65)
    for secret in ["王大山", "13800000001"] {
      #expect(!(outcome.output + outcome.diagnostics).contains(secret))
    }
  }

  @Test(
    .enabled(
      if: getuid() != 0 || FileManager.default.isExecutableFile(atPath: "/usr/bin/setpriv"),
      "root reads everything and there is no setpriv"))
  func `files and homes without permission have their own errors`() throws {
    let laptop = try Laptop()
    try laptop.setUp()
    let id = try laptop.register()
    let photo = try laptop.photo()
    chmod(photo, 0)
    let folder = laptop.scratch.file("closed")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    chmod(folder, 0o555)
    let asOther = try Unprivileged(laptop)
    #expect(try asOther.failure("photo", id, "--stage", "before", photo) == "file.unreadable")
    #expect(
      try asOther.failure("labels", "codes", "--count", "1", "--output", folder + "/c.csv") == "file.unwritable"
    )
    #expect(try asOther.failure("status", home: folder + "/home") == "fieldbook.home")
    chmod(laptop.home + "/fieldbook.sqlite", 0o400)
    #expect(try asOther.failure("register", "--from", try laptop.registration()) == "fieldbook.permission")
    // The records can still be read.
    let status = try asOther.run(["--json", "status"], home: nil).document()
    #expect((status["home"] as? [String: Any])?["writeRefusal"] as? String == "fieldbook.permission")
    #expect(status["installations"] as? [String: Int] == ["open": 1])
  }

  @Test func `a home that is a file, or not a fieldbook, is refused`() throws {
    let scratch = TemporaryFolder()
    let file = try scratch.write("file", "x")
    let asFile = try Weldtech.run(["--json", "--home", file, "status"])
    #expect(asFile.status == 1 && asFile.errorCode == "fieldbook.home")
    try FileManager.default.createDirectory(atPath: scratch.file("home"), withIntermediateDirectories: true)
    _ = try scratch.write("home/fieldbook.sqlite", String(repeating: "not a database ", count: 100))
    let corrupt = try Weldtech.run(["--json", "--home", scratch.file("home"), "status"])
    #expect(corrupt.status == 1 && corrupt.errorCode == "fieldbook.corrupt")
    #expect(try Weldtech.run(["--json", "--home", "", "status"]).status == 64)
  }

  @Test func `a list without a label is refused`() throws {
    let laptop = try Laptop()
    try laptop.setUp()
    let list = try laptop.scratch.write("list.csv", "code,unitName\n")
    let outcome = try Weldtech.run([
      "--json", "--home", laptop.home, "labels", "batch", "--input", list, "--format", "png", "--output",
      laptop.scratch.file("out"),
    ])
    #expect(outcome.status == 65 && outcome.errorCode == "labels.list.unusable")
    #expect(!FileManager.default.fileExists(atPath: laptop.scratch.file("out")))
  }

  @Test func `a bench that cannot start says why`() throws {
    let scratch = TemporaryFolder()
    let data = scratch.file("platform")
    let platform = try RunningProgram(["bench", "platform", "--data", data])
    let url = try #require(try platform.firstLine()["url"] as? String)
    let address = try #require(url.split(separator: "/").last)
    func code(_ arguments: String...) throws -> String? {
      try Weldtech.run(["--json", "bench", "platform"] + arguments).errorCode
    }
    #expect(try code("--data", data) == "bench.data.inUse")
    #expect(try code("--data", data + "2", "--listen", String(address)) == "bench.listen")
    #expect(try code("--data", data + "2", "--listen", "localhost") == "bench.listen.address")
    #expect(try code("--data", try scratch.write("file", "x") + "/data") == "bench.data")
    platform.stop()
  }
}
