import Companion
import Foundation
import Testing

/// Checks that every address of `docs/companion.md` is served, and no other address.
@Suite struct AddressTests {
  @Test func `The page and its parts are served with their types`() throws {
    let task = try TaskOnPhone()
    for (name, type, text) in [
      ("", "text/html; charset=utf-8", "<!doctype html><title>weldtech</title>"),
      ("page.css", "text/css; charset=utf-8", "p { color: black }"),
      ("page.js", "text/javascript; charset=utf-8", "'use strict'"),
      // WeChat adds a query to the address of a shared page.
      ("?from=singlemessage", "text/html; charset=utf-8", "<!doctype html><title>weldtech</title>"),
    ] {
      let answer = try task.ask("GET", task.base + name)
      #expect(answer.status == 200)
      #expect(answer.text == text)
      #expect(answer.headers["content-type"] == type)
      let head = try task.ask("HEAD", task.base + name)
      #expect(head.status == 200)
      #expect(head.headers["content-length"] == "\(text.utf8.count)")
    }
  }

  @Test
  func `Every answer forbids to keep it, to guess its type, to tell its address and to load from elsewhere`()
    throws
  {
    let task = try TaskOnPhone()
    for path in ["", "state", "nothing", "uploads"] {
      let answer = try task.ask("GET", task.base + path)
      #expect(answer.headers["cache-control"] == "no-store")
      #expect(answer.headers["x-content-type-options"] == "nosniff")
      #expect(answer.headers["referrer-policy"] == "no-referrer")
      #expect(answer.headers["content-security-policy"]?.contains("default-src 'none'") == true)
    }
  }

  @Test func `Whatever is no address of the task is not found, and the answer is empty`() throws {
    let task = try TaskOnPhone()
    let token = task.base.dropFirst().dropLast()
    let upload = try task.upload(Data("a photo".utf8))
    let paths =
      [
        "/", "", "//", "/favicon.ico", "/robots.txt", "/\(token)", "//\(token)/", "/\(token)//",
        "/\(token)//state",
        "/./\(token)/state", "/\(token)/./state", "/x/../\(token)/state", "/\(token)/../\(token)/state",
        "/\(token)/files/../state", "/\(token)/notes.txt", "/\(token)/page.html", "/\(token)/page.css/",
        "/\(token)/page%2ecss", "/\(token)/state%00", "/\(token)/state%20", "/\(token)/%2e%2e/task.json",
        "/\(token)/%2e%2e%2ftask.json", "/\(token)/../../etc/passwd", "/\(token)/files/",
        "/\(token)/files/none.png",
        "/\(token)/files/../../task.json", "/\(token)/files/%2e%2e/%2e%2e/task.json", "/\(token)/uploads/",
        "/\(token)/uploads/none", "/\(token)/uploads/\(upload).json", "/\(token)/uploads/../task.json",
        "/\(token)/uploads/\(upload)/", "/\(token)/uploads/%00", "/%2F\(token)/state", "/\(token)\\state",
        "http://\(task.host)/\(token)/state", "*", "/\(token);/state", "/\(token)/STATE",
        "/\(token.lowercased())/state", "/\(token.dropLast())/state", "/\(token)A/state",
        "/\(token.dropLast())\(token.last == "A" ? "B" : "A")/state",
      ]
    for path in paths {
      let answer = try task.ask("GET", path)
      // libmicrohttpd itself refuses an empty path, since the request line is then malformed.
      #expect(answer.status == 404 || (path.isEmpty && answer.status == 400), "\(path): \(answer.status)")
      #expect(answer.body.isEmpty || path.isEmpty, "\(path)")
    }
  }

