import Cryptography
import Foundation
import Records
import Testing

@testable import Agreements

/// Judges a file that is kept in the repository, as years later a stranger does.
@Suite struct KeptAgreementTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Fixtures/Agreements")

  /// The newest kept file, which is the one that is made anew.
  private static let newest = "agreement-pieces"

  @Test(arguments: ["agreement", newest])
  func `an agreement that was sealed by an earlier version is still judged good`(name: String) throws {
    let file = Self.folder.appending(path: "\(name).pdf")
    let root = Self.folder.appending(path: name == Self.newest ? "root-pieces.pem" : "root.pem")
    if name == Self.newest, ProcessInfo.processInfo.environment["WELDTECH_RECORD_AGREEMENT"] != nil {
      let sample = try SealedSample()
      try sample.stamped.write(to: file)
      try Data(sample.authority.root.pem.utf8).write(to: root)
      Issue.record("the agreement was made anew")
    }
    let trusted = try Certificate(pem: String(decoding: Data(contentsOf: root), as: UTF8.self))
    let judged = try AgreementVerification(
      Data(contentsOf: file), trusting: [trusted], now: Timestamp("2046-11-24T09:30:00+08:00")!)
    // The certificates have ended long ago, and the timestamp is from before.
    #expect(judged.isTrusted && judged.installation == Sample().installation())
    #expect(judged.unjudged == [.revocation, .handwriting, .validity, .photos])
    #expect((judged.manifest.pieces != nil) == (name == Self.newest))
  }
}
