import Agreements
import Archives
import Cryptography
import Files
import FoundationEssentials
import Records
import Terminal

/// Checks an archive: its bags as `ArchiveReader` does, and the agreements in them as `agreement verify` does.
struct ArchiveChecking {
  /// The result for one bag, as `archive verify --json` prints it.
  struct Bag: Encodable {
    enum Verdict: String, Encodable {
      /// The bag is unchanged, and its seal and those of its agreements lead to a root that was given.
      case trusted
      /// The bag is unchanged since it was sealed, but a seal in it does not lead to a root that was given.
      case untrusted
      /// The bag is not as it was written, or contradicts itself.
      case damaged
    }

    struct Seal: Encodable {
      /// The name in the sealer's certificate.
      var subject: String
      var certificateSha256: String
      var selfIssued: Bool
      /// Whether the certificate names the company of the record; left out where it names no organisation.
      var ofCompany: Bool?
      var trusted: Bool
      /// The timestamp's time and authority; nil where the seal has none.
      var timestamp: Stamp?
    }

    struct Stamp: Encodable {
      var at: Timestamp
      var authority: String
      var trusted: Bool
    }

    struct Agreement: Encodable {
      var file: String
      var sha256: String
      /// False for an agreement from before there were seals, which only the archive's seal covers.
      var sealed: Bool
      /// Whether a later agreement voids it.
      var voided: Bool
      var sealedBy: String?
      /// Whether the certificate names the company of the record; left out where it names no organisation.
      var ofCompany: Bool?
      var trusted: Bool?
      var signatory: String?
      var signedAt: Timestamp?
      var timestamp: Stamp?

      /// Whether the agreement's seal and timestamp, where there are any, lead to a root that was given.
      var isTrusted: Bool { trusted != false && timestamp?.trusted != false }
    }

    /// A record that was taken over. Its revision is proven by its digest only, and earlier revisions are not
    /// in the archive.
    struct Adopted: Encodable {
      var source: Adoption.Source
      /// The number of the revision that was taken over.
      var revision: Int
      /// SHA-256 of that revision's bytes, lower-case hex.
      var sha256: String
      /// The number of events before that revision, whose log is not in the archive and was not checked.
      var unprovenEvents: Int
      /// The files that the record was taken over with, by the paths that they would have in the bag. None of
      /// them was checked.
      var filesElsewhere: [String]
    }

    struct Fault: Encodable {
      /// The fault and its place in words, in the language of the program.
      var message: String
    }

    var folder: String
    var verdict = Verdict.untrusted
    var id: InstallationID?
    var code: LabelCode?
    var unitName: String?
    var status: Installation.Status?
    var revision: Int?
    var files: Int
    var seal: Seal?
    var agreements: [Agreement] = []
    /// The revision that was taken over from another laptop; left out where the log is whole.
    var adopted: Adopted?
    /// The originals of photos that are lost, by their paths in the bag.
    var missingOriginals: [String]
    /// The number of the revision that the log adds up to. The revision is still open where work on it had
    /// begun.
    var currentRevision: Int?
    var faults: [Fault] = []
  }

  let reader: ArchiveReader
  let roots: TrustedRoots
  let clock: any Clock
  let language: Language

  /// Maximum size of a test's text, bytes.
  private static let maxTextBytes = 1 << 20

  /// Checks all bags in their order.
  /// - Parameters:
  ///   - folder: the only bag to be checked, by its folder; nil checks all.
  ///   - onBag: gets each bag and the bytes of its newest closed revision, which are nil where there is none.
  func run(
    only folder: String? = nil, isCancelled: () -> Bool, onBag: (Bag, Data?) -> Void = { _, _ in }
  ) throws -> [Bag] {
    var bags: [Bag] = []
    let now = clock.now()
    try reader.forEachBag(
      only: folder, trusting: roots.seals, timestampRoots: roots.timestamps, now: now.secondsSince1970,
      isCancelled: isCancelled
    ) { (found) throws(ArchiveError) in
      let bag = try judge(found, now: now)
      bags.append(bag)
      onBag(bag, found.newest)
    }
    return bags
  }

  private func judge(_ found: CheckedBag, now: Timestamp) throws(ArchiveError) -> Bag {
    var bag = Bag(
      folder: found.folder, files: found.files, missingOriginals: found.missing.map(\.path))
    bag.faults = found.faults.map { Bag.Fault(message: $0.text[language]) }
    if let installation = found.installation {
      bag.id = installation.id
      bag.code = installation.code
      bag.unitName = installation.owner.unitName.text
      bag.status = installation.status
      bag.revision = found.revision
      bag.currentRevision = installation.revision
    }
    bag.adopted = found.adopted.map { adopted in
      Bag.Adopted(
        source: adopted.source, revision: adopted.revision, sha256: adopted.sha256,
        unprovenEvents: adopted.installation?.history.count ?? 0, filesElsewhere: found.elsewhere.map(\.path))
    }
    if let seal = found.seal {
      bag.seal = Bag.Seal(
        subject: seal.signer.subject, certificateSha256: seal.signer.fingerprint,
        selfIssued: seal.signer.isSelfIssued,
        ofCompany: found.installation?.technician.flatMap { seal.signer.isOf(company: $0.company.text) },
        trusted: seal.trust.root != nil, timestamp: stamp(of: seal))
    }
    if bag.faults.isEmpty {
      try checkTestTexts(of: found, &bag)
      for agreement in found.agreements { try judge(agreement, in: found, now: now, &bag) }
    }
    // The archive's seal covers an agreement from before there were seals.
    let isTrusted = found.seal?.isTrusted == true && bag.agreements.allSatisfy(\.isTrusted)
    bag.verdict = bag.faults.isEmpty ? isTrusted ? .trusted : .untrusted : .damaged
    return bag
  }

