import Provision
import Terminal

/// The display of a station at work on stderr. A terminal has one line for each slot, which is redrawn; a pipe
/// gets one line for each module.
final class StationBoard {
  private let slots: [StationSlots.Slot]
  private let console: Console
  private var lines: [ScreenText]
  private var isDrawn = false
  private var isOnTerminal: Bool { console.diagnostics.isTerminal && !console.isJSON }

  init(slots: [StationSlots.Slot], console: Console) {
    self.slots = slots
    self.console = console
    lines = slots.map { _ in "" }
  }

  func show(_ report: Station.Report, counts: StationCommand.Document.Slot) {
    let state = text(report.event)
    lines[report.slot] = line(report.slot, state, counts)
    if isOnTerminal { return draw() }
    switch report.event {
    case .step, .waitingForModule, .waitingForPort: break
    case .passed, .leftAlone, .failed, .portRefused:
      console.say(Text(verbatim: "\(slots[report.slot].name)  \(state.mark)\(state.rest)"))
    }
    if case .failed(let failure) = report.event { console.say(failure.error.failure.hint) }
  }

  /// Ends the board, so that later text stands below it.
  func close() { isDrawn = false }

  // MARK: - Drawing

  private func draw() {
    let sink = console.diagnostics
    var text: ScreenText = isDrawn ? .up(lines.count) : ""
    for line in lines { text += .lineStart + line + .eraseToEnd + "\n" }
    sink.write(text)
    isDrawn = true
  }

  /// The text of a slot: a highlighted word, and the words that follow it.
  private struct State {
    var mark = ""
    var styles: [Style] = []
    var rest = ""
  }

  private func line(_ slot: Int, _ state: State, _ counts: StationCommand.Document.Slot) -> ScreenText {
    let nameColumns = slots.map { DisplayWidth.columns(of: $0.name) }.max() ?? 0
    let tally = "\(counts.passed)/\(counts.passed + counts.failed)"
    let name = DisplayWidth.pad(slots[slot].name, to: nameColumns, .leading)
    let room = max(8, console.diagnostics.columns - nameColumns - 12)
    let mark = DisplayWidth.truncate(DisplayWidth.printable(state.mark), to: room)
    let rest = DisplayWidth.truncate(
      DisplayWidth.printable(state.rest), to: room - DisplayWidth.columns(of: mark))
    let set = console.diagnosticsStyling.apply(state.styles, to: ScreenText(mark))
    return "\(name)  \(DisplayWidth.pad(tally, to: 7, .trailing))  \(set)\(rest)"
  }

  private func text(_ event: StationSlot.Event) -> State {
    let language = console.language
    switch event {
    case .waitingForPort: return State(rest: Text(zh: "等待适配器插上", en: "waiting for the adapter")[language])
    case .portRefused(let error):
      return State(mark: PortRefused(error: error).failure.message[language], styles: [.yellow])
    case .waitingForModule: return State(rest: Text(zh: "等待模块", en: "waiting for a module")[language])
    case .step(let step): return State(rest: progress(step))
    case .passed(let module, let wasThere, let duration):
      let seconds = plain((duration / .milliseconds(100)).rounded() / 10)
      let rest =
        wasThere
        ? Text(
          zh: " \(module.serialNumber)，固件早已在内，可取下", en: " \(module.serialNumber) had it already, take it off")
        : Text(
          zh: " \(module.serialNumber)，\(seconds) 秒，可取下",
          en: " \(module.serialNumber) in \(seconds) s, take it off")
      return State(
        mark: Text(zh: "██ 合格 ██", en: "██ PASS ██")[language], styles: [.green, .bold], rest: rest[language])
    case .leftAlone(let serialNumber, _):
      return State(
        mark: Text(zh: "██ 已配对 ██", en: "██ PAIRED ██")[language], styles: [.yellow, .bold],
        rest: Text(
          zh: " \(serialNumber)，没有动它，可取下", en: " \(serialNumber) is in use and was left alone, take it off")[
            language])
    case .failed(let failure):
      return State(
        mark: Text(zh: "██ 不合格 ██", en: "██ FAIL ██")[language], styles: [.red, .bold],
        rest: " " + failure.error.failure.message[language])
    }
  }

  private func progress(_ step: FlashStep) -> String {
    let (share, title): (Double?, Text) =
      switch step {
      case .erasing(let sector, let count):
        (Double(sector - 1) / Double(max(1, count)), Text(zh: "擦除", en: "erasing"))
      case .writing(let bytes, let count):
        (Double(bytes) / Double(max(1, count)), Text(zh: "写入", en: "writing"))
      case .verifying(let bytes, let count):
        (Double(bytes) / Double(max(1, count)), Text(zh: "回读校验", en: "reading back"))
      default: (nil, step.doing)
      }
    guard let share else { return title[console.language] }
    let filled = Int((min(1, max(0, share)) * 20).rounded(.down))
    let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: 20 - filled)
    return "[\(bar)] " + title[console.language]
  }
}
