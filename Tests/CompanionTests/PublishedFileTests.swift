import Companion
import Foundation
import TestSupport
import Testing

/// Checks the files that the laptop shows, and the papers under tokens of their own.
@Suite struct PublishedFileTests {
  @Test func `A published file is served until the task ends`() throws {
    let task = try TaskOnPhone()
    let picture = Data(SplitMix64.bytes(300_000, seed: 5))
    task.session.publish(picture, mediaType: "image/png", named: "scheme.png")
    let answer = try task.ask("GET", task.base + "files/scheme.png")
    #expect(answer.status == 200)
    #expect(answer.body == picture)
    #expect(answer.headers["content-type"] == "image/png")
    let path = task.base
    task.session.end()
    #expect(try task.ask("GET", path + "files/scheme.png").status == 404)
  }

  @Test func `A paper is served to any browser, also after the task has ended`() throws {
    let task = try TaskOnPhone()
    let paper = Data(SplitMix64.bytes(150_000, seed: 6))
    let address = try task.session.publishPaper(paper, mediaType: "application/pdf", named: "协议 150621.pdf")
    let url = try #require(URL(string: address))
    let path = url.path(percentEncoded: true)
    #expect(url.host() == "127.0.0.1")
    #expect(path.hasSuffix("/%E5%8D%8F%E8%AE%AE%20150621.pdf"))
    #expect(path.split(separator: "/")[0].count == 22)
    #expect(!path.hasPrefix(task.base))
    for isEnded in [false, true] {
      if isEnded { task.session.end() }
      let answer = try task.ask("GET", path)
      #expect(answer.status == 200)
      #expect(answer.body == paper)
      #expect(answer.headers["content-type"] == "application/pdf")
      #expect(answer.headers["etag"] == nil)
      #expect(
        answer.headers["content-disposition"] == "inline; filename*=UTF-8''%E5%8D%8F%E8%AE%AE%20150621.pdf")
    }
    // The paper's token opens the paper alone.
    let token = path.split(separator: "/")[0]
    for rest in ["", "state", "agreement.pdf", "files/scheme.png", "uploads"] {
      #expect(try task.ask("GET", "/\(token)/\(rest)").status == 404)
    }
  }

  @Test func `Two papers have two tokens`() throws {
    let task = try TaskOnPhone()
    let first = try task.session.publishPaper(
      Data("one".utf8), mediaType: "application/pdf", named: "agreement.pdf")
    let second = try task.session.publishPaper(
      Data("two".utf8), mediaType: "application/pdf", named: "agreement.pdf")
    #expect(first != second)
    for (address, text) in [(first, "one"), (second, "two")] {
      let path = try #require(URL(string: address)).path
      #expect(try task.ask("GET", path).text == text)
    }
  }

  @Test func `A part of a paper is served to a download that was broken off`() throws {
    let task = try TaskOnPhone()
    let paper = Data(SplitMix64.bytes(1_000, seed: 7))
    let address = try task.session.publishPaper(paper, mediaType: "application/pdf", named: "agreement.pdf")
    let path = try #require(URL(string: address)).path
    func ask(_ range: String, _ method: String = "GET") throws -> RawClient.Answer {
      try task.ask(method, path, headers: ["Range: \(range)"])
    }
    let parts: [(String, Range<Int>)] = [
      ("bytes=0-0", 0..<1), ("bytes=0-499", 0..<500), ("bytes=500-", 500..<1_000),
      ("bytes=999-5000", 999..<1_000),
      ("bytes=-100", 900..<1_000), ("bytes=-5000", 0..<1_000),
    ]
    for (range, part) in parts {
      let answer = try ask(range)
      #expect(answer.status == 206, "\(range)")
      #expect(answer.body == paper[part])
      #expect(answer.headers["content-range"] == "bytes \(part.lowerBound)-\(part.upperBound - 1)/1000")
    }
    for range in ["bytes=1000-", "bytes=1000-2000", "bytes=-0"] {
      let answer = try ask(range)
      #expect(answer.status == 416, "\(range)")
      #expect(answer.headers["content-range"] == "bytes */1000")
    }
    // A request for several parts, or with a malformed range, gets the whole file.
    for range in ["bytes=0-1,5-6", "bytes=5-4", "bytes=-", "bytes=a-b", "lines=1-2", "bytes=1--2", ""] {
      let answer = try ask(range)
      #expect(answer.status == 200, "\(range)")
      #expect(answer.body == paper)
    }
    let head = try ask("bytes=0-499", "HEAD")
    #expect(head.status == 206)
    #expect(head.headers["content-length"] == "500")
    #expect(try task.ask("HEAD", path).headers["accept-ranges"] == "bytes")
  }
}
