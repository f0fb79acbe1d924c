import Foundation
import Testing

@testable import Drawing

@Suite struct GlyphLockTests {
  /// Three threads measure texts of 640 ideographs, each thread in sizes of its own. The glyphs take 6,000
  /// pages of cairo's glyph cache, which holds 512 pages. Without the lock the threads wait for each other for
  /// ever.
  @Test func `threads that measure more glyphs than cairo keeps do not wait for each other for ever`() {
    let texts = (0..<16).map { part in
      String(String.UnicodeScalarView((0..<640).compactMap { Unicode.Scalar(0x4E00 + part * 640 + $0) }))
    }
    let measured = Measured()
    let group = DispatchGroup()
    for thread in 0..<3 {
      group.enter()
      Thread {
        let typesetter = Typesetter()
        for step in 0..<100 {
          let style = TextStyle(sizePoints: 8 + Double(step / 16) / 4 + Double(thread) / 100)
          let block = typesetter.set(texts[step % 16], style: style, widthMillimetres: 100)
          measured.note(lines: block.lineCount)
        }
        group.leave()
      }.start()
    }
    group.wait()
    #expect(measured.lineCounts.count == 300 && measured.lineCounts.allSatisfy { $0 > 10 })
  }

  private final class Measured: @unchecked Sendable {
    private let lock = NSLock()
    private(set) var lineCounts: [Int] = []

    func note(lines: Int) { lock.withLock { lineCounts.append(lines) } }
  }
}