  @Test func `A method that an address does not have is refused, and the answer names those that it has`()
    throws
  {
    let task = try TaskOnPhone()
    task.session.publish(Data("picture".utf8), mediaType: "image/png", named: "scheme.png")
    let upload = try task.upload(Data("a photo".utf8))
    let addresses: [(String, Set<String>)] = [
      ("", ["GET", "HEAD"]), ("page.css", ["GET", "HEAD"]), ("state", ["GET", "HEAD"]),
      ("files/scheme.png", ["GET", "HEAD"]), ("uploads", ["POST"]), ("uploads/\(upload)", ["GET", "PATCH"]),
      ("kept", ["PUT"]), ("actions", ["POST"]),
    ]
    for (path, methods) in addresses {
      for method in [
        "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "get", "PROPFIND",
      ] {
        guard !methods.contains(method) else { continue }
        let answer = try task.ask(method, task.base + path)
        #expect(answer.status == 405, "\(method) \(path)")
        #expect(answer.body.isEmpty)
        #expect(Set((answer.headers["allow"] ?? "").components(separatedBy: ", ")) == methods)
      }
    }
    // With a wrong token, the reply does not tell which methods an address has.
    #expect(try task.ask("DELETE", "/AAAAAAAAAAAAAAAAAAAAAA/state").status == 404)
  }

  @Test func `A request under another name or from another page is refused`() throws {
    let task = try TaskOnPhone()
    func status(_ headers: String...) throws -> Int {
      let phone = try task.phone()
      phone.send("GET \(task.base)state HTTP/1.1\r\n" + headers.map { $0 + "\r\n" }.joined() + "\r\n")
      return try phone.answer().status
    }
    let host = "Host: \(task.host)"
    #expect(try status(host) == 200)
    #expect(try status(host, "Origin: http://\(task.host)") == 200)
    #expect(try status(host, "Origin: null") == 200)
    #expect(try status(host, "Origin: http://example.com") == 403)
    #expect(try status(host, "Origin: https://\(task.host)") == 403)
    #expect(try status(host, "Origin: http://127.0.0.1") == 403)
    for name in [
      "127.0.0.1", "localhost:\(task.port)", "example.com", "127.0.0.1:1", "127.0.0.1:\(task.port)0", "",
    ] {
      #expect(try status("Host: \(name)") == 403, "\(name)")
    }
    #expect([400, 403].contains(try status()))
    #expect(try status(host, host) == 400)
    #expect(try status(host, "Origin: http://\(task.host)", "Origin: http://example.com") == 400)
  }

