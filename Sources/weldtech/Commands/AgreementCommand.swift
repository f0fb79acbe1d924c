import Agreements
import Arguments
import Cryptography
import Files
import FoundationEssentials
import Records
import Terminal

/// `agreement`: checks the file of an agreement, and tells a stranger what the file proves.
enum AgreementCommand {
  struct Options {
    var file = ""
    var roots = TrustedRoots.Options()
  }

  struct Document: Encodable {
    struct Installation: Encodable {
      var id: InstallationID
      var code: LabelCode
      /// The company that installed the module, by the record.
      var company: String
      var unit: String
      var brand: Nullable<String>
      var model: Nullable<String>
      var serialNumber: Nullable<String>
      var module: Nullable<String>
    }

    struct Signing: Encodable {
      var name: String
      var capacity: SignatoryCapacity
      /// The time of signing by the laptop's clock.
      var signedAt: Timestamp
    }

    struct Seal: Encodable {
      var subject: String
      var issuer: String
      var certificateSha256: String
      var selfIssued: Bool
      /// The organisation that the certificate names; null where it names none.
      var organization: Nullable<String>
      /// Whether the certificate names the company of the record; null where it names no organisation.
      var ofCompany: Nullable<Bool>
      var validFrom: Timestamp
      var validUntil: Timestamp
      var trust: Trust
    }

    struct Stamp: Encodable {
      /// The time by the authority's clock.
      var time: Timestamp
      var authority: String
      var policy: String
      var serialNumber: String
      var trust: Trust
    }

    struct Trust: Encodable {
      enum Verdict: String, Encodable {
        case trusted, selfIssued, noRoot, otherRoot, ended, notBegun, refused
      }

      var verdict: Verdict
      /// The subject of the root that the certificate leads to; null where it leads to none that was given.
      var root: Nullable<String>
      /// SHA-256 of the root's certificate, lower-case hex; null where there is no root.
      var rootSha256: Nullable<String>
    }

    struct Superseded: Encodable {
      var sha256: String
      var signedAt: Timestamp
      var reason: String
    }

    var file: String
    /// SHA-256 of the file.
    var sha256: String
    /// SHA-256 of the file without its timestamp, which is the agreement's digest in the record.
    var agreementSha256: String
    /// Whether the seal, and the timestamp where there is one, lead to given roots.
    var trusted: Bool
    var pages: Int
    var installation: Installation
    var signing: Signing
    var seal: Seal
    var timestamp: Nullable<Stamp>
    var timestampExpected: Bool
    var supersedes: Nullable<Superseded>
    /// The names of what cannot be found out from the file, sorted.
    var unjudged: [String]
  }

  static var command: Command<Workplace> {
    Command("agreement", Text(zh: "检查协议文件", en: "agreements as files")) {
      [
        Command(
          "verify",
          Text(
            zh: "检查协议文件有没有改动、是谁签章和签字的", en: "check that an agreement is unchanged, who sealed and who signed it"
          ),
          discussion: Text(
            zh:
              "不需要记录和网络，别人给的文件也能检查。\n退出码 0：没有改动，签章和时间戳都通到给出的根证书；1：没有改动，但没有人担保是谁签章的；\n65：改动过，或不是 weldtech 写的协议。",
            en:
              "It needs neither records nor a network, and takes anybody's file.\nExit 0: unchanged, and seal and timestamp lead to the given root; 1: unchanged, but nobody vouches for the seal;\n65: changed, or no agreement that weldtech wrote."
          ),
          options: Options(),
          parameters: { parameters in
            parameters.argument("F.pdf", \.file, .file, Text(zh: "协议文件", en: "the agreement"))
            parameters.trustedRoots(\.roots)
          }, run: verify)
      ]
    }
  }

  static func verify(_ options: Options, _ workplace: Workplace) throws -> Int32 {
    let roots = try TrustedRoots(options.roots, workplace)
    // Only a regular file is opened, because the program would wait for the writer of a pipe.
    let file = try workplace.read(atMost: AgreementVerification.maxBytes) { () throws(FileError) in
      try OpenFile(reading: FilePath(options.file), .regularOnly)
    }
    let verification = try AgreementVerification(
      file, trusting: roots.seals, timestampRoots: roots.timestamps, now: workplace.clock.now())
    let document = Document(verification, file: options.file, clock: workplace.clock)
    try workplace.console.answer(document) {
      AgreementTexts(verification, clock: workplace.clock).put(file: options.file, to: workplace.console)
    }
    return (verification.isTrusted ? ExitCode.done : .failed).rawValue
  }
}

extension AgreementCommand.Document {
  init(_ verification: AgreementVerification, file: String, clock: any Clock) {
    let (manifest, record, signer) = (
      verification.manifest, verification.installation, verification.seal.signer
    )
    self.file = file
    sha256 = verification.sha256
    agreementSha256 = verification.agreementSha256
    trusted = verification.isTrusted
    pages = verification.pageCount
    installation = Installation(
      id: manifest.installation.id, code: manifest.installation.code, company: verification.company,
      unit: record.owner.unitName.text,
      brand: Nullable(record.welder.brand?.text), model: Nullable(record.welder.model?.text),
      serialNumber: Nullable(record.welder.serialNumber?.text),
      module: Nullable(record.module?.serialNumber))
    signing = Signing(
      name: manifest.signing.signatory.name.full, capacity: manifest.signing.signatory.capacity,
      signedAt: manifest.signing.signedAt)
    seal = Seal(
      subject: signer.subject, issuer: signer.issuer, certificateSha256: signer.fingerprint,
      selfIssued: signer.isSelfIssued, organization: Nullable(signer.organization),
      ofCompany: Nullable(verification.isSealedByCompany), validFrom: clock.moment(signer.validity.from),
      validUntil: clock.moment(signer.validity.until), trust: Trust(verification.seal.trust))
    timestamp = Nullable(
      verification.seal.timestamp.map {
        Stamp(
          time: clock.moment($0.time), authority: $0.authority.subject, policy: $0.policy,
          serialNumber: $0.serialNumber, trust: Trust($0.trust))
      })
    timestampExpected = manifest.timestampExpected
    supersedes = Nullable(
      manifest.supersedes.map { Superseded(sha256: $0.sha256, signedAt: $0.signedAt, reason: $0.reason) })
    unjudged = verification.unjudged.map(\.rawValue).sorted()
  }
}

extension AgreementCommand.Document.Trust {
  init(_ trust: SealTrust) {
    let root = trust.root
    self.root = Nullable(root?.subject)
    rootSha256 = Nullable(root?.fingerprint)
    verdict =
      switch trust {
      case .trusted: .trusted
      case .selfIssued: .selfIssued
      case .noRoot: .noRoot
      case .otherRoot: .otherRoot
      case .ended: .ended
      case .notBegun: .notBegun
      case .refused: .refused
      }
  }
}
