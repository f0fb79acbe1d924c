import Foundation
import Records
import Testing

@testable import Fieldbook

@Suite struct LabelStockTests {
  let home = TestHome()
  private let first = Sample.code("00A000")
  private let second = Sample.code("00A001")
  private let third = Sample.code("00A002")
  private let foreign = Sample.code("ZZZZZZ")

  private func request(
    _ codes: [LabelCode], reason: String? = nil, output: String = "/out", digest: String = "d"
  ) -> Fieldbook.StockRequest {
    Fieldbook.StockRequest(codes: codes, digest: digest, output: output, reason: reason)
  }

  private func printed(_ code: LabelCode) -> Fieldbook.CountedLabel {
    .init(
      code: code, payload: "https://weld.example.cn/w/\(code)", sha256: String(repeating: "a", count: 64),
      texts: ["unitName": "甲"])
  }

  /// Makes labels in an order that is begun, counted and ended.
  private func make(_ codes: [LabelCode], reason: String? = nil, in fieldbook: Fieldbook) throws {
    let order = try fieldbook.beginOrder(request(codes, reason: reason), at: Sample.at(0))
    try fieldbook.count(codes.map(printed), in: order, at: Sample.at(1))
    try fieldbook.endOrder(order, at: Sample.at(2))
  }

  private func open(_ fieldbook: Fieldbook, code: LabelCode? = nil) throws -> Installation {
    try fieldbook.open(Sample.id(), Sample.registered(code: code), at: Sample.at(0))
  }

  // MARK: - Printing

