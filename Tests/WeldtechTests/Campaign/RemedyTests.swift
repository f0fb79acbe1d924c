import Bench
import Cryptography
import Foundation
import Provision
import Records
import Terminal
import TestSupport
import Testing

@testable import weldtech

/// Checks the screen of the functional test in surroundings with exactly one fault: the step that fails, its
/// measured value, and the place to check, in both languages.
@Suite struct RemedyTests {
  /// The text as it appears on a terminal.
  private struct Screen {
    let language: Language
    private let output = Transcript()
    private let diagnostics = Transcript()
    let console: Console

    init(_ language: Language) {
      self.language = language
      console = Console(
        output: output.sink, diagnostics: diagnostics.sink, source: Script(isTerminal: false),
        language: language, isJSON: false, isVerbose: false, noColor: true)
    }

    var table: String { output.text }
    var advice: [String] { diagnostics.text.split(separator: "\n").map(String.init) }
  }

  @Test(arguments: WorldCase.all)
  func `the screen names the step that fails, its value and where to look`(world: WorldCase) throws {
    let folder = TemporaryFolder()
    let module = CampaignModule(flash: try ShippedRelease.program())
    module.renew()
    module.surroundings.world = .singlePhase
    let platform = try LocalPlatform(
      LocalPlatform.Configuration(
        listen: "127.0.0.1:0", dataFolder: folder.file("platform"), token: nil,
        random: SeededBytes(seed: 1).bytes))
    defer { platform.stop() }
    let laptop = try CampaignLaptop(
      home: folder.file("laptop"), platform: try platform.start(), firstCode: "000000",
      clock: VirtualClock(module.time))
    laptop.seed(1)
    let id = try laptop.pair(try laptop.open(1, 0, .singlePhase220), module.plug()).installation.id
    module.surroundings.world = world.world
    module.pass(.seconds(11))

    let screens = Language.allCases.map(Screen.init)
    let tested = try laptop.test(id, module.plug()) { event in
      for screen in screens { TestCommand.tell(event, to: screen.console) }
    }
    let report = try #require(tested.test)
    #expect(report.passed == (world.fails == nil))
    for screen in screens {
      TestTexts.put(report, to: screen.console)
      let advice = screen.advice
      guard let fails = world.fails else {
        #expect(advice == [])
        continue
      }
      let title = TestTexts.title(of: fails)[screen.language]
      let remedy = try #require(screen.language == .zh ? world.remedyZh : world.remedyEn)
      #expect(advice.count == 1 && advice.first?.hasPrefix(title) == true, "\(advice)")
      #expect(advice.first?.contains(remedy) == true, "\(advice)")
      let failed = screen.language == .zh ? "不合格" : "FAILED"
      let lines = screen.table.split(separator: "\n").filter { $0.contains(title) && $0.contains(failed) }
      #expect(lines.count == 1, "\(screen.table)")
    }
    // The record names the same step.
    let step = report.steps.first { $0.name == world.fails }
    if let range = world.measured {
      let measured = try #require(step?.measured)
      #expect(measured >= range[0] && measured <= range[1], "\(measured)")
    }
  }
}
