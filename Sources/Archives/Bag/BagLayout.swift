import Cryptography
import FoundationEssentials
public import Records

/// The paths of a bag's files, and the contents of its tag files. Writer and reader share this layout, so that
/// a tag file is exactly what follows from the payload.
public enum BagLayout {
  // MARK: - Names

  static let bagit = "bagit.txt"
  static let information = "bag-info.txt"
  static let manifest = "manifest-sha256.txt"
  static let tagManifest = "tagmanifest-sha256.txt"
  static let readme = "README.txt"
  static let seal = "seal/manifest.p7s"
  static let certificates = "seal/certificates.pem"
  static let token = "seal/manifest.tst"
  static let signature = "seal/manifest.sig"

  static let payload = "data/"
  static let log = "log.jsonl"
  static let missing = "missing.json"
  /// The list of the files that stayed behind when a record was taken over, and are not in the bag.
  static let elsewhere = "elsewhere.json"
  static func revision(_ number: Int) -> String { "record/\(number).json" }
  /// The path of the picture of the label, below `data/`.
  public static let label = "label.png"
  /// The path of a run of the functional test, for programs; runs count from 1.
  public static func test(_ number: Int) -> String { "test/\(number).json" }
  /// The path of a run of the functional test, for people; runs count from 1.
  public static func testText(_ number: Int) -> String { "test/\(number).txt" }
  /// The path of an inspection, for programs; inspections count from 1.
  public static func inspection(_ number: Int) -> String { "inspection/\(number).json" }
  /// The path of an inspection's page on paper; inspections count from 1.
  public static func inspectionPage(_ number: Int) -> String { "inspection/\(number).pdf" }
  /// The path of the timestamp of the agreement at `path`.
  public static func agreementToken(_ path: String) -> String { stem(path) + ".tst" }
  /// The path of the agreement at `path` with its timestamp in it.
  public static func timestamped(_ path: String) -> String { stem(path) + "-timestamped.pdf" }

  private static func stem(_ path: String) -> String {
    path.hasSuffix(".pdf") ? String(path.dropLast(4)) : path
  }

  /// The top folder of an installation's bag: the code of its label. The folder is named by the record's id
  /// where there is no code, as for a retired welder, and for a void record, whose code another record may
  /// have.
  public static func folder(of installation: Installation) -> String {
    guard installation.status != .void, let code = installation.code else { return installation.id.text }
    return code.description
  }

  // MARK: - Files of the record

  /// A file that a record or its log names, and its path below `data/`.
  public struct NamedFile: Hashable, Sendable {
    public let path: String
    public let sha256: String
    /// The length in bytes; nil where the record does not state it.
    public let byteCount: Int?
    /// Whether the file may be lost, since an upload copy stands for it.
    public let mayBeMissing: Bool
    public let isAgreement: Bool
  }

  /// The files that a record and the events of its log name, each once.
  public static func files(of installation: Installation, _ events: [InstallationEvent]) -> [NamedFile] {
    let addenda = (installation.repairs ?? []).compactMap(\.addendum)
    let agreements = Set(
      ((installation.earlierAgreements ?? []) + [installation.agreement].compactMap(\.self) + addenda).map(
        \.sha256))
    var files: [NamedFile] = []
    var known: Set<String> = []
    for file in RecordFile.named(by: installation) where known.insert(file.sha256).inserted {
      let isPhoto = file.filename.hasPrefix("photo-")
      files.append(
        NamedFile(
          path: (isPhoto ? "photos/" : "agreement/") + file.filename, sha256: file.sha256,
          byteCount: file.bytes, mayBeMissing: file.isOriginal, isAgreement: agreements.contains(file.sha256)))
    }
    // The photo of a replaced seal is named in the log only.
    var number = 0
    for file in events.flatMap({ RecordFile.named(by: $0) }) where known.insert(file.sha256).inserted {
      number += 1
      files.append(
        NamedFile(
          path: "photos/photo-earlier-\(number)", sha256: file.sha256, byteCount: file.bytes,
          mayBeMissing: false, isAgreement: false))
    }
    return files
  }

  /// The files that a record was taken over with, by their paths in a bag of the record as it is now. These
  /// files stayed where the record came from.
  /// - Parameter events: all events of the record's log.
  public static func filesElsewhere(of installation: Installation, _ events: [InstallationEvent])
    -> [MissingOriginal]
  {
    guard case .adopted(let adopted)? = events.first, let before = adopted.installation else { return [] }
    let stayed = Set(RecordFile.named(by: before).map(\.sha256))
    return files(of: installation, events).filter { stayed.contains($0.sha256) }
      .map { MissingOriginal(path: payload + $0.path, sha256: $0.sha256) }
      .sorted { $0.path < $1.path }
  }

  // MARK: - Tag files

  /// The contents of `bagit.txt`, which is the same in every bag (RFC 8493).
  static let bagitText = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"

  /// Writes `bag-info.txt`, the bag's description.
  /// - Parameters:
  ///   - day: the day of the last entry of the log.
  ///   - byteCount: the length of all files of the payload together, bytes.
  static func informationText(of installation: Installation, day: CalendarDay, byteCount: Int, fileCount: Int)
    -> String
  {
    // A record that was only surveyed has no technician.
    let company = installation.technician?.company.text
    var lines = company.map { [("Source-Organization", line($0))] } ?? []
    lines.append(("External-Identifier", installation.id.text))
    if let code = installation.code { lines.append(("Internal-Sender-Identifier", code.description)) }
    lines.append(
      ("Internal-Sender-Description", "电焊机安装档案 / record of a welder's installation (weldtech.archive/1)"))
    lines.append(("Bagging-Date", day.description))
    lines.append(("Payload-Oxum", "\(byteCount).\(fileCount)"))
    return lines.map { "\($0.0): \($0.1)\n" }.joined()
  }

  /// The text on one line.
  private static func line(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 ? " " : $0 }))
  }

  /// The seal's file, and the files beside it for checks without this program.
  /// - Parameter chain: the certificates in the seal, the signer's first.
  /// - Throws: `CryptographyError` for a seal that cannot be read.
  static func files(of seal: DetachedSeal, _ chain: [Certificate]) throws(CryptographyError)
    -> [(path: String, bytes: Data)]
  {
    var files: [(path: String, bytes: Data)] = [
      (Self.seal, Data(seal.der)), (certificates, Data(chain.map(\.pem).joined().utf8)),
    ]
    if let token = try seal.withoutTimestamp().token {
      files.append((Self.token, Data(token.der)))
      files.append((signature, Data(seal.signatureValue)))
    }
    return files
  }

  /// A list of files as `sha256sum -c` reads it, in the order of the paths.
  static func list(_ digests: [(path: String, sha256: String)]) -> String {
    digests.sorted { $0.path < $1.path }.map { "\($0.sha256)  \($0.path)\n" }.joined()
  }
}
