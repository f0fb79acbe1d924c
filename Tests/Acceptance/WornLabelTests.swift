import Foundation
import TestSupport
import Testing

/// Reads labels that were worn out beside those of other makers; `bench/torture` does the same with more of them.
@Suite struct WornLabelTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path
  private static let python = root + "/.build/peers/bin/python"

  /// The name of a program that is missing for it; nil where none is.
  private static let missing: String? =
    ([python] + ["ZXingReader", "zbarimg", "zint", "qrencode"].map { "/usr/bin/" + $0 })
    .first { !FileManager.default.isExecutableFile(atPath: $0) }

  @Test(.enabled(if: missing == nil, "\(missing ?? "") is missing: scripts/setup peers"))
  func `worn labels read at least as often as the best of other makers' under both decoders`() throws {
    let outcome = try RunningProgram(
      [Self.root + "/bench/torture", "--labels", "8", "--jobs", "2"], environment: ["WELDTECH": Weldtech.path],
      executable: Self.python
    ).end()
    #expect(outcome.status == 0, "\(outcome.output)\(outcome.diagnostics)")
    // The run tells labels apart: the mildest wear of each kind is read, the worst is not always.
    let ours = outcome.output.matches(of: /\*\*(\d+)\*\*/).compactMap { Int($0.1) }
    let all = 8 * 8 * 5
    #expect(ours.count == 8 && ours.allSatisfy { (all / 3..<all).contains($0) }, "\(outcome.output)")
  }
}
