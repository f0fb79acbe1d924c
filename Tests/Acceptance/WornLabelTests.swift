import Foundation
import TestSupport
import Testing

/// Compares the reading of worn labels with that of other programs' labels; `bench/torture` does the same with
/// more labels.
@Suite struct WornLabelTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path
  private static let python = root + "/.build/peers/bin/python"

  /// The name of a required program that is missing; nil where none is.
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
    // The run distinguishes labels: the mildest wear of each kind is read, but not always the worst.
    let ours = outcome.output.matches(of: /\*\*(\d+)\*\*/).compactMap { Int($0.1) }
    let all = 8 * 8 * 5
    #expect(ours.count == 8 && ours.allSatisfy { (all / 3..<all).contains($0) }, "\(outcome.output)")
  }
}
