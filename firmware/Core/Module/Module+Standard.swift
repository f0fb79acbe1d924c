// Groups 0 and 1, as MCUmgr documents them.
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

  func answerImage(_ request: SMPMessage) -> StandardAnswer {
    guard request.command == ImageCommand.state.rawValue, request.operation == .read else {
      return .error(ManagementError.notSupported)
    }
    var images: [CBORMapWriter] = []
    if let header = board.runningImage {
      var image = CBORMapWriter()
      image.put(ModuleField.slot, unsigned: 0)
      image.put(ModuleField.version, text: header.version.text)
      image.put(ModuleField.hash, bytes: header.digest)
      image.put(ModuleField.bootable, boolean: true)
      image.put(ModuleField.confirmed, boolean: true)
      image.put(ModuleField.active, boolean: true)
      images.append(image)
    }
    var reply = CBORMapWriter()
    reply.put(ModuleField.images, maps: images)
    return .fields(reply)
  }
}
