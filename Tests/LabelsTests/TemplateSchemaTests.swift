import Foundation
import TestSupport
import Testing

@testable import Labels

/// Checks `template.schema.json` with an independent validator: the schema accepts everything that the reader
/// accepts, and refuses everything that the reader refuses for its shape.
@Suite struct TemplateSchemaTests {
  private static let python = ["python3", "python"].lazy.map { InstalledProgram($0) }.first {
    (try? $0.output(["-c", "import jsonschema; print('there')"])) == "there\n"
  }

  /// Prints one line for each document: `valid` or `invalid`. The arguments are the files of the schema and of
  /// the documents.
  private static let program = """
    import json, sys, jsonschema
    schema = json.load(open(sys.argv[1]))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for path in sys.argv[2:]:
        print('valid' if validator.is_valid(json.load(open(path))) else 'invalid')
    """

  private func verdicts(_ documents: [Data]) throws -> [Bool] {
    let folder = TemporaryFolder()
    let files = try documents.enumerated().map { try folder.write("\($0).json", $1) }
    let schema = "\(Sample.root)/label-templates/template.schema.json"
    let output = try #require(Self.python).output(["-c", Self.program, schema] + files)
    let lines = output.split(separator: "\n")
    try #require(lines.count == documents.count)
    return lines.map { $0 == "valid" }
  }

  @Test(.enabled(if: python != nil, "jsonschema is missing: scripts/setup peers"))
  func `the schema takes what the reader takes`() throws {
    let names = try Sample.catalogue.names()
    var documents = try names.map {
      try Data(contentsOf: URL(fileURLWithPath: "\(Sample.root)/label-templates/\($0).json"))
    }
    documents.append(try Sample.json(of: "acrylic-80x50", adding: Sample.everyKind))
    #expect(try verdicts(documents) == documents.map { _ in true })
  }

  @Test(.enabled(if: python != nil, "jsonschema is missing: scripts/setup peers"))
  func `the schema refuses what the reader refuses besides geometry`() throws {
    let slips = TemplateSlip.all
    let verdicts = try verdicts(slips.map { try $0.json() })
    for (slip, isValid) in zip(slips, verdicts) {
      #expect(isValid == !slip.isInSchema, "\(slip.testDescription)")
    }
  }
}
