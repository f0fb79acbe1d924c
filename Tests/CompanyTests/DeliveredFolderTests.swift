import Files
import Foundation
import Records
import TestSupport
import Testing

@testable import Company
@testable import company_program

/// Checks how a folder of delivered objects is listed and read.
@Suite struct DeliveredFolderTests {
  private let folder = TemporaryFolder()

  private func all(below name: String, pageSize: Int) throws -> [String] {
    let objects = try DeliveredFolder(FilePath(folder.path), pageSize: pageSize)
    var keys: [String] = []
    while true {
      let page = try objects.keys(below: name, after: keys.last)
      #expect(page.count <= pageSize)
      if page.isEmpty { return keys }
      keys += page
    }
  }

  @Test(arguments: [1, 2, 33, 1_000])
  func `a folder is listed in the order of its keys, a page at a time`(pageSize: Int) throws {
    let objects = ObjectFolder(folder.path)
    for number in 0..<40 { try SampleLife(number).deliver(to: objects) }
    let files = try #require(FileManager.default.enumerator(atPath: folder.path))
    let keys = files.compactMap { $0 as? String }.filter { DeliveredObject(key: $0) != nil }
    for name in ["files", "installations", "keys", "timestamps"] {
      let expected = keys.filter { $0.hasPrefix(name + "/") }.sorted {
        $0.utf8.lexicographicallyPrecedes($1.utf8)
      }
      #expect(try all(below: name, pageSize: pageSize) == expected, "\(name)")
    }
  }

  @Test func `drafts are left out, and names of others are listed`() throws {
    for name in ["installations/b", "installations/a-b", "installations/a"] {
      try FileManager.default.createDirectory(atPath: folder.file(name), withIntermediateDirectories: true)
      try folder.write(name + "/x", "x")
      try folder.write(name + "/.x.part", "x")
    }
    try folder.write("installations/stray", "x")
    // The order is that of whole keys: '-' stands before '/'.
    let expected = ["installations/a-b/x", "installations/a/x", "installations/b/x", "installations/stray"]
    for pageSize in 1...5 { #expect(try all(below: "installations", pageSize: pageSize) == expected) }
  }

  @Test func `only a regular file below a key is read, and only within its bound`() throws {
    let life = SampleLife(0)
    try life.deliver(to: ObjectFolder(folder.path))
    let objects = try DeliveredFolder(FilePath(folder.path))
    let key = try #require(try objects.keys(below: "files", after: nil).first)
    let bytes = try objects.contents(of: key, maxBytes: 1_000)
    #expect(try Data(bytes) == folder.bytes(key))
    #expect(throws: FileError.self) { try objects.contents(of: key, maxBytes: bytes.count - 1) }
    #expect(throws: FileError.self) { try objects.contents(of: "files/sha256/../../x", maxBytes: 1_000) }
    try FileManager.default.moveItem(atPath: folder.file(key), toPath: folder.file("moved"))
    #expect(throws: FileError.self) { try objects.contents(of: key, maxBytes: 1_000) }
    try FileManager.default.createSymbolicLink(
      atPath: folder.file(key), withDestinationPath: folder.file("moved"))
    #expect(throws: FileError.self) { try objects.contents(of: key, maxBytes: 1_000) }
    try FileManager.default.removeItem(atPath: folder.file(key))
    // A pipe without a writer is not waited for.
    try #require(mkfifo(folder.file(key), 0o600) == 0)
    #expect(throws: FileError.self) { try objects.contents(of: key, maxBytes: 1_000) }
  }

  @Test func `a folder that is not there is not taken for an empty one`() throws {
    #expect(throws: CompanyError.self) { try DeliveredFolder(FilePath(folder.file("no"))) }
    try folder.write("file", "x")
    #expect(throws: CompanyError.self) { try DeliveredFolder(FilePath(folder.file("file"))) }
    #expect(try all(below: "installations", pageSize: 3) == [])
  }

  @Test(
    arguments: [
      ("postgresql://desk@db/weld", nil), ("postgres:///weld?service=x", nil),
      ("postgresql://desk:secret@db/weld", .password),
      ("postgresql://db/weld?password=secret", .password),
      ("postgresql://db/weld?p%61ssword=secret", .password),
      ("host=db password=secret", .notPostgreSQL), ("mysql://db/weld", .notPostgreSQL),
      ("postgresql://db:x/weld?a", .unreadable),
    ] as [(String, CompanyError.AddressFault?)])
  func `an address with a password, or of something else, is refused before anything is sent`(
    address: String, fault: CompanyError.AddressFault?
  ) {
    var found: CompanyError?
    do throws(CompanyError) { try PostgreSQL.judge(address) } catch { found = error }
    #expect(found == fault.map { .address($0) })
  }
}
