import Cryptography
import Foundation
import Records
import TestSupport
import Testing

@testable import Fieldbook
@testable import weldtech

/// Checks the file that a company's laptops are set up from.
@Suite struct LaptopFileTests {
  private let office = Desk()
  private let laptop = Desk()
  private let folder = TemporaryFolder()
  private var file: String { folder.file("laptop.json") }

  private static let technician = [
    "--technician", "李明", "--phone", "138 0000 0005", "--certificate", "T-5", "--certificate-expires",
    "2027-06-30",
  ]

  private func setUpOffice() throws {
    try office.setUp()
    let token = try folder.write("token", "secret-token")
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: token)
    _ = try office.run([
      "setup", "--company-phone", "400-000-0000", "--apn", "cmiot", "--protect", "always", "--originals",
      "never",
      "--plates", "stock", "--timestamp", "https://tsa.example/tsr", "--token-file", token,
    ])
    let certificate = try PlatformIdentity.generate(commonName: "平台").certificate.pem
    let seen = Timestamp(secondsSince1970: 0, offsetSeconds: 0)
    try office.fieldbook().updateSetup {
      $0.platformKey = Setup.PlatformKey(certificatePEM: certificate, firstSeenAt: seen)
    }
  }

  private func members() throws -> [String: Any] {
    let data = try Data(contentsOf: URL(filePath: file))
    return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  @Test func `a new laptop is set up from the file as its company's others are, and keeps no secret of theirs`()
    throws
  {
    try setUpOffice()
    let exported = try office.run(["--json", "setup", "--export", file, "--codes", "00B000+50"])
    #expect(exported.output.contains("\"codes\":\"00B000+50\""))
    let text = try String(contentsOfFile: file, encoding: .utf8)
    for secret in Person.secrets + ["secret-token", "token", "PRIVATE", folder.file("")] {
      #expect(!text.contains(secret), "\(secret)")
    }
    _ = try laptop.run(["setup", "--from", file] + Self.technician)
    let (theirs, ours) = (try office.fieldbook().setup(), try laptop.fieldbook().setup())
    #expect(ours.technician?.name.full == "李明" && ours.technician?.company == theirs.technician?.company)
    #expect(ours.companyPhone == "400-000-0000" && ours.accessPointName == "cmiot" && ours.protects == true)
    #expect(ours.originals == .never && ours.plates == .stock && ours.platform == theirs.platform)
    #expect(ours.timestampAuthority == "https://tsa.example/tsr" && ours.region == theirs.region)
    #expect(
      ours.platformKey?.certificatePEM == theirs.platformKey?.certificatePEM
        && ours.platformKey?.firstSeenAt == nil)
    #expect(ours.tokenFile == nil && ours.sealIssuers == nil)
    #expect(try laptop.fieldbook().codesLeft() == 50)
    // The same file changes nothing the second time, and options beside the file come first.
    _ = try laptop.run(["setup", "--from", file, "--apn", "other"])
    #expect(try laptop.fieldbook().setup().accessPointName == "other")
    #expect(try laptop.fieldbook().codesLeft() == 50)
  }

  @Test func `no block is given twice, and none of this laptop's own`() throws {
    try setUpOffice()
    _ = try office.run(["setup", "--export", file, "--codes", "00B000+50"])
    let second = folder.file("second.json")
    #expect(office.failure(["setup", "--export", second, "--codes", "00B01D+50"])?.code == "codes.given")
    #expect(office.failure(["setup", "--export", second, "--codes", "00A000+5"])?.code == "codes.overlap")
    #expect(office.failure(["setup", "--codes", "00B000+50"])?.code == "codes.given")
    #expect(office.failure(["setup", "--from", file])?.code == "codes.given")
    #expect(!FileManager.default.fileExists(atPath: second))
    // Without a block the file is for any number of laptops.
    _ = try office.run(["setup", "--export", second])
    #expect(try String(contentsOfFile: second, encoding: .utf8).contains("codes") == false)
    #expect(office.failure(["setup", "--export", second, "--apn", "x"])?.code == "usage.option.conflict")
  }

  @Test func `all that is wrong with a file is told at once, and nothing of it is stored`() throws {
    let wrong = """
      {"schema": "weldtech.laptop/1", "company": "", "companyPhone": "12", "region": "15", "platform": "ftp://x",
       "platformKey": "no", "protect": "sometimes", "originals": 3, "plates": "print", "timestamp": "x",
       "terms": "{}", "sealIssuers": "-", "codes": "00A000", "tags": {"x": "y"}, "token": "abc", "apn": "cmiot"}
      """
    try Data(wrong.utf8).write(to: URL(filePath: file))
    let failure = try #require(laptop.failure(["setup", "--from", file] + Self.technician))
    #expect(failure.code == "setup.file" && failure.exit == .badData)
    #expect(
      Set(failure.details.map(\.path)).isSuperset(of: [
        "company", "companyPhone", "region", "platform", "platformKey", "protect", "originals", "timestamp",
        "terms",
        "sealIssuers", "codes", "tags.x", "token",
      ]))
    #expect(failure.details.allSatisfy { !$0.code.isEmpty && !$0.message.zh.isEmpty })
    #expect(try laptop.fieldbook().setup() == Setup())
    for bytes in ["", "[]", "{\"schema\": \"weldtech.laptop/2\"}", String(repeating: "[", count: 600)] {
      try Data(bytes.utf8).write(to: URL(filePath: file))
      #expect(
        laptop.failure(["setup", "--from", file] + Self.technician)?.code == "setup.file", "\(bytes.prefix(9))")
    }
    #expect(laptop.failure(["setup", "--from", folder.file("none.json")])?.exit == .badData)
  }

  @Test func `an export replaces a file of its own and no other`() throws {
    try setUpOffice()
    let photo = try folder.write("photo.jpg", "a photo")
    #expect(office.failure(["setup", "--export", photo]) != nil)
    #expect(try String(contentsOfFile: photo, encoding: .utf8) == "a photo")
    for _ in 0..<2 { _ = try office.run(["setup", "--export", file]) }
    #expect(try members()["schema"] as? String == "weldtech.laptop/1")
    #expect(laptop.failure(["setup", "--export", file])?.code == "setup.missing")
    // No settings are as large as this file.
    let large = folder.file("large.bin")
    let bytes = Data(count: LaptopFile.maxBytes + 1)
    try bytes.write(to: URL(filePath: large))
    for path in [large, "\(office.home)/fieldbook.sqlite", "\(office.home)/laptop.json"] {
      #expect(office.failure(["setup", "--export", path])?.code == "output.taken", "\(path)")
    }
    #expect(try Data(contentsOf: URL(filePath: large)) == bytes)
  }

  @Test func `the only file with a block that was given away is not replaced`() throws {
    try setUpOffice()
    _ = try office.run(["setup", "--export", file, "--codes", "00B000+50"])
    for more in [[], ["--codes", "00C000+50"]] {
      #expect(office.failure(["setup", "--export", file] + more)?.code == "setup.blockWaiting")
    }
    #expect(try members()["codes"] as? String == "00B000+50")
  }
}
