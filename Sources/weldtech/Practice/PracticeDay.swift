import Bench
import Cryptography
import Fieldbook
import FoundationEssentials
import Records
import Terminal

/// A whole day of the trade: a survey list comes in, welders are installed, retired and refused, one is
/// inspected, one is repaired with another module, a label is printed again, and the street's form goes out.
struct PracticeDay {
  let workplace: Workplace
  let folder: PracticeFolder
  let platform: String
  let authority: TestAuthority

  /// The number of welders of the list that are installed.
  static let installed = 5

  private var console: Console { workplace.console }
  private var typist: PracticeTypist { PracticeTypist(workplace: workplace, folder: folder) }

  // MARK: - The day

  func run() throws {
    try PracticeSetUp(typist: typist, platform: platform, authority: authority).run()
    let welders = try survey()
    guard welders.count == SampleSurvey.welders else { throw PracticeFailed(command: "ledger") }
    var modules: [ModuleBench] = []
    defer { for module in modules { module.stop() } }
    for (number, welder) in welders.prefix(Self.installed).enumerated() {
      let module = try plug()
      modules.append(module.bench)
      try install(welder, number: number + 1, port: module.port)
      if number == 0 { try inspect(welder, port: module.port) }
    }
    try retire(welders[Self.installed])
    try refuse(welders[Self.installed + 1])
    try deliver()
    let spare = try plug()
    modules.append(spare.bench)
    try repair(welders[0], port: spare.port)
    try typist.type(
      Text(zh: "标牌褪色，重印一张", en: "A label has faded and is printed again"),
      [
        "labels", "reprint", try code(of: welders[1]), "--reason", "标牌褪色，扫不出", "--output",
        folder.path + "/reprint.png",
      ])
    try deliver()
    try report()
  }

  /// Imports the street's list.
  /// - Returns: the ids of its welders, in the order of the list.
  private func survey() throws -> [InstallationID] {
    let list = folder.input("survey.csv")
    try workplace.write(Data(SampleSurvey.csv.utf8), to: list)
    try typist.type(
      Text(zh: "导入街道的调研表，共十二台焊机", en: "The street's survey list comes in, with twelve welders"),
      ["ledger", "import", list])
    try typist.type(
      Text(zh: "今天去哪些单位", en: "The units of the day's route"),
      ["list", "--status", "surveyed", "--street", "树林召镇"])
    let surveyed = try fieldbook().list(status: .surveyed, limit: 100)
    let placed = try surveyed.map {
      (row: try fieldbook().installation($0.id).survey.row.flatMap { Int($0) } ?? 0, id: $0.id)
    }
    return placed.sorted { $0.row < $1.row }.map(\.id)
  }

  private func install(_ welder: InstallationID, number: Int, port: String) throws {
    let id = short(welder)
    try typist.type(
      Text(zh: "第 \(number) 台：补登记调研表没有的内容", en: "Welder \(number): what the list does not say"),
      [
        "register", id, "--unit-type", "individual", "--brand", "练习牌", "--serial-number", "LX-\(1000 + number)",
        "--operators", "2", "--certified-operators", "1",
      ])
    try typist.type(
      Text(zh: "第 \(number) 台：走完整个流程", en: "Welder \(number): the whole walk"),
      [
        "install", id, "--port", port,
        "--photo-before", try photo(.before, "before-\(number)", workshop: 2 * number),
        "--seal", "LX-000\(number)",
        "--photo-after", try photo(.after, "after-\(number)", workshop: 2 * number + 1),
        "--trained", "2", "--rules", "drafted", "--signature", try signature(number), "--offline",
      ])
  }

  private func inspect(_ welder: InstallationID, port: String) throws {
    try typist.type(
      Text(zh: "回头检查一台装好的焊机", en: "An installed welder is inspected"),
      ["inspect", try code(of: welder), "--port", port, "--label", try code(of: welder), "--seal", "LX-0001"])
  }

  private func retire(_ welder: InstallationID) throws {
    try typist.type(
      Text(zh: "一台不安全的焊机：淘汰", en: "An unsafe welder is retired"),
      [
        "register", short(welder), "--unit-type", "flexible", "--condition", "retired",
        "--retired-reason", "外壳带电，绝缘老化", "--photo", try photo(.before, "retired", workshop: 20),
      ])
  }

  private func refuse(_ welder: InstallationID) throws {
    try typist.type(
      Text(zh: "一家不愿意装", en: "An owner does not want it"),
      ["refuse", short(welder), "--reason", "业主准备换新焊机"])
  }

