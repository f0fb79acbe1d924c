import Foundation
import TestSupport
import Testing

@testable import weldtech

/// Checks that a picture or a page that is written to a user's path does not replace another file.
@Suite struct OutputTakenTests {
  @Test(arguments: [
    ["schemes", "single-phase-inverter", "--output"], ["help", "day", "--output"],
    ["labels", "templates", "--output"], ["ledger", "stats", "--output"],
  ])
  func `only a file of the same kind is replaced, and none of the home's`(_ command: [String]) throws {
    let desk = Desk()
    try desk.setUp()
    let folder = TemporaryFolder()
    let photo = folder.file("photo.pdf")
    let bytes = Data([0xFF, 0xD8, 0xFF, 0xE0, 0, 1])
    try bytes.write(to: URL(filePath: photo))
    #expect(desk.failure(command + [photo])?.code == "output.taken")
    #expect(try Data(contentsOf: URL(filePath: photo)) == bytes)
    let link = folder.file("link.pdf")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: photo)
    #expect(desk.failure(command + [link])?.code == "output.taken")
    #expect(try Data(contentsOf: URL(filePath: photo)) == bytes)

    let store = "\(desk.home)/fieldbook.sqlite"
    let before = try Data(contentsOf: URL(filePath: store))
    for path in ["\(desk.home)/fieldbook.pdf", "\(desk.home)/documents/../fieldbook.pdf"] {
      #expect(desk.failure(command + [path])?.code == "output.taken")
      #expect(!FileManager.default.fileExists(atPath: path))
    }
    #expect(try Data(contentsOf: URL(filePath: store)) == before)

    let page = folder.file("page.pdf")
    for _ in 0..<2 { #expect(try desk.run(command + [page]).status == 0) }
    #expect(try Data(contentsOf: URL(filePath: page)).starts(with: Data("%PDF".utf8)))
  }
}
