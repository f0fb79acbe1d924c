import Glibc

/// Who else can look into a home.
extension Fieldbook {
  /// Whether others than the home's owner may enter or list it; what lies in it is then as open as its own mode says.
  public var isOpenToOthers: Bool { Self.isOpen(home) }

  /// Entries of the home, itself included, that others than their owner may read, write or enter.
  /// - Returns: how many there are, and the paths of the first ten.
  public func entriesOpenToOthers() -> (count: Int, first: [String]) {
    var count = 0
    var first: [String] = []
    var folders = [home]
    func note(_ path: String) {
      guard Self.isOpen(path) else { return }
      count += 1
      if first.count < 10 { first.append(path) }
    }
    note(home)
    while let path = folders.popLast() {
      guard let folder = opendir(path) else { continue }
      defer { closedir(folder) }
      while let entry = readdir(folder) {
        let name = Directory.name(of: entry)
        if name == "." || name == ".." { continue }
        let inner = "\(path)/\(name)"
        note(inner)
        if HomeFile.kind(of: inner) == S_IFDIR { folders.append(inner) }
      }
    }
    return (count, first)
  }

  /// A link's own mode says nothing.
  private static func isOpen(_ path: String) -> Bool {
    var status = stat()
    guard lstat(path, &status) == 0, status.st_mode & S_IFMT != S_IFLNK else { return false }
    return status.st_mode & 0o077 != 0
  }
}
