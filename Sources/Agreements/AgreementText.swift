import Cryptography
import FoundationEssentials
public import Records

/// The agreement as text: one list of blocks, of which the terminal, a page on a phone and the PDF are made. It
/// is all that the owner reads before signing; the signature comes after it. For a record in repair, the text
/// is the owner's confirmation of the repair (维修确认单), which supplements the agreement.
public struct AgreementText: Sendable {
  /// A part of the text.
  public enum Block: Hashable, Sendable {
    /// A numbered heading.
    case heading(String)
    /// A line that names the values below it.
    case band(String)
    case facts([Fact])
    case note(String)
    /// A table whose rows have one text for each column.
    case columns([Column], rows: [[String]], isSmall: Bool)
    /// Clauses, numbered from 1.
    case clauses([String])
  }

  public struct Column: Hashable, Sendable {
    public let title: String
    /// The width on A4 between the margins, millimetres.
    let widthMillimetres: Double
    let isCentred: Bool

    init(_ title: String, _ widthMillimetres: Double, isCentred: Bool = false) {
      self.title = title
      self.widthMillimetres = widthMillimetres
      self.isCentred = isCentred
    }
  }

  public let terms: AgreementTerms
  public let title: String
  public let subtitle: String
  /// The sentence above the signature.
  public let statement: String
  /// The named values below the title, such as the numbers of agreement and record, and the day.
  public let numbers: [Fact]
  public let blocks: [Block]
  /// The agreement that this one voids; nil where it is the first.
  public let supersedes: EvidenceManifest.Superseded?
  /// The repair that the owner confirms, and the agreement that this supplements; nil for an agreement.
  public let repair: EvidenceManifest.ConfirmedRepair?
  /// The photos that the text lists.
  let photos: [Photo]
  let schemeTitle: String?
  let parts: AgreementParts
  let installation: Installation
  /// The number of headings before the signature's.
  private let headingCount: Int

  /// Writes the text of an installation's agreement.
  /// - Parameters:
  ///   - at: the moment at which the text is shown or signed; its day stands in the text, and decides who pays
  ///     where nothing was signed before.
  ///   - schemeTitle: the scheme's Chinese title; nil shows its name only.
  ///   - done: what was done in a repair, in the technician's words; nil where the list of changes says it all.
  /// - Throws: `incomplete`.
  public init(
    of installation: Installation, terms: AgreementTerms, at: Timestamp, schemeTitle: String? = nil,
    done: WrittenText? = nil
  ) throws(AgreementError) {
    parts = try AgreementParts(installation)
    self.installation = installation
    self.terms = terms
    self.schemeTitle = schemeTitle
    if let confirmation = RepairText(of: installation, parts: parts, schemeTitle: schemeTitle, done: done) {
      (title, subtitle) = (RepairText.title, "《\(terms.title)》补充协议")
      statement = RepairText.statement
      supersedes = nil
      repair = confirmation.reference
      photos = confirmation.photos
      numbers = confirmation.numbers(signedOn: at.day)
      (blocks, headingCount) = confirmation.blocks(personalData: terms.personalData)
      return
    }
    (title, subtitle, statement) = (terms.title, terms.subtitle, terms.statement)
    repair = nil
    photos = installation.photos.filter { $0.stage != .authority }
    supersedes = Self.superseded(by: installation)
    let earlier = installation.earlierAgreements ?? []
    numbers =
      [
        Fact("协议编号", parts.code.description), Fact("记录号", installation.id.description),
        Fact("签订日期", AgreementWords.day(at.day)),
      ]
      + (earlier.isEmpty ? [] : [Fact("签署", "第 \(earlier.count + 1) 次")])
    let facts = AgreementFacts(installation: installation, parts: parts, schemeTitle: schemeTitle)
    var headings = 0
    func heading(_ text: String) -> Block {
      headings += 1
      return .heading("\(AgreementWords.ordinal(headings))、\(text)")
    }
    var blocks: [Block] = [
      heading("协议双方"), .band("甲方：芯片模块安装服务机构"), .facts(facts.company),
      .band("乙方：电焊机所有权人（作业单位）"), .facts(facts.owner),
      heading("电焊机"), .facts(facts.welder),
      heading("智能模块、二维码标牌和封条"), .facts(facts.fitting),
      heading("现场测试"), .note(facts.testSummary), .columns(Self.testColumns, rows: facts.test, isSmall: false),
      heading("培训和安全操作规程"), .facts(facts.handover),
      heading("安装前后照片"), .columns(Self.photoColumns, rows: facts.photos, isSmall: true),
      heading("费用"), .facts(facts.funding(fittedOn: installation.fittedOn(signedAt: at))),
    ]
    for section in terms.sections + [terms.personalData] {
      blocks += [heading(section.heading), .clauses(section.clauses)]
    }
    self.blocks = blocks
    headingCount = headings
  }

  /// The technician who is responsible for what is signed; nil for a surveyed welder, for which nothing is
  /// signed.
  var technician: Technician? { installation.technicianInCharge }

  static let testColumns = [
    Column("序号", 12, isCentred: true), Column("项目", 58), Column("实测值", 30), Column("合格范围", 38),
    Column("结论", 36),
  ]

  static let photoColumns = [
    Column("阶段", 14), Column("拍摄时间", 38), Column("像素", 19), Column("文件摘要（SHA-256）", 103),
  ]

  /// The heading above the signature.
  var signatureHeading: String { "\(AgreementWords.ordinal(headingCount + 1))、签字确认" }

  /// The version of the clauses, as it stands on paper.
  public var termsLine: String {
    "条款 \(terms.reference.name) 版本 \(terms.reference.version)（摘要 \(terms.reference.sha256.prefix(16))）"
  }

  /// The sentence that voids an earlier agreement, or names the one that this supplements; nil where there is none.
  public var supersession: String? { supersedes.map(Self.sentence) ?? repair.map(RepairText.sentence) }

  // MARK: - As plain text

  /// The whole text as lines, as the terminal shows them. The digest in the record is of these lines.
  public var lines: [String] {
    var lines = [title, subtitle] + numbers.map { "\($0.name)：\($0.value)" }
    lines.append(termsLine)
    if let supersession { lines.append(supersession) }
    for block in blocks {
      switch block {
      case .heading(let text): lines += ["", text]
      case .band(let text): lines.append(text)
      case .facts(let facts): lines += facts.map { "  \($0.name)：\(Table.oneLine($0.value))" }
      case .note(let text): lines.append("  \(text)")
      case .columns(let columns, let rows, _): lines += rows.map { Self.line($0, under: columns) }
      case .clauses(let clauses):
        lines += clauses.enumerated().map { "  \($0 + 1). \($1)" }
      }
    }
    return lines + ["", statement, terms.consent]
  }

  /// A row of a table as one line: each value follows the title of its column.
  private static func line(_ row: [String], under columns: [Column]) -> String {
    guard let first = row.first, let title = columns.first?.title else { return "" }
    let rest = zip(columns, row).dropFirst().map { "\($0.title) \(Table.oneLine($1))" }
    return "  \(title) \(Table.oneLine(first))：" + rest.joined(separator: "；")
  }

  /// SHA-256 of the lines in UTF-8, each ended by U+000A; lower-case hex.
  public var sha256: String {
    SHA256Digest(of: Data(lines.map { $0 + "\n" }.joined().utf8)).hex
  }
}
