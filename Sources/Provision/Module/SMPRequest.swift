import ModuleCore

/// A request to a module's firmware: its address, its timeout, whether it may be repeated, and the type of its
/// reply.
protocol SMPRequest {
  associatedtype Reply

  /// The name of the request, which errors state.
  static var name: ModuleRequest { get }
  static var group: UInt16 { get }
  static var command: UInt8 { get }
  static var operation: SMPMessage.Operation { get }
  /// Maximum time of one attempt with a short message, from its first byte sent to the last byte received; one
  /// second unless the request says otherwise.
  static var timeout: Duration { get }
  /// Whether a repeated request has the same effect as a single one; true unless the request says otherwise.
  static var mayBeRepeated: Bool { get }

  /// The CBOR map of the request; empty unless the request says otherwise.
  var fields: CBORMapWriter { get }
  /// Reads a reply without an error; ignores its contents where `Reply` is `Void`.
  func reply(_ fields: ReplyFields) throws(ReplyFault) -> Reply
}

extension SMPRequest {
  static var timeout: Duration { .seconds(1) }
  static var mayBeRepeated: Bool { true }
  static var attempts: Int { mayBeRepeated ? 3 : 1 }
  /// Maximum wait for this request with all repetitions.
  static var maxWait: Duration { timeout * attempts }
  /// Timeout of a request after which the firmware writes its pairing record: the chip stands still for 250 to
  /// 500 ms where this erases a sector.
  static var recordTimeout: Duration { .seconds(3) }

  var fields: CBORMapWriter { CBORMapWriter() }

  /// The message of this request.
  func message(sequence: UInt8) -> SMPMessage {
    SMPMessage(
      operation: Self.operation, version: 1, group: Self.group, sequence: sequence, command: Self.command,
      payload: fields.encoded)
  }

  /// Reads a reply's payload, as an error or as fields.
  func read(_ payload: [UInt8]) throws(ProvisionError) -> Reply {
    let answer: Result<Reply, ModuleRejection>
    do throws(ReplyFault) {
      let fields = try ReplyFields(payload)
      answer =
        if let rejection = try fields.rejection { .failure(rejection) } else { .success(try reply(fields)) }
    } catch {
      throw .unusableReply(error, during: Self.name)
    }
    switch answer {
    case .success(let reply): return reply
    case .failure(let rejection): throw .rejected(rejection, during: Self.name)
    }
  }
}

extension SMPRequest where Reply == Void {
  func reply(_ fields: ReplyFields) throws(ReplyFault) {}
}

/// A request of group 64.
protocol ModuleGroupRequest: SMPRequest {
  static var moduleCommand: ModuleCommand { get }
}

extension ModuleGroupRequest {
  static var group: UInt16 { SMPGroup.module }
  static var command: UInt8 { moduleCommand.rawValue }
  static var operation: SMPMessage.Operation { moduleCommand.operation }
}
