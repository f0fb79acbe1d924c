import Files
import Foundation
import Glibc
import Testing

@Suite struct DraftTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  @Test(arguments: [Draft.Durability.unsynced, .synced, .syncedWherePossible])
  func `a draft has its name only when it is placed, and then no other`(durability: Draft.Durability) throws {
    let target = try scratch.put("old", "file")
    let namings: [(Draft.Naming, String)] = [
      (.suffix(".part"), "file.part"), (.file(scratch.file(".new")), ".new"), (.unique(target), "file."),
    ]
    for (naming, prefix) in namings {
      let draft = try Draft(of: target, named: naming, permissions: .exactly(0o600))
      #expect(draft.path.lastName.text.hasPrefix(prefix))
      try draft.write(Data("ne".utf8))
      try draft.write(Data("w".utf8))
      #expect(try draft.contents(maxBytes: 3) == Data("new".utf8))
      #expect(failure { _ = try draft.contents(maxBytes: 2) }?.isTooLarge == true)
      #expect(scratch.names.count == 2 && scratch.text("file") != "new")
      try draft.place(durability)
      #expect(scratch.names == ["file"] && scratch.text("file") == "new")
      draft.discard()
      #expect(scratch.text("file") == "new", "what is placed is not discarded")
      _ = try scratch.put("old", "file")
    }
  }

  @Test func `a draft that is not placed leaves nothing`() throws {
    for naming in [Draft.Naming.suffix(".part"), .unique(scratch.file("file"))] {
      var draft: Draft? = try Draft(of: scratch.file("file"), named: naming, permissions: .withinUmask(0o644))
      try draft?.write(Data("half".utf8))
      #expect(scratch.names.count == 1)
      draft = nil
      #expect(scratch.names.isEmpty)
    }
  }

  @Test func `a link in a draft's place is removed and what it leads to is kept`() throws {
    let outside = try scratch.put("outside", "outside")
    try scratch.file("file.part").makeLink(to: outside)
    let draft = try Draft(of: scratch.file("file"), named: .suffix(".part"), permissions: .exactly(0o600))
    try draft.write(Data("inside".utf8))
    try draft.place(.synced)
    #expect(scratch.text("outside") == "outside" && scratch.text("file") == "inside")
    #expect(scratch.names == ["file", "outside"])
  }

  @Test func `a file that is made anew is never opened through what has its name`() throws {
    let folder = scratch.file("taken")
    try Folder.makeOne(folder, permissions: .exactly(0o700))
    let error = failure {
      _ = try OpenFile(replacing: folder, permissions: .exactly(0o600))
    }
    #expect(error == FileError(folder, .create, EEXIST))
    let link = scratch.file("link")
    try link.makeLink(to: "nowhere")
    _ = try OpenFile(replacing: link, permissions: .exactly(0o600))
    #expect(link.kind == .regular && !scratch.names.contains("nowhere"))
  }

  @Test func `a draft whose place is a folder leaves nothing and says so`() throws {
    let target = scratch.file("folder")
    try Folder.makeOne(target, permissions: .exactly(0o700))
    let draft = try Draft(of: target, named: .suffix(".part"), permissions: .exactly(0o600))
    #expect(failure { try draft.place(.synced) } == FileError(target, .rename, EISDIR))
    #expect(scratch.names == ["folder"])
    let nowhere = scratch.file("no/file")
    let error = failure {
      _ = try Draft(of: nowhere, named: .unique(nowhere), permissions: .exactly(0o600))
    }
    #expect(error == FileError(nowhere, .create, ENOENT))
  }

  @Test func `a draft is locked until it has its name`() throws {
    let draft = try Draft(of: scratch.file("file"), named: .suffix(".part"), permissions: .exactly(0o600))
    try draft.lock()
    #expect(try !OpenFile(reading: draft.path).lock(waits: false))
    try draft.place(.synced)
    #expect(try OpenFile(reading: scratch.file("file")).lock(waits: false))
  }

  @Test func `permissions that are exact hold under every umask, and others within it`() async {
    await #expect(processExitsWith: .success) {
      for mask: mode_t in [0, 0o077, 0o777] {
        umask(mask)
        let scratch = try Scratch()
        for (name, bits) in [("private", 0o600), ("open", 0o644)] as [(String, UInt32)] {
          for naming in [Draft.Naming.suffix(".part"), .unique(scratch.file("x"))] {
            let exact = try Draft(of: scratch.file(FilePath(name)), named: naming, permissions: .exactly(bits))
            try exact.place(.unsynced)
            try check(scratch.mode(FilePath(name)) == bits, "\(name) under \(mask)")
          }
          let folder = scratch.file(FilePath("folder-" + name))
          try Folder.make(folder.appending("inner"), permissions: .exactly(bits | 0o100))
          try check(scratch.mode(folder.lastName) == bits | 0o100, "folder \(name) under \(mask)")
        }
        let within = try Draft(
          of: scratch.file("within"), named: .suffix(".part"), permissions: .withinUmask(0o644))
        try within.place(.unsynced)
        try check(scratch.mode("within") == 0o644 & ~mask, "within \(mask)")
        let written = try OpenFile(writing: scratch.file("written"), making: .exactly(0o600))
        try written.close()
        try check(scratch.mode("written") == 0o600, "written under \(mask)")
      }
    }
  }

  @Test func `a disk that is full ends a draft with nothing left and the old file in its place`() async {
    await #expect(processExitsWith: .success) {
      let scratch = try Scratch()
      let target = try scratch.put("old", "file")
      // The size of files is limited to 64 KiB from now on; without the signal, write(2) then fails with EFBIG.
      signal(SIGXFSZ, SIG_IGN)
      var limit = rlimit(rlim_cur: 65_536, rlim_max: 65_536)
      try check(setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0, "limit")
      do {
        let draft = try Draft(of: target, named: .suffix(".part"), permissions: .exactly(0o600))
        let error = failure { try draft.write(Data(count: 100_000)) }
        try check(error == FileError(draft.path, .write, EFBIG), "error \(String(describing: error))")
      }
      try check(scratch.names == ["file"] && scratch.text("file") == "old", "left \(scratch.names)")
      let output = try OutputFile(scratch.file("output"))
      try check(failure { try output.write(Data(count: 100_000)) }?.errno == EFBIG, "output")
    }
  }
}

