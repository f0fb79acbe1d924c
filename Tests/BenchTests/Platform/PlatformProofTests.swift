import Bench
import Cryptography
import Foundation
import ModuleCore
import Testing

/// Checks the proofs of a local platform for each purpose.
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

  private func answer(_ order: [String: Any]) throws -> (status: Int?, body: [String: Any], code: String?) {
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
    // The module's own answer to the same challenge differs from these proofs, too.
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
      ("bootloader", ["challenge": "000102030405060708090A0B0C0D0E0F"]),
      ("bootloader", ["uniqueId": "0102030405060708090A0B0C"]), ("replace", ["newKeyId": "8899AABBCCDDEEFF"]),
      ("prove", ["answer": String(repeating: "AA", count: 32)]),
      ("update", ["sha256": String(repeating: "AA", count: 32), "version": "0.2.0"]),
    ] as [(String, [String: String])])
  func `what a purpose needs is asked for`(purpose: String, more: [String: String]) throws {
    let (status, _, code) = try answer(order(purpose, more))
    #expect(status == 422 && code == "proof.malformed", "\(purpose) \(more)")
  }

  @Test func `a purpose that nobody knows is refused, and null is not the lack of one`() throws {
    let (status, _, code) = try answer(order("start"))
    #expect(status == 400 && code == "request.json")
    let replacement = order(nil, Self.orders[0].more)
    #expect(try answer(replacement).status == 200)
    for purpose in [NSNull(), 1, true, ["replace"]] as [Any] {
      let (status, _, code) = try answer((replacement as [String: Any]).merging(["purpose": purpose]) { $1 })
      #expect(status == 422 && code == "proof.malformed", "\(purpose)")
    }
  }

  @Test func `a member that is missing, null or of another type is malformed, in each call for a key`() throws {
    let starts: [String: Any] = [
      "challenge": Hex.encode(Self.challenge), "counter": 1, "seconds": 60, "moduleSerial": "WM-1",
    ]
    #expect(try harness.json("POST", "/v1/keys/\(keyID)/starts", [:], starts)?.status == 200)
    let envelope = Data(try Envelope.seal(Self.secret, to: harness.platform.certificate)).base64EncodedString()
    let delivery: [String: Any] = [
      "installation": UUID().uuidString.lowercased(), "moduleSerial": "WM-1", "envelope": envelope,
    ]
    #expect(try harness.json("PUT", "/v1/keys/\(keyID)", [:], delivery)?.status == 200)
    var calls: [(method: String, path: String, body: [String: Any], code: String)] = [
      ("POST", "/starts", starts, "start.malformed"), ("PUT", "", delivery, "key.malformed"),
    ]
    for (purpose, more, _) in Self.orders {
      calls.append(("POST", "/proofs", order(purpose, more), "proof.malformed"))
    }
    for (method, path, body, code) in calls {
      for member in body.keys where member != "purpose" {
        for value in [nil, NSNull(), ["x"], true] as [Any?] {
          var spoilt = body
          spoilt[member] = value
          let answer = try harness.json(method, "/v1/keys/\(keyID)\(path)", [:], spoilt)
          #expect(answer?.status == 422 && answer?.errorCode == code, "\(path) \(member) \(value ?? "missing")")
        }
      }
    }
    let upper = starts.merging(["challenge": "000102030405060708090A0B0C0D0E0F"]) { $1 }
    #expect(try harness.json("POST", "/v1/keys/\(keyID)/starts", [:], upper)?.errorCode == "start.malformed")
    let shouted = delivery.merging(["installation": UUID().uuidString]) { $1 }
    #expect(try harness.json("PUT", "/v1/keys/\(keyID)", [:], shouted)?.errorCode == "key.malformed")
    // A body that is no JSON gets another error.
    let broken = try harness.http.send("POST", "/v1/keys/\(keyID)/proofs", [:], body: Array("{".utf8))
    #expect(broken?.status == 400 && broken?.errorCode == "request.json")
  }

  @Test func `a key id in a path that is none is refused before anything else is looked at`() throws {
    for id in ["0011", "00112233445566778", "001122334455667G", keyID.uppercased() + "", "zz"] where id != keyID
    {
      for (method, path) in [("PUT", ""), ("POST", "/starts"), ("POST", "/proofs")] {
        let answer = try harness.json(method, "/v1/keys/\(id)\(path)", [:], [:])
        #expect(answer?.status == 400 && answer?.errorCode == "key.id", "\(id)\(path)")
      }
    }
    #expect(
      try harness.json("POST", "/v1/keys/0011223344556677/proofs", [:], order("bootloader"))?.status == 404)
  }

  @Test func `the journal of an older bench is read, and its replacements are authorities`() throws {
    let file = "\(harness.folder)/keys/\(keyID).json"
    func journal() throws -> [String: Any] {
      try #require(
        try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: file))) as? [String: Any])
    }
    var old = try journal()
    old["counter"] = 41
    old["replacements"] = [["newKeyId": "0011223344556677", "uniqueId": Hex.encode(Self.uniqueID)]]
    old["authorities"] = [["purpose": "bootloader", "uniqueId": Hex.encode(Self.uniqueID)]]
    try JSONSerialization.data(withJSONObject: old).write(to: URL(filePath: file))
    try harness.restart()
    #expect(try answer(order("update", Self.orders[1].more)).status == 200)
    let new = try journal()
    #expect(new["replacements"] == nil && new["counter"] as? Int == 41)
    let authorities = try #require(new["authorities"] as? [[String: String]])
    #expect(authorities.map { $0["purpose"] } == ["replace", "bootloader", "update"])
    #expect(authorities[0]["newKeyId"] == "0011223344556677" && authorities[2]["version"] == "0.2.0")
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
