import Companion
import FoundationEssentials
import Records
import Terminal

/// One task that is served to a phone. The terminal shows the address, the page shows the task's state, and the
/// actions that the phone sends are processed one after the other.
final class PhoneTask {
  /// The time that a phone gets to fetch the last state before the address ends, milliseconds.
  private static let lastStateMilliseconds = 3_000
  /// The maximum time for which a signed paper can be fetched after the signature, seconds.
  private static let paperSeconds = 300
  /// The maximum number of browsers whose opening of the page is reported.
  private static let maxToldBrowsers = 4
  /// The time between two checks for Ctrl-C and Enter, milliseconds.
  private static let tickMilliseconds = 200

  let workplace: Workplace
  let session: CompanionSession
  /// The means by which the page shows a text.
  let means: AgreementRecord.Showing.Means
  private let subject: String
  private var title: Text
  private var view: CompanionView
  private var notices: [CompanionState.Notice] = []
  /// The moment when the page was opened for the first time in this run; nil before.
  private(set) var openedAt: Timestamp?
  /// Whether anything has come from a page in this run, even from a page that was opened before the run.
  private var isUsed = false
  /// The number of browsers that have opened the page in this run.
  private var browsers = 0
  private var hasEnded = false

  // MARK: - Beginning

  /// Starts serving and shows on the terminal how to open the page.
  /// - Parameters:
  ///   - name: the name of the task's folder.
  ///   - subject: the record in words.
  /// - Throws: `CompanionError`, and what writing the symbol's file throws.
  init(
    _ workplace: Workplace, _ options: PhoneOptions, name: String, title: Text, subject: String,
    view: CompanionView
  ) throws {
    self.workplace = workplace
    self.title = title
    self.subject = subject
    self.view = view
    means = options.isInBrowser ? .browser : .phone
    let folders = PhoneFolders(workplace: workplace)
    try folders.prepare(for: name)
    let interface = try NetworkInterface.choose(named: options.isInBrowser ? "lo" : options.interface)
    session = try CompanionSession(
      CompanionSession.Configuration(
        folder: folders.folder(of: name), pages: try workplace.companionPages(), interface: interface,
        random: workplace.randomOnAnyThread),
      state: Self.state(
        workplace.console.language, title: title, subject: subject, busy: nil, notices: [], view: view))
    if session.address == workplace.phoneAddress {
      workplace.console.say(
        Text(zh: "  手机上的页面接着用，不用再扫", en: "  the page on the phone goes on; nothing is to be scanned again"))
      return
    }
    do {
      try PhoneInvitation(workplace: workplace, address: session.address, interface: interface)
        .show(isInBrowser: options.isInBrowser, symbolFile: options.symbolFile)
    } catch {
      session.stop()
      throw error
    }
    workplace.phoneAddress = session.address
  }

  deinit { session.stop() }

  private static func state(
    _ language: Language, title: Text, subject: String, busy: CompanionState.Busy?,
    notices: [CompanionState.Notice], view: CompanionView
  ) -> CompanionState {
    CompanionState(
      language: language == .zh ? "zh" : "en", title: title[language], subject: subject, busy: busy,
      notices: notices, view: view)
  }

  // MARK: - Showing

  var language: Language { workplace.console.language }

  /// Shows another view, and another title where one is given.
  func show(_ view: CompanionView, title: Text? = nil) {
    self.view = view
    if let title { self.title = title }
    publish(busy: nil)
  }

  /// Shows that the laptop works on something else, above the present view.
  func showBusy(_ text: Text, fraction: Double? = nil) {
    publish(busy: CompanionState.Busy(text: text[language], fraction: fraction))
  }

  /// Shows a notice until the next one; nil removes it.
  func note(_ kind: CompanionState.Notice.Kind = .info, _ text: Text?) {
    notices = text.map { [CompanionState.Notice(kind, $0[language])] } ?? []
    publish(busy: nil)
  }

  private func publish(busy: CompanionState.Busy?) {
    guard !hasEnded else { return }
    session.show(
      Self.state(language, title: title, subject: subject, busy: busy, notices: notices, view: view))
  }

  // MARK: - Serving

