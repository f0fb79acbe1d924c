import Foundation
import TestSupport
import Testing

/// Runs the built program against the module's own bytes, executed instruction by instruction.
@Suite(.serialized) struct ExecutedChipTests {
  @Test func `a blank chip is flashed, boots, is paired and tested`() throws {
    let laptop = try Laptop()
    let world = try laptop.scratch.write("world.json", #"{"supplyVolts": 400}"#)
    let module = try RunningProgram(["bench", "module", "--engine", "unicorn", "--world", world])
    let port = try #require(try module.firstLine()["port"] as? String)
    let platform = try RunningProgram(["bench", "platform", "--data", laptop.scratch.file("platform")])
    try laptop.setUp(platform: try #require(try platform.firstLine()["url"] as? String))
    let id = try laptop.register()
    try laptop.json("photo", id, "--stage", "before", try laptop.photo())
    let flash = try laptop.json("flash", id, "--port", port)
    #expect(flash["skipped"] as? Bool == false)
    #expect(try laptop.json("flash", id, "--port", port)["skipped"] as? Bool == true)
    let pair = try laptop.json("pair", id, "--port", port)
    #expect(pair["serialNumber"] as? String != nil)
    let test = try laptop.json("test", id, "--port", port)
    let steps = try #require(test["steps"] as? [[String: Any]])
    #expect(test["passed"] as? Bool == true && steps.count == 12, "\(test)")
    #expect(steps.allSatisfy { $0["passed"] as? Bool == true }, "\(test)")
  }
}
