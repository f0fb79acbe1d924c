import Foundation
import Records
import TestSupport
import Testing

/// The release build of the program, and the programs that read its labels.
private enum PrintShop {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path
  static let python = root + "/.build/peers/bin/python"
  private static let named = ProcessInfo.processInfo.environment["WELDTECH_RELEASE"]
  static let program = named ?? root + "/.build/release/weldtech"

  /// The name of a required program that is missing; nil where none is.
  static let missing: String? = {
    let needed = [program, python, "/usr/bin/pdftoppm", "/usr/bin/rsvg-convert"]
    if let path = needed.first(where: { !FileManager.default.isExecutableFile(atPath: $0) }) { return path }
    // `make test` gives the path of the program that it has just built; a program found here may be older.
    guard named == nil else { return nil }
    func date(_ path: String) -> Date {
      (try? FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date) ?? .distantPast
    }
    let sources = FileManager.default.enumerator(atPath: root + "/Sources")?.compactMap { $0 as? String } ?? []
    let newest = sources.map { date("\(root)/Sources/\($0)") }.max() ?? .distantPast
    return date(program) >= newest ? nil : "a release program as new as its sources (make build)"
  }()
}

/// Makes whole print runs with the release build, and reads the finished files with programs that had no part
/// in making them.
@Suite(.enabled(if: PrintShop.missing == nil, "\(PrintShop.missing ?? "") is missing"))
struct PrintRunTests {
  private func codes(_ count: Int) -> [String] {
    (0..<count).map { LabelCode(region: "150621", serial: CodeSerial(number: 2_000_000 + $0)!)!.description }
  }

  private func run(_ arguments: [String], on laptop: Laptop) throws -> ProgramOutcome {
    try RunningProgram(["--home", laptop.home, "--json"] + arguments, executable: PrintShop.program).end()
  }

  private func batch(_ codes: [String], _ words: [String], on laptop: Laptop, to output: String) throws
    -> ProgramOutcome
  {
    let list = try laptop.scratch.write(
      "list.csv", "code,unitName,street\n" + codes.map { "\($0),树林召镇老王电焊铺,树林召镇\n" }.joined())
    return try run(["labels", "batch", "--input", list, "--output", output] + words, on: laptop)
  }

  private struct Page: Decodable {
    var file: String
    var texts: [String]
  }

  /// Reads each page with `Tests/Peers/read-labels`.
  private func pages(_ files: [String], mirrored: Bool = false) throws -> [Page] {
    if files.isEmpty { return [] }
    let outcome = try RunningProgram(
      [PrintShop.root + "/Tests/Peers/read-labels"] + (mirrored ? ["--mirrored"] : []) + files,
      executable: PrintShop.python
    ).end()
    try #require(outcome.status == 0, "\(outcome.diagnostics)")
    return try outcome.output.split(separator: "\n").map {
      try JSONDecoder().decode(Page.self, from: Data($0.utf8))
    }
  }

  private func isList(_ texts: [String], _ codes: [String], platform: String = "127.0.0.1:9") -> Bool {
    texts.count == codes.count && Set(texts) == Set(codes.map { "https://\(platform)/w/\($0)" })
  }

