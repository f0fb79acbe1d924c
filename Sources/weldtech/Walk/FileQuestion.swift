import Characters
import Cryptography
import Files
import FoundationEssentials
import Records
import Terminal

/// Asks for a file. Enter takes the newest file of its kind, Tab completes a path, and the path of a folder
/// leads to the newest file in that folder. The answer may also be what a file manager or a chat puts on the
/// clipboard, see `TypedPath`.
struct FileQuestion {
  enum Kind {
    case photo, signature

    fileprivate var suffixes: [String] {
      switch self {
      case .photo: [".jpg", ".jpeg", ".png"]
      case .signature: [".json"]
      }
    }
  }

  /// A file that is offered.
  private struct Found {
    let path: String
    let modifiedSeconds: Int64
  }

  let workplace: Workplace
  let kind: Kind
  /// Whether a label's code, or the address that a scanner types, is an answer as well.
  var takesCode = false

  /// The maximum number of files that are compared with the records, since each is read as a whole; where all
  /// of them are known, none is offered.
  private static let maxCompared = 5
  /// The maximum size of a file that is offered, bytes.
  private static let maxBytes = 64 << 20

  private var console: Console { workplace.console }

  // MARK: - Asking

  /// Asks for a file until `body` accepts one, and remembers the folder of that file for the next question.
  /// - Parameter goesBack: whether going back throws `PromptError.back`; otherwise the question comes again.
  func take<Result>(_ question: Text, goesBack: Bool = false, _ body: (String) throws -> Result) throws
    -> Result
  {
    try WalkSlip.askingAgain(on: console, goesBack: goesBack) {
      let path = try ask(question)
      let result = try body(path)
      if isCode(path) { return result }
      try remember(folder: FilePath(absolutePath(path)).folder.text)
      return result
    }
  }

  /// Asks until the answer is an existing file, or a label's code where `takesCode` is set.
  /// - Returns: the path of the file, or the code as it was typed.
  private func ask(_ question: Text) throws -> String {
    var folders = defaultFolders()
    while true {
      let newest = newest(in: folders)
      let typed = try Prompter(console, goesBack: true).text(
        question, fallback: newest?.path, note: newest.map { Self.age(of: $0, now: now) },
        shown: newest.map { short($0.path) }, completer: { PathCompletion(home: home).complete($0) },
        problem: { problem(with: $0) })
      if isCode(typed) { return typed }
      let path = typed == newest?.path ? typed : TypedPath.read(typed, home: home)
      if (try? FilePath(path).status())?.kind == .folder {
        folders = [absolutePath(path)]
        if self.newest(in: folders) == nil {
          console.say(Text(zh: "  \(path) 里没有新的文件", en: "  there is no new file in \(path)"), .yellow)
        }
        continue
      }
      return path
    }
  }

  private func isCode(_ text: String) -> Bool { takesCode && LabelCode(written: text) != nil }

  private func problem(with typed: String) -> Text? {
    if isCode(typed) { return nil }
    do throws(FileError) {
      _ = try FilePath(TypedPath.read(typed, home: home)).status()
      return nil
    } catch {
      return FileFailure.unreadable(path: error.path.text, errno: error.errno).failure.message
    }
  }

  // MARK: - The newest

  /// The newest file that no record has yet; nil where there is none among the newest `maxCompared` files.
  private func newest(in folders: [String]) -> Found? {
    // Files of the same second are sorted by their names, in which cameras number their pictures.
    let found = folders.flatMap(files).sorted {
      ($0.modifiedSeconds, $0.path) > ($1.modifiedSeconds, $1.path)
    }
    return found.prefix(Self.maxCompared).first { !isKept($0.path) }
  }

  private func files(in folder: String) -> [Found] {
    let names = (try? Folder.names(in: FilePath(folder))) ?? []
    return names.compactMap { name in
      guard let text = String(validating: name.bytes, as: UTF8.self), !text.hasPrefix("."),
        kind.suffixes.contains(where: text.lowercased().hasSuffix)
      else { return nil }
      let path = FilePath(folder).appending(name)
      guard let status = try? path.status(), status.kind == .regular, status.byteCount > 0,
        status.byteCount <= Self.maxBytes
      else { return nil }
      return Found(path: path.text, modifiedSeconds: status.modifiedSeconds)
    }
  }

  private func isKept(_ path: String) -> Bool {
    guard let bytes = try? workplace.read(path, atMost: Self.maxBytes),
      let files = try? workplace.fieldbook().files
    else { return false }
    return (try? files.size(of: SHA256Digest(of: bytes).hex)) != nil
  }

  private var now: Int64 { workplace.clock.now().secondsSince1970 }

  private static func age(of file: Found, now: Int64) -> Text {
    let minutes = max(0, now - file.modifiedSeconds) / 60
    switch minutes {
    case 0: return Text(zh: "最新，刚刚", en: "newest, just now")
    case ..<60: return Text(zh: "最新，\(minutes) 分钟前", en: "newest, \(minutes) min ago")
    case ..<2_880: return Text(zh: "最新，\(minutes / 60) 小时前", en: "newest, \(minutes / 60) h ago")
    default: return Text(zh: "最新，\(minutes / 1_440) 天前", en: "newest, \(minutes / 1_440) days ago")
    }
  }

  // MARK: - Folders

  private var workingFolder: String { PathNames.ofUser().workingFolder() }

  private var home: String { workplace.environment["HOME"] ?? "/" }

  /// The folder of the last file, or else the folders into which phones and browsers put pictures, and the
  /// working folder.
  private func defaultFolders() -> [String] {
    let habits = (try? workplace.fieldbook())?.habits()
    let last = kind == .photo ? habits?.photoFolder : habits?.signatureFolder
    if let last, (try? FilePath(last).status())?.kind == .folder { return [last] }
    let named = [workplace.environment["XDG_PICTURES_DIR"], workplace.environment["XDG_DOWNLOAD_DIR"]]
      .compactMap { $0 }
    let usual = ["图片", "Pictures", "下载", "Downloads"].map { "\(home)/\($0)" }
    return named + usual + [workingFolder]
  }

  private func remember(folder: String) throws {
    try workplace.fieldbook().updateHabits {
      switch kind {
      case .photo: $0.photoFolder = folder
      case .signature: $0.signatureFolder = folder
      }
    }
  }

  private func short(_ path: String) -> String {
    for (folder, sign) in [(workingFolder, ""), (home, "~/")] where path.hasPrefix(folder + "/") {
      return sign + path.dropFirst(folder.count + 1)
    }
    return path
  }
}