  @Test func `A body has to say its length and its type, and keeps to the limit of its address`() throws {
    let task = try TaskOnPhone()
    func status(_ method: String, _ path: String, _ headers: [String], _ body: String = "{}") throws -> Int {
      let phone = try task.phone()
      let head = ["\(method) \(task.base)\(path) HTTP/1.1", "Host: \(task.host)"] + headers
      phone.send(head.joined(separator: "\r\n") + "\r\n\r\n" + body)
      return try phone.answer().status
    }
    let json = "Content-Type: application/json"
    #expect(try status("PUT", "kept", [json, "Content-Length: 2"]) == 204)
    #expect(
      try status("PUT", "kept", ["Content-Type: application/json; charset=UTF-8", "Content-Length: 2"]) == 204)
    #expect(
      try status("PUT", "kept", ["content-type: Application/JSON ; charset=utf-8", "content-length: 2"]) == 204)
    #expect(try status("PUT", "kept", [json], "") == 411)
    #expect(try status("PUT", "kept", [json, "Transfer-Encoding: chunked"], "2\r\n{}\r\n0\r\n\r\n") == 411)
    #expect(
      try status(
        "PUT", "kept", [json, "Content-Length: 2", "Transfer-Encoding: chunked"], "2\r\n{}\r\n0\r\n\r\n") == 411
    )
    #expect(try status("PUT", "kept", [json, "Content-Length: 2", "Content-Length: 2"]) == 400)
    for length in ["-2", "+2", "0x2", "2.0", "two", ""] {
      #expect(
        [400, 411].contains(try status("PUT", "kept", [json, "Content-Length: \(length)"])), "\(length)")
    }
    // A body that is a little too long is read and discarded, so that the page sees the reply; a body that is
    // far too long is not read.
    let long = String(repeating: " ", count: 65_537)
    #expect(try status("PUT", "kept", [json, "Content-Length: 65537"], long) == 413)
    #expect(try status("PUT", "kept", [json, "Content-Length: 999999999999"], "") == 413)
    #expect(try status("POST", "actions", [json, "Content-Length: 4259841"], "") == 413)
    #expect(
      try status("POST", "uploads", [json, "Content-Length: 4097"], String(repeating: " ", count: 4097)) == 413)
    for type in [
      "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/json; charset=gbk",
    ] {
      #expect(try status("PUT", "kept", ["Content-Type: \(type)", "Content-Length: 2"]) == 415, "\(type)")
    }
    #expect(try status("PUT", "kept", ["Content-Length: 2"]) == 415)
    #expect(try status("GET", "state", ["Content-Length: 2"]) == 413)
  }

  @Test func `A head of more than 16 KiB is refused, and one of a little less is not`() throws {
    let task = try TaskOnPhone()
    func status(_ count: Int) throws -> Int {
      try task.ask("GET", task.base + "state", headers: ["X-Filling: " + String(repeating: "a", count: count)])
        .status
    }
    #expect(try status(15_000) == 200)
    #expect(try status(17_000) == 431)
    // libmicrohttpd itself refuses a head beyond the memory of a connection.
    #expect([413, 431].contains(try status(200_000)))
    #expect([414, 431].contains(try task.ask("GET", "/" + String(repeating: "a", count: 20_000)).status))
    let many = (0..<5_000).map { "X-\($0): 1" }
    #expect([413, 431].contains(try task.ask("GET", task.base + "state", headers: many).status))
  }

  @Test func `Requests that come in one go are answered in their order, and a refused one ends the connection`()
    throws
  {
    let task = try TaskOnPhone()
    let phone = try task.phone()
    let kept = task.request(
      "PUT", task.base + "kept", type: "application/json", body: Data(#"{"a":"GET / HTTP/1.1"}"#.utf8))
    phone.send(kept + task.request("GET", task.base + "page.js") + task.request("HEAD", task.base))
    #expect(try phone.answer().status == 204)
    #expect(try phone.answer().text == "'use strict'")
    #expect(try phone.answer(isHead: true).status == 200)
    phone.send(task.request("GET", task.base + "nothing") + task.request("GET", task.base + "page.js"))
    let refused = try phone.answer()
    #expect(refused.status == 404)
    #expect(refused.headers["connection"] == "close")
    #expect(throws: RawClient.Failure.self) { try phone.answer() }
  }

  @Test func `Phones that look for the internet get the answers that they expect, under any name`() throws {
    let task = try TaskOnPhone()
    for (path, status, text) in [
      ("/generate_204", 204, ""), ("/gen_204", 204, ""),
      ("/hotspot-detect.html", 200, "<HTML><HEAD><TITLE>Success</TITLE></HEAD><BODY>Success</BODY></HTML>"),
      (
        "/library/test/success.html", 200,
        "<HTML><HEAD><TITLE>Success</TITLE></HEAD><BODY>Success</BODY></HTML>"
      ),
      ("/connecttest.txt", 200, "Microsoft Connect Test"), ("/ncsi.txt", 200, "Microsoft NCSI"),
      ("/success.txt", 200, "success\n"),
    ] {
      let phone = try task.phone()
      phone.send("GET \(path) HTTP/1.1\r\nHost: connectivitycheck.platform.hicloud.com\r\n\r\n")
      let answer = try phone.answer()
      #expect(answer.status == status)
      #expect(answer.text == text)
    }
    let phone = try task.phone()
    phone.send("POST /generate_204 HTTP/1.1\r\nHost: www.example.com\r\nContent-Length: 0\r\n\r\n")
    #expect(try phone.answer().status == 403)
  }
}