  private func stamp(of seal: SealVerification) -> Bag.Stamp? {
    seal.timestamp.map {
      Bag.Stamp(
        at: clock.moment($0.time), authority: $0.authority.subject, trusted: $0.trust.root != nil)
    }
  }

  /// Compares the texts of the functional tests with the tests in the log. Only this program has the words of
  /// these texts.
  private func checkTestTexts(of found: CheckedBag, _ bag: inout Bag) throws(ArchiveError) {
    guard let installation = found.installation else { return }
    for (index, report) in found.tests.enumerated() {
      let name = found.entry(ofTestText: index + 1)
      let expected = Data(TestPaper.text(of: report, installation).utf8)
      guard try found.contents(of: name, maxBytes: Self.maxTextBytes) != expected else { continue }
      bag.faults.append(
        Bag.Fault(
          message: Text(
            zh: "\(name) 不是事件日志里的测试结果", en: "\(name) is not the test as the log has it")[language]))
    }
  }

  // MARK: - Agreements

  /// Checks an agreement and its timestamp, where there is one, and compares the agreement with the record.
  private func judge(
    _ agreement: CheckedBag.Agreement, in found: CheckedBag, now: Timestamp, _ bag: inout Bag
  ) throws(ArchiveError) {
    var row = Bag.Agreement(
      file: agreement.entry, sha256: agreement.sha256, sealed: true,
      voided: found.installation?.earlierAgreements?.contains { $0.sha256 == agreement.sha256 } == true)
    let file = try found.contents(of: agreement.entry, maxBytes: AgreementVerification.maxBytes)
    var whole = file
    if agreement.token != nil || agreement.timestamped != nil {
      guard let joined = try self.joined(agreement, file, in: found) else {
        return bag.faults.append(
          Bag.Fault(
            message: Text(
              zh: "\(agreement.entry) 与它的时间戳文件对不上",
              en: "\(agreement.entry) and the files of its timestamp do not belong together")[language]))
      }
      whole = joined
    }
    do throws(AgreementFault) {
      let verification = try AgreementVerification(
        whole, trusting: roots.seals, timestampRoots: roots.timestamps, now: now)
      guard let before = agreement.before, verification.installation.isSame(as: before),
        verification.agreementSha256 == agreement.sha256
      else {
        return bag.faults.append(
          Bag.Fault(
            message: Text(
              zh: "\(agreement.entry) 里的记录不是事件日志在签字时的记录",
              en: "the record in \(agreement.entry) is not the log's at its signature")[language]))
      }
      let signing = verification.manifest.signing
      row.sealedBy = verification.seal.signer.subject
      row.ofCompany = verification.isSealedByCompany
      row.trusted = verification.seal.trust.root != nil
      row.signatory = signing.signatory.name.full
      row.signedAt = signing.signedAt
      row.timestamp = stamp(of: verification.seal)
    } catch {
      // The bytes are those that the record names. An agreement from before there were seals has no
      // `/ByteRange`.
      if agreement.token == nil, file.firstRange(of: Data("/ByteRange".utf8)) == nil {
        row.sealed = false
      } else {
        bag.faults.append(
          Bag.Fault(
            message: Text(
              zh: "\(agreement.entry) 的签章不成立；取出来用 weldtech agreement verify 看原因",
              en:
                "the seal of \(agreement.entry) does not hold; take the file out, and `weldtech agreement verify` says why"
            )[language]))
      }
    }
    bag.agreements.append(row)
  }

  /// The agreement with its timestamp in its seal; nil where the files of the bag do not make it.
  private func joined(_ agreement: CheckedBag.Agreement, _ file: Data, in found: CheckedBag)
    throws(ArchiveError) -> Data?
  {
    guard let token = agreement.token, let timestamped = agreement.timestamped else { return nil }
    let der = try found.contents(of: token, maxBytes: TimestampToken.maxReplySize)
    let joined = try found.contents(of: timestamped, maxBytes: AgreementVerification.maxBytes)
    let made = try? SealedAgreement(file: file).joined(with: TimestampToken(der: Array(der)))
    return made == joined ? joined : nil
  }
}
