import Bench
import Cryptography
import Fieldbook
import Foundation
import Glibc
import Records
import Sync
import TestSupport
import Testing

@testable import weldtech

/// Checks how a laptop is told where to deliver, and what it stores of that.
@Suite final class DeliverySetupTests {
  private static let identity = try? PlatformIdentity.generate(commonName: "test")

  private let temporary = TemporaryFolder()
  private let desk = Desk()

  init() throws {
    try desk.setUp()
    for name in desk.environment.variables.keys where name.hasPrefix("AWS_") {
      desk.environment.variables[name] = nil
    }
  }

  private func pinKey() throws {
    let pem = try #require(Self.identity).certificate.pem
    _ = try desk.run(["setup", "--platform-key", try temporary.write("platform.pem", pem)])
  }

  private func credentials(_ text: String, mode: mode_t = 0o600) throws -> String {
    let path = try temporary.write("credentials-\(UUID().uuidString)", text)
    chmod(path, mode)
    return path
  }

  private var kept: Setup.Delivery? { get throws { try desk.fieldbook().setup().delivery } }

  private static let secret = "topsecret/with+signs"
  private static let file = "[default]\naws_access_key_id = AKID\naws_secret_access_key = \(secret)\n"

  @Test func `a folder gets its marker once, and deliveries go there until they go back to the platform`()
    throws
  {
    try pinKey()
    let stick = temporary.file("stick")
    let answer = try desk.run(["setup", "--deliver-to", "file://\(stick)"])
    #expect(answer.output.contains("file://\(stick)"))
    #expect(try kept == Setup.Delivery(address: "file://\(stick)"))
    #expect(FileManager.default.fileExists(atPath: "\(stick)/weldtech-deliveries.json"))
    #expect(try desk.fieldbook().setup().platform == "https://mashanghan.example")
    #expect(try desk.run(["status"]).output.contains("file://\(stick)"))
    let status = try desk.run(["--json", "status"]).output
    #expect(status.contains(#""deliverTo":"file://\#(stick)""#), "\(status)")
    // Other settings leave the delivery address as it is.
    _ = try desk.run(["setup", "--certificate", "T-2"])
    #expect(try kept?.address == "file://\(stick)")
    _ = try desk.run(["setup", "--deliver-to", "platform"])
    #expect(try kept == nil)
    #expect(try desk.run(["--json", "status"]).output.contains(#""deliverTo""#) == false)
  }

