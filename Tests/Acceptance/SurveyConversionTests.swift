import Foundation
import Glibc
import TestSupport
import Testing

/// Imports survey lists that LibreOffice, gnumeric and libxlsxwriter have written, among them kinds that
/// weldtech cannot read by itself and has converted by another program.
@Suite(.enabled(if: SurveyLists.reason == nil, SurveyLists.comment))
struct SurveyConversionTests {
  // MARK: - What other programs write

  /// Checks that a list gives the same welders in every field as the list by openpyxl with the same rows, and
  /// that the same rows are skipped and refused.
  @Test(arguments: try ConvertedLists.sources())
  func `lists by LibreOffice, gnumeric and libxlsxwriter have the rows of the list that they were made of`(
    source: String
  ) throws {
    let laptop = try Laptop()
    try laptop.setUp()
    let first = try Self.imported(try laptop.run("--json", "ledger", "import", SurveyLists.list(source).path))
    #expect(first.new == (try SurveyLists.list(source).expected.welders.count))
    for list in try ConvertedLists.lists() where list.source == source {
      let again = try Self.imported(
        try laptop.run("--json", "ledger", "import", ConvertedLists.path(list.name), "--dry-run"))
      #expect(again.same == first.new && again.new == 0, "\(list.name): \(again)")
      #expect(again.left == first.left, "\(list.name)")
    }
    #expect(Self.leftovers(in: laptop.home).isEmpty)
  }

  /// Checks each converter alone, in a home whose name contains characters that a URL has to escape.
  @Test(arguments: ["ssconvert", "soffice"])
  func `an old workbook, one of WPS and one of OpenDocument are imported where only one program converts them`(
    program: String
  ) throws {
    let converter = InstalledProgram(program)
    guard converter.isInstalled else {
      try Test.cancel("\(program) is not installed: scripts/setup tests")
    }
    let scratch = TemporaryFolder()
    let path = try Self.searchPath(of: converter, in: scratch)
    for (index, name) in ["06-merged-units", "14-hidden", "22-more-columns-1900"].enumerated() {
      let expected = try SurveyLists.list(name + ".xlsx").expected
      for kind in ["xls", "et", "ods"] {
        let home = scratch.file("家 \(index)% #\(kind)")
        func run(_ arguments: String...) throws -> ProgramOutcome {
          try Weldtech.run(["--home", home, "--json"] + arguments, environment: ["PATH": path])
        }
        _ = try run("setup", "--desk", "--company", "达旗焊安", "--region", "150621", "--codes", "00A000+50")
        let written = try ConvertedLists.list(of: name, kind == "et" ? "xls" : kind)
        let list = scratch.file("\(name).\(kind)")
        try? FileManager.default.copyItem(atPath: ConvertedLists.path(written), toPath: list)
        let outcome = try run("ledger", "import", list)
        let document = try outcome.document()
        let rows = try #require(document["rows"] as? [[String: Any]], "\(outcome.output)")
        let welders = try rows.compactMap { row -> [String]? in
          guard row["outcome"] as? String == "new", let id = row["id"] as? String else { return nil }
          let record = try run("show", id).document()
          #expect((record["survey"] as? [String: Any])?["list"] as? String == "\(name).\(kind)")
          return try SurveyImportTests.welder(of: record)
        }
        #expect(welders == expected.welders, "\(program), \(name).\(kind)")
        #expect(rows.count { $0["outcome"] as? String == "rejected" } == expected.rejected.count)
        #expect(Self.leftovers(in: home).isEmpty, "\(program), \(name).\(kind)")
      }
    }
  }

  // MARK: - What may go wrong

