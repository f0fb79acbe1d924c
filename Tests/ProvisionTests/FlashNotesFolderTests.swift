import Foundation
import TestSupport
import Testing

@testable import Provision

@Suite struct FlashNotesFolderTests {
  private let temporary = TemporaryFolder()
  private var folder: String { temporary.file("notes") }
  private var notes: FlashNotesFolder { FlashNotesFolder(folder: folder, adapter: "403-6001-A/1 ../x") }
  private var journal: any FlashJournal { notes.journal(chipID: "00ff", imageSha256: "abcd") }

  @Test func `what was acknowledged is there for the next program, and gone once the image is whole`() throws {
    let first = journal
    first.acknowledge(sector: 4, bytes: 0)
    first.acknowledge(sector: 4, bytes: 256)
    first.acknowledge(sector: 5, bytes: 512)
    first.forget(sector: 5)
    #expect(journal.acknowledged == [4: 256])
    #expect(notes.journal(chipID: "00ff", imageSha256: "abce").acknowledged.isEmpty)
    first.clear()
    #expect(journal.acknowledged.isEmpty)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
  }

  @Test(arguments: ["4 256\n4 51", "x\n4 256\n4 256 1\n-1 3\n", "4 256\n\u{0}\n", "4 256\n99999 1\n"])
  func `lines that are cut off or no such lines do not count`(text: String) throws {
    journal.acknowledge(sector: 1, bytes: 0)
    let file = try #require(try FileManager.default.contentsOfDirectory(atPath: folder).first)
    try Data(text.utf8).write(to: URL(filePath: "\(folder)/\(file)"))
    #expect(journal.acknowledged == [4: 256])
  }

  @Test func `an adapter's speed is remembered, and nonsense is not`() throws {
    #expect(notes.baudRate(for: .bootloader) == nil)
    notes.remember(baudRate: 57_600, for: .bootloader)
    #expect(notes.baudRate(for: .bootloader) == 57_600)
    #expect(notes.baudRate(for: .loader) == nil)
    notes.remember(baudRate: 7, for: .bootloader)
    #expect(notes.baudRate(for: .bootloader) == nil)
  }

  @Test func `a folder that cannot be made costs nothing but memory`() {
    let nowhere = FlashNotesFolder(folder: "/proc/nowhere", adapter: "a")
    nowhere.remember(baudRate: 57_600, for: .bootloader)
    let journal = nowhere.journal(chipID: "a", imageSha256: "b")
    journal.acknowledge(sector: 1, bytes: 2)
    #expect(journal.acknowledged == [1: 2])
    #expect(nowhere.baudRate(for: .bootloader) == nil)
  }
}
