import Foundation
import Testing

/// Gives every stored input to its decoder again, without libFuzzer and so wherever the tests run.
@Suite struct ReplayTests {
  private static let corpus = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "corpus")

  @Test(arguments: targets.keys.sorted()) func `a decoder survives what is kept for it`(name: String) throws {
    let target = try #require(targets[name])
    let folder = Self.corpus.appending(path: name)
    let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
    #expect(files.count >= 5)
    for file in files { target(Array(try Data(contentsOf: file))) }
  }
}
