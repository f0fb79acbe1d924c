import Records
import Testing

@testable import Labels

@Suite struct LabelPayloadTests {
  @Test(arguments: [
    ("https://weld.example.cn", "https://weld.example.cn/w/"),
    ("https://weld.example.cn/", "https://weld.example.cn/w/"),
    ("https://weld.example.cn/api/v2", "https://weld.example.cn/w/"),
    ("HTTPS://Weld.Example.CN", "https://weld.example.cn/w/"),
    ("https://weld.example.cn:8443/api", "https://weld.example.cn/w/"),
    ("https://10.1.2.3", "https://10.1.2.3/w/"),
    ("http://127.0.0.1:8080", "https://127.0.0.1:8080/w/"),
    ("http://127.0.0.1", "https://127.0.0.1/w/"),
    ("http://localhost:65535/", "https://localhost:65535/w/"),
    ("http://[::1]:80", "https://[::1]:80/w/"),
  ])
  func `the payload is the code address of the platform's host`(platform: String, prefix: String) throws {
    let payload = try LabelPayload(platform: platform, code: Sample.code())
    #expect(payload.text == "\(prefix)150621-00A000-X")
    #expect(payload.code == Sample.code())
  }

  @Test(arguments: [
    ("", LabelError.PlatformAddressFault.notHTTPS), ("weld.example.cn", .notHTTPS),
    ("ftp://weld.example.cn", .notHTTPS), ("http://weld.example.cn", .notHTTPS),
    ("http://127.evil.example", .notHTTPS), ("http://127.0.0.1.example.cn", .notHTTPS),
    ("http://128.0.0.1", .notHTTPS), ("https://", .noHost), ("https:///api", .noHost),
    ("https://:443", .noHost), ("https://a_b.cn", .badHost), ("https://-a.cn", .badHost),
    ("https://a..cn", .badHost), ("https://a.cn.", .badHost), ("https://焊.cn", .badHost),
    ("https://a b.cn", .badHost), ("https://a.cn\n", .badHost), ("https://[::2]", .badHost),
    ("https://[::1", .badHost), ("https://[::1]x", .badHost),
    ("https://\(String(repeating: "a", count: 64)).cn", .badHost),
    ("https://a.cn:", .badPort), ("https://a.cn:0", .badPort), ("https://a.cn:65536", .badPort),
    ("https://a.cn:8x", .badPort), ("https://a.cn:1:2", .badPort),
    ("https://user@a.cn", .hasMore), ("https://a.cn?x=1", .hasMore), ("https://a.cn/#x", .hasMore),
  ])
  func `an address that is not the platform's is refused`(
    platform: String, fault: LabelError.PlatformAddressFault
  ) {
    #expect(throws: LabelError.platformAddress(fault)) {
      try LabelPayload(platform: platform, code: Sample.code())
    }
  }
}
