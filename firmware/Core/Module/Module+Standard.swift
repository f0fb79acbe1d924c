// Group 0, as MCUmgr documents it.
extension Module {
  enum StandardAnswer {
    case fields(CBORMapWriter)
    case error(UInt64)
  }

  mutating func answerSystem(_ request: SMPMessage, _ fields: CBORItem) -> StandardAnswer {
    guard let command = OperatingSystemCommand(rawValue: request.command) else {
      return .error(ManagementError.notSupported)
    }
    var reply = CBORMapWriter()
    switch command {
    case .echo:
      guard let text = fields[ModuleField.echoRequest]?.text else { return .error(ManagementError.invalid) }
      reply.put(ModuleField.echoReply, text: text)
    case .reset:
      guard request.operation == .write else { return .error(ManagementError.notSupported) }
      var mode: UInt8? = Reset.application.rawValue
      if let field = fields[ModuleField.bootMode] { mode = field.unsigned.flatMap { UInt8(exactly: $0) } }
      guard let mode, let reset = Reset(rawValue: mode) else { return .error(ManagementError.invalid) }
      openRelay()
      resetRequest = reset
    case .parameters:
      guard request.operation == .read else { return .error(ManagementError.notSupported) }
      reply.put(ModuleField.bufferSize, unsigned: UInt64(SMPMessage.maximumSize))
      reply.put(ModuleField.bufferCount, unsigned: 1)
    }
    return .fields(reply)
  }
}