  private func repair(_ welder: InstallationID, port: String) throws {
    let code = try code(of: welder)
    let old = try fieldbook().installation(welder).module?.serialNumber ?? ""
    try typist.type(
      Text(zh: "电话报修：扫码后不启动", en: "A fault is reported by phone"),
      [
        "repair", "open", code, "--fault", "扫码后焊机不启动", "--reported-by", "王大山",
        "--reporter-phone", "138 0000 0011", "--unsafe",
      ])
    try typist.type(
      Text(zh: "上门维修：旧模块没有应答，换新模块", en: "On the spot: the old module is dead and is exchanged"),
      [
        "repair", code, "--port", port, "--old-module", old, "--dead",
        "--photo", try photo(.before, "dead-module", workshop: 30),
        "--seal-found", "intact", "--seal-photo", try photo(.after, "old-seal", workshop: 31),
        "--seal", "LX-0101",
      ])
    try typist.type(
      Text(zh: "业主签维修确认单", en: "The owner confirms the repair"),
      ["repair", "close", code, "--signature", try signature(31)])
  }

  private func deliver() throws {
    try typist.type(Text(zh: "上传到平台", en: "Deliver it"), ["sync"])
  }

  private func report() throws {
    try typist.type(Text(zh: "今天做了什么", en: "The day"), ["today"])
    try typist.type(
      Text(zh: "导出统计表（附件2）", en: "The progress form goes out"),
      ["ledger", "export", "--form", "progress", "--output", folder.path + "/progress.xlsx"])
    try typist.type(Text(zh: "进度", en: "The figures"), ["ledger", "stats"])
  }

  // MARK: - What it needs

  private func fieldbook() throws -> Fieldbook { try typist.practiceWorkplace().fieldbook() }

  private func short(_ id: InstallationID) -> String { String(id.text.prefix(8)) }

  private func code(of welder: InstallationID) throws -> String {
    guard let code = try fieldbook().installation(welder).code else { throw PracticeFailed(command: "install") }
    return code.description
  }

  /// Plugs in another module.
  private func plug() throws -> (bench: ModuleBench, port: String) {
    let bench = BenchCommand.moduleBench(
      try BenchCommand.configuration(BenchCommand.ModuleOptions(), world: .threePhase, workplace))
    return (bench, try bench.runInBackground())
  }

  private func photo(_ scene: SamplePhoto.Scene, _ name: String, workshop: Int) throws -> String {
    let path = folder.input("\(name).png")
    try workplace.write(try SamplePhoto.png(scene, workshop: workshop), to: path)
    return path
  }

  private func signature(_ variant: Int) throws -> String {
    let path = folder.input("signature-\(variant).json")
    try workplace.write(try RecordCoding.encode(SampleSignature.document(variant: variant)), to: path)
    return path
  }

  // MARK: - What came of it

  struct Document: Encodable {
    var folder: String
    /// The number of records by status, including those of the list that nobody has visited.
    var statuses: [String: Int]
    /// The path of the progress form.
    var form: String
    /// The number of this laptop's records that the platform has.
    var delivered: Int
    /// The number of this laptop's records that the platform should have.
    var of: Int
  }

  /// Compares what this laptop has closed with what the platform holds.
  func report(_ platform: LocalPlatform) throws -> ExitCode {
    let fieldbook = try fieldbook()
    let counts = try fieldbook.counts()
    let rows = try fieldbook.list(limit: 100)
    let closed = try rows.filter { $0.status != .surveyed }.map {
      try fieldbook.closedRecord($0.id, revision: $0.revision)?.sha256
    }
    let held = Set(platform.installations().map(\.sha256))
    let document = Document(
      folder: folder.path, statuses: Dictionary(uniqueKeysWithValues: counts.map { ($0.rawValue, $1) }),
      form: folder.path + "/progress.xlsx", delivered: closed.count { $0.map(held.contains) ?? false },
      of: closed.count)
    let isComplete = document.delivered == document.of && document.of == Self.installed + 2
    try console.answer(document) { tell(document, isComplete: isComplete) }
    return isComplete ? .done : .failed
  }

  private func tell(_ document: Document, isComplete: Bool) {
    console.put("")
    console.heading(
      isComplete
        ? Text(
          zh: "一天做完了：装 5 台，淘汰 1 台，拒装 1 台，维修 1 台",
          en: "The day is done: 5 installed, 1 retired, 1 refused, 1 repaired")
        : Text(zh: "这一天没有做完", en: "The day is not complete"))
    console.facts([
      (Text(zh: "统计表", en: "progress form"), document.form),
      (
        Text(zh: "平台上", en: "on the platform"),
        Text(
          zh: "记录 \(document.delivered)/\(document.of)", en: "records \(document.delivered) of \(document.of)")[
            console.language]
      ),
    ])
    let list = typist.commandLine(["list"])
    console.put(Text(zh: "查看：\(list)", en: "look at it: \(list)"))
  }
}
