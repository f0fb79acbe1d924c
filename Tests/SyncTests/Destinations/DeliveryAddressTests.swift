import Characters
import Testing

@testable import Sync

@Suite struct DeliveryAddressTests {
  @Test func `a bucket and a folder are read and written the same again`() throws {
    let addresses: [(String, DeliveryAddress, String)] = [
      ("s3://weldtech", .bucket("weldtech", prefix: ""), "s3://weldtech"),
      ("s3://weldtech/", .bucket("weldtech", prefix: ""), "s3://weldtech"),
      ("s3://my.bucket-1/a/B_2.c/", .bucket("my.bucket-1", prefix: "a/B_2.c"), "s3://my.bucket-1/a/B_2.c"),
      ("file:///media/stick/weldtech", .folder("/media/stick/weldtech"), "file:///media/stick/weldtech"),
      ("file:///media/U盘/焊机/", .folder("/media/U盘/焊机"), "file:///media/U盘/焊机"),
      ("file:///media/a%20b", .folder("/media/a b"), "file:///media/a b"),
    ]
    for (text, address, written) in addresses {
      #expect(try DeliveryAddress(text) == address)
      #expect(address.description == written)
    }
  }

  @Test(arguments: [
    "", "weldtech", "/media/stick", "s3://", "s3:///x", "s3://ab", "s3://Upper", "s3://weldtech/a b",
    "s3://weldtech/../x",
    "s3://weldtech/焊", "s3://weldtech?x=1", "s3://user@weldtech", "file://", "file:///", "file://host/x",
    "file:///a/../b",
    "file:///a%2", "file:///a%00b", "https://weldtech.example", "ftp://weldtech/x",
  ])
  func `anything else is no address`(text: String) {
    #expect(throws: SyncError.deliveryAddress) { try DeliveryAddress(text) }
  }

  @Test func `the web address of a bucket goes by endpoint and region`() throws {
    func url(_ bucket: String, _ prefix: String, _ endpoint: String?, _ region: String) throws -> String {
      try S3Address(bucket: bucket, prefix: prefix, endpoint: endpoint, region: region).url("a/b.json", [])
    }
    #expect(
      try url("welders", "", nil, "cn-north-1") == "https://welders.s3.cn-north-1.amazonaws.com.cn/a/b.json")
    #expect(
      try url("welders", "p/q", nil, "eu-west-1") == "https://welders.s3.eu-west-1.amazonaws.com/p/q/a/b.json")
    #expect(try url("we.lders", "", nil, "eu-west-1") == "https://s3.eu-west-1.amazonaws.com/we.lders/a/b.json")
    #expect(
      try url("welders", "p", "https://s3.example.cn/", "x") == "https://s3.example.cn/welders/p/a/b.json")
    #expect(
      try url("welders", "p", "https://welders.oss.example", "x") == "https://welders.oss.example/p/a/b.json")
    #expect(try url("welders", "", "http://127.0.0.1:8333", "x") == "http://127.0.0.1:8333/welders/a/b.json")
    #expect(throws: SyncError.plainHTTP(host: "s3.example.cn")) {
      try url("welders", "", "http://s3.example.cn", "x")
    }
    for (endpoint, region) in [
      ("s3.example.cn", "x"), ("https://s3.example.cn", ""), ("https://s3.example.cn", "A:b"),
    ] {
      #expect(throws: SyncError.deliveryAddress) { try url("welders", "", endpoint, region) }
    }
  }

  @Test func `the query is sorted and percent-encoded, also where a value is empty`() throws {
    let address = try S3Address(bucket: "welders", prefix: "p", endpoint: "https://s3.example.cn", region: "x")
    #expect(
      address.url(nil, [("prefix", "p/a b+c"), ("list-type", "2"), ("start-after", "焊~")])
        == "https://s3.example.cn/welders/?list-type=2&prefix=p%2Fa%20b%2Bc&start-after=%E7%84%8A~")
    #expect(address.url("k", [("uploads", "")]) == "https://s3.example.cn/welders/p/k?uploads=")
  }

  @Test func `percent-encoding comes back as it went`() {
    let text = "a/b c+d%焊\u{301}~"
    #expect(PercentEncoding.decode(PercentEncoding.encode(text), plusIsBlank: true) == text)
    #expect(PercentEncoding.decode("a+b", plusIsBlank: true) == "a b")
    for broken in ["%", "%4", "%4g", "%ff"] {
      #expect(PercentEncoding.decode(broken, plusIsBlank: true) == nil)
    }
  }

  @Test func `credentials are read from the section that counts`() throws {
    let file = """
      # of the company
      [other]
      aws_access_key_id = OTHER
      aws_secret_access_key=other
      [default]\r
      aws_access_key_id = AKID\r
      aws_secret_access_key=a/b+c=\r
      """
    let credentials = try #require(S3Credentials(file: Array(file.utf8)))
    #expect(credentials.accessKeyID == "AKID" && credentials.secretAccessKey == "a/b+c=")
    #expect(credentials.sessionToken == nil)
    let bare = "aws_access_key_id=A\naws_secret_access_key=B\naws_session_token = C"
    #expect(S3Credentials(file: Array(bare.utf8))?.sessionToken == "C")
    for broken in [
      "", "aws_access_key_id=A", "[x]\n\(bare)", "aws_access_key_id=A:B\naws_secret_access_key=C",
      "aws_access_key_id=A\naws_secret_access_key=a b", "aws_access_key_id=\naws_secret_access_key=C",
    ] {
      #expect(S3Credentials(file: Array(broken.utf8)) == nil, "\(broken)")
    }
    #expect(!"\(credentials)\(String(reflecting: credentials))".contains("a/b"))
  }
}
