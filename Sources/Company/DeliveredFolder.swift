public import Files
public import Records
import Threads

/// Reads what laptops delivered into a folder: a disk that is carried to the company, or a share. Names that
/// begin with a point are drafts of whoever writes them, and are left out.
public final class DeliveredFolder: DeliveredObjects {
  private let path: FilePath
  /// The maximum number of keys in a page.
  private let pageSize: Int
  private let listed = Monitor(Listed())

  /// The names of the folders that were listed last, so that their pages do not read them again.
  private struct Listed {
    var outer: (folder: String, names: SortedNames)?
    var inner: (folder: String, names: SortedNames)?
  }

  /// Opens a folder.
  /// - Throws: `folder` where it is not there or is no folder.
  public init(_ path: FilePath, pageSize: Int = 1_000) throws(CompanyError) {
    self.path = path
    self.pageSize = pageSize
    // A folder that is not there would look like one into which nothing was delivered.
    do throws(FileError) { try Folder.forEachName(in: path) { _ in false } } catch { throw .folder(error) }
  }

  public func keys(below folder: String, after: String?) throws -> [String] {
    let after = after.map { Array($0.utf8) } ?? []
    let names = try outer(folder)
    var keys: [String] = []
    let rest = after.dropFirst(folder.utf8.count + 1)
    for place in max(0, names.firstPlace(after: rest) - 1)..<names.count {
      if keys.count >= pageSize { return keys }
      let name = names.text(place)
      let prefix = "\(folder)/\(name)/"
      // All keys of this folder lie before the page.
      if !after.isEmpty, prefix.utf8.lexicographicallyPrecedes(after), !after.starts(with: prefix.utf8) {
        continue
      }
      guard let inner = try inner("\(folder)/\(name)") else {
        let key = "\(folder)/\(name)"
        if after.lexicographicallyPrecedes(key.utf8) { keys.append(key) }
        continue
      }
      let begin = after.starts(with: prefix.utf8) ? inner.firstPlace(after: after[prefix.utf8.count...]) : 0
      for place in begin..<inner.count {
        keys.append(prefix + inner.text(place))
        if keys.count == pageSize { return keys }
      }
    }
    return keys
  }

  public func contents(of key: String, maxBytes: Int) throws -> [UInt8] {
    // Nothing but a key leads to a file, whoever made the names in the folder.
    guard DeliveredObject(key: key) != nil else { throw FileError(path, .read, 2) }
    return [UInt8](
      try path.appending(FilePath(key)).contents(maxBytes: maxBytes, [.regularOnly, .refusesLinks]))
  }

  // MARK: - Listing

  private func outer(_ folder: String) throws(FileError) -> SortedNames {
    if let known = listed.withLock({ $0.outer }), known.folder == folder { return known.names }
    // The keys of a folder stand in the order of its name with the slash behind it.
    let names = try read(folder, ending: [UInt8(ascii: "/")]) ?? SortedNames([], ending: [])
    listed.withLock { $0.outer = (folder, names) }
    return names
  }

  /// The names in an inner folder; nil where the name is not that of a folder.
  private func inner(_ folder: String) throws(FileError) -> SortedNames? {
    if let known = listed.withLock({ $0.inner }), known.folder == folder { return known.names }
    guard let names = try read(folder, ending: []) else { return nil }
    listed.withLock { $0.inner = (folder, names) }
    return names
  }

  /// Reads the names in a folder; nil where there is no folder of this name.
  private func read(_ folder: String, ending: [UInt8]) throws(FileError) -> SortedNames? {
    var names: [[UInt8]] = []
    do throws(FileError) {
      try Folder.forEachName(in: path.appending(FilePath(folder))) { name in
        if name.first != UInt8(ascii: ".") { names.append(Array(name)) }
        return true
      }
    } catch {
      // ENOENT (2) and ENOTDIR (20) mean that there is no such folder.
      guard [2, 20].contains(error.errno) else { throw error }
      return nil
    }
    return SortedNames(names, ending: ending)
  }
}

/// Names in the order of their bytes, packed behind one another: a folder may have a million.
private struct SortedNames {
  private var bytes: [UInt8] = []
  private var ends: [Int] = []
  private let endingCount: Int

  /// Sorts names.
  /// - Parameter ending: the bytes that are appended to each name before the names are sorted.
  init(_ names: [[UInt8]], ending: [UInt8]) {
    endingCount = ending.count
    for name in names.map({ $0 + ending }).sorted(by: { $0.lexicographicallyPrecedes($1) }) {
      bytes += name
      ends.append(bytes.count)
    }
  }

  var count: Int { ends.count }

  /// The name with its ending.
  private func name(_ place: Int) -> ArraySlice<UInt8> {
    bytes[(place == 0 ? 0 : ends[place - 1])..<ends[place]]
  }

  func text(_ place: Int) -> String { String(decoding: name(place).dropLast(endingCount), as: UTF8.self) }

  /// The place of the first name that, with its ending, stands behind `other`.
  func firstPlace(after other: ArraySlice<UInt8>) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if other.lexicographicallyPrecedes(name(middle)) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
