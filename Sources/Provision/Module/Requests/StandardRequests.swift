import ModuleCore

// The requests of MCUmgr's group 0:
// <https://docs.zephyrproject.org/latest/services/device_mgmt/smp_groups/smp_group_0.html>.

/// Asks the module to return a text; where another text returns, the link is unreliable.
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

/// Opens the relay and restarts the module.
struct ResetRequest: SMPRequest {
  typealias Reply = Void

  let mode: SMPClient.BootMode

  static let name = ModuleRequest.reset
  static let group = SMPGroup.operatingSystem
  static let command = OperatingSystemCommand.reset.rawValue
  static let operation = SMPMessage.Operation.write
  /// A module that resets may do so before its reply is sent.
  static let mayBeRepeated = false

  var fields: CBORMapWriter {
    var fields = CBORMapWriter()
    if mode != .normal { fields.put(ModuleField.bootMode, unsigned: UInt64(mode.rawValue)) }
    return fields
  }
}

/// Asks for the number of bytes in the longest message that the module accepts, and for the number of messages
/// at once.
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
