import Cryptography
import Foundation
import ModuleCore
import Records
import Testing

@Suite struct PlatformInstallationTests {
  /// A platform that has the key and the files of one complete record, unless `delivered` is false.
  private final class Site {
    let harness: PlatformHarness
    let id = UUID().uuidString.lowercased()
    var members: [String: Any]
    let photo: String

    init(delivered: Bool = true) throws {
      harness = try PlatformHarness()
      let secret = harness.bytes(32)
      let photoBytes = harness.bytes(50)
      photo = SHA256Digest(of: photoBytes).hex
      if delivered {
        #expect(try harness.deliverKey(secret).answer?.status == 201)
        #expect(try harness.append(photoBytes, at: 0, to: harness.createUpload(photoBytes))?.status == 204)
      }
      members = [
        "schema": "weldtech.installation/1", "id": id, "code": "150621-00A000-2", "status": "closed",
        "revision": 1,
        "openedAt": "2026-11-24T09:00:00+08:00", "technician": ["name": "李某"], "owner": ["unitName": "某汽修厂"],
        "module": ["serialNumber": "WM-1", "keyId": Hex.encode(Authenticator.keyID(of: secret))],
        "photos": [["stage": "before", "sha256": photo], ["stage": "after", "sha256": photo]],
        "test": ["passed": true], "seal": ["number": "S1"], "agreement": ["sha256": photo],
      ]
      members["code"] = try Self.code("00A000")
      members["label"] = ["code": members["code"]]
    }

    static func code(_ serial: String) throws -> String {
      for check in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ" {
        if let code = LabelCode("150621-\(serial)-\(check)") { return code.description }
      }
      throw CocoaError(.formatting)
    }

    var body: [UInt8] {
      [UInt8]((try? JSONSerialization.data(withJSONObject: members, options: .sortedKeys)) ?? Data())
    }

