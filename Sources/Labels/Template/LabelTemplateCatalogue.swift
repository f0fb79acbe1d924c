import FoundationEssentials

/// The templates of a directory, one `<name>.json` each.
public struct LabelTemplateCatalogue: Sendable {
  public let directory: String

  public init(directory: String) { self.directory = directory }

  /// Names of the templates there are, sorted.
  public func names() throws(LabelError) -> [String] {
    guard let files = try? FileManager.default.contentsOfDirectory(atPath: directory) else {
      throw .templateUnreadable(file: directory)
    }
    return files.filter { $0.hasSuffix(".json") && !$0.hasPrefix(".") && !$0.hasSuffix(".schema.json") }
      .map { String($0.dropLast(5)) }.sorted()
  }

  /// - Throws: `templateUnknown`, `templateUnreadable`, `templateTooLarge`, `templateRejected`.
  public func template(named name: String) throws(LabelError) -> LabelTemplate {
    let names = try names()
    // Only what the directory lists: a name is never a path.
    guard names.contains(name) else { throw .templateUnknown(name: name, available: names) }
    let file = "\(directory)/\(name).json"
    guard let attributes = try? FileManager.default.attributesOfItem(atPath: file) else {
      throw .templateUnreadable(file: file)
    }
    if let bytes = attributes[.size] as? Int, bytes > LabelTemplate.largestFileBytes {
      throw .templateTooLarge(file: file, bytes: bytes, mostBytes: LabelTemplate.largestFileBytes)
    }
    guard let json = FileManager.default.contents(atPath: file) else { throw .templateUnreadable(file: file) }
    let directory = directory
    let template = try LabelTemplate(json: json, file: file) { name in
      let path = "\(directory)/\(name)"
      let bytes = (try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? Int
      guard let bytes, bytes <= LabelTemplate.largestPictureBytes else { return nil }
      return FileManager.default.contents(atPath: path)
    }
    guard template.name == name else {
      throw .templateRejected(
        file: file, problems: [TemplateProblem(element: nil, field: "name", fault: .notAChoice([name]))])
    }
    return template
  }
}
