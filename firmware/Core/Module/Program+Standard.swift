// Answers the commands of group 0, as MCUmgr documents them.
extension Program {
  mutating func answerSystem(
    _ request: SMPHeader, _ fields: borrowing RequestFields, _ reply: inout MessageBuffer
  ) throws(ImageRefusal) {
    switch OperatingSystemCommand(rawValue: request.command) {
    case .echo:
      guard fields.hasText(ModuleField.echoRequest) else { throw .invalid }
      reply.put(ModuleField.echoReply, text: fields.text(ModuleField.echoRequest))
    case .reset:
      guard request.operation == .write else { throw .notSupported }
      var reset: ModuleReset? = .application
      if fields.has(ModuleField.bootMode) {
        let mode = fields.number(ModuleField.bootMode) ?? .max
        reset = mode < 256 ? ModuleReset(rawValue: UInt8(truncatingIfNeeded: mode)) : nil
      }
      guard let reset else { throw .invalid }
      guard reset == .application || allowsBootloader() else { throw .accessDenied }
      openRelay()
      resetRequest = reset
    case .parameters:
      guard request.operation == .read else { throw .notSupported }
      reply.put(ModuleField.bufferSize, count: UInt32(truncatingIfNeeded: SMPHeader.maximumMessageSize))
      reply.put(ModuleField.bufferCount, count: 1)
    case nil: throw .notSupported
    }
  }
}
