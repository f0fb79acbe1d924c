import Fieldbook
import Files
import FoundationEssentials
import Records

/// The folders of the tasks on a phone, `HOME/companion/<verb>-<id or draft>`. A task that was killed continues
/// from its folder, at the same address.
struct PhoneFolders {
  let workplace: Workplace

  private var root: String { "\(workplace.home)/companion" }

  /// The name of the task that fills in a registration's draft.
  static func registration(draft: Int) -> String { "register-\(draft)" }

  /// The name of the task that accompanies a whole walk.
  static func walk(_ id: InstallationID) -> String { "install-\(id)" }

  /// The name of the task that takes the photos of an installation.
  static func photos(_ id: InstallationID) -> String { "photo-\(id)" }

  /// The name of the task that confirms a label from stock.
  static func label(_ id: InstallationID) -> String { "label-\(id)" }

  /// The name of the task that takes a signature.
  static func signing(_ id: InstallationID) -> String { "sign-\(id)" }

  /// The name of the task that shows a scheme.
  static func scheme(_ name: String) -> String { "schemes-\(name)" }

  /// The folder of a task.
  func folder(of task: String) -> String { "\(root)/\(task)" }

  /// Lets the walk use the address at which its registration was filled in, so that nobody has to scan a second
  /// symbol. The page's stored form is removed. Where the folder cannot be moved, it stays, and the walk gets
  /// an address of its own.
  func goOn(fromDraft draft: Int, to id: InstallationID) {
    let old = FilePath(folder(of: Self.registration(draft: draft)))
    guard old.kind == .folder else { return }
    try? old.appending("kept.json").removeFile()
    try? old.rename(to: FilePath(folder(of: Self.walk(id))))
  }

  /// Makes the folder above the tasks, and removes the folders of tasks that cannot be continued, because their
  /// record is closed, retired, refused or void, or their draft is gone.
  /// - Parameter task: the task that is beginning, whose folder stays.
  func prepare(for task: String) throws {
    try HomeFile.makeFolder(root, below: workplace.home)
    removeOver(except: task)
  }

  /// Removes the folders of tasks that cannot be continued, because names, phones and photos in them are needed
  /// no longer. A folder that cannot be removed now is removed by a later run.
  func removeOver(except task: String? = nil) {
    for name in (try? Folder.names(in: FilePath(root))) ?? [] where name.text != task && isOver(name.text) {
      try? Folder.removeTree(FilePath(root).appending(name))
    }
  }

  /// Whether a task can no longer be continued.
  private func isOver(_ task: String) -> Bool {
    let parts = task.split(separator: "-", maxSplits: 1).map(String.init)
    guard parts.count == 2, let fieldbook = try? workplace.fieldbook() else { return false }
    if let id = InstallationID(parts[1]) {
      switch try? fieldbook.status(of: id) {
      case .surveyed?, .open?, .outOfUse?: return false
      case .closed?, .delivered?, .retired?, .refused?, .void?: return true
      // A fieldbook that cannot be read says nothing of the record.
      case nil: return false
      }
    }
    if parts[0] == "register", let number = Int(parts[1]), let drafts = try? fieldbook.drafts() {
      return !drafts.contains { $0.number == number }
    }
    return false
  }
}
