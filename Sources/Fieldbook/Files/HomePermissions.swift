import Files

/// Who else can look into a home.
extension Fieldbook {
  /// Whether others than the home's owner may enter or list it; what lies in it is then as open as its own mode says.
  public var isOpenToOthers: Bool { Self.isOpen(FilePath(home)) }

  /// Entries of the home, itself included, that others than their owner may read, write or enter.
  /// - Returns: how many there are, and the paths of the first ten.
  public func entriesOpenToOthers() -> (count: Int, first: [String]) {
    var count = 0
    var first: [String] = []
    func note(_ path: FilePath) {
      guard Self.isOpen(path) else { return }
      count += 1
      if first.count < 10 { first.append(path.text) }
    }
    var folders = [FilePath(home)]
    note(folders[0])
    while let folder = folders.popLast() {
      for name in (try? Folder.names(in: folder)) ?? [] {
        let path = folder.appending(name)
        note(path)
        if path.kind == .folder { folders.append(path) }
      }
    }
    return (count, first)
  }

  /// Whether others than the owner may use what has this name. A link's own mode says nothing.
  private static func isOpen(_ path: FilePath) -> Bool {
    guard let status = try? path.status(followsLinks: false), status.kind != .link else { return false }
    return status.isOpenToOthers
  }
}
