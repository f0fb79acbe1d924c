import ModuleCore

/// One thing that a module's firmware can be asked: where it goes, how long it may take, whether it may be repeated, and
/// what its reply is read as.
protocol SMPRequest {
  associatedtype Reply

  /// The name by which an error says what was being asked.
  static var name: ModuleRequest { get }
  static var group: UInt16 { get }
  static var command: UInt8 { get }
  static var operation: SMPMessage.Operation { get }
  /// How long one attempt may take, from its first byte out to its last byte in, for a short message; one second unless
  /// the request says otherwise.
  static var timeout: Duration { get }
  /// Whether asking again, because no reply came, leaves the module as asking once does; true unless the request says
  /// otherwise.
  static var mayBeRepeated: Bool { get }

  /// The map that is sent; empty unless the request says otherwise.
  var fields: CBORMapWriter { get }
  /// Reads a reply that is no error; reads nothing of it where `Reply` is `Void`.
  func reply(_ fields: ReplyFields) throws(ReplyFault) -> Reply
}

extension SMPRequest {
  static var timeout: Duration { .seconds(1) }
  static var mayBeRepeated: Bool { true }
  static var attempts: Int { mayBeRepeated ? 3 : 1 }
  /// Longest wait for this request with everything that is repeated.
  static var maxWait: Duration { timeout * attempts }
  /// Timeout of a request for which the firmware writes its pairing record: its chip stands still for 250 to 500 ms where
  /// that erases a sector.
  static var recordTimeout: Duration { .seconds(3) }

  var fields: CBORMapWriter { CBORMapWriter() }

  /// The message that asks this.
  func message(sequence: UInt8) -> SMPMessage {
    SMPMessage(
      operation: Self.operation, version: 1, group: Self.group, sequence: sequence, command: Self.command,
      payload: fields.encoded)
  }

  /// Reads a reply's payload: its error where it is one, else its fields.
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
