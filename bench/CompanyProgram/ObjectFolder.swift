import Files
import FoundationEssentials
import Records

/// A folder of delivered objects, written without syncing.
final class ObjectFolder {
  private let path: String
  private var made: Set<String> = []

  init(_ path: String) { self.path = path }

  func put(_ object: DeliveredObject, _ bytes: Data) throws {
    let file = FilePath("\(path)/\(object.key)")
    if case .file = object, made.contains(object.key) { return }
    let folder = file.folder
    if !made.contains(folder.text) {
      try Folder.make(folder, permissions: .exactly(0o700))
      made.insert(folder.text)
    }
    // Another program may put the same shared file at the same time.
    let draft = try Draft(of: file, named: .unique(file), permissions: .exactly(0o600))
    try draft.write(bytes)
    try draft.place(.unsynced)
    if case .file = object { made.insert(object.key) }
  }
}
