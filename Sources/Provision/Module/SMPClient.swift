import ModuleCore

/// Sends requests to a module's firmware over a link, one at a time, with sequence numbers and repetition where
/// it is allowed. The link has the framing `LinkFraming.firmware`. The requests are in `SMPClient+Requests`.
public final class SMPClient {
  /// Time allowed for one byte of a frame on the wire: 87 µs at 115,200 baud, with a margin.
  private static let timeAByte = Duration.microseconds(200)

  let link: any Link
  let now: () -> ContinuousClock.Instant
  private var sequence: UInt8
  private var decoder = ConsoleFrameDecoder()

  /// - Parameter firstSequence: the number before the first sequence number; any value will do.
  public init(link: any Link, firstSequence: UInt8 = 0, now: @escaping () -> ContinuousClock.Instant) {
    self.link = link
    self.now = now
    sequence = firstSequence
  }

  /// Sends a request and waits for its reply, at most the request's `maxWait` for a short one.
  func send<Request: SMPRequest>(_ request: Request) throws(ProvisionError) -> Request.Reply {
    let name = Request.name
    sequence &+= 1
    let message = request.message(sequence: sequence)
    guard let frame = message.encoded.flatMap(ConsoleFraming.encode) else { throw .messageTooLong(name) }
    let timeout = Request.timeout + Self.timeAByte * frame.count

    var failure = ProvisionError.link(.timeout, during: name)
    for _ in 0..<Request.attempts {
      switch try attempt(frame, answering: message, during: name, within: timeout) {
      case .reply(let payload): return try request.read(payload)
      case .failure(let error): failure = error
      }
    }
    throw failure
  }

  /// Interval of the questions to a module that is starting.
  static let awaitingInterval = Duration.milliseconds(150)

  /// Asks a module that may still be starting for its identity. The question is repeated every 150 ms, and the
  /// answer to any of the repetitions counts, since a late one says the same.
  /// - Throws: `link(.timeout)`, or the fault of other bytes received, where no usable answer arrives by
  ///   `deadline`.
  func awaitIdentity(by deadline: ContinuousClock.Instant) throws(ProvisionError) -> ModuleIdentity {
    let request = IdentityRequest()
    let name = IdentityRequest.name
    var asked: [SMPMessage] = []
    var fault: ReplyFault?
    decoder.reset()
    do {
      try link.discardInput()
      repeat {
        sequence &+= 1
        let message = request.message(sequence: sequence)
        guard let frame = message.encoded.flatMap(ConsoleFraming.encode) else {
          throw ProvisionError.messageTooLong(name)
        }
        asked.append(message)
        try link.write(frame, deadline: now() + IdentityRequest.timeout)
        let end = min(now() + Self.awaitingInterval, deadline)
        do {
          while now() < end {
            for bytes in decoder.take(try link.read(upTo: 512, deadline: end)) {
              for question in asked {
                guard case .reply(let payload) = Self.judge(bytes, as: question) else { continue }
                return try request.read(payload)
              }
              fault = .garbled
            }
          }
        } catch let error as LinkError where error == .timeout {}
      } while now() < deadline
    } catch let error as LinkError {
      throw .link(error, during: name)
    } catch let error as ProvisionError {
      throw error
    } catch {
      throw .link(.timeout, during: name)
    }
    throw fault.map { .unusableReply($0, during: name) } ?? .link(.timeout, during: name)
  }

  /// Waits, and drops the bytes that the module sends meanwhile.
  /// - Throws: `link`, where the cable is pulled.
  func pause(_ time: Duration) throws(ProvisionError) {
    let end = now() + time
    do {
      while now() < end { _ = try link.read(upTo: 512, deadline: end) }
    } catch {
      guard error == .timeout else { throw .link(error, during: .readings) }
    }
  }

  // MARK: - One attempt

  private enum Outcome {
    case reply([UInt8])
    /// The attempt failed, and the next one may succeed.
    case failure(ProvisionError)
  }

  /// - Throws: an error that another attempt will not cure.
  private func attempt(
    _ frame: [UInt8], answering request: SMPMessage, during name: ModuleRequest, within timeout: Duration
  ) throws(ProvisionError) -> Outcome {
    let deadline = now() + timeout
    var fault: ReplyFault?
    decoder.reset()
    do {
      // Late replies and console output from before this request are dropped.
      try link.discardInput()
      try link.write(frame, deadline: deadline)
      repeat {
        // Other bytes from the module are no fault by themselves, but after them a missing reply is not
        // reported as silence.
        let damaged = decoder.damagedFrames
        for message in decoder.take(try link.read(upTo: 512, deadline: deadline)) {
          switch Self.judge(message, as: request) {
          case .reply(let payload): return .reply(payload)
          case .fault(let found): fault = found
          }
        }
        if decoder.damagedFrames != damaged { fault = .garbled }
        fault = fault ?? .garbled
      } while now() < deadline
    } catch {
      guard error == .timeout else { throw .link(error, during: name) }
    }
    return .failure(fault.map { .unusableReply($0, during: name) } ?? .link(.timeout, during: name))
  }

  private enum Judgement {
    case reply([UInt8])
    case fault(ReplyFault)
  }

  private static func judge(_ bytes: [UInt8], as request: SMPMessage) -> Judgement {
    guard let message = SMPMessage(bytes) else { return .fault(.garbled) }
    guard message.sequence == request.sequence else { return .fault(.otherSequence) }
    guard message.group == request.group, message.command == request.command,
      message.operation == request.operation.reply
    else { return .fault(.otherCommand) }
    return .reply(message.payload)
  }
}
