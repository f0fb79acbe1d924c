import Foundation
import Records
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
  /// - Parameter platform: the address, stored even where no server is there.
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
  func walk(_ id: String, to step: Step, on port: String) throws -> String {
    for (name, command) in try steps(of: id, on: port) {
      if name == step { break }
      let outcome = try run(["--json"] + command)
      try #require(outcome.status == 0, "\(command): \(outcome.output)\(outcome.diagnostics)")
    }
    return id
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

  func registration(_ text: String = SampleRegistration.json) throws -> String {
    try scratch.write("registration.json", text)
  }

  /// Makes a photo that no other installation has, because one file cannot be evidence twice.
  /// - Parameter owner: the same owner gives the same photo of a scene every time.
  func photo(_ scene: SamplePhoto.Scene = .before, of owner: String = UUID().uuidString) throws -> String {
    try scratch.write(
      scene == .before ? "before.png" : "after.png",
      Self.withComment("\(scene) \(owner)", in: Self.photos[scene == .before ? 0 : 1]))
  }

  /// Inserts a tEXt chunk behind the header of a PNG (11.3.4.3 of the PNG specification).
  static func withComment(_ text: String, in png: Data) -> Data {
    let body = Data("tEXtComment\0\(text)".utf8)
    var crc = UInt32.max
    for byte in body {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? 0xEDB8_8320 ^ (crc >> 1) : crc >> 1 }
    }
    func bytes(_ value: UInt32) -> Data { withUnsafeBytes(of: value.bigEndian) { Data($0) } }
    // The signature has 8 bytes and the header 25.
    return png.prefix(33) + bytes(UInt32(body.count - 4)) + body + bytes(~crc) + png.dropFirst(33)
  }

  func signature() throws -> String {
    try scratch.write("signature.json", try RecordCoding.encode(SampleSignature.document()))
  }

  static let photos = [SamplePhoto.Scene.before, .after].map { (try? SamplePhoto.png($0)) ?? Data() }
}
