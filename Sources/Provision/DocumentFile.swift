import Files
import FoundationEssentials
import Records

/// One JSON file of a scheme or a plan, read whole up to a maximum size. Its faults name the file and the
/// field.
struct DocumentFile {
  static let byteLimit = 64 * 1024
  static let fileLimit = 200

  let path: String
  private let bytes: Data
  private let value: JSONValue

  /// Reads every `*.json` file of a folder, sorted by name.
  static func all(in directory: String) throws(ProvisionError) -> [DocumentFile] {
    let names: [String]
    do throws(FileError) {
      names = try Folder.names(in: FilePath(directory)).map(\.text).filter { $0.hasSuffix(".json") }
    } catch {
      throw .document(file: directory, .unreadable(errno: error.errno))
    }
    if names.count > fileLimit { throw .document(file: directory, .tooLarge(limit: fileLimit)) }
    var files: [DocumentFile] = []
    for name in names.sorted() { files.append(try DocumentFile(path: "\(directory)/\(name)")) }
    return files
  }

  init(path: String) throws(ProvisionError) {
    self.path = path
    bytes = try Self.read(path)
    do throws(JSONFault) {
      value = try JSONReader.value(of: bytes, maxBytes: Self.byteLimit)
    } catch {
      throw .document(file: path, .notJSON(error))
    }
  }

  // MARK: - Decoding

  func decode<Document: Decodable>(_: Document.Type) throws(ProvisionError) -> Document {
    do {
      return try JSONReader.decode(Document.self, from: bytes, maxBytes: Self.byteLimit)
    } catch let fault as JSONFault {
      throw .document(file: path, .notJSON(fault))
    } catch DecodingError.keyNotFound(let key, let context) {
      throw fault(Self.text(of: context.codingPath + [key]), .missing)
    } catch DecodingError.valueNotFound(_, let context) {
      throw fault(Self.text(of: context.codingPath), .missing)
    } catch DecodingError.typeMismatch(_, let context) {
      throw fault(Self.text(of: context.codingPath), .wrongType)
    } catch DecodingError.dataCorrupted(let context) {
      throw fault(Self.text(of: context.codingPath), .notAChoice)
    } catch {
      throw fault("", .wrongType)
    }
  }

  func fault(_ path: String, _ fault: DocumentFault.FieldFault) -> ProvisionError {
    .document(file: self.path, .field(path: path, step: stepName(at: path), fault))
  }

  // MARK: - Checking

  /// Refuses unknown fields in the object that `keys` lead to. A value that is no object is left to `decode`.
  func refuseUnknownFields(_ known: Set<String>, in keys: String...) throws(ProvisionError) {
    var object: JSONValue? = value
    for key in keys { object = object?[key] }
    try refuseUnknownFields(known, of: object, at: keys.joined(separator: "."))
  }

  /// Refuses unknown fields in every object of the list called `list`.
  func refuseUnknownFields(_ known: Set<String>, inEach list: String) throws(ProvisionError) {
    try refuseUnknownFields(known, inEach: value[list], at: list)
  }

  /// Refuses unknown fields in every object of the list called `list` of the object called `name`.
  func refuseUnknownFields(_ known: Set<String>, inEach name: String, _ list: String) throws(ProvisionError) {
    try refuseUnknownFields(known, inEach: value[name]?[list], at: "\(name).\(list)")
  }

  private func refuseUnknownFields(_ known: Set<String>, inEach list: JSONValue?, at path: String)
    throws(ProvisionError)
  {
    guard case .array(let elements)? = list else { return }
    for (index, element) in elements.enumerated() {
      try refuseUnknownFields(known, of: element, at: "\(path)[\(index)]")
    }
  }

  /// Checks that the name is the file's own and has only lower-case letters, digits and hyphens, since the
  /// record contains it.
  func check(name: String, version: String) throws(ProvisionError) {
    if name.isEmpty { throw fault("name", .empty) }
    if version.isEmpty { throw fault("version", .empty) }
    let isPlain = name.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 45 }
    if !isPlain { throw fault("name", .notAChoice) }
    if !path.hasSuffix("/\(name).json") { throw fault("name", .otherFileName) }
  }

  func check(lower: Double?, upper: Double?, at path: String) throws(ProvisionError) {
    if let lower, let upper, upper < lower { throw fault("\(path).upper", .outOfRange) }
  }

  // MARK: - Private helpers

  private func refuseUnknownFields(_ known: Set<String>, of object: JSONValue?, at path: String)
    throws(ProvisionError)
  {
    guard case .object(let members)? = object else { return }
    guard let unknown = members.keys.filter({ !known.contains($0) }).min() else { return }
    throw fault(path.isEmpty ? unknown : "\(path).\(unknown)", .unknown)
  }

  /// The name of the plan's step that contains a path such as `steps[3].lower`; nil for other paths.
  private func stepName(at path: String) -> String? {
    guard path.hasPrefix("steps["), let end = path.firstIndex(of: "]"),
      let index = Int(path[path.index(path.startIndex, offsetBy: 6)..<end]),
      case .array(let steps)? = value["steps"], steps.indices.contains(index),
      case .string(let name)? = steps[index]["name"]
    else { return nil }
    return name
  }

  private static func text(of codingPath: [any CodingKey]) -> String {
    codingPath.reduce(into: "") { text, key in
      if let index = key.intValue {
        text += "[\(index)]"
      } else {
        text += text.isEmpty ? key.stringValue : ".\(key.stringValue)"
      }
    }
  }

  private static func read(_ path: String) throws(ProvisionError) -> Data {
    do throws(FileError) {
      return try FilePath(path).contents(maxBytes: byteLimit)
    } catch {
      throw .document(
        file: path, error.isTooLarge ? .tooLarge(limit: byteLimit) : .unreadable(errno: error.errno))
    }
  }
}