  @Test func `where no program converts it, the remedy is named and nothing is stored`() throws {
    let laptop = try Laptop()
    try laptop.setUp()
    for (kind, name) in [("xls", ".xls"), ("ods", ".ods")] {
      let list = try ConvertedLists.path(try ConvertedLists.list(of: "01-plain", kind))
      for (language, words) in [
        ("zh", ["另存为", "*.xlsx", "gnumeric", "LibreOffice"]), ("en", ["Save As", "*.xlsx", "gnumeric"]),
      ] {
        let outcome = try laptop.run(
          "--json", "--lang", language, "ledger", "import", list, environment: ["PATH": "/nonexistent"])
        #expect(outcome.status == 65 && outcome.errorCode == "ledger.list.unusable", "\(outcome.output)")
        #expect((outcome.error?["message"] as? String)?.contains(name) == true)
        let hint = outcome.error?["hint"] as? String ?? ""
        for word in words { #expect(hint.contains(word), "\(hint)") }
      }
    }
    #expect(try laptop.list().isEmpty)
  }

  @Test(.enabled(if: InstalledProgram("ssconvert").isInstalled, "ssconvert is not installed"))
  func `damaged old workbooks end in a document, leave nothing behind and import nothing by halves`() throws {
    let laptop = try Laptop()
    try laptop.setUp()
    let whole = [UInt8](
      try Data(
        contentsOf: URL(
          filePath: ConvertedLists.path(try ConvertedLists.list(of: "22-more-columns-1900", "xls")))))
    let seed: UInt64 = 20_241_203
    var random = SplitMix64(seed: seed)
    var new = 0
    var refused = 0
    for number in 0..<30 {
      var bytes = whole
      switch number % 3 {
      case 0: bytes.removeLast(random.next(below: bytes.count - 8))
      case 1: bytes = Array(bytes.prefix(8)) + (0..<5_000).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      default:
        for _ in 0..<(1 << (number / 3)) {
          bytes[8 + random.next(below: bytes.count - 8)] = UInt8(truncatingIfNeeded: random.next())
        }
      }
      let list = try laptop.scratch.write("list.xls", Data(bytes))
      let outcome = try laptop.run("--json", "ledger", "import", list, "--keep")
      #expect([0, 1, 65].contains(outcome.status), "seed \(seed), list \(number): \(outcome.status)")
      let document = try outcome.document()
      new += ((document["counts"] as? [String: Any])?["new"] as? Int) ?? 0
      refused += outcome.status == 65 ? 1 : 0
      #expect(Self.leftovers(in: laptop.home).isEmpty, "seed \(seed), list \(number)")
    }
    #expect(refused >= 10)
    #expect(try laptop.list().count == new)
  }

  /// Checks a converter that does not end and has a child that does not end either.
  @Test
  func
    `a conversion that hangs is ended by Ctrl-C with all that it started, and what a kill leaves is removed`()
    throws
  {
    let laptop = try Laptop()
    try laptop.setUp()
    let started = laptop.scratch.file("started")
    let folder = laptop.scratch.file("bin")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let script = """
      #!/bin/sh
      trap '' INT TERM HUP
      /bin/sh -c 'trap "" INT TERM HUP; echo $$ >>"\(started)"; exec /bin/sleep 1000000' &
      echo $$ >>"\(started)"
      while :; do /bin/sleep 1000000; done

      """
    try Data(script.utf8).write(to: URL(filePath: "\(folder)/ssconvert"))
    chmod("\(folder)/ssconvert", 0o755)
    let list = try ConvertedLists.path(try ConvertedLists.list(of: "01-plain", "xls"))
    func lines() -> [Int32] {
      ((try? String(contentsOfFile: started, encoding: .utf8)) ?? "").split(separator: "\n").compactMap {
        Int32($0)
      }
    }
    for isKilled in [true, false] {
      try? FileManager.default.removeItem(atPath: started)
      let program = try laptop.start(["--json", "ledger", "import", list], environment: ["PATH": folder])
      #expect(program.wait(watching: [laptop.scratch.path], until: { _ in lines().count == 2 }))
      let processes = lines()
      #expect(Self.leftovers(in: laptop.home).count == 1)
      if isKilled {
        program.kill()
        #expect(Self.leftovers(in: laptop.home).count == 1)
        // One of the two processes leads the group of both.
        for process in processes { kill(-process, SIGKILL) }
      } else {
        // This run has removed the folder that the killed run left, and Ctrl-C makes it remove its own.
        let outcome = program.stop()
        #expect(outcome.status == 2 && outcome.errorCode == "cancelled", "\(outcome.output)")
        #expect(Self.leftovers(in: laptop.home).isEmpty)
        for process in processes { #expect(!Self.isRunning(process)) }
      }
    }
    #expect(try laptop.list().isEmpty)
  }

  /// Checks that no picture is fetched. LibreOffice fetches pictures that a document links to, and the writer
  /// of a list would learn who opens it.
  @Test(.enabled(if: InstalledProgram("soffice").isInstalled, "soffice is not installed"))
  func `a list that links to a picture asks nobody for it`() throws {
    let laptop = try Laptop()
    try laptop.setUp()
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    defer { close(listener) }
    var name = sockaddr_in()
    name.sin_family = sa_family_t(AF_INET)
    name.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    try withUnsafeMutablePointer(to: &name) { pointer in
      try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        try #require(bind(listener, $0, length) == 0 && listen(listener, 8) == 0)
        try #require(getsockname(listener, $0, &length) == 0)
      }
    }
    let list = laptop.scratch.file("list.ods")
    try ConvertedLists.writeLinking(toPort: UInt16(bigEndian: name.sin_port), list)
    // With util-linux at hand the program has no network at all, and without it LibreOffice has no proxy.
    for isUnshared in [true, false] {
      let path = try Self.searchPath(
        of: InstalledProgram("soffice"), in: laptop.scratch, with: isUnshared ? ["unshare", "true"] : [])
      let outcome = try laptop.run("--json", "ledger", "import", list, environment: ["PATH": path])
      #expect(outcome.errorCode == "ledger.list.noHeader", "\(outcome.output)")
      var entry = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
      #expect(poll(&entry, 1, 0) == 0, "somebody has asked for the picture")
    }
  }

  // MARK: -

  private struct Imported: CustomStringConvertible {
    var new: Int?
    var same: Int?
    /// The rows that are no welders, each with the reason of a skipped row or the cell and code of a refused
    /// one.
    var left: [[String]]
    var description: String { "new \(new ?? -1), same \(same ?? -1), \(left)" }
  }

  private static func imported(_ outcome: ProgramOutcome) throws -> Imported {
    let document = try outcome.document()
    let counts = document["counts"] as? [String: Any]
    let rows = document["rows"] as? [[String: Any]] ?? []
    return Imported(
      new: counts?["new"] as? Int, same: counts?["same"] as? Int,
      left: rows.compactMap { row in
        let place = [row["sheet"], row["row"]].map { $0.map { "\($0)" } ?? "" }
        switch row["outcome"] as? String {
        case "skipped": return place.suffix(1) + [row["reason"] as? String ?? ""]
        case "rejected":
          return place.suffix(1)
            + (row["problems"] as? [[String: Any]] ?? []).flatMap {
              [$0["cell"] as? String ?? "", $0["code"] as? String ?? ""]
            }
        default: return nil
        }
      })
  }

  private static func leftovers(in home: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: home)) ?? []).filter { $0.hasPrefix("converting-") }
  }

  private static func isRunning(_ process: Int32) -> Bool {
    // A process that nobody has waited for is still listed.
    let stat = (try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)) ?? ""
    return !stat.isEmpty && !stat.contains(") Z ")
  }

  /// Makes a folder with one converter and other programs of the system, and returns its path for use as the
  /// whole `PATH`.
  private static func searchPath(
    of converter: InstalledProgram, in scratch: TemporaryFolder,
    with others: [String] = ["unshare", "prlimit", "true"]
  ) throws -> String {
    let folder = scratch.file("bin-\(UUID().uuidString)")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let path = try #require(converter.path)
    // LibreOffice is started by a script that needs programs of its own.
    let script = "#!/bin/sh\nPATH=/usr/bin:/bin exec '\(path)' \"$@\"\n"
    try Data(script.utf8).write(to: URL(filePath: "\(folder)/\(converter.name)"))
    chmod("\(folder)/\(converter.name)", 0o755)
    for name in others {
      if let path = InstalledProgram(name).path {
        try FileManager.default.createSymbolicLink(atPath: "\(folder)/\(name)", withDestinationPath: path)
      }
    }
    return folder
  }
}

