import Foundation
import Testing

@testable import Drawing

@Suite struct GlyphLockTests {
  /// Each thread measures 1,000 ideographs in 60 sizes: some 1,900 pages of cairo's glyph cache, which holds 512.
  @Test func `threads that measure more glyphs than cairo keeps do not wait for each other for ever`() {
    let text = String(String.UnicodeScalarView((0x4E00..<0x4E00 + 1_000).compactMap(Unicode.Scalar.init)))
    let widths = (0..<3).map { _ in [Double](repeating: 0, count: 60) }
    let found = Found(widths)
    DispatchQueue.concurrentPerform(iterations: 3) { thread in
      let typesetter = Typesetter()
      for step in 0..<60 {
        // Every thread has sizes of its own, so that each makes room among the others' glyphs.
        let size = 8 + Double(step) / 4 + Double(thread) / 100
        let block = typesetter.set(text, style: TextStyle(sizePoints: size), widthMillimetres: 100)
        found.note(block.widthMillimetres, thread, step)
      }
    }
    #expect(found.widths.allSatisfy { $0.allSatisfy { $0 > 90 } })
  }

  private final class Found: @unchecked Sendable {
    private let lock = NSLock()
    private(set) var widths: [[Double]]

    init(_ widths: [[Double]]) { self.widths = widths }

    func note(_ width: Double, _ thread: Int, _ step: Int) { lock.withLock { widths[thread][step] = width } }
  }
}
