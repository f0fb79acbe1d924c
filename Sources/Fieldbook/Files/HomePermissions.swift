import Files

/// Checks whether other users can read a home.
extension Fieldbook {
  /// Whether other users may enter or list the home; the files inside are then as open as their own modes say.
  public var isOpenToOthers: Bool { Self.isOpen(FilePath(home)) }

  /// Entries of the home, itself included, that other users may read, write or enter.
  /// - Returns: their number, and the paths of the first ten.
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

  /// Whether other users may use the entry of this name. The mode of a link itself says nothing.
  private static func isOpen(_ path: FilePath) -> Bool {
    guard let status = try? path.status(followsLinks: false), status.kind != .link else { return false }
    return status.isOpenToOthers
  }
}