/// Throws an error where a check does not hold, so that the separate process that makes the check fails.
func check(_ holds: Bool, _ what: String) throws {
  struct Failed: Error { let what: String }
  guard holds else { throw Failed(what: what) }
}

@Suite struct OutputFileTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  @Test func `a file is there whole or not at all, behind links too`() throws {
    let target = try scratch.put("old", "target", permissions: 0o600)
    try scratch.file("link").makeLink(to: "other-link")
    try scratch.file("other-link").makeLink(to: target)
    do {
      let output = try OutputFile(scratch.file("link"))
      try output.write(Data("half".utf8))
      #expect(scratch.text("target") == "old")
    }
    #expect(scratch.names == ["link", "other-link", "target"])
    let output = try OutputFile(scratch.file("link"))
    try output.write(Data("new".utf8))
    try output.finish(isSynced: true)
    #expect(scratch.text("target") == "new" && scratch.mode("target") == 0o600)
    #expect(scratch.file("link").linkTarget == "other-link")
    #expect(scratch.names == ["link", "other-link", "target"])
  }

  @Test func `a link that leads to nothing gets its file, and a folder that is missing is made`() throws {
    try scratch.file("link").makeLink(to: "folder/file")
    let output = try OutputFile(scratch.file("link"))
    try output.write(Data("new".utf8))
    try output.finish()
    #expect(scratch.text("folder/file") == "new")
    #expect(scratch.file("link").kind == .link)
  }

  @Test func `a pipe gets the bytes as they come and stays a pipe`() throws {
    let pipe = scratch.file("pipe")
    #expect(mkfifo(pipe.text, 0o600) == 0)
    let reader = Companion { try pipe.contents(maxBytes: 1 << 20) }
    let output = try OutputFile(pipe)
    try output.write(Data("some".utf8))
    try output.write(Data(" more".utf8))
    try output.finish(isSynced: true)
    #expect(try reader.value() == Data("some more".utf8))
    #expect(pipe.kind == .pipe && scratch.names == ["pipe"])
  }

  @Test func `a device is written to, and one that is full says so`() throws {
    let null = try OutputFile("/dev/null")
    try null.write(Data("gone".utf8))
    try null.finish(isSynced: true)
    let full = try OutputFile("/dev/full")
    #expect(failure { try full.write(Data("x".utf8)) } == FileError("/dev/full", .write, ENOSPC))
    #expect(FilePath("/dev/full.part").kind == nil)
  }

  @Test func `a folder and a place that takes no file are refused`() throws {
    #expect(failure { _ = try OutputFile(scratch.path) } == FileError(scratch.path, .create, EISDIR))
    let below = try scratch.put("", "file").appending("below")
    #expect(failure { _ = try OutputFile(below) }?.errno == ENOTDIR)
  }

  @Test func `bytes go to the end or to their place`() throws {
    let path = scratch.file("file")
    for text in ["one ", "two "] {
      try OpenFile(writing: path, .appends, making: .exactly(0o600)).write(Data(text.utf8))
    }
    try OpenFile(writing: path).write(Data("TWO".utf8), at: 4)
    #expect(scratch.text("file") == "one TWO ")
    try OpenFile(writing: path, .truncates).write(Data("x".utf8))
    #expect(scratch.text("file") == "x")
    let missing = scratch.file("missing")
    #expect(failure { _ = try OpenFile(writing: missing) } == FileError(missing, .create, ENOENT))
    try scratch.file("link").makeLink(to: path)
    let error = failure {
      _ = try OpenFile(writing: scratch.file("link"), [.refusesLinks, .truncates])
    }
    #expect(error?.errno == ELOOP && scratch.text("file") == "x")
  }

  @Test func `a file has the time that it is given, to the millisecond, and keeps its bytes`() throws {
    let path = try scratch.put("bytes", "file")
    let file = try OpenFile(writing: path)
    try file.setModified(milliseconds: 1_764_403_200_123)
    try file.close()
    var status = stat()
    #expect(stat(path.text, &status) == 0)
    #expect(status.st_mtim.tv_sec == 1_764_403_200)
    #expect(status.st_mtim.tv_nsec == 123_000_000)
    #expect(scratch.text("file") == "bytes")
    #expect(failure { try file.setModified(milliseconds: 0) }?.errno == EBADF)
  }

  @Test func `a pipe that takes nothing is given up after the time allowed`() throws {
    let pipe = scratch.file("pipe")
    #expect(mkfifo(pipe.text, 0o600) == 0)
    let reader = try OpenFile(reading: pipe, .withoutWaiting)
    let writer = try OpenFile(writing: pipe, .withoutWaiting)
    let bytes = Data(count: 4 << 20)
    #expect(failure { try writer.write(bytes) } == FileError(pipe, .write, EAGAIN))
    let error = failure { try writer.write(bytes, patienceSeconds: 1) }
    #expect(error == FileError(pipe, .write, ETIMEDOUT))
    try reader.close()
  }

  @Test func `a file without a name holds what it was given, from its start`() throws {
    let file = try OpenFile.unnamed(holding: Data("kept".utf8), in: scratch.path)
    #expect(scratch.names.isEmpty)
    #expect(try file.contents(maxBytes: 4) == Data("kept".utf8))
  }
}