  private func files(_ laptop: Laptop, suffix: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: laptop.scratch.file("out")).filter {
      $0.hasSuffix(suffix)
    }.sorted().map { laptop.scratch.file("out/\($0)") }
  }

  private func counted(_ laptop: Laptop) throws -> Int? {
    let stock = try run(["labels", "stock"], on: laptop).document()
    return (stock["counts"] as? [String: Int])?["printed"]
  }

  @Test(arguments: [["--sheet", "a4"], ["--sheet", "a4", "--mirror"], []])
  func `2,017 labels as PDF are the list, page by page`(words: [String]) throws {
    let laptop = try Laptop()
    try laptop.setUp()
    let codes = codes(2_017)
    let outcome = try batch(
      codes, ["--format", "pdf"] + words, on: laptop, to: laptop.scratch.file("out/labels.pdf"))
    try #require(outcome.status == 0, "\(outcome.output)\(outcome.diagnostics)")
    #expect(try outcome.document()["labels"] as? Int == 2_017)
    #expect(try counted(laptop) == 2_017)
    let made = try files(laptop, suffix: ".pdf").filter {
      !$0.hasSuffix("-proof.pdf") && !$0.hasSuffix("-ticket.pdf")
    }
    #expect(made.count == (words.isEmpty ? 9 : 1))
    let isMirrored = words.contains("--mirror")
    let counts = try pages(made, mirrored: isMirrored).map(\.texts)
    #expect(isList(counts.flatMap { $0 }, codes))
    let perPage = words.isEmpty ? 1 : 18
    #expect(counts.dropLast().allSatisfy { $0.count == perPage })
    guard !words.isEmpty else { return }
    let proof = try pages([laptop.scratch.file("out/labels-proof.pdf")], mirrored: isMirrored)
    #expect(isList(proof.flatMap(\.texts), Array(codes[..<4])))
    let ticket = try RunningProgram(
      [laptop.scratch.file("out/labels-ticket.pdf"), "-"], executable: "/usr/bin/pdftotext"
    ).end().output
    #expect(ticket.contains("2017 块") && ticket.contains("已逐一回读") && ticket.contains("不计入数量"))
    #expect(codes[..<4].allSatisfy { ticket.contains($0) } && !ticket.contains(codes[4]))
  }

  @Test(arguments: ["png", "svg"]) func `1,000 labels in files of their own are the list`(format: String) throws
  {
    let laptop = try Laptop()
    try laptop.setUp()
    let codes = codes(1_000)
    let outcome = try batch(codes, ["--format", format], on: laptop, to: laptop.scratch.file("out"))
    try #require(outcome.status == 0, "\(outcome.output)\(outcome.diagnostics)")
    #expect(try counted(laptop) == 1_000)
    let made = try files(laptop, suffix: "")
    #expect(made.map { URL(filePath: $0).lastPathComponent } == codes.map { "\($0).\(format)" })
    #expect(try pages(made).map(\.texts) == codes.map { ["https://127.0.0.1:9/w/\($0)"] })
  }

  /// Checks 75 sheets of 40 labels, for five templates, five platform addresses and three processes.
  @Test func `of 3,000 random codes none is refused unless its symbol is too large`() throws {
    let platforms = [
      "w.cn", "weld.example.cn", "hanji.dalad.example.gov.cn", "platform.welding-control.example.com.cn",
      "code.welding-machines.dalad-banner.ordos.example.org.cn",
    ]
    let templates = ["acrylic-60x40", "acrylic-80x50", "small-30x30", "round-50", "thermal-50x30"]
    var dice = SplitMix64(seed: 19)
    var refused: [String] = []
    var found = 0
    for platform in platforms {
      let laptop = try Laptop()
      try laptop.setUp(platform: "https://\(platform)")
      var wanted: [String: [String]] = [:]
      for template in templates {
        for process in ["print", "mirror", "laser"] {
          let codes = (0..<40).map { _ in
            LabelCode(region: "150621", serial: CodeSerial(number: dice.next(below: CodeSerial.count))!)!
              .description
          }
          let file = laptop.scratch.file("out/\(template)-\(process).pdf")
          let words = ["--format", "pdf", "--sheet", "a4", "--template", template]
          let outcome = try batch(
            codes, words + (process == "print" ? [] : ["--\(process)"]), on: laptop, to: file)
          if outcome.status == 0 {
            wanted[file] = codes
          } else {
            #expect(outcome.errorCode == "labels.symbol.tooDense", "\(file): \(outcome.output)")
            refused.append("\(template) \(platform) \(process)")
          }
        }
      }
      let files = wanted.keys.sorted()
      let read =
        try pages(files.filter { !$0.hasSuffix("-mirror.pdf") })
        + pages(files.filter { $0.hasSuffix("-mirror.pdf") }, mirrored: true)
      for (file, codes) in wanted {
        let texts = read.filter { $0.file == file }.flatMap(\.texts)
        #expect(isList(texts, codes, platform: platform), "\(file), \(platform)")
        found += texts.count
      }
    }
    // An address that is too long for a template is refused in all three processes.
    #expect(
      refused.count.isMultiple(of: 3) && found == 3_000 - 40 * refused.count && found >= 1_500, "\(refused)")
    print("\(found) labels read; too long for: \(refused)")
  }
}
