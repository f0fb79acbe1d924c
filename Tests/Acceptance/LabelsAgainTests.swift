import Foundation
import Records
import TestSupport
import Testing

/// Makes labels again: the same batch, a whole list, and single codes. A company's office is tested as well.
@Suite struct LabelsAgainTests {
  private func codes(_ count: Int, from first: Int = 2_400_000) -> [String] {
    (0..<count).compactMap { place in
      CodeSerial(number: first + place).flatMap { LabelCode(region: "150621", serial: $0)?.description }
    }
  }

  private func files(_ folder: String) throws -> [String: Data] {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder)
    return try names.reduce(into: [:]) { $0[$1] = try Data(contentsOf: URL(filePath: "\(folder)/\($1)")) }
  }

  private func counts(_ laptop: Laptop) throws -> [String: Int] {
    let stock = try laptop.json("labels", "stock")
    #expect(stock["balanced"] as? Bool == true, "\(stock)")
    return try #require(stock["counts"] as? [String: Int])
  }

  private func list(_ codes: [String], _ laptop: Laptop) throws -> String {
    try laptop.scratch.write(
      "list.csv", "code,unitName,street\n" + codes.enumerated().map { "\($1),第\($0)电焊铺,树林召镇\n" }.joined())
  }

  private func batch(_ list: String, to output: String, _ more: String...) -> [String] {
    ["--json", "labels", "batch", "--input", list, "--output", output, "--template", "thermal-50x30"] + more
  }

  @Test func `two thousand labels of a list as Excel saves Unicode text are made once, and found done`() throws
  {
    let laptop = try Laptop()
    try laptop.setUp()
    let codes = codes(2_000)
    // The list is UTF-16 with tabs; its codes are formulas, every third row lacks its street, and one column is
    // not used.
    var text = "\u{FEFF}序号\t电焊机专属码\t企业/店铺名称\t所属街道/苏木镇\r\n"
    for (place, code) in codes.enumerated() {
      text += "\(place + 1)\t=\"\(code)\"\t示例\(place)电焊铺" + (place.isMultiple(of: 3) ? "" : "\t树林召镇") + "\r\n"
    }
    let list = try laptop.scratch.write("list.txt", try #require(text.data(using: .utf16LittleEndian)))
    let folder = laptop.scratch.file("labels")
    let outcome = try laptop.run(batch(list, to: folder))
    try #require(outcome.status == 0, "\(outcome.output)\(outcome.diagnostics)")
    let document = try outcome.document()
    #expect(document["labels"] as? Int == 2_000 && document["alreadyDone"] as? Bool == false)
    let facts = try #require(document["list"] as? [String: Any])
    #expect(facts["encoding"] as? String == "UTF-16" && facts["unusedColumns"] as? [String] == ["序号"])
    #expect(facts["emptyTexts"] as? [String: Int] == ["street": 667])
    #expect(outcome.diagnostics.contains("UTF-16") && outcome.diagnostics.contains("序号"))
    let made = try files(folder)
    #expect(Set(made.keys) == Set(codes.map { "\($0).png" }))
    #expect(Set(made.values).count == 2_000)

    let again = try laptop.run(batch(list, to: folder)).document()
    #expect(again["alreadyDone"] as? Bool == true && again["resumed"] as? Int == 2_000)
    let (lost, spoilt) = ("\(codes[1_999]).png", "\(codes[7]).png")
    try FileManager.default.removeItem(atPath: "\(folder)/\(lost)")
    try Data("x".utf8).write(to: URL(filePath: "\(folder)/\(spoilt)"))
    let refused = try laptop.run(batch(list, to: folder))
    #expect(refused.status == 1 && refused.errorCode == "labels.batch.files")
    #expect(refused.output.contains(lost) && refused.output.contains(spoilt))
    let reprinted = try laptop.run(batch(list, to: folder, "--reprint", "文件丢失")).document()
    #expect(reprinted["labels"] as? Int == 2_000 && reprinted["reason"] as? String == "文件丢失")
    #expect(try files(folder) == made)
    #expect(try laptop.run(batch(list, to: folder)).document()["alreadyDone"] as? Bool == true)
    let counts = try counts(laptop)
    #expect(counts["printed"] == 2_000 && counts["reprinted"] == 2_000 && counts["inStock"] == 2_000)
    // A single label that is made again has the same texts, and so the same file, as in the batch.
    let one = laptop.scratch.file("one.png")
    try laptop.json(
      "labels", "reprint", codes[1_000], "--reason", "褪色", "--template", "thermal-50x30", "--output", one)
    #expect(try Data(contentsOf: URL(filePath: one)) == made["\(codes[1_000]).png"])
  }

  @Test(arguments: [
    ["--format", "pdf"], ["--format", "pdf", "--sheet", "a4"],
    ["--format", "pdf", "--sheet", "a4", "--mirror"],
    ["--format", "pdf", "--laser", "--template", "acrylic-60x40"], ["--format", "svg", "--laser"],
    ["--format", "svg"],
    ["--format", "png", "--dpi", "300", "--correction", "M"],
  ])
  func `a whole list is made again in any format, sheet and ink, and so are several of its codes`(
    options: [String]
  )
    throws
  {
    let laptop = try Laptop()
    try laptop.setUp()
    let codes = codes(5)
    let list = try list(codes, laptop)
    #expect(try laptop.run(batch(list, to: laptop.scratch.file("first"))).status == 0)
    let isPDF = options.contains("pdf")
    func output(_ name: String) -> String { laptop.scratch.file(isPDF ? "\(name)/labels.pdf" : name) }
    func command(_ name: String) -> [String] {
      ["--json", "labels", "batch", "--input", list, "--output", output(name)] + options
    }
    #expect(try laptop.run(command("second")).errorCode == "code.printed")
    let outcome = try laptop.run(command("second") + ["--reprint", "换格式"])
    #expect(outcome.status == 0, "\(outcome.output)\(outcome.diagnostics)")
    let again = try laptop.run(command("second"))
    #expect(try again.document()["alreadyDone"] as? Bool == true, "\(again.output)")
    // Each round removes another file: the sheets, the ticket or the proof.
    let names = try FileManager.default.contentsOfDirectory(atPath: laptop.scratch.file("second")).sorted()
    for name in names {
      let path = laptop.scratch.file("second/\(name)")
      let bytes = try Data(contentsOf: URL(filePath: path))
      try FileManager.default.removeItem(atPath: path)
      #expect(try laptop.run(command("second")).errorCode == "labels.batch.files", "\(name)")
      try bytes.write(to: URL(filePath: path))
    }
    let some = ["--json", "labels", "reprint", "\(codes[1])+3", "--reason", "褪色", "--output", output("third")]
    let reprinted = try laptop.run(some + options)
    #expect(try reprinted.document()["labels"] as? Int == 3, "\(reprinted.output)\(reprinted.diagnostics)")
    #expect(try counts(laptop)["reprinted"] == 8)
    if !isPDF {
      let (second, third) = (try files(laptop.scratch.file("second")), try files(laptop.scratch.file("third")))
      #expect(third.count == 3 && third.allSatisfy { second[$0.key] == $0.value })
    } else {
      let read = try pdfText(output("third"))
      // poppler reads the text of a mirrored page from left to right.
      let text = options.contains("--mirror") ? String(read.reversed()) : read
      for place in 1...3 { #expect(text.contains("第\(place)电焊铺"), "\(text)") }
      #expect(!text.contains("第0电焊铺") && !text.contains("第4电焊铺"))
    }
  }

  private func pdfText(_ file: String) throws -> String {
    try InstalledProgram("pdftotext").output(["-layout", file, "-"])
  }

  @Test func `a code that was written off is printed again for a reason, with its texts`() throws {
    let laptop = try Laptop()
    try laptop.setUp()
    let codes = codes(3)
    let folder = laptop.scratch.file("labels")
    #expect(try laptop.run(batch(try list(codes, laptop), to: folder)).status == 0)
    let made = try files(folder)
    try laptop.json("labels", "spoil", codes[0], codes[2], "--reason", "断裂")
    #expect(
      try laptop.failure("labels", "reprint", codes[0], codes[2], "--reason", "x", status: 64)
        == "usage.option.missing")
    try laptop.json(
      "labels", "reprint", codes[0], codes[2], "--reason", "断裂补印", "--template", "thermal-50x30", "--output",
      laptop.scratch.file("again"))
    let again = try files(laptop.scratch.file("again"))
    #expect(again == made.filter { !$0.key.hasPrefix(codes[1]) })
    let counts = try counts(laptop)
    #expect(counts["spoiled"] == 0 && counts["inStock"] == 3 && counts["reprinted"] == 2)
    // A wrong text is corrected by its field's name, and stays corrected.
    for (name, more) in [("first", ["--field", "unitName=更正电焊铺"]), ("second", [])] {
      let file = laptop.scratch.file("\(name).pdf")
      let outcome = try laptop.run(
        ["--json", "labels", "reprint", codes[0], "--reason", "店名错", "--output", file, "--format", "pdf"] + more
      )
      #expect(outcome.status == 0, "\(outcome.output)")
      #expect(try pdfText(file).contains("更正电焊铺"))
    }
    #expect(
      try laptop.failure(
        "labels", "reprint", codes[0].replacingOccurrences(of: "0", with: "O"), "--reason", "x", status: 65)
        == "code.mistyped")
  }

  @Test func `labels are made through links, and not into devices`() throws {
    let laptop = try Laptop()
    try laptop.setUp()
    let list = try list(codes(2), laptop)
    try FileManager.default.createDirectory(
      atPath: laptop.scratch.file("there"), withIntermediateDirectories: true)
    let link = laptop.scratch.file("labels.pdf")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "there/target.pdf")
    #expect(try laptop.run(batch(list, to: "/dev/null", "--format", "pdf")).errorCode == "usage.value")
    #expect(try laptop.run(batch(list, to: link, "--format", "pdf")).status == 0)
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "there/target.pdf")
    #expect(try pdfText(laptop.scratch.file("there/target.pdf")).contains("第1电焊铺"))
    #expect(try laptop.run(batch(list, to: link, "--format", "pdf")).document()["alreadyDone"] as? Bool == true)
  }

  // MARK: - The office

  @Test func `an office draws codes, makes and reconciles labels, and takes no step of an installation`() throws
  {
    let office = try Laptop()
    #expect(try office.failure("setup", "--desk", status: 64) == "usage.option.missing")
    #expect(
      try office.failure("setup", "--desk", "--company", "达旗焊安", "--technician", "王示例", status: 64)
        == "usage.option.conflict")
    #expect(
      try office.failure("setup", "--desk", "--company", "达旗焊安", "--company-phone", "12", status: 65)
        == "setup.companyPhone")
    let set = try office.json(
      "setup", "--desk", "--company", "达旗焊安", "--codes", "00A000+20", "--platform", "http://127.0.0.1:9",
      "--company-phone", "400-000-0000")
    #expect(set["desk"] as? Bool == true && set["company"] as? String == "达旗焊安" && set["technician"] == nil)
    // The laptop stays an office when another setting changes.
    #expect(try office.json("setup", "--apn", "cmnet")["desk"] as? Bool == true)
    #expect(try office.json("status")["company"] as? String == "达旗焊安")
    let csv = office.scratch.file("codes.csv")
    let codes = try #require(
      try office.json("labels", "codes", "--count", "3", "--output", csv)["codes"] as? [String])
    #expect(try office.run(batch(csv, to: office.scratch.file("l"))).status == 0)
    try office.json("labels", "reprint", codes[0], "--reason", "褪色")
    try office.json("labels", "hand-out", codes[0], "--to", "王示例")
    try office.json("labels", "spoil", codes[1], "--reason", "断裂")
    #expect(try counts(office)["printed"] == 3)
    let registration = try office.registration()
    for command in [
      ["register", "--from", registration], ["install", "--from", registration], ["register"],
    ] {
      let outcome = try office.run(["--json"] + command)
      #expect(outcome.status == 1 && outcome.errorCode == "setup.desk", "\(command): \(outcome)")
    }
    #expect(try office.list().isEmpty)
    // A technician's laptop does not become an office; an office can become a technician's laptop.
    let laptop = try Laptop()
    try laptop.setUp()
    #expect(try laptop.failure("setup", "--desk", "--company", "x", status: 64) == "setup.desk.technician")
    try office.setUp(codes: "00B000+20")
    #expect(try office.json("setup")["desk"] == nil)
    _ = try office.register()
  }

  @Test func `the company's phone is of the list, else of the setup, and a label without one is as it was`()
    throws
  {
    let laptop = try Laptop()
    try laptop.setUp()
    let codes = codes(4)
    func make(_ codes: [String], phone: String?, to name: String) throws -> String {
      let list = try laptop.scratch.write(
        "\(name).csv",
        phone == nil
          ? "code,unitName\n" + codes.map { "\($0),甲\n" }.joined()
          : "code,unitName,报修电话\n" + codes.map { "\($0),甲,\(phone ?? "")\n" }.joined())
      let output = laptop.scratch.file("\(name).pdf")
      let outcome = try laptop.run(batch(list, to: output, "--format", "pdf"))
      #expect(outcome.status == 0, "\(outcome.output)\(outcome.diagnostics)")
      return try pdfText(output)
    }
    #expect(try !make([codes[0]], phone: nil, to: "none").contains("报修"))
    #expect(try make([codes[1]], phone: "138 0000 0000", to: "column").contains("报修 138 0000 0000"))
    try laptop.json("setup", "--company-phone", "0477-5200000")
    #expect(try make([codes[2]], phone: nil, to: "setup").contains("报修 0477-5200000"))
    #expect(try make([codes[3]], phone: "138 0000 0001", to: "both").contains("报修 138 0000 0001"))
    let id = try laptop.register()
    #expect(try laptop.json("setup", "--company-phone", "")["companyPhone"] == nil)
    #expect(try laptop.record(id)["status"] as? String == "open")
  }
}
