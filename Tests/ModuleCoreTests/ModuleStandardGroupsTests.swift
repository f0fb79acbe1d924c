import TestSupport
import Testing

@testable import ModuleCore

@Suite struct ModuleStandardGroupsTests {
  @Test(arguments: [0, 1] as [UInt8]) func `echo comes back in either version and operation`(version: UInt8)
    throws
  {
    var dialogue = ModuleDialogue()
    dialogue.version = version
    var fields = CBORMapWriter()
    fields.put("d", string: "码上焊")
    for operation in [SMPMessage.Operation.read, .write] {
      #expect(try dialogue.send(operation, group: 0, command: 0, fields)["r"]?.string == "码上焊")
    }
  }

  @Test func `the longest echo fits`() throws {
    var dialogue = ModuleDialogue()
    var fields = CBORMapWriter()
    fields.put("d", text: [UInt8](repeating: 0x61, count: 1010))
    #expect(try dialogue.send(.write, group: 0, command: 0, fields)["r"]?.text?.count == 1010)
  }

  @Test func `parameters name the buffer`() throws {
    var dialogue = ModuleDialogue()
    let reply = try dialogue.send(.read, group: 0, command: 6)
    #expect(reply["buf_size"]?.unsigned == 1024 && reply["buf_count"]?.unsigned == 1)
  }

  @Test func `image state names the running image`() throws {
    var dialogue = ModuleDialogue()
    let state = try dialogue.send(.read, group: 1, command: 0)
    let images = try #require(state["images"]?.elements)
    #expect(images.count == 1)
    #expect(images[0]["slot"]?.unsigned == 0 && images[0]["version"]?.string == "1.2.3")
    // The hash of the container that release.py would make from it.
    let container = ImageHeaderTests.container(of: ImageHeaderTests.image())
    #expect(images[0]["hash"]?.byteString == Array(container.suffix(32)))
    for flag in ["bootable", "confirmed", "active"] as [StaticString] {
      #expect(images[0][flag]?.boolean == true)
    }
  }

  @Test func `reset is answered first and opens the relay`() throws {
    var dialogue = ModuleDialogue()
    try dialogue.pair()
    try dialogue.startAsAsked()
    #expect(dialogue.module.board.relay)
    #expect(try dialogue.send(.write, group: 0, command: 5)["rc"] == nil)
    #expect(dialogue.module.resetRequest == .application)
    #expect(!dialogue.module.board.relay)
  }

  @Test func `reset with boot mode one leads to the bootloader`() throws {
    var dialogue = ModuleDialogue()
    var fields = CBORMapWriter()
    fields.put("boot_mode", unsigned: 1)
    #expect(try dialogue.send(.write, group: 0, command: 5, fields)["rc"] == nil)
    #expect(dialogue.module.resetRequest == .bootloader)
  }

  @Test(
    arguments: [
      (.read, 1, 1, "a0", 8), (.read, 1, 5, "a0", 8), (.read, 1, 9, "a0", 8), (.write, 1, 9, "a0", 8),
      (.read, 0, 9, "a0", 8),
      (.read, 0, 5, "a0", 8), (.write, 0, 6, "a0", 8), (.read, 7, 0, "a0", 8), (.write, 0, 0, "a0", 3),
      (.write, 0, 0, "a1 6164 01", 3), (.write, 0, 5, "a1 69626f6f745f6d6f6465 02", 3),
      (.write, 0, 5, "a1 69626f6f745f6d6f6465 190100", 3), (.write, 0, 0, "80", 3),
      (.write, 0, 0, "a1 61", 3),
    ] as [(SMPMessage.Operation, UInt16, UInt8, String, UInt64)])
  func `What the standard groups do not do is refused with the standard's code, in either version`(
    operation: SMPMessage.Operation, group: UInt16, command: UInt8, payload: String, code: UInt64
  ) throws {
    for version in [0, 1] as [UInt8] {
      var module = Module(board: MemoryBoard())
      let request = SMPMessage(
        operation: operation, version: version, group: group, sequence: 1, command: command,
        payload: hex(payload))
      let bytes = try #require(request.encoded)
      let answer = module.answer(bytes)
      let reply = try #require(answer.flatMap { SMPMessage($0) })
      #expect(try CBORItem(reply.payload)["rc"]?.unsigned == code)
      #expect(module.resetRequest == nil)
    }
  }

  @Test func `an empty payload counts as an empty map`() throws {
    var module = Module(board: MemoryBoard())
    let answer = module.answer(hex("08 00 0000 0000 01 06"))
    let reply = try #require(answer)
    #expect(try CBORItem(Array(reply[8...]))["buf_size"]?.unsigned == 1024)
  }

  @Test func `a version from the future is refused`() throws {
    var module = Module(board: MemoryBoard())
    let answer = module.answer(hex("12 00 0001 0000 01 00 a0"))
    let reply = try #require(answer)
    #expect(try CBORItem(Array(reply[8...]))["rc"]?.unsigned == 13)
  }

  @Test func `replies and rubbish are not answered`() {
    var module = Module(board: MemoryBoard())
    #expect(module.answer(hex("09 00 0001 0000 01 00 a0")) == nil)
    #expect(module.answer(hex("0b 00 0001 0000 01 00 a0")) == nil)
    #expect(module.answer(hex("0a 00 0009 0000 01 00 a0")) == nil)
    #expect(module.answer([]) == nil)
  }

  @Test func `ten thousand damaged requests neither trap nor close the relay`() throws {
    var random = SplitMix64(seed: 11)
    var dialogue = ModuleDialogue()
    try dialogue.pair()
    for _ in 0..<10_000 {
      var fields = CBORMapWriter()
      fields.put("ctr", unsigned: random.next())
      fields.put("sec", unsigned: 60)
      fields.put("mac", bytes: random.bytes(32))
      let request = SMPMessage(
        operation: Bool.random(using: &random) ? .write : .read,
        version: UInt8.random(in: 0...1, using: &random),
        group: [0, 1, 64, 64, 64].randomElement(using: &random) ?? 64, sequence: 0,
        command: UInt8.random(in: 0...11, using: &random), payload: fields.encoded)
      var bytes = try #require(request.encoded)
      for _ in 0..<Int.random(in: 0...3, using: &random) {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      _ = dialogue.module.answer(bytes)
    }
    #expect(!dialogue.module.board.relayWasClosed)
  }
}
