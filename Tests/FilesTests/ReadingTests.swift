import Files
import Foundation
import Glibc
import Testing

@Suite struct ReadingTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  @Test(arguments: [0, 1, 4_095, 4_096, 4_097, 100_000])
  func `a file is read whole where it has as many bytes as are allowed, and refused with one more`(
    count: Int
  ) throws {
    let text = String(repeating: "x", count: count)
    let path = try scratch.put(text, "file")
    #expect(try path.contents(maxBytes: count) == Data(text.utf8))
    #expect(try path.contents(maxBytes: count + 7) == Data(text.utf8))
    guard count > 0 else { return }
    let error = failure { _ = try path.contents(maxBytes: count - 1) }
    #expect(error == FileError(path, .read, EFBIG))
    #expect(error?.isTooLarge == true)
  }

  @Test func `a beginning ends where it was asked to, and a device that never ends does so too`() throws {
    let path = try scratch.put("first\nsecond\n", "file")
    #expect(try OpenFile(reading: path).beginning(maxBytes: 5) == Data("first".utf8))
    #expect(try OpenFile(reading: path).beginning(maxBytes: 500).count == 13)
    #expect(try OpenFile(reading: "/dev/zero").beginning(maxBytes: 70_001) == Data(count: 70_001))
    #expect(failure { _ = try FilePath("/dev/zero").contents(maxBytes: 70_000) }?.isTooLarge == true)
  }

  @Test func `a file of the system, which does not say its size, is read whole`() throws {
    let path: FilePath = "/proc/self/environ"
    #expect(try path.status().byteCount == 0)
    let contents = try path.contents(maxBytes: 1 << 22)
    #expect(!contents.isEmpty && contents.last == 0)
  }

  @Test func `a pipe is read to its end`() throws {
    let pipe = scratch.file("pipe")
    #expect(mkfifo(pipe.text, 0o600) == 0)
    let text = String(repeating: "a line\n", count: 20_000)
    let writer = Companion { [path = pipe.text] in
      try Data(text.utf8).withUnsafeBytes { bytes in
        let descriptor = open(path, O_WRONLY)
        defer { close(descriptor) }
        var rest = bytes[...]
        while !rest.isEmpty {
          let count = write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
          guard count > 0 else { throw POSIXError(.EIO) }
          rest = rest.dropFirst(count)
        }
      }
    }
    let contents = try pipe.contents(maxBytes: 1 << 20)
    _ = try writer.value()
    #expect(contents == Data(text.utf8))
  }

  @Test func `a pipe that nobody writes to is empty for who does not wait, and refused where a file is wanted`()
    throws
  {
    let pipe = scratch.file("pipe")
    #expect(mkfifo(pipe.text, 0o600) == 0)
    #expect(try pipe.contents(maxBytes: 10, .withoutWaiting).isEmpty)
    #expect(failure { _ = try OpenFile(reading: pipe, .regularOnly) } == FileError(pipe, .read, EINVAL))
    let device = failure { _ = try OpenFile(reading: "/dev/zero", .regularOnly) }
    #expect(device == FileError("/dev/zero", .read, EINVAL))
  }

  @Test func `what is missing, a folder and a loop of links are named with the system's number`() throws {
    let (missing, loop) = (scratch.file("missing"), scratch.file("loop"))
    try loop.makeLink(to: "loop")
    let folder = scratch.path
    for (path, number) in [
      (missing, ENOENT), (folder, EISDIR), (loop, ELOOP),
      (try scratch.put("", "file").appending("below"), ENOTDIR),
    ] {
      #expect(failure { _ = try path.contents(maxBytes: 10) } == FileError(path, .read, number))
    }
    #expect(failure { _ = try OpenFile(reading: folder, .regularOnly) }?.errno == EISDIR)
    #expect(failure { _ = try loop.status() } == FileError(loop, .status, ELOOP))
    #expect(loop.kind == .link)
    #expect(loop.endOfLinks != nil, "a loop has some file of its own as its end, which then cannot be opened")
  }

  @Test func `a link is followed unless it is refused`() throws {
    let file = try scratch.put("kept", "file")
    let link = scratch.file("link")
    try link.makeLink(to: "file")
    #expect(try link.contents(maxBytes: 4) == Data("kept".utf8))
    #expect(failure { _ = try OpenFile(reading: link, .refusesLinks) } == FileError(link, .read, ELOOP))
    #expect(link.linkTarget == "file" && file.linkTarget == nil)
    #expect(try link.status().kind == .regular && link.kind == .link)
  }

  @Test func `a name that is not UTF-8 is a name like any other`() throws {
    let name = FilePath(bytes: [0xC3, 0x28, 0xFF, 0x20, 0xE6])
    let path = try scratch.put("found", name)
    #expect(try path.contents(maxBytes: 5) == Data("found".utf8))
    #expect(try Folder.names(in: scratch.path) == [name])
    let draft = try Draft(of: path, named: .suffix(".part"), permissions: .exactly(0o600))
    try draft.write(Data("anew".utf8))
    try draft.place(.synced)
    #expect(scratch.text(name) == "anew")
    try path.removeFile()
    #expect(scratch.names.isEmpty)
  }

  @Test func `a path with a zero byte in it names nothing, and not what stands before the zero`() throws {
    let path = try scratch.put("kept", "file")
    let longer = FilePath(bytes: path.bytes + [0] + Array(".png".utf8))
    #expect(failure { _ = try longer.contents(maxBytes: 10) }?.errno == ENOENT)
    #expect(failure { try longer.removeFile() }?.errno == ENOENT)
    #expect(scratch.text("file") == "kept")
  }

  @Test func `pieces put together and memory that was mapped are the file`() throws {
    let text = (0..<60_000).map { "\($0) " }.joined()
    let path = try scratch.put(text, "file")
    var pieces: [Data] = []
    try OpenFile(reading: path).forEachPiece { pieces.append(Data($0)) }
    #expect(pieces.count > 1 && pieces.allSatisfy { !$0.isEmpty && $0.count <= 128 << 10 })
    #expect(Data(pieces.joined()) == Data(text.utf8))
    #expect(try OpenFile(reading: path).mapped() == Data(text.utf8))
    #expect(try OpenFile(reading: scratch.put("", "empty")).mapped().isEmpty)
    #expect(failure { try OpenFile(reading: scratch.path).forEachPiece { _ in } }?.errno == EISDIR)
  }

  @Test(arguments: [
    ("/a/b", "/a", "b"), ("/a", "/", "a"), ("a", ".", "a"), ("a/b/", "a", ""), ("/", "/", ""),
    ("a//b", "a/", "b"),
  ])
  func `a path has a folder and a last name`(path: String, folder: String, name: String) {
    #expect(FilePath(path).folder.text == folder)
    #expect(FilePath(path).lastName.text == name)
  }
}
