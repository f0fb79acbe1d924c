import Foundation
import Records
import Testing

@testable import Agreements

@Test func agreementIsMade() throws {
  let strokes = try SignatureStrokes(json: Sample.signature())
  let document = try Sample().agreement(strokes: strokes).render()
  #expect(document.pdf.starts(with: Data("%PDF-1.5".utf8)))
  #expect(document.unknownGlyphCount == 0)
}
