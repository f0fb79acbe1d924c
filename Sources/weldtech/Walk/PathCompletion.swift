import Files
import Terminal

/// Completes a path as far as the names in its folder leave only one way.
struct PathCompletion {
  /// The folder that `~` stands for.
  let home: String

  /// Completes what was typed before the cursor; blanks stay as they are, since a question takes one path.
  func complete(_ typed: String) -> LineCompletion {
    let unquoted = typed.drop { $0 == "'" || $0 == "\"" }
    let slash = unquoted.lastIndex(of: "/")
    let folder = slash.map { String(unquoted[...$0]) } ?? ""
    let beginning = slash.map { String(unquoted[unquoted.index(after: $0)...]) } ?? String(unquoted)
    let place = TypedPath.read(folder.isEmpty ? "." : folder, home: home)
    let names = ((try? Folder.names(in: FilePath(place))) ?? []).compactMap { name -> String? in
      guard let text = String(validating: name.bytes, as: UTF8.self), text.hasPrefix(beginning),
        !text.hasPrefix(".") || beginning.hasPrefix(".")
      else { return nil }
      let isFolder = (try? FilePath(place).appending(name).status())?.kind == .folder
      return isFolder ? text + "/" : text
    }.sorted()
    guard let first = names.first else { return LineCompletion(text: typed) }
    let common = names.dropFirst().reduce(first) { common, name in
      String(zip(common, name).prefix { $0 == $1 }.map(\.0))
    }
    let text = folder + (common.count >= beginning.count ? common : beginning)
    return LineCompletion(text: text, candidates: names.count > 1 ? names : [])
  }
}
