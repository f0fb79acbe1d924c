import Arguments
import Foundation
import Terminal
import Testing

@testable import weldtech

/// Checks that command lines are read as a command that can run, or as the usage error that names the fault.
@Suite struct CommandLineTests {
  struct Line: CustomTestStringConvertible {
    var arguments: [String]
    var path: [String]

    init(_ line: String, _ path: String...) {
      arguments = line.split(separator: " ").map(String.init)
      self.path = path
    }

    var testDescription: String { arguments.joined(separator: " ") }
  }

  private static let lines = [
    Line("setup", "setup"),
    Line(
      "setup --technician 张三 --phone 13800000001 --company 焊安 --certificate T-1 --certificate-expires 2027-01-01 --region 150621 --codes 00A000+500 --platform https://p.example --platform-key F --token-file F --apn cmiot",
      "setup"),
    Line("setup --certificate-expires ２０２７-０１-０１", "setup"),
    Line("install", "install"),
    Line(
      "install --from r.json --draft 3 --drop-draft 2 --code C --plate-photo p.jpg --port P --photo-before a.jpg --photo-before b.jpg --photo-after c.jpg --photo-reason R --reason R --seal S-1 --seal-photo d.jpg --trained 2 --trainee T --rules drafted --note N --template T --signature s.json --signatory N --signatory-phone 1 --capacity authorised --consent no --shown paper --offline",
      "install"),
    Line("install 3f2a --port /dev/ttyUSB0", "install"),
    Line("register --from - --code 150621-00A000-7", "register"),
    Line("register --from - --code-photo p.jpg", "register"), Line("install --code-photo p.jpg", "install"),
    Line("setup --plates stock", "setup"), Line("label 3f2a --photo p.jpg --photo-reason R", "label"),
    Line(
      "register --draft 3 --drop-draft 2 --unit-name 店 --unit-type small --responsible-name 王 --responsible-phone 1 --street 树 --community 社 --industry other --industry-note n --operators 3 --certified-operators 1 --unit-id u --brand b --model m --serial-number s --welding-process tig --supply other --source-type dc --supply-max-amps 20 --max-current-amps 200 --max-power-kilowatts 5 --purpose p --purchased-on 2020-01-01 --condition retired --retired-reason r --remarks x --photo a.jpg --photo b.jpg --photo-reason R --reason R",
      "register"),
    Line("photo 3f2a --stage before --reason R a.jpg b.jpg", "photo"),
    Line("photo 3f2a --stage=after -- -a.jpg", "photo"),
    Line("flash 3f2a --port P --image F.bin --manifest F.json --allow-downgrade", "flash"),
    Line("pair 3f2a --port P", "pair"),
    Line("test 3f2a --port P --plan standard", "test"),
    Line("label 3f2a --code C --template T --dpi 600 --output F.png --printer P", "label"),
    Line("label 3f2a --dpi ６００", "label"),
    Line("seal 3f2a --number N --photo F --photo-reason R", "seal"),
    Line("handover 3f2a --trained ２ --rules existing --note T", "handover"),
    Line(
      "sign 3f2a --signature S.json --signatory N --signatory-phone 1 --capacity legalRepresentative", "sign"),
    Line("list --status open --limit 10 --after 3f2a --search 138", "list"), Line("today", "today"),
    Line("ledger import l.xlsx --sheet 一 --encoding gb18030 --accept-changes --dry-run", "ledger", "import"),
    Line("ledger import l.csv --keep", "ledger", "import"),
    Line(
      "ledger export --form survey --output f.xlsx --street 树林召镇 --from 2024-09-01 --to 2024-09-30", "ledger",
      "export"),
    Line(
      "ledger export --form progress --output f --format csv --reporter 树林召镇 --date 2024-9-30", "ledger",
      "export"),
    Line("ledger stats --output f.pdf --industry 汽车维修 --department street --payer 自费", "ledger", "stats"),
    Line("ledger rows overdue --community 长胜", "ledger", "rows"),
    Line("register 3f2a --unit-type individual", "register"),
    Line("correct 3f2a --date 2026-12-03 --note T", "correct"),
    Line(
      "list --street 树 --community 社 --industry 汽车维修 --unit U --from 2026-11-01 --to ２０２６-１１-３０ --sort unit --columns 单位，电话 --csv F.csv --full",
      "list"),
    Line("unit list --search qx --limit 5 --after U", "unit", "list"),
    Line("unit show U --full", "unit", "show"),
    Line("unit merge U V --reason R", "unit", "merge"),
    Line("unit split U 3f2a 3f2b --reason R", "unit", "split"),
    Line("setup --export F.json --codes 00B000+500", "setup"), Line("setup --from F.json", "setup"),
    Line("archive export 3f2a --output a.zip", "archive", "export"),
    Line("archive export --all --since 2026-11-01 --output a.zip", "archive", "export"),
    Line("company load --into postgresql://desk@db.example/weld --prepare", "company", "load"),
    Line(
      "company load --from /mnt/d --into postgresql:///?service=weld --skip-agreements --trust r.pem",
      "company", "load"),
    Line("archive verify a.zip --trust root.pem --trust-timestamps tsa.pem", "archive", "verify"),
    Line("open 3f2a agreement", "open"), Line("open 3f2a label", "open"),
    Line("help day", "help", "day"), Line("help day --output F.pdf", "help", "day"),
    Line("show 3f2a --full", "show"),
    Line("next", "next"), Line("next 3f2a", "next"),
    Line("void 3f2a --reason T", "void"), Line("refuse 3f2a --reason T", "refuse"),
    Line("correct 3f2a --unit-name 店 --purchased-on 2024-05-01 --max-current-amps 400A --reason R", "correct"),
    Line("repair open 3f2a --fault T --reported-by N --reporter-phone 1 --unsafe --tampered", "repair", "open"),
    Line(
      "repair 3f2a --port P --seal-found broken --seal-photo a.jpg --seal N --old-module M --dead --photo b.jpg --flash --pair --label --service --reason R",
      "repair"),
    Line("repair --label-photo a.jpg --port P", "repair"), Line("repair 3f2a --port P --test-only", "repair"),
    Line("repair open 13800000001 --fault T --usable", "repair", "open"),
    Line("repair close 3f2a --signature S.json --done T", "repair", "close"),
    Line("transfer 3f2a --from o.json --unit-name 店", "transfer"),
    Line("move 3f2a --street 树 --community 社 --purpose p", "move"),
    Line("retire 3f2a --reason T --photo a.jpg", "retire"),
    Line("inspect 150621-00A000-X --port P --label-photo F.jpg --seal S --output F.pdf", "inspect"),
    Line("inspect https://weld.example.cn/w/150621-00A000-X --label T", "inspect"),
    Line("setup --inspector 李检 --phone 13800000001 --company 应急管理局 --protect always", "setup"),
    Line("sync --watch", "sync"), Line("sync --dry-run", "sync"),
    Line("status", "status"),
    Line("labels codes --count 5 --output F.csv", "labels", "codes"),
    Line("labels batch --input F.csv --output D --format png --dpi 600 --jobs 2", "labels", "batch"),
    Line("agreement verify F.pdf --trust R.pem", "agreement", "verify"),
    Line("labels templates", "labels", "templates"),
    Line("labels verify a.png b.pdf --expect C --mirrored", "labels", "verify"),
    Line(
      "labels reprint C --reason T --template T --dpi 600 --field unitName=U --output F.png --printer P --printer-language zpl",
      "labels", "reprint"),
    Line("labels hand-out C D+10 --to N", "labels", "hand-out"),
    Line("labels spoil C --reason T", "labels", "spoil"),
    Line("labels stock", "labels", "stock"), Line("labels stock C", "labels", "stock"),
    Line("photo 3f --phone --interface wlp2s0 --qr-file q.png", "photo"), Line("photo 3f --browser", "photo"),
    Line("register --phone --draft 3", "register"), Line("sign 3f --browser --authority a.jpg", "sign"),
    Line("sign 3f --phone --interface wlp2s0 --qr-file q.png --signatory N --signatory-phone 1", "sign"),
    Line("install 3f --phone --interface wlp2s0", "install"),
    Line("schemes single-phase-inverter --phone", "schemes"),
    Line("schemes", "schemes"), Line("schemes single-phase-inverter", "schemes"),
    Line("schemes single-phase-inverter --output F.pdf", "schemes"),
    Line("completions bash", "completions"),
    Line("firmware list", "firmware", "list"),
    Line("firmware verify F.json", "firmware", "verify"),
    Line("firmware sign F.json --key K.pem --output F.sig", "firmware", "sign"),
    Line("station --slots F.json --image F.bin --manifest F.json --allow-downgrade --count 3", "station"),
    Line("ports", "ports"), Line("doctor --online", "doctor"),
    Line("practice --folder F", "practice"),
    Line(
      "bench module --wire-speed 115200 --fault pull-during=write --with-firmware", "bench", "module"),
    Line("bench module --engine qemu --manifest F.json --image F.bin", "bench", "module"),
    Line("bench platform --listen 127.0.0.1:0 --data D --token F", "bench", "platform"),
    Line("--home H --lang zh --json --verbose --no-color list", "list"),
    Line("list --json --home H", "list"),
  ]

