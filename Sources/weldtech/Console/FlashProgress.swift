import Provision
import Terminal

/// Shows a flashing run with one bar for each phase. Asks for the case to be opened when the module needs it
/// open, after the whole image was checked.
final class FlashProgress {
  private let console: Console
  private let display: ProgressDisplay
  private var phase = ""
  /// Number of the sector whose erasure began last, from 1.
  private var sector = 0

  private init(console: Console) {
    let start = ContinuousClock.now
    self.console = console
    display = ProgressDisplay(for: console, now: { ContinuousClock.now - start })
  }

  /// Runs `body` with a receiver of its events.
  static func watch<Result>(on console: Console, _ body: (@escaping (FlashStep) -> Void) throws -> Result)
    throws
    -> Result
  {
    let progress = FlashProgress(console: console)
    do {
      let result = try body(progress.take)
      progress.endPhase()
      return result
    } catch {
      progress.display.fail()
      throw error
    }
  }

  private func take(_ step: FlashStep) {
    switch step {
    case .erasing(let sector, let count):
      begin("erase", Text(zh: "擦除", en: "erasing"), total: count, unit: .items(Text(zh: "个扇区", en: "sectors")))
      display.advance(to: sector - 1)
      self.sector = sector
    case .writing(let bytes, let count):
      begin("write", Text(zh: "写入", en: "writing"), total: count, unit: .bytes)
      display.advance(to: bytes)
    case .verifying(let bytes, let count):
      begin("verify", Text(zh: "回读校验", en: "reading back"), total: count, unit: .bytes)
      display.advance(to: bytes)
    case .chipFound(let name, let uniqueID):
      display.note(Text(zh: "芯片 \(name)，编号 \(uniqueID)", en: "chip \(name), id \(uniqueID)"))
    case .uploading(let bytes, let count):
      begin("upload", Text(zh: "传入模块", en: "uploading"), total: count, unit: .bytes)
      display.advance(to: bytes)
    case .awaitingOpenSeal:
      endPhase()
      ServiceOption.tell(console)
      display.note(step.doing)
    case .connecting, .authorizing, .enteringBootloader, .identifying, .startingLoader, .unprotecting,
      .protecting, .slowingDown, .comparing, .starting:
      endPhase()
      display.note(step.doing)
    }
  }

  private func begin(_ name: String, _ title: Text, total: Int, unit: ProgressDisplay.Unit) {
    if name == phase { return }
    endPhase()
    phase = name
    display.begin(title, total: total, unit: unit)
  }

  private func endPhase() {
    // A sector is reported when its erasure begins, so that the next event shows that it is erased.
    if phase == "erase" { display.advance(to: sector) }
    if !phase.isEmpty { display.finish() }
    phase = ""
  }
}
