import Characters
import Files
import FoundationEssentials
import Glibc
import Tables

/// Converts workbooks of other kinds (`.xls`, `.et`, `.ods`) into `.xlsx` by a program that is installed. The
/// program gets a folder of its own within the home, because the lists hold names and phone numbers. At the
/// deadline it is ended with all processes that it started.
struct SpreadsheetConverter {
  let environment: Environment
  let home: String
  let isInterrupted: () -> Bool
  /// The maximum time that all programs may take together, seconds. LibreOffice takes two on a slow laptop, and
  /// some ten at its first start.
  var maxSeconds: Int64 = 90

  /// A workbook as a program has converted it.
  struct Converted {
    /// The bytes of the `.xlsx`.
    var workbook: [UInt8]
    /// Whether each sheet was hidden, in the order of the tabs; nil where the `.xlsx` itself says so.
    var areHidden: [Bool]?
  }

  /// The maximum size of the converted workbook, bytes.
  private static let maxBytes = 24 << 20
  private static let folderPrefix = "converting-"

  private enum Program: String { case ssconvert, soffice, libreoffice }

  /// Converts a workbook by the first installed program that can read it.
  /// - Throws: `TableFault.noConverter`, `TableFault.notConverted`, `FileFailure`, `Cancelled`.
  func convert(_ bytes: [UInt8], _ kind: CSVError.DocumentKind) throws -> Converted {
    let programs = installed
    guard let first = programs.first else { throw TableFault.noConverter(kind) }
    removeLeftovers()
    let runner = BoundedProgram(environment: environment, maxSeconds: maxSeconds, isInterrupted: isInterrupted)
    for (program, path) in programs {
      if let converted = try convert(bytes, kind, by: program, path, runner) { return converted }
    }
    throw TableFault.notConverted(kind, program: first.program.rawValue)
  }

  /// The installed programs, with gnumeric's before LibreOffice, because it is faster. LibreOffice may be
  /// installed under two names.
  private var installed: [(program: Program, path: String)] {
    let gnumeric = environment.program(Program.ssconvert.rawValue).map { (Program.ssconvert, $0) }
    let office = [Program.soffice, .libreoffice].lazy.compactMap { program in
      environment.program(program.rawValue).map { (program, $0) }
    }.first
    return [gnumeric, office].compactMap(\.self)
  }

  /// Converts a workbook in a folder that is removed afterwards; nil where the program failed.
  private func convert(
    _ bytes: [UInt8], _ kind: CSVError.DocumentKind, by program: Program, _ path: String,
    _ runner: BoundedProgram
  ) throws -> Converted? {
    let folder = try makeFolder()
    // Another command would remove the folder as a leftover if nobody held its lock.
    let lock = try? FileLock.take(FilePath("\(folder)/lock"), removesFile: false)
    defer {
      try? FileManager.default.removeItem(atPath: folder)
      if case .taken(let lock)? = lock { lock.release() }
    }
    let source = "\(folder)/list.\(kind == .ods ? "ods" : "xls")"
    let target = "\(folder)/out/list.xlsx"
    try write(bytes, to: source)
    switch program {
    case .ssconvert:
      guard try runner.run(path, ["--export-type=Gnumeric_Excel:xlsx2", source, target], in: folder),
        let workbook = contents(of: target)
      else { return nil }
      // In gnumeric's .xlsx every sheet is visible. Gnumeric's own format says which sheets are hidden.
      let sheets = "\(folder)/out/sheets.xml"
      guard try runner.run(path, ["--export-type=Gnumeric_XmlIO:sax:0", source, sheets], in: folder),
        let areHidden = GnumericSheets.areHidden(in: FilePath(sheets))
      else { return nil }
      return Converted(workbook: workbook, areHidden: areHidden)
    case .soffice, .libreoffice:
      try makeProfile(in: folder)
      let arguments = [
        "-env:UserInstallation=file://\(PercentEncoding.encode(folder, keepsSlash: true))/profile",
        "--headless", "--norestore",
        "--convert-to", "xlsx", "--outdir", "\(folder)/out", source,
      ]
      guard try runner.run(path, arguments, in: folder), let workbook = contents(of: target) else { return nil }
      return Converted(workbook: workbook)
    }
  }

  private func contents(of path: String) -> [UInt8]? {
    guard let data = try? OpenFile(reading: FilePath(path)).contents(maxBytes: Self.maxBytes), !data.isEmpty
    else { return nil }
    return [UInt8](data)
  }

  // MARK: - The folder

  private func makeFolder() throws -> String {
    // LibreOffice takes the folder of its profile as an address, which begins at the root.
    let path = realpath(home, nil)
    defer { free(path) }
    let root = path.map { String(cString: $0) } ?? home
    var template = Array("\(root)/\(Self.folderPrefix)XXXXXX".utf8CString)
    // mkdtemp(3) makes a folder that only its owner can read.
    let made = template.withUnsafeMutableBufferPointer { buffer in
      buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) }
    }
    guard let made else { throw FileFailure.unwritable(path: home, errno: errno) }
    guard mkdir("\(made)/out", 0o700) == 0 else {
      let failure = FileFailure.unwritable(path: home, errno: errno)
      try? FileManager.default.removeItem(atPath: made)
      throw failure
    }
    return made
  }

  private func write(_ bytes: [UInt8], to path: String) throws {
    guard FileManager.default.createFile(atPath: path, contents: Data(bytes)) else {
      throw FileFailure.unwritable(path: path, errno: errno)
    }
  }

  /// Removes the folders of conversions that were killed.
  private func removeLeftovers() {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: home)) ?? []
    where name.hasPrefix(Self.folderPrefix) {
      let folder = "\(home)/\(name)"
      guard let attempt = try? FileLock.take(FilePath("\(folder)/lock"), removesFile: false),
        case .taken(let lock) = attempt
      else { continue }
      try? FileManager.default.removeItem(atPath: folder)
      lock.release()
    }
  }

  // MARK: - LibreOffice

  /// Makes a profile in which LibreOffice fetches nothing: it would fetch linked pictures through a proxy that
  /// does not exist.
  private func makeProfile(in folder: String) throws {
    guard mkdir("\(folder)/profile", 0o700) == 0, mkdir("\(folder)/profile/user", 0o700) == 0 else {
      throw FileFailure.unwritable(path: folder, errno: errno)
    }
    let values = [
      ("ooInetProxyType", "2"), ("ooInetHTTPProxyName", "127.0.0.1"), ("ooInetHTTPProxyPort", "9"),
      ("ooInetHTTPSProxyName", "127.0.0.1"), ("ooInetHTTPSProxyPort", "9"), ("ooInetNoProxy", ""),
    ]
    let items = values.map { name, value in
      """
      <item oor:path="/org.openoffice.Inet/Settings"><prop oor:name="\(name)" oor:op="fuse"><value>\(value)</value></prop></item>
      """
    }
    let text = """
      <?xml version="1.0" encoding="UTF-8"?>
      <oor:items xmlns:oor="http://openoffice.org/2001/registry">
      \(items.joined(separator: "\n"))
      </oor:items>

      """
    try write(Array(text.utf8), to: "\(folder)/profile/user/registrymodifications.xcu")
  }
}
