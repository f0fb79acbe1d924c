import Files
import Foundation
import Glibc
import TestSupport
import Testing

@Suite struct FolderTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  @Test func `a folder is made with what is missing above it, and one that is there will do`() throws {
    let deep = scratch.file("a/b/c")
    for _ in 0..<2 { try Folder.make(deep, permissions: .exactly(0o700), isSynced: true) }
    #expect(deep.kind == .folder && scratch.mode("a/b") == 0o700)
    try scratch.file("link").makeLink(to: "a")
    try Folder.make(scratch.file("link"), permissions: .exactly(0o700))
    #expect(failure { try Folder.makeOne(deep, permissions: .exactly(0o700)) }?.errno == EEXIST)
  }

  @Test func `a folder that cannot be made is named with the reason`() throws {
    let file = try scratch.put("", "file")
    let cases: [(FilePath, FilePath, Int32)] = [
      (file, file, EEXIST), (file.appending("x"), file.appending("x"), ENOTDIR),
      ("/proc/weldtech", "/proc/weldtech", ENOENT),
    ]
    for (path, named, number) in cases {
      let error = failure { try Folder.make(path, permissions: .withinUmask(0o777)) }
      #expect(error == FileError(named, .createDirectory, number))
    }
  }

  @Test func `all names of a large folder are listed once`() throws {
    for number in 0..<3_000 { _ = try scratch.put("", FilePath("file-\(number)")) }
    let names = try Folder.names(in: scratch.path)
    #expect(names.count == 3_000 && Set(names.map(\.text)) == Set(scratch.names))
    let missing = scratch.file("missing")
    #expect(failure { _ = try Folder.names(in: missing) } == FileError(missing, .list, ENOENT))
    #expect(failure { try Folder.sync(missing) } == FileError(missing, .sync, ENOENT))
    try Folder.sync(scratch.path)
    try Folder.syncFileSystem(of: scratch.path)
  }

  @Test func `a tree is removed with its links, and nothing that they lead to`() throws {
    let outside = try Scratch()
    _ = try outside.put("kept", "file")
    let tree = scratch.file("tree")
    try Folder.make(tree.appending("a/b/c"), permissions: .exactly(0o700))
    _ = try scratch.put("x", "tree/a/b/file")
    _ = try scratch.put("x", FilePath(bytes: Array("tree/a/".utf8) + [0xFF]))
    try tree.appending("a/folder-link").makeLink(to: outside.path)
    try tree.appending("file-link").makeLink(to: outside.file("file"))
    #expect(mkfifo(tree.appending("pipe").text, 0o600) == 0)
    try scratch.file("tree-link").makeLink(to: tree)

    try Folder.removeTree(scratch.file("tree-link"))
    #expect(tree.appending("a/b/file").kind == .regular, "a link goes alone")
    try Folder.removeTree(tree)
    #expect(scratch.names.isEmpty)
    #expect(outside.names == ["file"] && outside.text("file") == "kept")
    #expect(failure { try Folder.removeTree(tree) } == FileError(tree, .remove, ENOENT))
  }
}

@Suite struct FileLockTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func take(_ path: FilePath, removesFile: Bool = true) throws -> FileLock? {
    guard case .taken(let lock) = try FileLock.take(path, removesFile: removesFile) else { return nil }
    return lock
  }

  @Test func `a lock is had once, and again after it was given back`() throws {
    let path = scratch.file("lock")
    for removesFile in [true, false] {
      let lock = try #require(try take(path, removesFile: removesFile))
      #expect(lock.isHeld && scratch.mode("lock") == 0o600)
      #expect(try take(path, removesFile: removesFile) == nil)
      lock.release()
      lock.release()
      #expect(!lock.isHeld && scratch.names == (removesFile ? [] : ["lock"]))
      #expect(try take(path, removesFile: removesFile) != nil, "and given back by who forgets it")
      #expect(try take(path, removesFile: removesFile) != nil)
    }
  }

  @Test func `a lock that another process holds declines and names that process, until it ends`() throws {
    let path = scratch.file("lock")
    let holder = try InstalledProgram("flock").start([
      "--no-fork", path.text, "sh", "-c", "echo held; exec sleep infinity",
    ])
    #expect(holder.wait { $0.written == "held\n" })
    guard case .held(let process) = try FileLock.take(path, removesFile: true) else {
      Issue.record("taken from another process")
      return
    }
    #expect(process == holder.processIdentifier)
    holder.kill()
    #expect(try take(path) != nil)
  }

  @Test func `a lock is no link's, and its folder has to be there`() throws {
    let outside = try scratch.put("kept", "outside")
    let link = scratch.file("link")
    try link.makeLink(to: outside)
    #expect(failure { _ = try FileLock.take(link, removesFile: true) } == FileError(link, .lock, ELOOP))
    #expect(scratch.text("outside") == "kept")
    let nowhere = scratch.file("no/lock")
    #expect(failure { _ = try FileLock.take(nowhere, removesFile: true) } == FileError(nowhere, .lock, ENOENT))
  }

  @Test func `of many that want a lock one at a time has it`() throws {
    let path = scratch.file("lock")
    let counter = scratch.file("counter")
    _ = try scratch.put("0", "counter")
    let takers = (0..<4).map { _ in
      Companion {
        var left = 50
        while left > 0 {
          guard case .taken(let lock) = try FileLock.take(path, removesFile: true) else { continue }
          defer { lock.release() }
          left -= 1
          let value = Int(String(decoding: try counter.contents(maxBytes: 10), as: UTF8.self)) ?? 0
          try OpenFile(writing: counter, .truncates).write(Data("\(value + 1)".utf8))
        }
      }
    }
    for taker in takers { _ = try taker.value() }
    #expect(scratch.text("counter") == "200")
  }
}
