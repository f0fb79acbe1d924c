import Drawing
import Foundation
import Records
import Synchronization
import TestSupport
import Testing

@testable import weldtech

/// A technician's laptop: a home folder, the files of a walk, and commands that are run on it.
final class Laptop: Sendable {
  let scratch: TemporaryFolder
  var home: String { scratch.file("home") }

  init() throws {
    scratch = TemporaryFolder()
  }

  // MARK: - Commands

  func run(
    _ arguments: String..., environment: [String: String] = [:], input: String? = nil
  ) throws -> ProgramOutcome {
    try run(arguments, environment: environment, input: input)
  }

  func run(_ arguments: [String], environment: [String: String] = [:], input: String? = nil) throws
    -> ProgramOutcome
  {
    try Weldtech.run(["--home", home] + arguments, environment: environment, input: input)
  }

  func start(_ arguments: [String], environment: [String: String] = [:]) throws -> RunningProgram {
    try RunningProgram(["--home", home] + arguments, environment: environment)
  }

  /// Runs a command with `--json` that must succeed with `status`, and returns its document.
  @discardableResult
  func json(_ arguments: String..., status: Int32 = 0, place: SourceLocation = #_sourceLocation) throws
    -> [String: Any]
  {
    let outcome = try run(["--json"] + arguments)
    #expect(
      outcome.status == status, "\(arguments): \(outcome.output)\(outcome.diagnostics)", sourceLocation: place)
    return try outcome.document(place)
  }

  /// Runs a command that must fail with `status`, and returns the code of its error document.
  func failure(_ arguments: String..., status: Int32, place: SourceLocation = #_sourceLocation) throws
    -> String?
  {
    let outcome = try run(["--json"] + arguments)
    #expect(
      outcome.status == status, "\(arguments): \(outcome.output)\(outcome.diagnostics)", sourceLocation: place)
    let error = try #require(try outcome.document(place)["error"] as? [String: Any], sourceLocation: place)
    #expect(
      Set(error.keys).subtracting(["id"]) == ["code", "message", "hint", "details"], sourceLocation: place)
    return error["code"] as? String
  }

  // MARK: - Getting there

  /// Sets the laptop up.
  /// - Parameter platform: the platform's address, which is stored even where no server is there.
  func setUp(
    codes: String = "00A000+50", platform: String = "http://127.0.0.1:9", expires: String = "2099-12-31"
  ) throws {
    try json(
      "setup", "--technician", "欧阳锋", "--phone", "13811112222", "--company", "达旗焊安", "--certificate", "T-1",
      "--certificate-expires", expires, "--region", "150621", "--codes", codes, "--platform", platform)
  }

  /// Registers the sample welder and returns its id.
  func register(_ more: String...) throws -> String {
    let outcome = try run(["--json", "register", "--from", try registration()] + more)
    return try #require(try outcome.document()["id"] as? String)
  }

  /// Takes a new record through every step before `step`.
  @discardableResult
  func walk(_ id: String, to step: Step?, on port: String) throws -> String {
    for (name, command) in try steps(of: id, on: port) {
      if name == step { break }
      let outcome = try run(["--json"] + command)
      try #require(outcome.status == 0, "\(command): \(outcome.output)\(outcome.diagnostics)")
    }
    return id
  }

  /// Registers a welder and takes its whole walk, the signature included.
  /// - Returns: the id of the closed record.
  func installed(on port: String) throws -> String {
    try walk(try register(), to: nil, on: port)
  }

  /// The commands of the walk in order, each with its step.
  func steps(of id: String, on port: String) throws -> [(Step, [String])] {
    [
      (.photoBefore, ["photo", id, "--stage", "before", try photo(of: id)]),
      (.flash, ["flash", id, "--port", port]), (.pair, ["pair", id, "--port", port]), (.label, ["label", id]),
      (.seal, ["seal", id, "--number", "S-\(id.prefix(8))"]), (.test, ["test", id, "--port", port]),
      (.photoAfter, ["photo", id, "--stage", "after", try photo(.after, of: id)]),
      (.handover, ["handover", id, "--trained", "2", "--rules", "drafted"]),
      (.sign, ["sign", id, "--signature", try signature()]),
    ]
  }

  /// The options of `install` besides an id or a registration.
  func answers(port: String) throws -> [String] {
    [
      "--port", port, "--photo-before", try photo(), "--photo-after", try photo(.after), "--seal",
      "S-\(UUID().uuidString.prefix(8))",
      "--trained", "2", "--rules", "drafted", "--signature", try signature(),
    ]
  }

  func record(_ id: String) throws -> [String: Any] { try json("show", id) }

  func status(of id: String) throws -> String? { try record(id)["status"] as? String }

  /// All rows of `list`.
  func list() throws -> [[String: Any]] {
    try #require(try json("list", "--limit", "10000")["installations"] as? [[String: Any]])
  }

  // MARK: - Files

  /// Writes a registration whose welder no other record has, because a second record of one welder wants a reason.
  func registration(_ text: String = SampleRegistration.json) throws -> String {
    let serialNumber = "PRACTICE-\(UUID().uuidString.prefix(8))"
    return try scratch.write(
      "registration.json", text.replacingOccurrences(of: "PRACTICE-0001", with: serialNumber))
  }

  /// Makes a photo that no other installation has, because one picture cannot be evidence twice.
  /// - Parameter owner: the same owner gives the same photo of a scene every time.
  func photo(_ scene: SamplePhoto.Scene = .before, of owner: String = UUID().uuidString) throws -> String {
    try scratch.write(scene == .before ? "before.png" : "after.png", Self.picture(of: "\(scene) \(owner)"))
  }

  /// A picture of dark and bright squares that only this text has.
  static func picture(of text: String) throws -> Data {
    var random = SplitMix64(
      seed: text.utf8.reduce(14_695_981_039_346_656_037) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 })
    let size = try PixelSize(widthPixels: 640, heightPixels: 480, dotsPerInch: 254)
    return try DotImage(size: size, dotsPerInch: 254) { canvas in
      for row in 0..<12 {
        for column in 0..<16 where random.next(below: 2) == 0 {
          canvas.fill(Path(Rectangle(x: 4 * Double(column), y: 4 * Double(row), width: 4, height: 4)))
        }
      }
    }.png()
  }

  /// Writes a signature that no agreement has yet, because the same strokes sign one agreement only.
  func signature() throws -> String {
    var document = SampleSignature.document()
    let shift = Double(Self.signatures.add(1, ordering: .relaxed).newValue % 4_096) / 64
    for stroke in document.strokes.indices {
      for point in document.strokes[stroke].indices { document.strokes[stroke][point].x += shift }
    }
    return try scratch.write("signature.json", try RecordCoding.encode(document))
  }

  private static let signatures = Atomic<Int>(0)
}
