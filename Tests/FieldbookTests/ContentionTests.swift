import Foundation
import Records
import Testing

@testable import Fieldbook

/// Checks several processes that work at once, and a disk without space.
@Suite struct ContentionTests {
  let home = TestHome()

  @Test func `lets one of two signatures close the record`() async throws {
    let fieldbook = try home.ready()
    let id = Sample.id()
    let opened = try fieldbook.open(id, Sample.registered(), at: Sample.at(0))
    let events = try Sample.walk(of: id, code: opened.code!, in: fieldbook, key: Sample.key(1))
    _ = try fieldbook.append(events, to: id, by: Sample.technician, at: Sample.at(1))
    let agreement = try Sample.agreement(in: fieldbook)
    let outcomes = await withTaskGroup(of: FieldbookError?.self) { group in
      for _ in 0..<4 {
        group.addTask { [path = home.path] in
          do throws(FieldbookError) {
            _ = try Fieldbook(home: path, busyMilliseconds: 60_000).append(
              .signed(agreement), to: id, by: Sample.technician, at: Sample.at(2))
            return nil
          } catch { return error }
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(outcomes.filter { $0 == nil }.count == 1)
    #expect(outcomes.filter { $0 == .refused(.closed) }.count == 3)
    #expect(try fieldbook.pendingRecords().count == 1)
    #expect(try fieldbook.rebuild().repaired == [])
  }

  @Test func `gives up waiting for another process after the time allowed`() throws {
    let holder = try home.ready()
    let waiting = try Fieldbook(home: home.path, busyMilliseconds: 50)
    try holder.database.execute("BEGIN IMMEDIATE")
    #expect(throws: FieldbookError.store(.busy)) {
      try waiting.open(Sample.id(), Sample.registered(), at: Sample.at(0))
    }
    #expect(try waiting.list().isEmpty, "reading needs no lock")
    try holder.database.execute("ROLLBACK")
    #expect(try waiting.open(Sample.id(), Sample.registered(), at: Sample.at(0)).status == .open)
  }

  @Test func `keeps what it had when the disk is full`() throws {
    let fieldbook = try home.ready(codes: 100)
    let first = try Sample.signed(in: fieldbook)
    let pages = try fieldbook.database.first("PRAGMA page_count") { $0.integer(0) } ?? 0
    _ = try fieldbook.database.first("PRAGMA max_page_count = \(pages + 2)") { $0.integer(0) }
    var opened = 0
    var fault: FieldbookError?
    while fault == nil, opened < 50 {
      do throws(FieldbookError) {
        _ = try fieldbook.open(Sample.id(), Sample.registered(), at: Sample.at(5))
        opened += 1
      } catch { fault = error }
    }
    #expect(fault == .store(.diskFull))
    #expect(try fieldbook.list().count == opened + 1)
    #expect(try fieldbook.codesLeft() == 99 - opened)
    #expect(try fieldbook.installation(first.id) == first)
    _ = try fieldbook.database.first("PRAGMA max_page_count = 1000000") { $0.integer(0) }
    _ = try fieldbook.open(Sample.id(), Sample.registered(), at: Sample.at(6))
    #expect(try fieldbook.rebuild() == .init(installations: opened + 2, repaired: []))
  }
}
