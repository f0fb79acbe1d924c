import Files
import FoundationEssentials

/// The templates of a directory, one `<name>.json` each.
public struct LabelTemplateCatalogue: Sendable {
  public let directory: String

  public init(directory: String) { self.directory = directory }

  /// Names of the existing templates, sorted.
  public func names() throws(LabelError) -> [String] {
    guard let files = try? Folder.names(in: FilePath(directory)).map(\.text) else {
      throw .templateUnreadable(file: directory)
    }
    return files.filter { $0.hasSuffix(".json") && !$0.hasPrefix(".") && !$0.hasSuffix(".schema.json") }
      .map { String($0.dropLast(5)) }.sorted()
  }

  /// Reads a template of the directory.
  /// - Throws: `templateUnknown`, `templateUnreadable`, `templateTooLarge`, `templateRejected`.
  public func template(named name: String) throws(LabelError) -> LabelTemplate {
    let names = try names()
    // Only names that the directory lists are opened, so that a name is never used as a path.
    guard names.contains(name) else { throw .templateUnknown(name: name, available: names) }
    let file = "\(directory)/\(name).json"
    guard let bytes = try? FilePath(file).status().byteCount else { throw .templateUnreadable(file: file) }
    if bytes > LabelTemplate.maxFileBytes {
      throw .templateTooLarge(file: file, bytes: bytes, maxBytes: LabelTemplate.maxFileBytes)
    }
    guard let json = try? FilePath(file).contents(maxBytes: LabelTemplate.maxFileBytes, .regularOnly) else {
      throw .templateUnreadable(file: file)
    }
    let directory = directory
    let template = try LabelTemplate(json: json, file: file) { name in
      try? FilePath("\(directory)/\(name)").contents(maxBytes: LabelTemplate.maxPictureBytes, .regularOnly)
    }
    guard template.name == name else {
      throw .templateRejected(
        file: file, problems: [TemplateProblem(element: nil, field: "name", fault: .notAChoice([name]))])
    }
    return template
  }
}
