import Companion
import FoundationEssentials
import Records
import Terminal

/// A whole walk with a phone beside it: one task, whose page shows the present step. The phone takes the
/// photos, shows the scheme during the work on the module, and takes the signature; the terminal asks all other
/// questions.
final class PhoneWalk {
  let task: PhoneTask
  private let walk: Walk
  private let installation: LockedInstallation
  private let name: String
  /// The scheme that was drawn last.
  private var drawn: PhoneScheme?

  /// Starts the task of a walk.
  /// - Throws: `CompanionError`.
  init(_ installation: LockedInstallation, _ options: PhoneOptions, _ walk: Walk) throws {
    self.walk = walk
    self.installation = installation
    name = PhoneFolders.walk(installation.id)
    task = try PhoneTask(
      walk.workplace, options, name: name, title: Self.title, subject: installation.record.phoneSubject,
      view: .wait(CompanionView.Wait(text: Self.onLaptop[walk.workplace.console.language])))
  }

  private static let title = Text(zh: "安装", en: "Installation")
  private static let onLaptop = Text(
    zh: "现在在电脑上操作，需要手机时这里会变", en: "The work goes on at the laptop; this page changes when the phone is needed")

  // MARK: - The steps

  /// Takes the photos of a stage.
  /// - Throws: `Cancelled`.
  func photograph(_ stage: Photo.Stage, reason: WrittenText?) throws {
    let photos = PhonePhotos(
      walk, installation, task, taskName: name, shots: PhotoShot.of(stage), reason: reason)
    try photos.serve(title: Text(zh: "\(stage.title.zh)照片", en: "Photos \(stage.title.en)"))
    showScheme()
  }

  /// Confirms the plate from stock by a photo of it on the welder.
  /// - Throws: `Cancelled`.
  func confirmPlate(_ request: Walk.LabelRequest) throws {
    _ = try PhonePlate.serve(installation, request, walk, on: task, taskName: name)
    showScheme()
  }

  /// Shows the scheme during a step, and above it that the laptop works on the step.
  func begin(_ step: Step) {
    showScheme()
    task.showBusy(step.title)
  }

  /// Shows the progress of a step.
  /// - Parameter fraction: the share that is done, from 0 to 1; nil where it is not known.
  func progress(_ text: Text, fraction: Double?) { task.showBusy(text, fraction: fraction) }

  /// Shows the scheme again, without a step in progress.
  func end() { showScheme() }

  /// Shows that the walk ends before the signature, and how it is continued.
  func stopped(_ text: Text) {
    task.show(.wait(CompanionView.Wait(text: text[walk.workplace.console.language])), title: Self.title)
    task.waitUntilSeen()
  }

  /// Serves the agreement until it is signed.
  func sign(_ options: SignCommand.Options) throws -> Walk.SignOutcome {
    try PhoneSigning.sign(installation, options, walk, on: task, taskName: name)
  }

  /// Shows the scheme as long as there is work on the machine. Afterwards the owner gets the phone, and the
  /// page refers to the laptop.
  private func showScheme() {
    let language = walk.workplace.console.language
    let isAtMachine = [.flash, .pair, .label, .seal, .test].contains(installation.record.nextStep)
    guard isAtMachine, let name = installation.record.scheme?.name,
      let scheme = try? walk.workplace.catalogue().scheme(named: name)
    else { return task.show(.wait(CompanionView.Wait(text: Self.onLaptop[language])), title: Self.title) }
    let page = drawn?.scheme == scheme ? drawn : nil
    let shown = page ?? PhoneScheme(scheme, on: task)
    drawn = shown
    task.show(
      .scheme(shown.view(canFinish: false)),
      title: Text(zh: "技术方案：\(scheme.title.zh)", en: "Scheme: \(scheme.title.en)"))
  }
}
