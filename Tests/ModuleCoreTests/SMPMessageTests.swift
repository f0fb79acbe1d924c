import Testing

@testable import ModuleCore

@Suite struct SMPMessageTests {
  @Test func `a message is laid out as the standard says`() throws {
    let message = SMPMessage(
      operation: .write, version: 1, group: 0x0102, sequence: 0x9a, command: 5, payload: [0xa0])
    let bytes = try #require(message.encoded)
    #expect(bytes == hex("0a 00 0001 0102 9a 05 a0"))
    let read = try #require(SMPMessage(bytes))
    #expect(read.operation == .write && read.version == 1 && read.group == 0x0102)
    #expect(read.sequence == 0x9a && read.command == 5 && read.payload == [0xa0])
    #expect(try #require(read.reply([0xa0])?.encoded) == hex("0b 00 0001 0102 9a 05 a0"))
  }

  @Test(arguments: [
    "", "0a 00 0001 0102 9a 05", "0a 00 0001 0102 9a 05 a0 00", "0a 00 0000 0102 9a 05 a0",
    "2a 00 0001 0102 9a 05 a0", "0c 00 0001 0102 9a 05 a0",
  ])
  func `A message is refused`(bytes: String) {
    #expect(SMPMessage(hex(bytes)) == nil)
  }

  @Test func `a reply has no reply`() {
    let message = SMPMessage(
      operation: .readReply, version: 0, group: 0, sequence: 0, command: 0, payload: [])
    #expect(message.reply([]) == nil)
  }
}
