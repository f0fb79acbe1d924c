import ModuleCore

// Group 0, as MCUmgr defines it: <https://docs.zephyrproject.org/latest/services/device_mgmt/smp_groups/smp_group_0.html>.

/// Asks for a text to come back; where another one comes, the link is not to be trusted.
struct EchoRequest: SMPRequest {
  let text: String

  static let name = ModuleRequest.echo
  static let group = SMPGroup.operatingSystem
  static let command = OperatingSystemCommand.echo.rawValue
  static let operation = SMPMessage.Operation.write

  var fields: CBORMapWriter {
    var fields = CBORMapWriter()
    fields.put(ModuleField.echoRequest, string: text)
    return fields
  }

  func reply(_ fields: ReplyFields) throws(ReplyFault) -> String {
    try fields.required(ModuleField.echoReply, \.string)
  }
}

/// Opens the relay and starts the module again.
struct ResetRequest: SMPRequest {
  typealias Reply = Void

  let mode: SMPClient.BootMode

  static let name = ModuleRequest.reset
  static let group = SMPGroup.operatingSystem
  static let command = OperatingSystemCommand.reset.rawValue
  static let operation = SMPMessage.Operation.write
  /// A module that resets may take its reply with it.
  static let mayBeRepeated = false

  var fields: CBORMapWriter {
    var fields = CBORMapWriter()
    if mode != .normal { fields.put(ModuleField.bootMode, unsigned: UInt64(mode.rawValue)) }
    return fields
  }
}

/// Asks how many bytes the module can take in one message, and how many messages at once.
struct ParametersRequest: SMPRequest {
  static let name = ModuleRequest.parameters
  static let group = SMPGroup.operatingSystem
  static let command = OperatingSystemCommand.parameters.rawValue
  static let operation = SMPMessage.Operation.read

  func reply(_ fields: ReplyFields) throws(ReplyFault) -> (bufferBytes: Int, bufferCount: Int) {
    (
      bufferBytes: try fields.required(ModuleField.bufferSize) { $0.unsigned.flatMap(Int.init(exactly:)) },
      bufferCount: try fields.required(ModuleField.bufferCount) { $0.unsigned.flatMap(Int.init(exactly:)) }
    )
  }
}
