import Cryptography
import Foundation
import Glibc
import Records
import TestSupport
import Testing

@testable import Sync

@Suite struct FolderStoreTests {
  private let folder = TemporaryFolder()
  private let random = SeededBytes(seed: 7)

  private func prepared(_ name: String = "stick") throws -> FolderStore {
    let store = FolderStore(folder: folder.file(name))
    try store.prepare()
    return store
  }

  private func files(below path: String) -> [String] {
    let names = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
    return names.filter { name in
      var isFolder: ObjCBool = false
      return FileManager.default.fileExists(atPath: "\(path)/\(name)", isDirectory: &isFolder)
        && !isFolder.boolValue
    }.sorted()
  }

  @Test func `an object is a file of its bytes, under its key and nowhere else`() throws {
    let store = try prepared()
    let bytes = random.bytes(300_000)
    let object = try Sample.file(bytes)
    #expect(try !store.has(object) && store.size(of: object) == nil)
    try store.put(bytes, at: object)
    try store.put(bytes, at: object)
    #expect(try folder.bytes("stick/\(object.key)") == Data(bytes))
    #expect(files(below: folder.file("stick")) == [object.key, FolderStore.markerName])
    #expect(try store.has(object) && store.size(of: object) == 300_000)
    #expect(try store.contents(of: object.key, maxBytes: 300_000) == bytes)
  }

  @Test func `a file that is broken under its key is replaced, and does not count before that`() throws {
    let store = try prepared()
    let bytes = random.bytes(5_000)
    let object = try Sample.file(bytes)
    try store.put(bytes, at: object)
    for broken in [Array(bytes.dropLast()), [], random.bytes(5_000)] {
      try folder.write("stick/\(object.key)", broken)
      #expect(try !store.has(object))
      try store.put(bytes, at: object)
      #expect(try store.has(object))
    }
  }

  @Test func `bytes with another digest than the key's are not written`() throws {
    let store = try prepared()
    let object = try Sample.file([1, 2, 3])
    #expect(throws: SyncError.contentsChanged) { try store.put([1, 2], at: object) }
    #expect(files(below: folder.file("stick")) == [FolderStore.markerName])
  }

  @Test func `nothing goes through a link to another disk`() throws {
    let store = try prepared()
    let bytes = random.bytes(100)
    let object = try Sample.file(bytes)
    try FileManager.default.createDirectory(atPath: folder.file("elsewhere"), withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      atPath: folder.file("stick/files"), withDestinationPath: folder.file("elsewhere"))
    #expect(throws: SyncError.destination(errno: ELOOP)) { try store.put(bytes, at: object) }
    #expect(throws: SyncError.destination(errno: ELOOP)) { try store.has(object) }
    #expect(files(below: folder.file("elsewhere")) == [])
  }