  @Test(arguments: lines)
  func `a line of the contract is understood`(_ line: Line) {
    let invocation = CommandTree.program().parse(line.arguments)
    #expect(invocation.path == line.path)
    if case .failed(let error) = invocation.outcome {
      Issue.record("\(error)")
    }
  }

  @Test func `every command of the tree stands in that table`() {
    func paths(_ commands: [Command<Workplace>], _ prefix: [String] = []) -> [[String]] {
      commands.filter { !$0.isHidden }.flatMap { command in
        (command.isRunnable ? [prefix + [command.name]] : [])
          + paths(command.subcommands, prefix + [command.name])
      }
    }
    let tried = Set(Self.lines.map(\.path))
    #expect(paths(CommandTree.program().commands).filter { !tried.contains($0) } == [])
  }

  struct WrongLine: CustomTestStringConvertible {
    var arguments: [String]
    var error: String
    /// The words that the message or the hint must contain.
    var names: String

    init(_ line: String, _ error: String, _ names: String) {
      arguments = line.split(separator: " ").map(String.init)
      self.error = error
      self.names = names
    }

    var testDescription: String { arguments.joined(separator: " ") }
  }

  @Test(arguments: [
    WrongLine("", "usage.command.missing", "weldtech --help"),
    WrongLine("regster", "usage.command.unknown", "register"),
    WrongLine("help regster", "usage.command.unknown", "register"),
    WrongLine("help labels kodes", "usage.command.unknown", "codes"),
    WrongLine("lables codes", "usage.command.unknown", "labels"),
    WrongLine("labels", "usage.command.missing", "labels"),
    WrongLine("labels kodes", "usage.command.unknown", "codes"),
    WrongLine("flash 3f2a --prot P", "usage.option.unknown", "--port"),
    WrongLine("flash --port P", "usage.argument.missing", "ID"),
    WrongLine("flash 3f2a --port", "usage.option.value", "--port"),
    WrongLine("photo 3f2a --stage during a.jpg", "usage.value", "before"),
    WrongLine("label 3f2a --dpi many", "usage.value", "--dpi"),
    WrongLine("handover 3f2a --trained -1", "usage.option.value", "--trained"),
    WrongLine("handover 3f2a --trained=-1", "usage.value", "--trained"),
    WrongLine("handover 3f2a --rules none", "usage.value", "drafted"),
    WrongLine("sign 3f2a --capacity friend", "usage.value", "proprietor"),
    WrongLine("setup --certificate-expires 2027-02-30", "usage.value", "--certificate-expires"),
    WrongLine("list --limit 0", "usage.value", "--limit"),
    WrongLine("list --status done", "usage.value", "open"),
    WrongLine("list --json=yes", "usage.option.flag", "--json"),
    WrongLine("show 3f2a 4a5b", "usage.argument.unexpected", "4a5b"),
    WrongLine("seal 3f2a --number 1 --number 2", "usage.option.repeated", "--number"),
    WrongLine("labels codes --count 0", "usage.value", "--count"),
    WrongLine("bench module --fault fire", "usage.value", "--fault"),
    WrongLine("--lang fr list", "usage.value", "zh"),
  ])
  func `a wrong line is a usage error that names what is wrong`(_ line: WrongLine) throws {
    let invocation = CommandTree.program().parse(line.arguments)
    guard case .failed(let error) = invocation.outcome else {
      Issue.record("it was understood")
      return
    }
    #expect(error.code == line.error)
    let command = (["weldtech"] + invocation.path).joined(separator: " ")
    for language in Language.allCases {
      let said = error.problem[language] + error.hint(command: command)[language]
      #expect(said.contains(line.names), "\(said)")
    }
  }

