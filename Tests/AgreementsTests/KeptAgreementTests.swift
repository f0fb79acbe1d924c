import Cryptography
import Foundation
import Records
import Testing

@testable import Agreements

/// Judges files that are kept in the repository, as a stranger would years later.
@Suite struct KeptAgreementTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Fixtures/Agreements")

  /// The name of the newest kept file, the only one that is recorded again.
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
    // The certificates have expired, but the timestamp is from before their end.
    #expect(judged.isTrusted && judged.installation == Sample().installation())
    #expect(judged.unjudged == [.revocation, .handwriting, .validity, .photos])
    #expect((judged.manifest.pieces != nil) == (name == Self.newest))
  }
}
