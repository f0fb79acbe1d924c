import Agreements
import Cryptography
import FoundationEssentials
import Labels
import Records
import Sync
import Terminal

/// Reads the file of `setup --from` and checks every value by the rules of its option, so that all problems are
/// reported at once.
struct LaptopFileReader {
  private let workplace: Workplace
  private var members: [String: JSONValue]
  private var problems: [Failure.Detail] = []

  /// - Throws: `LaptopFileRejected`, `FileFailure`.
  static func read(_ path: String, _ workplace: Workplace) throws -> LaptopFile {
    let data = try workplace.read(path, atMost: LaptopFile.maxBytes)
    let document: JSONValue
    do throws(JSONFault) { document = try JSONReader.value(of: data, maxBytes: LaptopFile.maxBytes) } catch {
      throw LaptopFileRejected(
        file: path, problems: [FieldProblem(path: "$", fault: .notJSON(error)).explanation])
    }
    guard case .object(let members) = document else {
      throw LaptopFileRejected(file: path, problems: [FieldProblem(path: "$", fault: .wrongType).explanation])
    }
    var reader = LaptopFileReader(workplace: workplace, members: members)
    let file = reader.file()
    guard reader.problems.isEmpty else { throw LaptopFileRejected(file: path, problems: reader.problems) }
    return file
  }

  private init(workplace: Workplace, members: [String: JSONValue]) {
    self.workplace = workplace
    self.members = members
  }

  private mutating func file() -> LaptopFile {
    var file = LaptopFile()
    if text("schema") != LaptopFile.schema { report("schema", among: [LaptopFile.schema]) }
    let workplace = workplace
    file.company = value("company") { try WrittenText($0, .title, drawnBy: workplace.glyphs) }
    file.companyPhone = value("companyPhone") { try SetupCommand.companyPhone($0) }
    file.region = value("region") { region in
      guard LabelCode(region: region, serial: .zero) != nil else { throw SetupRejected.region(region) }
      return region
    }
    file.platform = value("platform") { try SetupCommand.platformAddress($0) }
    file.platformKey = value("platformKey") { text in
      let certificate = try Certificate(file: Array(text.utf8))
      guard certificate.rsaBits >= Certificate.minRSABits else {
        throw SyncError.platformKeyShort(bits: certificate.rsaBits)
      }
      return certificate.pem
    }
    file.apn = value("apn") { try WrittenText($0, .line(maxCharacters: 100), drawnBy: nil).text }
    file.protect = choice("protect")
    file.terms = value("terms") { text in
      _ = try AgreementTerms(json: Data(text.utf8), drawnBy: workplace.glyphs)
      return text
    }
    file.originals = choice("originals")
    file.plates = choice("plates")
    file.timestamp = value("timestamp") { try SetupCommand.SealSetup.authorityAddress($0) }
    file.sealIssuers = value("sealIssuers") { try Certificate.all(file: Array($0.utf8)).map(\.pem).joined() }
    let region = file.region
    file.codes = value("codes") { text in
      guard let region, let block = CodeBlock(region: region, text) else { throw SetupRejected.codes(text) }
      return block.description
    }
    file.tags = tags()
    for name in members.keys.sorted() { report(name, .unknownField) }
    return file
  }

  // MARK: - Private helpers

  private mutating func report(_ path: String, _ fault: FieldProblem.Fault) {
    problems.append(FieldProblem(path: path, fault: fault).explanation)
  }

  private mutating func report(_ path: String, among values: [String]) {
    let all = values.joined(separator: ", ")
    problems.append(
      .init(
        path: path, code: FieldProblem.Fault.notAChoice([]).code,
        message: Text(zh: "\(path)：应为 \(all)", en: "\(path): is none of \(all)"), isPlaceInMessage: true))
  }

  /// Takes the member `name` as a text; nil where it is missing or is no text. The second case is reported.
  private mutating func text(_ name: String) -> String? {
    switch members.removeValue(forKey: name) {
    case nil: return nil
    case .string(let text)?: return text
    default:
      report(name, .wrongType)
      return nil
    }
  }

  private mutating func value<Value>(_ name: String, _ judge: (String) throws -> Value) -> Value? {
    guard let text = text(name) else { return nil }
    do { return try judge(text) } catch let fault as WrittenText.Fault {
      report(name, FieldProblem.Fault(fault) ?? .missing)
    } catch {
      let failure = explain(error)
      problems.append(.init(path: name, code: failure.code, message: failure.message))
    }
    return nil
  }

  private mutating func choice<Value: RawRepresentable & CaseIterable>(_ name: String) -> Value?
  where Value.RawValue == String {
    guard let text = text(name) else { return nil }
    if let value = Value(rawValue: text) { return value }
    report(name, among: Value.allCases.map(\.rawValue))
    return nil
  }

  private mutating func tags() -> [String: String]? {
    switch members.removeValue(forKey: "tags") {
    case nil: return nil
    case .object(let tags)?:
      for (code, tag) in tags.sorted(by: { $0.key < $1.key }) {
        guard LabelCode(code) != nil, case .string(let text) = tag, LabelTag(text) != nil else {
          report("tags.\(code)", .wrongType)
          return nil
        }
      }
      return tags.compactMapValues { if case .string(let text) = $0 { text } else { nil } }
    default:
      report("tags", .wrongType)
      return nil
    }
  }
}
