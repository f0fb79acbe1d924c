import Fieldbook
import Foundation
import Records
import TestSupport
import Testing

@testable import weldtech

/// Checks what `test --plan` says of plans that do not suit the scheme. The port does not exist, so that a
/// command that opens it fails with another code.
@Suite struct TestPlanCommandTests {
  private let desk = Desk()
  private let share = TemporaryFolder()
  private let id: String

  /// Makes a paired record of a three-phase welder, and schemes that can be changed.
  init() throws {
    let shipped = try #require(Environment.current().shareFolder)
    for name in ["label-templates", "schemes"] {
      try FileManager.default.copyItem(atPath: "\(shipped)/\(name)", toPath: share.file(name))
    }
    desk.environment = Environment(variables: ["WELDTECH_SHARE": share.path], executable: "")
    try desk.setUp()
    id = try desk.register()
    let fieldbook = try desk.fieldbook()
    let installation = try fieldbook.resolve(id)
    let serialNumber = "WM1-0123456789ABCDEF01234567"
    let keyID = String(repeating: "0", count: 16)
    let key = try #require(SecretKey(bytes: Array(repeating: 7, count: 32), keyID: keyID))
    try fieldbook.prepare(key, for: installation, moduleSerial: serialNumber)
    try fieldbook.markCommitted(keyID: keyID, for: installation, moduleSerial: serialNumber)
    let technician = try #require(try fieldbook.setup().technician)
    let lock = try #require(try fieldbook.lock(installation: installation))
    defer { lock.release() }
    _ = try fieldbook.append(
      [
        .photographed(
          Photo(
            stage: .before, sha256: try fieldbook.files.store(Data("photo".utf8)), bytes: 5,
            mediaType: "image/jpeg", takenAt: desk.clock.time, widthPixels: 640, heightPixels: 480)),
        .flashed(
          .init(
            chip: "STM32F405", chipID: nil, firmwareVersion: "1.0.0",
            firmwareSha256: String(repeating: "ab", count: 32), skipped: false)),
        .paired(.init(serialNumber: serialNumber, keyID: keyID, imei: nil, iccid: nil)),
      ], holding: lock, by: technician, at: desk.clock.time)
  }

  /// Writes the standard plan under another name, with one piece of it replaced.
  private func writePlan(_ name: String, _ old: String, _ new: String) throws {
    let text = String(decoding: try share.bytes("schemes/plans/standard.json"), as: UTF8.self)
    #expect(text.contains(old))
    try share.write(
      "schemes/plans/\(name).json",
      text.replacingOccurrences(of: "\"name\": \"standard\"", with: "\"name\": \"\(name)\"")
        .replacingOccurrences(of: old, with: new))
  }

  private func failure(_ plan: String? = nil) throws -> Failure {
    let command = ["test", id, "--port", share.file("no-port")] + (plan.map { ["--plan", $0] } ?? [])
    return try #require(desk.failure(command))
  }

  private func record() throws -> Installation {
    let fieldbook = try desk.fieldbook()
    return try fieldbook.installation(try fieldbook.resolve(id))
  }

  @Test func `a plan that would drop the scheme's limits is refused before the port is opened`() throws {
    try writePlan("renamed", "\"name\": \"supplyVoltage\"", "\"name\": \"mains\"")
    let before = try record().history.count
    let refused = try failure("renamed")
    #expect(refused.code == "provision.document" && refused.exit == .badData)
    for text in [refused.message.zh, refused.message.en] {
      #expect(text.contains("three-phase-inverter.json") && text.contains("testLimits.supplyVoltage"))
    }
    #expect(refused.message.en.contains("there is nothing of this name in the test plan renamed"))
    #expect(refused.message.zh.contains("测试方案 renamed 里没有这个名称的步骤"))
    #expect(try record().test == nil && record().history.count == before)
    // The scheme's own plan gets as far as the port.
    #expect(try failure().code.hasPrefix("provision.port."))
  }

  @Test func `a plan that is not there is refused before the port is opened`() throws {
    #expect(try failure("quick").code == "test.plan.unknown")
  }

  @Test func `a plan whose step has the name of another kind is refused in both languages`() throws {
    try writePlan("mixed", "\"kind\": \"sealClosed\"", "\"kind\": \"feedbackFollows\"")
    let refused = try failure("mixed")
    #expect(refused.code == "provision.document" && refused.exit == .badData)
    let (zh, en) = (refused.message.zh, refused.message.en)
    #expect(en.contains("sealClosed: steps[2].name is wrong (this is the name of another kind)"))
    #expect(zh.contains("sealClosed: steps[2].name 有误（这是另一种 kind 的名称）"))
    #expect(try record().test == nil)
  }
}