  /// Returns the next action of the page. Other events of the phone are reported on the terminal.
  /// - Returns: the action; nil where none came within `tickMilliseconds`, so that the caller can check other
  ///   conditions.
  /// - Throws: `Cancelled` after Ctrl-C; the address stays for the next run.
  func next() throws -> CompanionAction? {
    if workplace.isInterrupted { throw Cancelled() }
    let event = session.next(waitMilliseconds: Self.tickMilliseconds)
    if event != nil { isUsed = true }
    switch event {
    case nil: return nil
    case .opened?:
      if openedAt == nil { openedAt = workplace.clock.now() }
      tellOpened()
      return nil
    case .uploading(_, let bytes, let all)?:
      let percent = all > 0 ? bytes * 100 / all : 100
      workplace.console.sayMore(Text(zh: "  正在接收照片 \(percent)%", en: "  a photo is coming in: \(percent) %"))
      return nil
    case .action(let action)?: return action
    }
  }

  /// Reports that a browser has opened the page. The second to the fourth may be a stranger's, and any further
  /// one is not reported.
  private func tellOpened() {
    browsers += 1
    switch browsers {
    case 1: workplace.console.say(Text(zh: "  页面已打开", en: "  the page is open"), .dim)
    case ...Self.maxToldBrowsers:
      workplace.console.say(
        Text(
          zh: "  又有一个浏览器打开了页面；不是自己人就按 Ctrl-C 停止",
          en: "  another browser has opened the page; Ctrl-C stops it if that is nobody you know"), .yellow)
    default: break
    }
  }

  /// Whether Enter was pressed on the laptop.
  func isEnterPressed() -> Bool {
    workplace.console.canPrompt && workplace.console.source.takeTypedLine() != nil
  }

  func done(_ action: CompanionAction) {
    session.finish(action, CompanionOutcome(id: action.id, isDone: true))
  }

  /// Refuses an action; the page shows why.
  func refuse(_ action: CompanionAction, _ message: Text, fields: [String: Text] = [:]) {
    session.finish(
      action,
      CompanionOutcome(
        id: action.id, isDone: false, message: message[language],
        fields: fields.isEmpty ? nil : fields.mapValues { $0[language] }))
  }

  /// Refuses an action that does not belong to the present view, as from a page that still shows an old state.
  func refuseOutOfPlace(_ action: CompanionAction) {
    refuse(action, Text(zh: "现在不能这样做，请看页面上的说明", en: "not now: see what the page says"))
  }

  // MARK: - Ending

  /// Shows the last state, waits until the page has fetched it or the time for that is over, and ends the
  /// address.
  func finish(_ done: CompanionView) {
    show(done)
    waitUntilSeen()
    hasEnded = true
    session.end()
  }

  /// Waits until the page has fetched the newest state, at most `lastStateMilliseconds`, before a command ends.
  func waitUntilSeen() {
    var left = Self.lastStateMilliseconds
    // A page that was never opened has nothing to fetch.
    while isUsed, left > 0, !session.isSeen, !workplace.isInterrupted {
      _ = session.next(waitMilliseconds: Self.tickMilliseconds)
      left -= Self.tickMilliseconds
    }
  }

  /// Keeps the papers of a finished task where other browsers can fetch them, until Enter or Ctrl-C, at most
  /// for five minutes. None of these ends is a failure, because the task is finished.
  func keepPapers() {
    workplace.console.say(
      workplace.console.canPrompt
        ? Text(
          zh: "手机上可以看到并保存协议；回车结束（最多再等 5 分钟）",
          en: "the agreement can be read and saved on the phone; Enter ends this, at the latest in 5 minutes")
        : Text(
          zh: "手机上可以看到并保存协议，最多再等 5 分钟；Ctrl-C 结束",
          en: "the agreement can be read and saved on the phone for 5 minutes; Ctrl-C ends this"))
    var left = Self.paperSeconds * 1_000
    while left > 0, !workplace.isInterrupted, !isEnterPressed() {
      if let action = try? next() { refuseOutOfPlace(action) }
      left -= Self.tickMilliseconds
    }
    hasEnded = true
    session.end()
  }

  /// Stops serving at once. A task that was not ended continues at the same address in the next run.
  func stop() { session.stop() }
}
