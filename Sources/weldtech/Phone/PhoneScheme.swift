import Companion
import Diagrams
import FoundationEssentials
import Records
import Terminal

/// Shows an installation scheme on a phone: its picture, and its steps one by one.
struct PhoneScheme {
  private static let picture = "scheme-picture"

  let scheme: InstallationScheme
  private let language: Language
  /// Whether the page can fetch the picture; the steps are shown without one too.
  private let hasPicture: Bool
  private let approval: String?

  /// Draws the scheme, and lets the page fetch the picture.
  init(_ scheme: InstallationScheme, on task: PhoneTask) {
    self.scheme = scheme
    language = task.language
    let diagram = try? SchemeDiagram(scheme, language: language == .zh ? .zh : .en)
    let svg = try? diagram?.svg()
    hasPicture = svg != nil
    approval = scheme.approval == nil ? nil : diagram?.approvalText
    if let svg { task.session.publish(svg, mediaType: "image/svg+xml", named: Self.picture) }
  }

  /// The view of the scheme.
  /// - Parameter canFinish: whether the page offers to end the task.
  func view(canFinish: Bool) -> CompanionView.Scheme {
    CompanionView.Scheme(
      picture: hasPicture ? Self.picture : nil,
      steps: scheme.wiring.map { Text(zh: $0.zh, en: $0.en)[language] },
      isDraft: scheme.approval == nil, approval: approval, canFinish: canFinish)
  }

  /// Serves a scheme until the page, Enter or Ctrl-C ends it. None of these is a failure, because nothing can
  /// be lost.
  static func serve(_ scheme: InstallationScheme, _ options: PhoneOptions, _ workplace: Workplace) throws {
    let title = Text(zh: "技术方案", en: "Scheme")
    let task = try PhoneTask(
      workplace, options, name: PhoneFolders.scheme(scheme.name), title: title,
      subject: "\(scheme.name) \(scheme.version) \(scheme.title.zh)", view: .wait(CompanionView.Wait(text: "")))
    defer { task.stop() }
    task.show(.scheme(PhoneScheme(scheme, on: task).view(canFinish: true)), title: title)
    while !workplace.isInterrupted, !task.isEnterPressed() {
      guard let action = try? task.next() else { continue }
      guard case .finish = action.kind else {
        task.refuseOutOfPlace(action)
        continue
      }
      task.done(action)
      break
    }
    task.finish(
      .done(
        CompanionView.Done(text: Text(zh: "已看完，可以放下手机了", en: "Read; the phone can be put away")[task.language]))
    )
  }
}