/// The lists that other programs write once per test run, by `Tests/Acceptance/SurveyLists/convert-lists`.
enum ConvertedLists {
  struct List: Decodable {
    let name: String
    let source: String
    let program: String
    let kind: String
  }

  private static let folder = TemporaryFolder()
  private static let made: Result<[List], any Error> = Result {
    let first = try SurveyLists.list("01-plain.xlsx").path
    let out = folder.file("converted")
    try FileManager.default.createDirectory(atPath: out, withIntermediateDirectories: true)
    let outcome = try SurveyLists.python.run([
      SurveyLists.scripts + "/convert-lists", URL(filePath: first).deletingLastPathComponent().path(), out,
    ])
    try #require(outcome.status == 0, "\(outcome.diagnostics)")
    let lists = try outcome.output.split(separator: "\n").map {
      try JSONDecoder().decode(List.self, from: Data($0.utf8))
    }
    for program in ["soffice", "ssconvert", "libxlsxwriter"]
    where !lists.contains(where: { $0.program == program }) {
      print("no lists by \(program), which is not installed: scripts/setup tests")
    }
    return lists
  }

  static func lists() throws -> [List] { SurveyLists.reason == nil ? try made.get() : [] }

  /// Returns the sorted names of the lists from which the others were made.
  static func sources() throws -> [String] { Set(try lists().map(\.source)).sorted() }