  @Test func `prints a label once`() throws {
    let fieldbook = try home.ready()
    let codes = try fieldbook.drawCodes(count: 2)
    #expect(try fieldbook.labelCounts().waiting == 2)
    try make(codes, in: fieldbook)
    let counts = try fieldbook.labelCounts()
    #expect(counts.isBalanced && counts.printed == 2 && counts.inStock == 2 && counts.waiting == 0)
    #expect(throws: FieldbookError.labelsPrinted([second], count: 1)) {
      try fieldbook.beginOrder(request([third, second], digest: "e"), at: Sample.at(3))
    }
    #expect(try fieldbook.labelCounts() == counts)
    let label = try fieldbook.label(of: first)
    #expect(label.state == .printed && label.events.map(\.name) == [.printed])
    #expect(label.payload == "https://weld.example.cn/w/\(first)" && label.installation == nil)
  }

  @Test func `takes a code of a company's list as its own`() throws {
    let fieldbook = try home.ready(codes: 3)
    // The second code is from this laptop's block and was not taken yet, so that the list uses it up.
    try make([foreign, second], in: fieldbook)
    #expect(try fieldbook.codesLeft() == 2)
    #expect(try fieldbook.drawCodes(count: 2) == [first, third])
    #expect(try fieldbook.labelCounts().printed == 2)
  }

  @Test func `names ten of the codes that are printed already`() throws {
    let fieldbook = try home.ready()
    let codes = try fieldbook.drawCodes(count: 12)
    try make(codes, in: fieldbook)
    #expect(throws: FieldbookError.labelsPrinted(Array(codes.prefix(10)), count: 12)) {
      try fieldbook.beginOrder(request(codes, digest: "e"), at: Sample.at(3))
    }
  }

  // MARK: - Again

  @Test func `keeps what a label showed and which files its order left`() throws {
    let fieldbook = try home.ready()
    let codes = try fieldbook.drawCodes(count: 2)
    #expect(try fieldbook.finishedOrder(output: "/out", digest: "d") == nil)
    let order = try fieldbook.beginOrder(request(codes), at: Sample.at(0))
    let digest = String(repeating: "b", count: 64)
    let own = Fieldbook.CountedLabel(
      code: codes[0], payload: "p", sha256: digest, texts: ["street": "树林召镇"], file: "a.png")
    try fieldbook.count([own, printed(codes[1])], in: order, at: Sample.at(1))
    try fieldbook.addFiles(["a.pdf": "x"], of: order)
    #expect(try fieldbook.finishedOrder(output: "/out", digest: "d") == nil, "it has not ended")
    try fieldbook.endOrder(order, at: Sample.at(2))
    let finished = try #require(try fieldbook.finishedOrder(output: "/out", digest: "d"))
    #expect(finished.files == ["a.png": digest, "a.pdf": "x"] && finished.endedAt == Sample.at(2))
    #expect(try fieldbook.finishedOrder(output: "/out", digest: "e") == nil)
    #expect(try fieldbook.finishedOrder(output: "/other", digest: "d") == nil)
    #expect(try fieldbook.label(of: codes[0]).texts == ["street": "树林召镇"])
    #expect(try fieldbook.label(of: codes[1]).texts == ["unitName": "甲"])
    #expect(try fieldbook.label(of: foreign).texts == nil)
  }

  @Test func `makes a whole list again with what was written off and what is new`() throws {
    let fieldbook = try home.ready()
    let codes = try fieldbook.drawCodes(count: 3)
    try make(Array(codes.prefix(2)), in: fieldbook)
    try fieldbook.spoil([codes[0]], reason: "cracked", at: Sample.at(3))
    let whole = Fieldbook.StockRequest(
      codes: codes, digest: "e", output: "/out", reason: "wrong template", includesNew: true)
    let order = try fieldbook.beginOrder(whole, at: Sample.at(4))
    try fieldbook.count(codes.map(printed), in: order, at: Sample.at(5))
    try fieldbook.endOrder(order, at: Sample.at(6))
    let counts = try fieldbook.labelCounts()
    #expect(counts.isBalanced && counts.printed == 3 && counts.reprinted == 2 && counts.spoiled == 0)
    #expect(try fieldbook.label(of: codes[0]).events.map(\.name) == [.printed, .spoiled, .reprinted])
    #expect(try fieldbook.label(of: codes[0]).events.last?.note == "wrong template")
    #expect(try fieldbook.label(of: codes[2]).events.map(\.name) == [.printed])
    // No label of this list was ever made, so the list cannot be made again.
    let fresh = try fieldbook.drawCodes(count: 2)
    #expect(throws: FieldbookError.labelsNotPrinted(fresh, count: 2)) {
      try fieldbook.beginOrder(
        .init(codes: fresh, digest: "f", output: "/out", reason: "x", includesNew: true), at: Sample.at(7))
    }
  }

  // MARK: - Cut off

  @Test func `goes on with an order that was cut off`() throws {
    let codes = [first, second, third]
    do {
      let fieldbook = try home.ready()
      let order = try fieldbook.beginOrder(request(codes), at: Sample.at(0))
      #expect(!order.isUnchanged && order.made.isEmpty)
      #expect(try fieldbook.count([printed(first)], in: order, at: Sample.at(1)) == 1)
    }
    let fieldbook = try home.fieldbook()
    #expect(try fieldbook.labelState(of: second) == .printing)
    #expect(throws: FieldbookError.labelInOrder(second, output: "/out")) {
      try fieldbook.beginOrder(request([second], output: "/elsewhere"), at: Sample.at(2))
    }
    let order = try fieldbook.beginOrder(request(codes), at: Sample.at(3))
    #expect(order.isUnchanged && Array(order.made.keys) == [first])
    // A counted label is not counted again.
    #expect(try fieldbook.count(codes.map(printed), in: order, at: Sample.at(4)) == 2)
    try fieldbook.endOrder(order, at: Sample.at(5))
    let counts = try fieldbook.labelCounts()
    #expect(counts.isBalanced && counts.printed == 3 && counts.printing == 0)
    #expect(throws: FieldbookError.labelsPrinted(codes, count: 3)) {
      try fieldbook.beginOrder(request(codes), at: Sample.at(6))
    }
  }

  @Test func `forgets what an order that failed did not make`() throws {
    let fieldbook = try home.ready()
    try make([first], in: fieldbook)
    let order = try fieldbook.beginOrder(request([second, third], digest: "e"), at: Sample.at(0))
    try fieldbook.count([printed(second)], in: order, at: Sample.at(1))
    try fieldbook.endOrder(order, at: Sample.at(2))
    let again = try fieldbook.beginOrder(
      request([first, foreign], reason: "faded", digest: "f"), at: Sample.at(3))
    try fieldbook.endOrder(again, at: Sample.at(4))
    #expect(try fieldbook.labelState(of: first) == .printed)
    #expect(try fieldbook.labelState(of: third) == nil)
    #expect(try fieldbook.labelState(of: foreign) == nil)
    let counts = try fieldbook.labelCounts()
    #expect(counts.isBalanced && counts.printed == 2 && counts.waiting == 1)
  }

  @Test func `goes on with an order that failed and was mended`() throws {
    let fieldbook = try home.ready()
    let order = try fieldbook.beginOrder(request([first, second]), at: Sample.at(0))
    try fieldbook.count([printed(first)], in: order, at: Sample.at(1))
    try fieldbook.leaveOrder(order)
    #expect(try fieldbook.labelState(of: second) == nil)
    #expect(throws: FieldbookError.labelsPrinted([first], count: 1)) {
      try fieldbook.beginOrder(request([first], output: "/elsewhere"), at: Sample.at(2))
    }
    let mended = try fieldbook.beginOrder(request([first, third], digest: "e"), at: Sample.at(3))
    #expect(!mended.isUnchanged && Array(mended.made.keys) == [first])
    let other = Fieldbook.CountedLabel(code: first, payload: "other", sha256: nil, texts: [:])
    #expect(try fieldbook.count([other, printed(third)], in: mended, at: Sample.at(4)) == 1)
    try fieldbook.endOrder(mended, at: Sample.at(5))
    #expect(try fieldbook.label(of: first).payload == "other")
    #expect(try fieldbook.label(of: first).events.map(\.name) == [.printed])
    #expect(try fieldbook.labelCounts().isBalanced)
  }

  @Test func `goes on with a reprint that was cut off`() throws {
    let fieldbook = try home.ready()
    try make([first], in: fieldbook)
    _ = try fieldbook.beginOrder(request([first], reason: "faded"), at: Sample.at(3))
    #expect(try fieldbook.labelCounts().isBalanced)
    let order = try fieldbook.beginOrder(request([first], reason: "faded"), at: Sample.at(4))
    #expect(order.made.isEmpty)
    try fieldbook.count([printed(first)], in: order, at: Sample.at(5))
    let again = try fieldbook.beginOrder(request([first], reason: "faded"), at: Sample.at(6))
    #expect(Array(again.made.keys) == [first])
    #expect(try fieldbook.label(of: first).events.map(\.name) == [.printed, .reprinted])
  }

  // MARK: - Printing again

  @Test func `prints a label again for a reason`() throws {
    let fieldbook = try home.ready()
    try make([first], in: fieldbook)
    let installation = try open(fieldbook, code: first)
    try make([first], reason: "faded", in: fieldbook)
    let label = try fieldbook.label(of: first)
    #expect(label.events.map(\.name) == [.printed, .reprinted] && label.events.last?.note == "faded")
    #expect(label.installation == installation.id)
    let counts = try fieldbook.labelCounts()
    #expect(counts.isBalanced && counts.printed == 1 && counts.reprinted == 1 && counts.bound == 1)
  }

  @Test func `prints a label again that was printed elsewhere`() throws {
    let fieldbook = try home.ready()
    _ = try open(fieldbook, code: foreign)
    try make([foreign, Sample.code("YYYYYY")], reason: "faded", in: fieldbook)
    let counts = try fieldbook.labelCounts()
    #expect(counts.isBalanced && counts.printed == 0 && counts.printedElsewhere == 2 && counts.reprinted == 2)
    #expect(counts.bound == 1 && counts.inStock == 1)
  }

  @Test func `refuses to print again what it knows was never printed`() throws {
    let fieldbook = try home.ready()
    let drawn = try fieldbook.drawCodes(count: 1)
    let walking = try #require(try open(fieldbook).code)
    for code in drawn + [walking, Sample.code("00A00F")] {
      #expect(throws: FieldbookError.labelsNotPrinted([code], count: 1)) {
        try fieldbook.beginOrder(request([code], reason: "faded"), at: Sample.at(0))
      }
    }
  }

  // MARK: - Handed out, bound, spoiled

  @Test func `counts every label in one place`() throws {
    let fieldbook = try home.ready()
    let codes = try fieldbook.drawCodes(count: 6)
    try make(codes, in: fieldbook)
    try fieldbook.handOut(Array(codes[0..<3]), to: "欧阳锋", at: Sample.at(3))
    _ = try open(fieldbook, code: codes[0])
    try fieldbook.spoil([codes[1], codes[3]], reason: "broken", at: Sample.at(4))
    let counts = try fieldbook.labelCounts()
    #expect(counts.isBalanced)
    #expect(counts.printed == 6 && counts.inStock == 2 && counts.handedOut == 1)
    #expect(counts.bound == 1 && counts.spoiled == 2)
    #expect(try fieldbook.label(of: codes[1]).events.map(\.name) == [.printed, .handedOut, .spoiled])
    try make([codes[1]], reason: "again", in: fieldbook)
    #expect(try fieldbook.labelCounts().spoiled == 1)
    #expect(try fieldbook.labelCounts().isBalanced)
  }

  @Test func `hands out and spoils once and all or none`() throws {
    let fieldbook = try home.ready()
    try make([first, second], in: fieldbook)
    #expect(throws: FieldbookError.labelIs(third, nil)) {
      try fieldbook.handOut([first, third], to: "x", at: Sample.at(3))
    }
    #expect(try fieldbook.labelState(of: first) == .printed)
    try fieldbook.handOut([first], to: "x", at: Sample.at(3))
    #expect(throws: FieldbookError.labelIs(first, .handedOut)) {
      try fieldbook.handOut([first], to: "y", at: Sample.at(4))
    }
    try fieldbook.spoil([second], reason: "x", at: Sample.at(5))
    #expect(throws: FieldbookError.labelIs(second, .spoiled)) {
      try fieldbook.spoil([second], reason: "x", at: Sample.at(6))
    }
    #expect(throws: FieldbookError.labelIs(second, .spoiled)) { try open(fieldbook, code: second) }
    let installation = try open(fieldbook, code: first)
    #expect(throws: FieldbookError.codeBound(first, to: installation.id)) {
      try fieldbook.spoil([first], reason: "x", at: Sample.at(7))
    }
  }

  @Test func `writes off what a cut off order may have made`() throws {
    let fieldbook = try home.ready()
    _ = try fieldbook.beginOrder(request([first]), at: Sample.at(0))
    try fieldbook.spoil([first], reason: "the printer was on fire", at: Sample.at(1))
    #expect(try fieldbook.label(of: first).events.map(\.name) == [.printed, .spoiled])
    #expect(try fieldbook.labelCounts().isBalanced)
  }

  /// A record that was voided before anyone knew of it frees its code, but not a code with a label.
  @Test func `gives no code out again that has a label`() throws {
    let fieldbook = try home.ready(codes: 2)
    let installation = try open(fieldbook)
    try make([first], in: fieldbook)
    _ = try fieldbook.append(.voided(reason: "x"), to: installation.id, by: Sample.technician, at: Sample.at(0))
    #expect(try fieldbook.codesLeft() == 1)
    #expect(try open(fieldbook).code == second)
    #expect(try open(fieldbook, code: first).code == first)
  }

  @Test func `shows a missing label in the counts`() throws {
    let fieldbook = try home.ready()
    try make([first, second], in: fieldbook)
    try fieldbook.database.execute("DELETE FROM label WHERE serial = \(second.serial.number)")
    #expect(try !fieldbook.labelCounts().isBalanced)
  }

  @Test func `changes nothing of what became of a label`() throws {
    let fieldbook = try home.ready()
    try make([first], in: fieldbook)
    for sql in ["UPDATE label_event SET note = 'x'", "DELETE FROM label_event"] {
      #expect(throws: FieldbookError.self) { try fieldbook.database.execute(sql) }
    }
  }
}
