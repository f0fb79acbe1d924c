import Arguments
import Fieldbook
import Foundation
import Records
import Terminal
import TestSupport
import Testing

@testable import weldtech

/// A home folder with command lines that are run in it, whose output goes to a transcript instead of a
/// terminal.
final class Desk {
  private let folder = TemporaryFolder()
  var home: String { folder.file("home") }
  var clock = FixedClock()
  var environment = Environment.current()

  struct Answer {
    var status: Int32
    var output: String
    var diagnostics: String
  }

  /// Runs one command line; errors are thrown unchanged.
  /// - Parameter columns: the width of a terminal on stdout, nil for a pipe.
  func run(_ arguments: [String], script: Script = Script(isTerminal: false), columns: Int? = nil) throws
    -> Answer
  {
    let invocation = CommandTree.program().parse(arguments)
    let output = Transcript(isTerminal: columns != nil, columns: columns ?? 80)
    let diagnostics = Transcript(isTerminal: script.isTerminal)
    switch invocation.outcome {
    case .run(let command):
      let status = try command(
        workplace(invocation.globals, output: output, diagnostics: diagnostics, script: script))
      return Answer(status: status, output: output.text, diagnostics: diagnostics.text)
    case .failed(let error): throw error
    case .help, .version: return Answer(status: 0, output: "", diagnostics: "")
    }
  }

  func workplace(
    _ globals: GlobalOptions = GlobalOptions(), output: Transcript = Transcript(),
    diagnostics: Transcript = Transcript(), script: Script = Script(isTerminal: false)
  ) -> Workplace {
    Workplace(
      environment: environment,
      console: Console(
        output: output.sink, diagnostics: diagnostics.sink, source: script, language: globals.language ?? .en,
        isJSON: globals.isJSON, isVerbose: globals.isVerbose, noColor: true),
      clock: clock, home: globals.home ?? home, interruption: { false })
  }

  func fieldbook() throws -> Fieldbook { try Fieldbook(home: home) }

  /// The failure of a command line; nil where it succeeds.
  func failure(_ arguments: [String]) -> Failure? {
    do {
      _ = try run(arguments)
      return nil
    } catch {
      return explain(error)
    }
  }

  func setUp() throws {
    _ = try run([
      "setup", "--technician", Person.technician.name, "--phone", Person.technician.phone, "--company", "达旗焊安",
      "--certificate", "T-1", "--certificate-expires", "2027-06-30", "--codes", "00A000+20", "--platform",
      "https://mashanghan.example",
    ])
  }

  /// Registers a welder and returns its id.
  func register() throws -> String {
    let known = Set(try fieldbook().list(limit: 1_000).map(\.id))
    // A second record of one welder wants a reason.
    let registration = Person.registration.replacingOccurrences(of: "W-1", with: "W-\(known.count + 1)")
    _ = try run(["register", "--from", try folder.write("registration.json", registration)])
    // Records that are opened in the same second are listed in the order of their random ids.
    return try #require(try fieldbook().list(limit: 1_000).first { !known.contains($0.id) }).id.text
  }
}

/// Invented people, whose names and numbers occur nowhere else, so that a text can be searched for them.
enum Person {
  static let technician = (name: "欧阳锋", phone: "13811112222")
  static let owner = (name: "慕容雪", phone: "13933334444")
  static let signatory = (name: "诸葛亮", phone: "0477-5216666")

  /// The words that may appear only where they were asked for.
  static let secrets = [
    technician.name, technician.phone, owner.name, owner.phone, signatory.name, signatory.phone, "5216666",
  ]

  static let registration = """
    {"owner": {"unitName": "树林召汽车修理厂（东风路二分店）", "unitType": "individual",
      "responsibleName": "\(owner.name)", "responsiblePhone": "\(owner.phone)", "street": "树林召镇",
      "community": "东达社区", "industry": "autoRepair", "operators": 3, "certifiedOperators": 1},
     "welder": {"brand": "瑞凌", "model": "ZX7-315", "serialNumber": "W-1", "weldingProcess": "manualArc",
      "supply": "threePhase380", "sourceType": "inverter", "supplyMaxAmps": 20, "maxCurrentAmps": 315,
      "maxPowerKilowatts": 12, "purpose": "修车", "condition": "fit"}}
    """
}