  /// Returns a list of this kind by any program, and skips the test where no installed program writes one.
  static func list(of source: String, _ kind: String) throws -> String {
    guard let list = try lists().first(where: { $0.source == source + ".xlsx" && $0.kind == kind }) else {
      try Test.cancel("neither soffice nor ssconvert is installed: scripts/setup tests")
    }
    return list.name
  }

  static func path(_ name: String) throws -> String { folder.file("converted/\(name)") }

  /// Writes an OpenDocument workbook that links to a picture on a server of this machine.
  static func writeLinking(toPort port: UInt16, _ path: String) throws {
    let script = """
      import sys, zipfile
      spaces = {"office": "office", "table": "table", "text": "text", "draw": "drawing", "svg": "svg-compatible", "manifest": "manifest"}
      names = " ".join(f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for short, name in spaces.items())
      kind = "application/vnd.oasis.opendocument.spreadsheet"
      with zipfile.ZipFile(sys.argv[2], "w") as package:
          package.writestr("mimetype", kind)
          package.writestr("META-INF/manifest.xml", f'<manifest:manifest {names}><manifest:file-entry manifest:full-path="/" '
                           f'manifest:media-type="{kind}"/><manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>')
          package.writestr("content.xml", f'<office:document-content {names} xmlns:xlink="http://www.w3.org/1999/xlink" office:version="1.2">'
              '<office:body><office:spreadsheet><table:table table:name="S"><table:shapes><draw:frame svg:width="3cm" svg:height="3cm" svg:x="1cm" svg:y="1cm">'
              f'<draw:image xlink:href="http://127.0.0.1:{sys.argv[1]}/picture.png" xlink:type="simple"/></draw:frame></table:shapes>'
              '<table:table-row><table:table-cell office:value-type="string"><text:p>x</text:p></table:table-cell></table:table-row></table:table>'
              '</office:spreadsheet></office:body></office:document-content>')
      """
    let outcome = try SurveyLists.python.run(["-c", script, "\(port)", path])
    try #require(outcome.status == 0, "\(outcome.diagnostics)")
  }
}
