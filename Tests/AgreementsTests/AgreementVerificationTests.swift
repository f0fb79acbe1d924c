import Bench
import Cryptography
import Drawing
import Foundation
import Records
import TestSupport
import Testing

@testable import Agreements

@Suite struct AgreementVerificationTests {
  private static let shared = try? SealedSample()
  /// A sealed agreement with a small picture of every photo.
  private static let pictured = try? SealedSample(pictures: Sample.pictures())

  private func fault(_ file: Data, _ roots: [Certificate]) -> AgreementFault? {
    do throws(AgreementFault) {
      _ = try AgreementVerification(file, trusting: roots, now: SealedSample.now)
      return nil
    } catch { return error }
  }

  // MARK: - Good files

  @Test func `an agreement says who sealed it, who signed it, and for which machine`() throws {
    let sample = try #require(Self.shared)
    let plain = try AgreementVerification(sample.plain, trusting: sample.roots, now: SealedSample.now)
    #expect(plain.isTrusted && plain.seal.signer == sample.identity.certificate)
    #expect(plain.sha256 == SHA256Digest(of: sample.plain).hex && plain.agreementSha256 == plain.sha256)
    #expect(plain.manifest.signing.signatory == Sample().signatory)
    #expect(plain.installation == Sample().installation())
    #expect(plain.terms.json == (try Sample.shippedTerms()))
    #expect(plain.pageCount == (try OwnPDFFile(sample.plain)).pages.count)
    #expect(plain.unjudged == [.time, .revocation, .handwriting, .validity, .photos])
    let stamped = try AgreementVerification(sample.stamped, trusting: sample.roots, now: SealedSample.now)
    #expect(stamped.isTrusted && stamped.seal.timestamp?.time == SealedSample.now.secondsSince1970)
    // Without its timestamp the file is the one that the record names.
    #expect(stamped.sha256 != plain.sha256 && stamped.agreementSha256 == plain.sha256)
    #expect(stamped.unjudged == [.revocation, .handwriting, .validity, .photos])
  }

  @Test func `an agreement that nobody vouches for is not trusted until its certificate is given`() throws {
    let sample = try SealedSample(isSelfIssued: true)
    let alone = try AgreementVerification(sample.plain, trusting: [], now: SealedSample.now)
    #expect(!alone.isTrusted && alone.seal.trust == .selfIssued && alone.manifest.sealedBy.selfIssued)
    #expect(alone.unjudged == [.identity, .time, .handwriting, .validity, .photos])
    let known = [sample.identity.certificate]
    #expect(try AgreementVerification(sample.plain, trusting: known, now: SealedSample.now).isTrusted)
  }

  @Test func `an agreement past the size of a page, with rare characters, is read back as it was written`()
    throws
  {
    let (fullest, installation) = Sample.fullest()
    let authority = try TestAuthority { SealedSample.now.secondsSince1970 }
    let identity = try SealedSample.identity(of: authority)
    let text = try AgreementText(
      of: installation, terms: AgreementTerms(json: Sample.shippedTerms(), drawnBy: nil), at: Sample.signedAt)
    let pdf = try Agreement(
      text, signing: fullest.signing, strokes: SealedSample.strokes(),
      evidence: Agreement.Evidence(sealer: SealedSample.sealer(identity), expectsTimestamp: true)
    ).render().pdf
    let sealed = try SealedSample.seal(pdf, by: identity, authority)
    let judged = try AgreementVerification(
      sealed.stamped, trusting: [authority.root], now: SealedSample.now)
    #expect(judged.isTrusted && judged.pageCount > 3 && !judged.unjudged.contains(.pages))
  }