  @Test func `without the platform's certificate nothing is delivered elsewhere`() throws {
    let stick = temporary.file("stick")
    #expect(desk.failure(["setup", "--deliver-to", "file://\(stick)"])?.code == "setup.deliverTo.key")
    #expect(try kept == nil && !FileManager.default.fileExists(atPath: stick))
    let pem = try temporary.write("platform.pem", try #require(Self.identity).certificate.pem)
    _ = try desk.run(["setup", "--platform-key", pem, "--deliver-to", "file://\(stick)"])
    #expect(try kept != nil)
  }

  @Test func `a bucket keeps the path of its credentials and never a secret`() throws {
    try pinKey()
    let path = try credentials(Self.file)
    let answer = try desk.run([
      "setup", "--deliver-to", "s3://welders/laptop", "--s3-region", "cn-north-1", "--credentials-file", path,
    ])
    var delivery = Setup.Delivery(address: "s3://welders/laptop")
    (delivery.region, delivery.credentialsFile) = ("cn-north-1", path)
    #expect(try kept == delivery)
    // One option leaves the others of the same bucket, and another bucket begins anew.
    _ = try desk.run(["setup", "--s3-endpoint", "https://s3.example.cn"])
    delivery.endpoint = "https://s3.example.cn"
    #expect(try kept == delivery)
    let outputs = [answer.output, try desk.run(["--json", "setup"]).output, try desk.run(["status"]).output]
    let exported = temporary.file("laptop.json")
    _ = try desk.run(["setup", "--export", exported])
    let laptop = try String(contentsOfFile: exported, encoding: .utf8)
    for text in outputs + [laptop] { #expect(!text.contains("topsecret") && !text.contains("AKID")) }
    #expect(!laptop.contains(path))
    let names = FileManager.default.enumerator(atPath: desk.home)?.compactMap { $0 as? String } ?? []
    for name in names {
      let bytes = FileManager.default.contents(atPath: "\(desk.home)/\(name)") ?? Data()
      #expect(bytes.range(of: Data("topsecret".utf8)) == nil, "\(name)")
    }
    #expect(
      desk.failure(["setup", "--export", exported, "--s3-region", "x"])?.code == "usage.option.conflict")
    #expect(desk.failure(["setup", "--deliver-to", "s3://another"])?.code == "usage.option.missing")
  }

  @Test func `credentials and region come from the environment where no file is named`() throws {
    try pinKey()
    let line = ["setup", "--deliver-to", "s3://welders"]
    #expect(desk.failure(line)?.code == "usage.option.missing")
    desk.environment.variables["AWS_REGION"] = "cn-north-1"
    #expect(desk.failure(line)?.code == "setup.credentials.missing")
    desk.environment.variables["AWS_ACCESS_KEY_ID"] = "AKID"
    desk.environment.variables["AWS_SECRET_ACCESS_KEY"] = Self.secret
    desk.environment.variables["AWS_ENDPOINT_URL"] = "http://127.0.0.1:9"
    _ = try desk.run(line)
    #expect(try kept?.region == "cn-north-1" && kept?.endpoint == "http://127.0.0.1:9")
    #expect(try kept?.credentialsFile == nil)
    let store = try desk.workplace().objectDestination(retry: Retry(sleep: { _ in }))
    #expect(store != nil)
  }

  @Test func `credentials that others can read, or that are none, are refused and nothing is stored`() throws {
    try pinKey()
    let slips: [(String, String, mode_t)] = [
      ("setup.credentials.open", Self.file, 0o644), ("setup.credentials.open", Self.file, 0o640),
      ("setup.credentials", "", 0o600), ("setup.credentials", "[other]\n\(Self.file.dropFirst(10))", 0o600),
      ("setup.credentials", "[default]\naws_access_key_id = AKID\n", 0o600),
    ]
    let before = try desk.fieldbook().setup()
    for (code, text, mode) in slips {
      let failure = desk.failure([
        "setup", "--deliver-to", "s3://welders", "--s3-region", "cn-north-1", "--credentials-file",
        try credentials(text, mode: mode),
      ])
      #expect(failure?.code == code)
      #expect(failure?.message.en.contains("topsecret") != true)
    }
    #expect(try desk.fieldbook().setup() == before)
  }

  @Test func `what is no place to deliver to is refused and nothing is stored`() throws {
    try pinKey()
    let path = try credentials(Self.file)
    let bucket = ["--s3-region", "x", "--credentials-file", path]
    let slips: [(String, [String])] = [
      ("setup.deliverTo", ["--deliver-to", "/media/stick"]),
      ("setup.deliverTo", ["--deliver-to", "https://x.example"]),
      ("setup.deliverTo", ["--deliver-to", "s3://x"] + bucket),
      ("setup.deliverTo", ["--deliver-to", "s3://welders", "--s3-endpoint", "nowhere"] + bucket),
      (
        "setup.platform.plain",
        ["--deliver-to", "s3://welders", "--s3-endpoint", "http://s3.example.cn"] + bucket
      ),
      ("usage.option.conflict", ["--deliver-to", "platform", "--s3-region", "x"]),
      ("usage.option.conflict", ["--deliver-to", "file://\(temporary.file("stick"))", "--s3-region", "x"]),
      ("usage.option.missing", ["--s3-region", "x"]),
      ("setup.deliverTo.folder", ["--deliver-to", "file://\(temporary.file("missing/stick"))"]),
    ]
    let before = try desk.fieldbook().setup()
    for (code, options) in slips {
      #expect(desk.failure(["setup"] + options)?.code == code, "\(options)")
    }
    #expect(try desk.fieldbook().setup() == before)
    #expect(!FileManager.default.fileExists(atPath: temporary.file("stick")))
  }

  @Test func `no platform gives starts and proofs to a laptop that delivers elsewhere`() throws {
    try pinKey()
    #expect(try desk.workplace().startAuthority() != nil)
    _ = try desk.run(["setup", "--deliver-to", "file://\(temporary.file("stick"))"])
    #expect(try desk.workplace().startAuthority() == nil)
    let question = ProofRequest(
      .prove(answer: []), keyID: "0000000000000001", uniqueID: [1], challenge: [2])
    #expect(try desk.workplace().proofAuthority()?.proof(question) == .elsewhere)
  }

  @Test func `a setup from before there were other destinations delivers to the platform`() throws {
    #expect(try kept == nil)
    #expect(try desk.workplace().objectDestination(retry: Retry(sleep: { _ in })) == nil)
  }
}
