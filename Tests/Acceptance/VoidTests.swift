import Foundation
import Testing

@testable import weldtech

/// Voids closed records, with `--yes` and on a terminal.
@Suite struct VoidTests {
  private func retired(_ laptop: Laptop, photo: String) throws -> String {
    let file = try laptop.registration(
      SampleRegistration.json.replacingOccurrences(of: "\"fit\"", with: "\"retired\""))
    let document = try laptop.json(
      "register", "--from", file, "--retired-reason", "机壳带电", "--photo", photo)
    return try #require(document["id"] as? String)
  }

  @Test func `a closed record is taken back only with --yes where nobody can be asked`() throws {
    let laptop = try Laptop()
    try laptop.setUp()
    let photo = try laptop.photo()
    let id = try retired(laptop, photo: photo)
    let refused = try laptop.run("--json", "void", id, "--reason", "登记错了")
    #expect(refused.status == 64 && refused.output.contains("--yes"), "\(refused.output)")
    #expect(try laptop.status(of: id) == "retired")
    // No other welder accepts the photo as evidence before the record is void.
    let open = try laptop.register()
    #expect(try laptop.failure("photo", open, "--stage", "before", photo, status: 65) == "photo.used")

    #expect(try laptop.json("void", id, "--reason", "登记错了", "--yes")["status"] as? String == "void")
    try laptop.json("photo", open, "--stage", "before", photo)
    // Voiding an open record asks no question.
    try laptop.json("void", open, "--reason", "x")
  }

  @Test func `on a terminal it is asked, and no is no`() throws {
    let laptop = try Laptop()
    try laptop.setUp()
    let id = try retired(laptop, photo: try laptop.photo())
    func session() throws -> TerminalSession {
      try TerminalSession(
        ["--home", laptop.home, "void", id, "--reason", "x"], environment: ["LANG": "en_GB.UTF-8"])
    }
    let first = try session()
    try first.answer("take it back", "n")
    #expect(first.end() == 2, "\(first.text)")
    #expect(try laptop.status(of: id) == "retired")
    let second = try session()
    try second.answer("take it back", "y")
    #expect(second.end() == 0, "\(second.text)")
    #expect(try laptop.status(of: id) == "void")
  }

  @Test func `the same photo twice is one photo, and the seal that is on stays as it is`() throws {
    let laptop = try Laptop()
    try laptop.setUp()
    let id = try laptop.register()
    let photo = try laptop.photo()
    try laptop.json("photo", id, "--stage", "before", photo, photo)
    try laptop.json("photo", id, "--stage", "before", photo)
    #expect((try laptop.record(id)["photos"] as? [Any])?.count == 1)
  }
}