    func put(_ headers: [String: String?] = [:], id: String? = nil, body: [UInt8]? = nil) throws -> RawHTTP
      .Answer?
    {
      let body = body ?? self.body
      let digest = SHA256Digest(of: body)
      var all: [String: String?] = [
        "Idempotency-Key": "\"\(digest.hex)\"",
        "Content-Digest": "sha-256=:\(Data(digest.bytes).base64EncodedString()):",
      ]
      all.merge(headers) { $1 }
      return try harness.http.send(
        "PUT", "/v1/installations/\(id ?? self.id)", all.compactMapValues { $0 }, body: body)
    }
  }

  @Test func `acknowledges the exact bytes and takes them again`() throws {
    let site = try Site()
    let digest = SHA256Digest(of: site.body).hex
    for status in [201, 200, 200] {
      let answer = try #require(try site.put())
      #expect(answer.status == status)
      #expect(answer.json["id"] as? String == site.id)
      #expect(answer.json["revision"] as? Int == 1)
      #expect(answer.json["sha256"] as? String == digest)
    }
    try site.harness.restart()
    #expect(try site.put()?.status == 200)
    let kept = try #require(try site.harness.http.send("GET", "/v1/installations/\(site.id)"))
    #expect(kept.body == site.body)
    #expect(kept.headers["etag"] == "\"\(digest)\"")
    let code = try #require(site.members["code"] as? String)
    let found = try site.harness.http.send("GET", "/v1/installations?code=\(code)")
    #expect((found?.json["installations"] as? [[String: Any]])?.first?["id"] as? String == site.id)
  }

  @Test func `refuses a record when its headers are not in order`() throws {
    let site = try Site()
    let other = Data(SHA256Digest(of: [1] as [UInt8]).bytes).base64EncodedString()
    #expect(try site.put(["Content-Digest": nil])?.errorCode == "digest.missing")
    #expect(try site.put(["Content-Digest": "sha-512=:AAAA:"])?.errorCode == "digest.missing")
    #expect(try site.put(["Content-Digest": "sha-256=:\(other):"])?.errorCode == "digest.mismatch")
    #expect(try site.put(["Idempotency-Key": nil])?.errorCode == "idempotency.missing")
    #expect(try site.put(["Idempotency-Key": "a b"])?.errorCode == "idempotency.malformed")
    #expect(try site.put(id: "..%2F..%2Fx")?.errorCode == "request.unknown")
    #expect(try site.put(id: "..")?.errorCode == "installation.id")
    #expect(try site.put(id: UUID().uuidString.lowercased())?.errorCode == "installation.invalid")
    #expect(try site.put(body: Array("{}}".utf8))?.errorCode == "request.json")
    #expect(try site.put(body: Array(String(repeating: "[", count: 100_000).utf8))?.errorCode == "request.json")
    #expect(site.harness.platform.installations().isEmpty)
    #expect(try site.put(["Idempotency-Key": "k"])?.status == 201)
    site.members["remarks"] = "other"
    #expect(try site.put(["Idempotency-Key": "k"])?.errorCode == "idempotency.reused")
  }

  @Test func `names every field that is wrong`() throws {
    let site = try Site()
    let answer = try site.put(body: Array(#"{"status":"closed","revision":1,"code":"150621-00A000-*"}"#.utf8))
    #expect(answer?.status == 422)
    let details = (answer?.json["error"] as? [String: Any])?["details"] as? [[String: Any]] ?? []
    #expect(
      details.compactMap { $0["path"] as? String } == [
        "schema", "id", "openedAt", "technician.name", "owner.unitName", "code", "module.keyId",
        "module.serialNumber",
        "photos", "test.passed", "label.code", "seal.number", "agreement.sha256",
      ])
  }

  @Test func `names what is missing when files or key have not come`() throws {
    let site = try Site(delivered: false)
    let answer = try site.put()
    #expect(answer?.status == 409)
    let missing = (answer?.json["error"] as? [String: Any])?["missing"] as? [String: [String]]
    #expect(missing?["files"] == [site.photo])
    #expect(missing?["keys"] == [(site.members["module"] as? [String: String])?["keyId"] ?? ""])
  }

  @Test func `overwrites nothing when a revision does not follow the current one`() throws {
    let site = try Site()
    let first = site.body
    let firstDigest = SHA256Digest(of: first).hex
    #expect(try site.put()?.status == 201)
    site.members["remarks"] = "another first"
    #expect(try site.put()?.status == 412)

    site.members["revision"] = 2
    site.members["previousSha256"] = firstDigest
    #expect(try site.put()?.errorCode == "installation.ifMatch")
    let conflict = try #require(try site.put(["If-Match": "\"\(String(repeating: "0", count: 64))\""]))
    #expect(conflict.status == 412)
    #expect(conflict.body == first)
    #expect(conflict.headers["etag"] == "\"\(firstDigest)\"")
    #expect(site.harness.platform.installations().map(\.sha256) == [firstDigest])

    #expect(try site.put(["If-Match": "\"\(firstDigest)\""])?.status == 200)
    #expect(site.harness.platform.installations().map(\.revision) == [2])
    // Revision 1 is acknowledged when it is sent again, and does not replace revision 2.
    #expect(try site.put(body: first)?.status == 200)
    #expect(site.harness.platform.installations().map(\.revision) == [2])
  }

  @Test func `refuses a revision when there is nothing it could follow`() throws {
    let site = try Site()
    site.members["revision"] = 2
    site.members["previousSha256"] = String(repeating: "0", count: 64)
    #expect(try site.put(["If-Match": "\"x\""])?.status == 412)
  }

  @Test func `refuses a code that is bound to another installation`() throws {
    let site = try Site()
    #expect(try site.put()?.status == 201)
    let first = site.id
    let second = UUID().uuidString.lowercased()
    site.members["id"] = second
    let answer = try #require(try site.put(id: second))
    #expect(answer.errorCode == "code.bound")
    let text = String(decoding: answer.body, as: UTF8.self)
    #expect(text.contains(first))
  }

  @Test func `takes a refused installation with its reason, whatever was done before`() throws {
    for missing in [
      ["code", "module", "label", "test", "seal", "agreement", "photos"], ["seal", "agreement"],
    ] {
      let site = try Site()
      for name in missing { site.members[name] = nil }
      site.members["status"] = "refused"
      #expect(try site.put()?.status == 422)
      site.members["refusedReason"] = "not wanted"
      #expect(try site.put()?.status == 201)
    }
  }

  @Test func `wants the files of the agreements from before a correction, too`() throws {
    let site = try Site()
    site.members["earlierAgreements"] = [["sha256": String(repeating: "c", count: 64)]]
    let answer = try #require(try site.put())
    #expect(answer.status == 409 && answer.errorCode == "installation.incomplete")
  }

  @Test func `takes a retired welder without a code`() throws {
    let site = try Site()
    for name in ["code", "module", "label", "test", "seal", "agreement"] { site.members[name] = nil }
    site.members["status"] = "retired"
    #expect(try site.put()?.status == 422)
    site.members["retiredReason"] = "insulation broken"
    #expect(try site.put()?.status == 201)
  }
}
