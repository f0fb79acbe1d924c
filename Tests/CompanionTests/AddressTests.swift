import Companion
import Foundation
import Testing

/// Every address of `docs/companion.md`, and nothing besides.
@Suite struct AddressTests {
  @Test func `The page and its parts are served with their types`() throws {
    let task = try TaskOnPhone()
    for (name, type, text) in [
      ("", "text/html; charset=utf-8", "<!doctype html><title>weldtech</title>"),
      ("page.css", "text/css; charset=utf-8", "p { color: black }"),
      ("page.js", "text/javascript; charset=utf-8", "'use strict'"),
    ] {
      let answer = try task.ask("GET", task.base + name)
      #expect(answer.status == 200)
      #expect(answer.text == text)
      #expect(answer.headers["content-type"] == type)
    }
  }

  @Test func `Every answer forbids to keep it, to guess its type, to tell its address and to load from elsewhere`() throws {
    let task = try TaskOnPhone()
    for path in ["", "state", "nothing", "uploads"] {
      let answer = try task.ask("GET", task.base + path)
      #expect(answer.headers["cache-control"] == "no-store")
      #expect(answer.headers["x-content-type-options"] == "nosniff")
      #expect(answer.headers["referrer-policy"] == "no-referrer")
      #expect(answer.headers["content-security-policy"]?.contains("default-src 'none'") == true)
    }
  }
}
