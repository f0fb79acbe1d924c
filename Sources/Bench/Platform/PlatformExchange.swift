/// A request while it is being received and answered, which libmicrohttpd keeps for us between its calls.
///
/// It is `@unchecked Sendable` because it is used by one thread at a time: libmicrohttpd's until the connection
/// is parked, then the queue's until it is resumed.
final class PlatformExchange: @unchecked Sendable {
  enum Outcome: Sendable {
    case reply(PlatformReply)
    /// The connection is closed without an answer.
    case closed
  }

  var request: PlatformRequest
  let fault: PlatformFault?
  /// The transfer that takes the bytes of an upload as they come; nil where the body is kept in the request.
  var transfer: PlatformTransfer?
  /// The request's outcome; nil until the queue has judged the request.
  var outcome: Outcome?
  /// Maximum size of the body, bytes.
  let limit: Int

  init(request: PlatformRequest, fault: PlatformFault?, transfer: PlatformTransfer?, limit: Int) {
    self.request = request
    self.fault = fault
    self.transfer = transfer
    self.limit = limit
  }
}