  @Test func `a seal of another company than the record's is good and said to be another's`() throws {
    let sample = try #require(Self.shared)
    let judged = try AgreementVerification(sample.plain, trusting: sample.roots, now: SealedSample.now)
    #expect(judged.company == "鄂尔多斯市焊安智能科技有限公司" && judged.isSealedByCompany == true)
    let other = try SealedSample(organization: "别的公司")
    let another = try AgreementVerification(other.plain, trusting: other.roots, now: SealedSample.now)
    #expect(another.isTrusted && another.isSealedByCompany == false)
    let unnamed = try SealedSample(organization: "")
    #expect(
      try AgreementVerification(unnamed.plain, trusting: unnamed.roots, now: SealedSample.now)
        .isSealedByCompany == nil)
    // A certificate has room for 64 characters.
    let long = String(repeating: "焊安", count: 40)
    let certificate = try SealedSample(organization: long).identity.certificate
    #expect(certificate.isOf(company: long) == true && certificate.isOf(company: "焊安") == false)
  }

  // MARK: - One bit

  @Test(arguments: [false, true])
  func `every changed bit is found, and its place is named`(isStamped: Bool) throws {
    let sample = try #require(Self.pictured)
    let good = isStamped ? sample.stamped : sample.plain
    #expect(fault(good, sample.roots) == nil)
    let sealed = try SealablePDF(sealed: good)
    let (place, digits) = (sealed.place, 2 * (try #require(sealed.contents)).count)
    var generator = SplitMix64(seed: isStamped ? 71 : 72)
    let manifest = try #require(PDFClosingAttachment.Found(in: good)).place
    var parts: Set<PDFPiece.Part> = []
    for turn in 0..<1_000 {
      // About half of the changes are in the place of the seal, in its digits as well as in the zeros behind
      // them.
      let index =
        switch turn % 4 {
        case 0: place.lowerBound + generator.next(below: digits)
        case 1: place.lowerBound - 1 + generator.next(below: place.count + 2)
        default: generator.next(below: good.count)
        }
      var changed = good
      changed[index] ^= 1 << UInt8(generator.next(below: 8))
      switch try #require(fault(changed, sample.roots), "byte \(index)") {
      case .form(let offset, _): #expect(abs(offset - index) < 40, "byte \(index): \(offset)")
      case .seal(_, .byte(let offset)): #expect(place.contains(offset) && place.contains(index))
      case .seal(let fault, .content(.piece(let subject, let range))):
        #expect(fault.place == .content && range.contains(index), "byte \(index): \(subject) \(range)")
        parts.insert(subject.part)
      case .seal(let fault, .content(.unreadable(let found))):
        // The manifest itself and the table behind it are judged by their form, and a fault in the head of an
        // object is reported at the object's beginning.
        let isBehind = index >= manifest.lowerBound && found.offset >= manifest.lowerBound
        #expect(
          fault.place == .content && (isBehind || abs(found.offset - index) < 40), "byte \(index): \(found)")
      case let other: Issue.record("byte \(index): \(other)")
      }
    }
    #expect(parts.isSuperset(of: [.content, .picture, .font, .attachment]), "\(parts)")
  }

  @Test func `each piece of the file is named where one of its bytes is changed`() throws {
    let sample = try #require(Self.pictured)
    let judged = try AgreementVerification(sample.plain, trusting: sample.roots, now: SealedSample.now)
    let pieces = try #require(judged.manifest.pieces)
    #expect(Set(pieces.map(\.part)) == Set(PDFPiece.Part.allCases))
    for piece in pieces {
      var changed = sample.plain
      // The byte in the middle of the piece is changed.
      changed[piece.offset + piece.bytes / 2] ^= 1
      let range = piece.offset..<(piece.offset + piece.bytes)
      let found = fault(changed, sample.roots)
      guard case .seal(_, .content(.piece(piece.subject, range))) = found else {
        Issue.record("\(piece): \(String(describing: found))")
        continue
      }
    }
  }

  @Test func `a manifest whose pieces leave out bytes or have other digests is found`() throws {
    let sample = try #require(Self.shared)
    let changes: [(inout [EvidenceManifest.Piece]) -> Void] = [
      { $0.removeLast() }, { $0.removeFirst() }, { $0[3].sha256 = Sample.digest }, { $0[2].bytes -= 1 },
      { $0[2].bytes = .max }, { $0[2].offset = -1 }, { $0.swapAt(1, 2) }, { $0 = [] },
    ]
    #expect(fault(try sample.relisted { _ in }, sample.roots) == nil)
    for (index, change) in changes.enumerated() {
      #expect(fault(try sample.relisted(change), sample.roots) == .disagreement(.pieces), "\(index)")
    }
  }

  // MARK: - More than a bit

  @Test func `what is added behind the end is found`() throws {
    let sample = try #require(Self.shared)
    for good in [sample.plain, sample.stamped] {
      for added in ["\n", "%%EOF\n", "x"] {
        let found = try #require(fault(good + Data(added.utf8), sample.roots))
        guard case .form = found else {
          Issue.record("\(found)")
          return
        }
      }
      // The update is incremental and redefines an object as an empty page, as an editor could write it.
      let table = try #require(good.lastRange(of: Data("startxref\n".utf8))).upperBound
      let start = String(decoding: good[table...].prefix { $0 != 0x0A }, as: UTF8.self)
      let update = """
        3 0 obj
        <</Type/Page/Parent 1 0 R/MediaBox[0 0 595 842]>>
        endobj
        xref
        3 1
        \(String(repeating: "0", count: 10 - String(good.count).count))\(good.count) 00000 n\u{20}
        trailer
        <</Size 40/Root 4 0 R/Prev \(start)>>
        startxref
        \(good.count + 70)
        %%EOF

        """
      let found = try #require(fault(good + Data(update.utf8), sample.roots))
      guard case .form(let offset, let form) = found else {
        Issue.record("\(found)")
        return
      }
      #expect(offset == good.count && form == .bytesAfterEnd)
    }
  }

  @Test(.enabled(if: InstalledProgram("pyhanko").isInstalled, "pyhanko is not installed: scripts/setup peers"))
  func `what pyHanko adds, which leaves the seal valid to others, is found`() throws {
    let sample = try #require(Self.shared)
    let folder = TemporaryFolder()
    let path = try folder.write("a.pdf", sample.stamped)
    let added = try InstalledProgram("pyhanko").run(
      ["sign", "addfields", "--field", "1/10,10,60,60/Second", path, folder.file("b.pdf")])
    try #require(added.status == 0, "\(added.diagnostics)")
    let file = try folder.bytes("b.pdf")
    #expect(file.starts(with: sample.stamped))
    guard case .form = fault(file, sample.roots) else {
      Issue.record("an incremental update was accepted")
      return
    }
  }

  @Test func `a file that is cut off anywhere is refused`() throws {
    let sample = try #require(Self.shared)
    var generator = SplitMix64(seed: 9)
    for _ in 0..<40 {
      #expect(fault(sample.stamped.prefix(generator.next(below: sample.stamped.count)), []) != nil)
    }
  }

  @Test func `the seal of another agreement, or of another authority, is found`() throws {
    let sample = try #require(Self.shared)
    var otherSample = Sample()
    otherSample.remarks = "另一台"
    let other = try SealedSample(otherSample)
    let seal = try #require(try SealablePDF(sealed: other.stamped).contents)
    let swapped = try sample.unsealed.sealed(with: seal)
    guard case .seal(let found, .content) = fault(swapped, sample.roots + other.roots) else {
      Issue.record("a foreign seal was accepted")
      return
    }
    #expect(found.reason == .digest)
    // A stranger who is not the sealer on the paper seals the file again; a seal whose root is not given is not
    // trusted.
    let stranger = try SealedSample.identity(of: other.authority)
    let again = try SealedSample.seal(sample.unsealed, by: stranger, other.authority).plain
    #expect(fault(again, sample.roots + other.roots) == .disagreement(.sealer))
    let judged = try AgreementVerification(other.plain, trusting: sample.roots, now: SealedSample.now)
    #expect(!judged.isTrusted && judged.seal.trust == .otherRoot)
  }

  @Test func `an ended certificate is not trusted without a timestamp`() throws {
    let now = SealedSample.now.secondsSince1970
    let sample = try SealedSample(validity: (now - 86_400)...(now + 86_400))
    let later = Timestamp(secondsSince1970: now + 30 * 86_400, offsetSeconds: 28_800)
    let plain = try AgreementVerification(sample.plain, trusting: sample.roots, now: later)
    #expect(plain.seal.trust == .ended(sample.identity.certificate) && !plain.isTrusted)
    #expect(try AgreementVerification(sample.stamped, trusting: sample.roots, now: later).isTrusted)
  }

  // MARK: - Sealed by the company itself, and wrong

  @Test func `pages that say something else than the files inside are found`() throws {
    let sample = try #require(Self.shared)
    let files = try sample.attachments()
    let forged = try sample.forged(attachments: files, words: ["这是另一份协议"])
    guard case .page(number: 1, text: 1) = fault(forged, sample.roots) else {
      Issue.record("\(String(describing: fault(forged, sample.roots)))")
      return
    }
  }

  @Test func `text that nobody sees is found`() throws {
    let sample = try #require(Self.shared)
    let files = try sample.attachments()
    let flow = PageFlow()
    let hidden: [(ContentStream) -> Void] = [
      { $0.draw(flow.set("看不见", style: TextStyle(sizePoints: 9)), x: 20, y: 50, colour: .white) },
      { $0.draw(flow.set("看不见", style: TextStyle(sizePoints: 1)), x: 20, y: 50, colour: .black) },
      { $0.draw(flow.set("看不见", style: TextStyle(sizePoints: 9)), x: 300, y: 50, colour: .black) },
    ]
    for draw in hidden {
      guard case .structure(let found) = fault(try sample.forged(attachments: files, draw: draw), sample.roots)
      else {
        Issue.record("hidden text was accepted")
        return
      }
      #expect(found.part == .hiddenText)
    }
  }

  @Test func `files inside that contradict each other are found`() throws {
    let sample = try #require(Self.shared)
    let files = try sample.attachments()
    func fault(replacing name: String, _ change: (Data) throws -> Data) throws -> AgreementFault? {
      let changed = try files.map {
        $0.name == name
          ? PDFAttachment(
            name: name, mediaType: "application/json", description: "", bytes: try change($0.bytes))
          : $0
      }
      return self.fault(try sample.forged(attachments: changed), sample.roots)
    }
    func replacing(_ text: String, _ other: String) -> (Data) -> Data {
      { Data(String(decoding: $0, as: UTF8.self).replacingOccurrences(of: text, with: other).utf8) }
    }
    #expect(try fault(replacing: "record.json", replacing("ZX7-400GT", "ZX7-500GT")) == .disagreement(.record))
    #expect(
      try fault(replacing: "record.json") { $0 + Data(" ".utf8) }
        == .embedded(name: "record.json", .notCanonical))
    #expect(try fault(replacing: "terms.json") { $0 + Data("\n".utf8) } == .disagreement(.terms))
    let evidence = "evidence.json"
    #expect(try fault(replacing: evidence, replacing("2400000", "2400001")) == .disagreement(.photos))
    #expect(try fault(replacing: evidence, replacing("三相逆变焊机", "单相逆变焊机")) == .disagreement(.text))
    #expect(try fault(replacing: evidence, replacing("焊安签章", "焊安盖章")) == .disagreement(.sealer))
    #expect(try fault(replacing: evidence, replacing("weldtech.evidence/1", "weldtech.evidence/2")) != nil)
  }

  @Test func `a file inside that is missing or one too many is found`() throws {
    let sample = try #require(Self.shared)
    let files = try sample.attachments()
    for file in files {
      let rest = files.filter { $0.name != file.name }
      #expect(
        fault(try sample.forged(attachments: rest), sample.roots) == .embedded(name: file.name, .missing))
    }
    let more =
      files + [
        PDFAttachment(name: "more.json", mediaType: "text/plain", description: "", bytes: Data("x".utf8))
      ]
    #expect(
      fault(try sample.forged(attachments: more), sample.roots) == .embedded(name: "more.json", .unknownFile))
  }

  @Test func `a file inside that unpacks to more than is read is refused`() throws {
    let sample = try #require(Self.shared)
    let bomb = PDFAttachment(
      name: "record.json", mediaType: "application/json", description: "", bytes: Data(count: 80 << 20))
    guard case .structure(let found) = fault(try sample.forged(attachments: [bomb]), sample.roots) else {
      Issue.record("a bomb was read")
      return
    }
    #expect(found.part == .size)
  }

  @Test func `a page that unpacks to more than is read, and a large file that is none, are refused`() throws {
    let sample = try #require(Self.shared)
    let files = try sample.attachments()
    let path = Path(Rectangle(x: 1, y: 1, width: 1, height: 1))
    let crowded = try sample.forged(attachments: files) { canvas in
      for _ in 0..<400_000 { canvas.fill(path, colour: .black) }
    }
    guard case .structure(let found) = fault(crowded, sample.roots) else {
      Issue.record("a crowded page was read")
      return
    }
    #expect(found.part == .size)
    for file in [Data(count: 30 << 20), Data(repeating: UInt8(ascii: "/"), count: 30 << 20)] {
      guard case .form = fault(file, []) else {
        Issue.record("a file without a seal was read")
        return
      }
    }
  }
}
