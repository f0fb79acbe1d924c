import Foundation
import Records
import Testing

@testable import Fieldbook

@Suite struct CodesTests {
  let home = TestHome()

  private func open(_ fieldbook: Fieldbook, code: LabelCode? = nil) throws -> Installation {
    try fieldbook.open(Sample.id(), Sample.registered(code: code), at: Sample.at(0))
  }

  @Test func `takes the blocks in their order`() throws {
    let fieldbook = try home.fieldbook()
    #expect(try fieldbook.codesLeft() == 0)
    #expect(try fieldbook.addBlock(Sample.block("00A000", 2)))
    #expect(try fieldbook.addBlock(Sample.block("000000", 1)))
    let codes = try (0..<3).map { _ in try open(fieldbook).code?.serial.description }
    #expect(codes == ["00A000", "00A001", "000000"])
    #expect(throws: FieldbookError.codesExhausted(left: 0)) { try open(fieldbook) }
    #expect(try fieldbook.blocks().map(\.taken) == [2, 1])
  }

  @Test func `refuses a block that overlaps and takes the same one once`() throws {
    let fieldbook = try home.fieldbook()
    let block = Sample.block("00A000", 36)
    #expect(try fieldbook.addBlock(block))
    #expect(try !fieldbook.addBlock(block))
    for other in [Sample.block("00A00Z", 1), Sample.block("009ZZZ", 2), Sample.block("00A000", 35)] {
      #expect(throws: FieldbookError.blockOverlaps(block)) { try fieldbook.addBlock(other) }
    }
    #expect(try fieldbook.addBlock(Sample.block("00A010", 1)))
    #expect(try fieldbook.addBlock(CodeBlock(region: "150622", first: block.first, count: 36)!))
    #expect(try fieldbook.codesLeft() == 73)
  }

  @Test func `binds a label from stock once`() throws {
    let fieldbook = try home.ready(codes: 3)
    let foreign = Sample.code("ZZZZZZ")
    let installation = try open(fieldbook, code: foreign)
    #expect(installation.code == foreign)
    #expect(try fieldbook.installation(boundTo: foreign) == installation.id)
    #expect(throws: FieldbookError.codeBound(foreign, to: installation.id)) {
      try open(fieldbook, code: foreign)
    }
    #expect(try fieldbook.codesLeft() == 3)
  }

  @Test func `skips the codes of its block that came on labels from stock`() throws {
    let fieldbook = try home.ready(codes: 4)
    _ = try open(fieldbook, code: Sample.code("00A000"))
    _ = try open(fieldbook, code: Sample.code("00A002"))
    #expect(try fieldbook.codesLeft() == 2)
    #expect(try open(fieldbook).code == Sample.code("00A001"))
    #expect(try open(fieldbook).code == Sample.code("00A003"))
    #expect(try fieldbook.codesLeft() == 0)
    #expect(throws: FieldbookError.codesExhausted(left: 0)) { try open(fieldbook) }
  }

  @Test func `draws all codes or none and binds them later`() throws {
    let fieldbook = try home.ready(codes: 5)
    #expect(throws: FieldbookError.codesExhausted(left: 5)) { try fieldbook.drawCodes(count: 6) }
    #expect(try fieldbook.drawCodes(count: 0).isEmpty)
    let drawn = try fieldbook.drawCodes(count: 4)
    #expect(drawn == ["00A000", "00A001", "00A002", "00A003"].map { Sample.code($0) })
    #expect(try fieldbook.installation(boundTo: drawn[2]) == nil)
    #expect(try open(fieldbook, code: drawn[2]).code == drawn[2])
    #expect(try open(fieldbook).code == Sample.code("00A004"))
    #expect(try fieldbook.codesLeft() == 0)
  }

  @Test func `draws a freed code once only`() throws {
    let fieldbook = try home.ready(codes: 2)
    let first = try open(fieldbook)
    _ = try fieldbook.append(.voided(reason: "x"), to: first.id, by: Sample.technician, at: Sample.at(1))
    #expect(try fieldbook.drawCodes(count: 2) == [Sample.code("00A000"), Sample.code("00A001")])
    #expect(try fieldbook.codesLeft() == 0)
  }

  @Test func `loses no code to a registration that fails`() throws {
    let fieldbook = try home.ready(codes: 2)
    for _ in 0..<5 {
      let photo = Photo(
        stage: .before, sha256: String(repeating: "1", count: 64), bytes: 1, mediaType: "image/jpeg",
        takenAt: Sample.at(0), widthPixels: 1, heightPixels: 1)
      #expect(throws: FieldbookError.fileMissing(sha256: photo.sha256)) {
        try fieldbook.open(Sample.id(), Sample.registered(), photos: [photo], at: Sample.at(0))
      }
    }
    #expect(try fieldbook.codesLeft() == 2)
    #expect(try open(fieldbook).code == Sample.code("00A000"))
  }

  @Test func `gives no code twice to processes that register at once`() async throws {
    _ = try home.ready(codes: 40)
    let codes = try await withThrowingTaskGroup(of: [LabelCode].self) { group in
      for _ in 0..<4 {
        group.addTask { [path = home.path] in
          let fieldbook = try Fieldbook(home: path, busyMilliseconds: 60_000)
          return try (0..<10).compactMap { _ in
            try fieldbook.open(Sample.id(), Sample.registered(), at: Sample.at(0)).code
          }
        }
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
    #expect(Set(codes).count == 40)
    let fieldbook = try home.fieldbook()
    #expect(try fieldbook.codesLeft() == 0)
    #expect(try fieldbook.verifyLog().entries == 40)
    #expect(try fieldbook.rebuild() == .init(installations: 40, repaired: []))
  }

  @Test func `takes back drawn codes that nobody saw`() throws {
    let fieldbook = try home.ready(codes: 5)
    let codes = try fieldbook.drawCodes(count: 4)
    let job = try fieldbook.beginOrder(
      .init(codes: [codes[0]], digest: "d", output: "/out"), at: Sample.at(0))
    try fieldbook.count(
      [.init(code: codes[0], payload: "p", sha256: nil, texts: [:])], in: job, at: Sample.at(1))
    try fieldbook.endOrder(job, at: Sample.at(2))
    try fieldbook.returnCodes(codes)
    #expect(try fieldbook.codesLeft() == 4)
    #expect(try fieldbook.drawCodes(count: 3) == Array(codes[1...]))
    #expect(try fieldbook.labelState(of: codes[0]) == .printed)
  }
}