  // MARK: - Values that are missing where nobody can be asked

  struct Missing: CustomTestStringConvertible {
    /// The words of the command; `ID` stands for an open installation.
    var arguments: [String]
    var options: [String]

    init(_ line: String, _ options: String...) {
      arguments = line.split(separator: " ").map(String.init)
      self.options = options
    }

    var testDescription: String { arguments.joined(separator: " ") }
  }

  @Test(arguments: [
    Missing("photo ID a.jpg", "--stage"),
    Missing("flash ID", "--port"),
    Missing("flash ID --port P --image F.bin", "--manifest"),
    Missing("pair ID", "--port"),
    Missing("test ID", "--port"),
    Missing("seal ID", "--number"),
    Missing("handover ID", "--trained"),
    Missing("handover ID --trained 2", "--rules"),
    Missing("void ID", "--reason"),
    Missing("void ID --reason  ", "--reason"),
    Missing("install ID", "--photo-before"),
    Missing("labels codes", "--count"),
  ])
  func `a missing value is a usage error that names the option where stdin is no terminal`(_ row: Missing)
    throws
  {
    let desk = Desk()
    try desk.setUp()
    let id = try desk.register()
    let failure = try #require(desk.failure(row.arguments.map { $0 == "ID" ? id : $0 }))
    #expect(failure.exit == .usage)
    #expect(failure.code == (row.arguments.last == "--reason" ? "usage.option.value" : "usage.option.missing"))
    for option in row.options { #expect(failure.message.en.contains(option), "\(failure.message.en)") }
  }

  @Test func `setup names every option that is missing at once`() throws {
    let failure = try #require(Desk().failure(["setup", "--company", "达旗焊安"]))
    #expect(failure.code == "usage.option.missing")
    for option in ["--technician", "--phone", "--certificate", "--certificate-expires"] {
      #expect(failure.message.en.contains(option))
    }
    #expect(!failure.message.en.contains("--company"))
  }

  @Test(arguments: [
    (" https://mashanghan.example/ ", "https://mashanghan.example"),
    ("https://例子.测试/w/", "https://xn--fsqu00a.xn--0zwm56d/w"),
    ("ｈｔｔｐｓ：//例子。测试:8443", "https://xn--fsqu00a.xn--0zwm56d:8443"),
    ("https://Bücher.example", "https://xn--bcher-kva.example"),
  ])
  func `setup takes blanks around an address, and a name that is not ASCII in its xn-- form`(
    typed: String, kept: String
  ) throws {
    let desk = Desk()
    try desk.setUp()
    _ = try desk.run(["setup", "--platform", typed])
    #expect(try desk.fieldbook().setup().platform == kept)
  }

  @Test func `setup refuses a name that no domain can have`() throws {
    let desk = Desk()
    try desk.setUp()
    for address in ["https://例 子.测试", "https://-例子-.测试", "https://例子.测试/路径"] {
      #expect(desk.failure(["setup", "--platform", address])?.code == "setup.platform", "\(address)")
    }
  }

  @Test func `setup keeps what is not named anew`() throws {
    let desk = Desk()
    try desk.setUp()
    _ = try desk.run(["setup", "--certificate", "T-2", "--certificate-expires", "2028-01-01"])
    let setup = try desk.fieldbook().setup()
    #expect(setup.technician?.certificate == "T-2")
    #expect(setup.technician?.name.full == Person.technician.name)
    #expect(setup.platform == "https://mashanghan.example")
    #expect(try desk.fieldbook().codesLeft() == 20)
  }

  @Test(arguments: [
    (["--phone", "12345"], "setup.phone"), (["--region", "15062"], "setup.region"),
    (["--codes", "00A000"], "setup.codes"), (["--codes", "00A00A+20"], "codes.overlap"),
    (["--platform", "mashanghan"], "setup.platform"),
    (["--platform", "http://mashanghan.example"], "setup.platform.plain"),
    (["--platform-key", "/nowhere"], "file.unreadable"), (["--platform-key", #filePath], "setup.platformKey"),
    (["--token-file", "/nowhere"], "file.unreadable"),
  ])
  func `setup refuses a value that cannot be used and stores nothing`(_ row: (options: [String], code: String))
    throws
  {
    let desk = Desk()
    try desk.setUp()
    let before = try desk.fieldbook().setup()
    let failure = try #require(desk.failure(["setup", "--company", "Other"] + row.options))
    #expect(failure.code == row.code)
    #expect(try desk.fieldbook().setup() == before)
  }
}
