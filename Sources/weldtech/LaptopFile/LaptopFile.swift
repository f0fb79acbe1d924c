import Agreements
import Cryptography
import Fieldbook
import FoundationEssentials
import Labels
import Records

/// The settings that a company's laptops have in common, as `setup --export` writes them and `setup --from` reads
/// them: JSON, with a key for each setting that there is. The file never holds a secret: no token, no private
/// key, no passphrase and no technician.
struct LaptopFile: Encodable {
  static let schema = "weldtech.laptop/1"
  /// Maximum size, bytes: clauses of their largest size, and the tags of a block with 200,000 codes.
  static let maxBytes = 16 << 20

  var schema = Self.schema
  var company: WrittenText?
  var companyPhone: String?
  /// The region of codes, six digits of GB/T 2260.
  var region: String?
  /// The platform's address.
  var platform: String?
  /// The platform's certificate, PEM.
  var platformKey: String?
  /// The APN that modules are given.
  var apn: String?
  var protect: SetupCommand.Protection?
  /// The company's own clauses: the text of their file.
  var terms: String?
  var originals: OriginalsPolicy?
  var plates: PlateSource?
  /// The address of the timestamp authority.
  var timestamp: String?
  /// The certificates of those who certify the company's seals, PEM.
  var sealIssuers: String?
  /// A block of serials for one new laptop, as `--codes` takes it.
  var codes: String?
  /// The tags of the codes of that block, by code.
  var tags: [String: String]?

  init() {}

  /// The settings of a laptop, without a block of codes.
  /// - Parameter seal: what the laptop seals with; nil where nothing was set up.
  init(of setup: Setup, seal: SealIdentity?) {
    company = setup.technician?.company ?? setup.company
    companyPhone = setup.companyPhone
    region = setup.region
    platform = setup.platform
    platformKey = setup.platformKey?.certificatePEM
    apn = setup.accessPointName
    protect = setup.protects == true ? .always : nil
    terms = setup.agreementTerms
    originals = setup.originals
    plates = setup.plates
    timestamp = setup.timestampAuthority
    let issuers = seal.map { $0.issuers.map(\.pem).joined() } ?? ""
    sealIssuers = issuers.isEmpty ? setup.sealIssuers : issuers
  }

  /// Adds a block of codes with those of its tags that this laptop has.
  mutating func add(_ block: CodeBlock, _ known: [LabelCode: LabelTag]) {
    codes = block.description
    let own = known.filter { block.contains($0.key) }
    if !own.isEmpty {
      tags = own.reduce(into: [:]) { $0[$1.key.description] = $1.value.description }
    }
  }

  /// The bytes of the file, the same for the same settings.
  func encoded() throws -> Data { try RecordCoding.encode(self) + Data("\n".utf8) }
}

/// The error that a file is not what `setup --export` writes; nothing was stored.
struct LaptopFileRejected: Error {
  let file: String
  /// All problems of the file, in the order of the keys.
  let problems: [Failure.Detail]
}
