import Cryptography
import Files
import Foundation
import Records
import TestSupport
import Testing

@testable import Archives

struct ZipTests {
  private let folder = TemporaryFolder(isInMemory: true)
  private let moment = DOSTime(time: 0x1234, date: 0x5A38)

  private func write(_ contents: [(String, Data)], to name: String) throws -> FilePath {
    let path = FilePath(folder.file(name))
    let draft = try Draft(of: path, named: .suffix(".part"), permissions: .exactly(0o600))
    let zip = try ZipWriter(into: draft)
    for (name, bytes) in contents { try zip.add(name, bytes, at: moment) }
    try zip.finish { false }
    try draft.place(.unsynced)
    return path
  }

  private func read(_ path: FilePath) throws -> ZipReader {
    try ZipReader(OpenFile(reading: path, .regularOnly))
  }

  /// The names and contents of `count` files, with empty files and one that is larger than every buffer.
  private func contents(_ count: Int, seed: UInt64 = 1) -> [(String, Data)] {
    var generator = SplitMix64(seed: seed)
    return (0..<count).map { index in
      let digits = String(index)
      return (
        "b/\(String(repeating: "0", count: 6 - digits.count))\(digits).bin",
        Data(generator.bytes(index == 7 ? 700_001 : index % 50))
      )
    }
  }

  private func fault(_ body: () throws -> Void) -> ArchiveFault? {
    do {
      try body()
      return nil
    } catch ArchiveError.damaged(let fault) {
      return fault
    } catch {
      Issue.record(error)
      return nil
    }
  }

  @Test func `gives back what was put in`() throws {
    let contents = contents(300)
    let zip = try read(try write(contents, to: "a.zip"))
    #expect(zip.entries.map(\.name) == contents.map(\.0))
    for (entry, content) in Swift.zip(zip.entries, contents) {
      #expect(try zip.contents(of: entry, maxBytes: 1_000_000) == content.1)
    }
  }

  @Test func `gives the same bytes for the same contents`() throws {
    let first = try write(contents(50), to: "a.zip").contents(maxBytes: 10_000_000)
    #expect(try write(contents(50), to: "b.zip").contents(maxBytes: 10_000_000) == first)
  }

  @Test func `is read by programs that others wrote, with 70,000 entries too`() throws {
    let contents = contents(70_000)
    let path = try write(contents, to: "a.zip")
    #expect(try read(path).entries.count == 70_000)
    let script = """
      import sys, zipfile, hashlib
      z = zipfile.ZipFile(sys.argv[1])
      assert z.testzip() is None
      h = hashlib.sha256()
      for i in z.infolist():
          assert i.compress_type == 0 and not i.extra and not i.comment
          h.update(i.filename.encode() + z.read(i))
      print(len(z.infolist()), h.hexdigest())
      """
    let read = try InstalledProgram("python3").start(["-c", script, path.text]).end()
    var all = Data()
    for (name, bytes) in contents { all += Data(name.utf8) + bytes }
    #expect(read.output == "70000 \(SHA256Digest(of: all))\n", "\(read.diagnostics)")
  }

  @Test func `refuses every change of a single bit, and names the place`() throws {
    let path = try write(Array(contents(7).dropFirst(4)), to: "a.zip")
    let bytes = try path.contents(maxBytes: 100_000)
    for index in bytes.indices {
      for bit in 0..<8 {
        var changed = bytes
        changed[index] ^= 1 << UInt8(bit)
        let path = FilePath(try folder.write("b.zip", changed))
        let fault = fault {
          let zip = try read(path)
          for entry in zip.entries { _ = try zip.contents(of: entry, maxBytes: 100_000) }
        }
        #expect(fault != nil, "bit \(bit) of byte \(index)")
      }
    }
  }

  @Test func `refuses a file that ends early or goes on, at every length`() throws {
    let bytes = try write(contents(3), to: "a.zip").contents(maxBytes: 100_000)
    for count in 0..<bytes.count {
      let path = FilePath(try folder.write("b.zip", bytes.prefix(count)))
      #expect(fault { _ = try read(path) } != nil, "\(count) bytes")
    }
    for more in [Data([0]), Data("PK".utf8), bytes] {
      let path = FilePath(try folder.write("b.zip", bytes + more))
      #expect(fault { _ = try read(path) } != nil)
      let moved = FilePath(try folder.write("c.zip", more + bytes))
      #expect(fault { _ = try read(moved) } != nil)
    }
  }

