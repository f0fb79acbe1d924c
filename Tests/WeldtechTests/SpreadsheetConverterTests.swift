import Foundation
import Glibc
import Tables
import TestSupport
import Testing

@testable import weldtech

/// Runs converters that do not do what they should, by the real process that runs LibreOffice.
@Suite struct SpreadsheetConverterTests {
  private let scratch = TemporaryFolder()

  /// A converter of old workbooks with these lines, which ends within a second in any case.
  private func converter(_ lines: String) throws -> SpreadsheetConverter {
    for folder in ["bin", "home"] {
      try FileManager.default.createDirectory(atPath: scratch.file(folder), withIntermediateDirectories: true)
    }
    let script = scratch.file("bin/ssconvert")
    try Data("#!/bin/sh\n\(lines)\n".utf8).write(to: URL(filePath: script))
    chmod(script, 0o755)
    return SpreadsheetConverter(
      environment: Environment(variables: ["PATH": scratch.file("bin")], executable: ""),
      home: scratch.file("home"), isInterrupted: { false }, maxSeconds: 1)
  }

  private var leftovers: [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: scratch.file("home"))) ?? []
  }

  @Test(arguments: [
    "while :; do :; done", "trap '' TERM INT; /bin/sleep 1000000", "exit 1", "exit 0", "/bin/kill -9 $$",
    "/bin/sh -c '/bin/sleep 1000000' & exit 0", "echo no workbook >\"$3\"; exit 1", ": >\"$3\"",
  ])
  func `a program that hangs, fails or makes nothing is named, ended, and leaves nothing`(lines: String) throws
  {
    let converter = try converter("echo $$ >>\"\(scratch.file("started"))\"\n\(lines)")
    #expect(throws: TableFault.notConverted(.xls, program: "ssconvert")) {
      try converter.convert([0xD0, 0xCF, 0x11, 0xE0], .xls)
    }
    #expect(leftovers.isEmpty)
    let started = try String(contentsOfFile: scratch.file("started"), encoding: .utf8)
    for line in started.split(separator: "\n") {
      let process = try #require(Int32(line))
      #expect(kill(process, 0) != 0 || kill(-process, 0) != 0, "\(process) is still there")
    }
  }

  @Test
  func `the program sees a home and a place for temporary files within the home, and nothing of the desktop`()
    throws
  {
    var converter = try converter("/usr/bin/env >\"\(scratch.file("seen"))\"; /usr/bin/id >/dev/null; exit 1")
    converter = SpreadsheetConverter(
      environment: Environment(
        variables: converter.environment.variables.merging([
          "HOME": "/home/x", "DISPLAY": ":0", "DBUS_SESSION_BUS_ADDRESS": "unix:path=/x",
          "XDG_RUNTIME_DIR": "/x",
          "LANG": "zh_CN.UTF-8", "WELDTECH_HOME": "/y",
        ]) { $1 }, executable: ""), home: scratch.file("home"), isInterrupted: { false })
    #expect(throws: TableFault.self) { try converter.convert([0xD0, 0xCF, 0x11, 0xE0], .ods) }
    let seen = try String(contentsOfFile: scratch.file("seen"), encoding: .utf8).split(separator: "\n")
    for name in ["DISPLAY", "DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "WELDTECH_HOME"] {
      #expect(!seen.contains { $0.hasPrefix(name + "=") }, "\(name)")
    }
    let root = try #require(
      realpath(scratch.file("home"), nil).map { pointer in
        defer { free(pointer) }
        return String(cString: pointer)
      })
    for name in ["HOME", "TMPDIR"] {
      #expect(seen.contains { $0.hasPrefix("\(name)=\(root)/converting-") }, "\(seen)")
    }
    #expect(seen.contains("LC_ALL=C.UTF-8") && !seen.contains("LANG=zh_CN.UTF-8"))
  }

  /// Gnumeric's own format is read in pieces, and a tag may lie across two of them.
  @Test(arguments: [0, 131_050, 131_060, 131_071, 262_130])
  func `the hidden sheets of gnumeric are found wherever their tags lie`(padding: Int) throws {
    let text = """
      <?xml version="1.0"?><gnm:Workbook><gnm:SheetNameIndex><gnm:SheetName>a</gnm:SheetName></gnm:SheetNameIndex><!--\
      \(String(repeating: "x", count: padding))--><gnm:Sheets><gnm:Sheet DisplayFormulas="0" Visibility="GNM_SHEET_VISIBILITY_VISIBLE">\
      <gnm:Name>&lt;gnm:Sheet Visibility="GNM_SHEET_VISIBILITY_HIDDEN"</gnm:Name></gnm:Sheet>\
      <gnm:Sheet Visibility="GNM_SHEET_VISIBILITY_HIDDEN"></gnm:Sheet><gnm:Sheet Visibility="GNM_SHEET_VISIBILITY_VERY_HIDDEN"/>\
      <gnm:Sheet x="1"></gnm:Sheet></gnm:Sheets></gnm:Workbook>
      """
    let path = try scratch.write("sheets.xml", Data(text.utf8))
    #expect(GnumericSheets.areHidden(in: .init(path)) == [false, true, true, false])
    #expect(GnumericSheets.areHidden(in: .init(scratch.file("none"))) == nil)
  }
}
