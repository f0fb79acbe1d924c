import Synchronization

/// Shows the progress of a long piece of work on stderr. There is one task at a time: `begin`, any number of
/// `advance` and `note`, then `finish`; another `begin` ends the task before it. Several threads may use a
/// display.
public final class ProgressDisplay: Sendable {
  public enum Form: Sendable {
    /// One line on a terminal, which is redrawn again and again.
    case terminal
    /// Lines for a pipe or a log: one at the beginning, one at the end, and few in between.
    case lines
    /// JSON objects, one on each line.
    case jsonLines
    case silent
  }

  public enum Unit: Sendable, Equatable {
    case bytes
    /// The name of the units that are counted, such as labels or photos.
    case items(Text)
  }

  private let form: Form
  private let renderer: ProgressRenderer
  private let sink: Sink
  private let now: @Sendable () -> Duration
  private let state = Mutex<State>(State())

  private struct State {
    var task: ProgressTask?
    var lastShown: Duration?
    var isLineOpen = false
  }

  /// Makes a display. `now` counts from any fixed moment and never goes back.
  public init(
    _ form: Form, on sink: Sink, language: Language, styling: Styling = .plain,
    now: @escaping @Sendable () -> Duration
  ) {
    self.form = form
    self.sink = sink
    self.now = now
    renderer = ProgressRenderer(language: language, styling: styling)
  }

  /// Chooses the form for the console: JSON lines under `--json --verbose`, nothing under `--json` alone,
  /// otherwise one redrawn line where stderr is a terminal and plain lines where it is not.
  public convenience init(for console: Console, now: @escaping @Sendable () -> Duration) {
    let form: Form =
      if console.isJSON {
        console.isVerbose ? .jsonLines : .silent
      } else {
        console.diagnostics.isTerminal ? .terminal : .lines
      }
    self.init(
      form, on: console.diagnostics, language: console.language, styling: console.diagnosticsStyling, now: now)
  }

  // MARK: - Telling

  /// Begins a task of `total` units; nil where the number is not known. `start` units were done before, as in a
  /// resumed upload.
  public func begin(_ title: Text, total: Int? = nil, unit: Unit = .bytes, start: Int = 0) {
    let moment = now()
    state.withLock { state in
      closeLine(&state)
      let task = ProgressTask(
        title: title, total: total, unit: unit, start: start, done: start, began: moment, moment: moment)
      state.task = task
      show(task, .begin, &state)
    }
  }

  /// Records that `done` units are done, including `start`. The number may also decrease.
  public func advance(to done: Int) {
    let moment = now()
    state.withLock { state in
      guard state.task != nil else { return }
      state.task?.done = done
      state.task?.moment = moment
      guard let task = state.task, isDue(task, state) else { return }
      show(task, .advance, &state)
    }
  }

  /// Writes a permanent line above the progress line.
  public func note(_ text: Text) {
    let moment = now()
    state.withLock { state in
      closeLine(&state, erase: true)
      state.task?.moment = moment
      switch form {
      case .silent: return
      case .jsonLines: sink.write(json: renderer.json(.note, text, state.task))
      case .terminal, .lines: sink.write(ScreenText(text[renderer.language]) + "\n")
      }
      if form == .terminal, let task = state.task { show(task, .advance, &state) }
    }
  }

  /// Ends the task as completed; `result` is shown instead of 'done'.
  public func finish(_ result: Text? = nil) { end(.finish, result) }

  /// Ends the task as abandoned; the error with the reason is reported elsewhere.
  public func fail() { end(.fail, nil) }

  // MARK: - Private

  private func end(_ event: ProgressRenderer.Event, _ result: Text?) {
    let moment = now()
    state.withLock { state in
      guard var task = state.task else { return }
      task.moment = moment
      closeLine(&state, erase: true)
      state.task = nil
      switch form {
      case .silent: return
      case .jsonLines: sink.write(json: renderer.json(event, result, task))
      case .terminal, .lines: sink.write(renderer.ending(event, result, task) + "\n")
      }
    }
  }

  private func isDue(_ task: ProgressTask, _ state: State) -> Bool {
    guard let last = state.lastShown else { return true }
    let elapsed = task.moment - last
    // A terminal is redrawn often enough for the eye; a log gets only a few lines.
    return elapsed >= (form == .terminal ? .milliseconds(100) : form == .lines ? .seconds(10) : .seconds(1))
  }

  private func show(_ task: ProgressTask, _ event: ProgressRenderer.Event, _ state: inout State) {
    state.lastShown = task.moment
    switch form {
    case .silent: return
    case .jsonLines: sink.write(json: renderer.json(event, nil, task))
    case .lines: sink.write(ScreenText(renderer.line(task)) + "\n")
    case .terminal:
      sink.write(.lineStart + renderer.bar(task, columns: sink.columns - 1) + .eraseToEnd)
      state.isLineOpen = true
    }
  }

  private func closeLine(_ state: inout State, erase: Bool = false) {
    guard state.isLineOpen else { return }
    sink.write(erase ? .lineStart + .eraseToEnd : "\n")
    state.isLineOpen = false
  }
}