  @Test func `a link or a pipe under an object's name is replaced, and a folder is named`() throws {
    let store = try prepared()
    let bytes = random.bytes(100)
    let object = try Sample.file(bytes)
    try store.put(bytes, at: object)
    let path = folder.file("stick/\(object.key)")
    try FileManager.default.removeItem(atPath: path)
    try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "/dev/zero")
    try store.put(bytes, at: object)
    #expect(try store.has(object))
    try FileManager.default.removeItem(atPath: path)
    #expect(mkfifo(path, 0o600) == 0)
    try store.put(bytes, at: object)
    #expect(try store.has(object))
    try FileManager.default.removeItem(atPath: path)
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    #expect(throws: SyncError.occupied(key: object.key)) { try store.put(bytes, at: object) }
  }

  @Test func `nothing is written where the stick is not plugged in`() throws {
    let bytes = random.bytes(100)
    let object = try Sample.file(bytes)
    // The mount point is there and empty, or is not there at all.
    try FileManager.default.createDirectory(atPath: folder.file("empty"), withIntermediateDirectories: false)
    for name in ["empty", "missing"] {
      let store = FolderStore(folder: folder.file(name))
      #expect(throws: SyncError.destinationMissing) { try store.put(bytes, at: object) }
      #expect(throws: SyncError.destinationMissing) { try store.has(object) }
      #expect(throws: SyncError.destinationMissing) { try store.keys(below: "files", after: nil) }
    }
    #expect(try folder.names() == ["empty"])
    #expect(files(below: folder.file("empty")) == [])
    // A folder whose parent folder is missing is never made.
    #expect(throws: SyncError.destination(errno: ENOENT)) {
      try FolderStore(folder: folder.file("missing/stick")).prepare()
    }
  }

  @Test func `a stick that is pulled in the middle loses nothing, and goes on when it is back`() throws {
    let store = try prepared()
    let all = (0..<6).map { _ in random.bytes(2_000) }
    for bytes in all.prefix(3) { try store.put(bytes, at: Sample.file(bytes)) }
    try FileManager.default.moveItem(atPath: folder.file("stick"), toPath: folder.file("elsewhere"))
    try FileManager.default.createDirectory(atPath: folder.file("stick"), withIntermediateDirectories: false)
    for bytes in all.dropFirst(3) {
      #expect(throws: SyncError.destinationMissing) { try store.put(bytes, at: Sample.file(bytes)) }
    }
    #expect(files(below: folder.file("stick")) == [])
    try FileManager.default.removeItem(atPath: folder.file("stick"))
    try FileManager.default.moveItem(atPath: folder.file("elsewhere"), toPath: folder.file("stick"))
    for bytes in all {
      let wasThere = try store.has(Sample.file(bytes))
      #expect(wasThere == all.prefix(3).contains(bytes))
      try store.put(bytes, at: Sample.file(bytes))
    }
    #expect(files(below: folder.file("stick")).count == all.count + 1)
  }

  @Test(.enabled(if: geteuid() == 0, "only root can mount a disk that is full"))
  func `a full stick says so, keeps what fitted, and goes on when there is room again`() throws {
    func run(_ command: String...) throws -> Int32 {
      try RunningProgram(command[0], Array(command.dropFirst())).end().status
    }
    let mountPoint = TemporaryFolder()
    #expect(try run("/usr/bin/mount", "-t", "tmpfs", "-o", "size=1m", "none", mountPoint.path) == 0)
    defer { _ = try? run("/usr/bin/umount", mountPoint.path) }
    let store = FolderStore(folder: mountPoint.file("weldtech"))
    try store.prepare()
    let first = random.bytes(200_000)
    let second = random.bytes(600_000)
    try store.put(first, at: Sample.file(first))
    let filling = try mountPoint.write("filling", Data(count: 400_000))
    let failure = #expect(throws: SyncError.self) { try store.put(second, at: Sample.file(second)) }
    #expect(failure == .destination(errno: ENOSPC))
    #expect(failure.map { SyncReason($0) } == .destinationFull)
    #expect(try store.has(Sample.file(first)) && !store.has(Sample.file(second)))
    let kept = try Sample.file(first).key
    #expect(files(below: mountPoint.file("weldtech")) == [kept, FolderStore.markerName])
    try FileManager.default.removeItem(atPath: filling)
    try store.put(second, at: Sample.file(second))
    #expect(try store.has(Sample.file(second)))
  }

  @Test func `2,500 keys are listed once each, in order, with what others put there`() throws {
    let store = try prepared()
    var written: Set<String> = []
    for number in 0..<2_400 {
      let id = try #require(InstallationID("00000000-0000-4000-8000-" + String(format: "%012d", number / 3)))
      let bytes = Array("\(number)".utf8)
      let object = DeliveredObject.record(id, revision: 1 + number % 3, sha256: try Sample.digest(bytes))
      // The objects are put there as another laptop's, without a sync each.
      let path = "\(folder.file("stick"))/\(object.key)"
      try FileManager.default.createDirectory(
        atPath: String(path.dropLast(path.split(separator: "/").last?.count ?? 0)),
        withIntermediateDirectories: true)
      try Data(bytes).write(to: URL(filePath: path))
      written.insert(object.key)
    }
    for name in ["desktop.ini", "说明.txt", "zz"] {
      try folder.write("stick/installations/\(name)", "x")
      written.insert("installations/\(name)")
    }
    try folder.write("stick/other.txt", "x")
    var listed: [String] = []
    while true {
      let page = try store.keys(below: "installations", after: listed.last)
      if page.isEmpty { break }
      #expect(page.count <= 1_000)
      listed += page
    }
    #expect(listed.count == written.count && Set(listed) == written)
    #expect(listed == listed.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
    #expect(try store.keys(below: "keys", after: nil) == [])
  }

  @Test func `a key that leads out of the folder, a link and too long a file are not read`() throws {
    let store = try prepared()
    try folder.write("secret", "x")
    try FileManager.default.createSymbolicLink(
      atPath: folder.file("stick/link"), withDestinationPath: folder.file("secret"))
    for key in ["../secret", "files/../../secret", "/secret", "", "./\(FolderStore.markerName)", "link"] {
      #expect(throws: SyncError.self) { try store.contents(of: key, maxBytes: 100) }
    }
    try folder.write("stick/long", Data(count: 101))
    #expect(throws: SyncError.answerTooLarge(limitBytes: 100)) { try store.contents(of: "long", maxBytes: 100) }
  }
}
