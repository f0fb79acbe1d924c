import Bench
import Cryptography
import Foundation
import ModuleCore
import Testing

/// The proofs of a local platform, one of each purpose.
@Suite struct PlatformProofTests {
  private static let secret = (0..<32).map { UInt8($0 &* 7) }
  private static let challenge = [UInt8](0..<16)
  private static let uniqueID = [UInt8](1...12)
  private static let newKeyID: [UInt8] = [0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff]
  private static let sha256 = [UInt8](repeating: 4, count: 32)

  private let harness: PlatformHarness
  private let keyID: String

  init() throws {
    harness = try PlatformHarness()
    let delivered = try harness.deliverKey(Self.secret)
    #expect(delivered.answer?.status == 201 || delivered.answer?.status == 200)
    keyID = delivered.keyID
  }

  private func order(_ purpose: String?, _ more: [String: String] = [:]) -> [String: String] {
    let always = ["challenge": Hex.encode(Self.challenge), "uniqueId": Hex.encode(Self.uniqueID)]
    return always.merging(more) { $1 }.merging(purpose.map { ["purpose": $0] } ?? [:]) { $1 }
  }

  private func answer(_ order: [String: String]) throws -> (status: Int?, body: [String: Any], code: String?) {
    let answer = try harness.json("POST", "/v1/keys/\(keyID)/proofs", [:], order)
    return (answer?.status, answer?.json ?? [:], answer?.errorCode)
  }

  private static let orders: [(purpose: String, more: [String: String], proof: [UInt8])] = [
    (
      "replace", ["newKeyId": Hex.encode(newKeyID)],
      Authenticator.replacement(key: secret, challenge: challenge, newKeyID: newKeyID, uniqueID: uniqueID)
    ),
    (
      "update", ["sha256": Hex.encode(sha256), "version": "0.2.0"],
      Authenticator.update(
        key: secret, challenge: challenge, uniqueID: uniqueID, digest: sha256, version: "0.2.0")
    ),
    (
      "bootloader", [:],
      Authenticator.bootloader(key: secret, challenge: challenge, uniqueID: uniqueID)
    ),
  ]

  @Test func `each purpose gets its own proof, which serves no other`() throws {
    var proofs: [String] = []
    for (purpose, more, proof) in Self.orders {
      let (status, body, _) = try answer(order(purpose, more))
      #expect(status == 200 && body["keyId"] as? String == keyID && body["purpose"] as? String == purpose)
      #expect(body["proof"] as? String == Hex.encode(proof) && body["proven"] == nil)
      proofs.append(try #require(body["proof"] as? String))
    }
    // The module's own answer to the same challenge is none of them either.
    proofs.append(
      Hex.encode(Authenticator.proof(key: Self.secret, challenge: Self.challenge, uniqueID: Self.uniqueID)))
    #expect(Set(proofs).count == 4)
    let other = try answer(order("update", ["sha256": Hex.encode(Self.sha256), "version": "0.2.1"])).body
    let another = try #require(other["proof"] as? String)
    #expect(!proofs.contains(another))
  }

  @Test func `a request without a purpose is one to replace the key`() throws {
    let (status, body, _) = try answer(order(nil, Self.orders[0].more))
    #expect(status == 200 && body["purpose"] as? String == "replace")
    #expect(body["proof"] as? String == Hex.encode(Self.orders[0].proof))
    #expect(try answer(order(nil)).code == "proof.malformed")
    #expect(try answer(order(nil, Self.orders[1].more)).code == "proof.malformed")
  }

  @Test func `a module's answer is judged, and no proof is given out`() throws {
    let right = Authenticator.proof(key: Self.secret, challenge: Self.challenge, uniqueID: Self.uniqueID)
    for (code, isRight) in [(right, true), ([UInt8](repeating: 1, count: 32), false)] {
      let (status, body, _) = try answer(order("prove", ["answer": Hex.encode(code)]))
      #expect(status == 200 && body["proven"] as? Bool == isRight && body["proof"] == nil)
      #expect(Set(body.keys) == ["keyId", "purpose", "proven"])
    }
    // The proofs of other purposes are no module's answer.
    for (_, _, proof) in Self.orders {
      #expect(try answer(order("prove", ["answer": Hex.encode(proof)])).body["proven"] as? Bool == false)
    }
  }

  @Test(
    arguments: [
      ("replace", ["newKeyId": "8899"]), ("prove", [:]), ("prove", ["answer": "00"]), ("update", [:]),
      ("update", ["sha256": "00", "version": "0.2.0"]),
      ("update", ["sha256": String(repeating: "04", count: 32)]),
      ("update", ["sha256": String(repeating: "04", count: 32), "version": "1"]),
      ("update", ["sha256": String(repeating: "04", count: 32), "version": "1.2.x"]),
      ("update", ["sha256": String(repeating: "04", count: 32), "version": "1.2.3.4"]),
      ("update", ["sha256": String(repeating: "04", count: 32), "version": "123456.123456.123456"]),
      ("update", ["sha256": String(repeating: "0G", count: 32), "version": "0.2.0"]),
      ("bootloader", ["challenge": "00"]), ("bootloader", ["uniqueId": "01"]),
    ] as [(String, [String: String])])
  func `what a purpose needs is asked for`(purpose: String, more: [String: String]) throws {
    let (status, _, code) = try answer(order(purpose, more))
    #expect(status == 422 && code == "proof.malformed", "\(purpose) \(more)")
  }

  @Test func `a purpose that nobody knows is refused`() throws {
    let (status, _, code) = try answer(order("start"))
    #expect(status == 400 && code == "request.json")
  }

  @Test func `what was authorised is kept before it is answered, and a judgement is not`() throws {
    func kept() throws -> String {
      let files = try #require(FileManager.default.enumerator(atPath: harness.folder)).compactMap {
        $0 as? String
      }
      return files.filter { $0.contains(keyID) }.map {
        (try? String(contentsOfFile: "\(harness.folder)/\($0)", encoding: .utf8)) ?? ""
      }.joined()
    }
    _ = try answer(order("prove", ["answer": String(repeating: "00", count: 32)]))
    #expect(try !kept().contains("authorities"))
    for (purpose, more, _) in Self.orders { _ = try answer(order(purpose, more)) }
    let text = try kept()
    #expect(text.contains("\"update\"") && text.contains("\"bootloader\"") && text.contains("0.2.0"), "\(text)")
    #expect(text.contains(Hex.encode(Self.newKeyID)))
    try harness.restart()
    #expect(try kept().contains("0.2.0"))
    #expect(try answer(order("bootloader")).status == 200)
  }
}