  @Test(arguments: [
    "../x", "/x", "a//b", "a/../b", "a/.b", "a\\b", "a/b/", "", "a\u{0}b", "a b", "中", "-x",
    String(repeating: "n", count: 201),
  ])
  func `refuses a name that leads elsewhere or is none of ours`(name: String) throws {
    let entry = ZipEntry(name: name, size: 0, checksum: 0, moment: moment, offset: 0)
    #expect(fault { _ = try read(try forged([entry])) } == .unreadableHeader(offset: entry.end))
  }

  @Test func `refuses the same name twice, and entries that share their bytes`() throws {
    let first = ZipEntry(name: "a/b", size: 0, checksum: 0, moment: moment, offset: 0)
    let twice = ZipEntry(name: "a/b", size: 0, checksum: 0, moment: moment, offset: first.end)
    let central = first.end + twice.end - twice.offset
    #expect(
      fault { _ = try read(try forged([first, twice])) }
        == .order(entry: "a/b", offset: central + ZipLayout.centralHeader(of: first).count))
    // Entries that share their bytes could make a small file unpack to an endless one.
    let within = ZipEntry(name: "a/c", size: 0, checksum: 0, moment: moment, offset: 0)
    #expect(fault { _ = try read(try forged([first, within])) } == .gap(entry: "a/c", offset: 0))
  }

  @Test func `refuses sizes, counts and places that the file does not have, without memory for them`() throws {
    let huge = ZipEntry(name: "a/b", size: 0xFFFF_FFFF, checksum: 0, moment: moment, offset: 0)
    #expect(fault { _ = try read(try forged([huge], contentsAre: 0)) } == .gap(entry: "a/b", offset: 0))
    for (count, size, offset) in [
      (4_000_000_000, 22, 0), (65_535, 0, 0), (1, Int.max, 0), (1, 46, Int.max - 46),
      (1, Int.max / 2, Int.max / 2), (0, 0, 0),
    ] {
      let path = FilePath(try folder.write("b.zip", ZipLayout.end(count: count, size: size, offset: offset)))
      let fault = fault {
        let zip = try read(path)
        #expect(zip.entries.isEmpty)
      }
      #expect((fault == nil) == (count == 0), "\(count) \(size) \(offset)")
    }
  }

  /// Writes a zip whose local and central headers agree with each other, whatever values they have.
  private func forged(_ entries: [ZipEntry], contentsAre size: Int? = nil) throws -> FilePath {
    var bytes: [UInt8] = []
    for entry in entries {
      bytes += ZipLayout.localHeader(of: entry) + [UInt8](repeating: 0, count: size ?? entry.size)
    }
    let central = entries.flatMap { ZipLayout.centralHeader(of: $0) }
    let end = ZipLayout.end(count: entries.count, size: central.count, offset: bytes.count)
    return FilePath(try folder.write("forged.zip", bytes + central + end))
  }

  @Test func `leaves no file where an entry's file is not what it was`() throws {
    let source = try folder.write("photo.jpg", Data("1234567890".utf8))
    for (byteCount, path, expected) in [
      (9, source, ArchiveError.changed(entry: "a/b")), (11, source, .changed(entry: "a/b")),
      (10, folder.file("none"), .unreadable(entry: "a/b", errno: ENOENT)),
    ] {
      let target = FilePath(folder.file("out.zip"))
      let draft = try Draft(of: target, named: .suffix(".part"), permissions: .exactly(0o600))
      let zip = try ZipWriter(into: draft)
      try zip.add("a/a", Data("x".utf8), at: moment)
      try zip.add("a/b", fileAt: path, byteCount: byteCount, at: moment)
      #expect(throws: expected) { try zip.finish { false } }
      #expect(target.kind == nil)
    }
  }

  @Test func `ends without a file where it is cancelled, or the disk is full`() throws {
    let target = FilePath(folder.file("out.zip"))
    let draft = try Draft(of: target, named: .suffix(".part"), permissions: .exactly(0o600))
    let zip = try ZipWriter(into: draft)
    for (name, bytes) in contents(200) { try zip.add(name, bytes, at: moment) }
    #expect(throws: ArchiveError.cancelled) { try zip.finish { true } }
    draft.discard()
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
  }

  @Test(arguments: [
    (0, 0x0021, 0), (1_764_403_199, 0x5B7D, 0x3F7D), (1_764_403_200, 0x5B7D, 0x4000),
    (4_354_819_199, 0xFF9F, 0xBF7D), (4_354_819_200, 0xFF9F, 0xBF7D), (315_532_799, 0x0021, 0),
    (315_532_801, 0x0021, 0),
  ])
  func `has the wall clock's time in steps of two seconds`(seconds: Int64, date: Int, time: Int) {
    let moment = DOSTime(Timestamp(secondsSince1970: seconds, offsetSeconds: 0))
    #expect(moment == DOSTime(time: UInt16(time), date: UInt16(date)))
  }
}
