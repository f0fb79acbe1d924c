import ModuleCore
import Provision

/// A link in memory with its own clock. Waiting takes no real time and sets the clock to the deadline.
final class MemoryLink: Link {
  /// Gives the answer of the other end to these bytes.
  var answer: ([UInt8]) -> [UInt8]
  /// The unsolicited bytes that arrive whenever the laptop waits.
  var chatter: [UInt8] = []
  /// Number of writes until the cable is pulled; nil for never.
  var writesLeft: Int?
  /// Number of bytes that still arrive until the cable is pulled; nil for never.
  var bytesLeft: Int?
  private(set) var time = ContinuousClock.now
  private(set) var writes = 0
  /// Number of bytes read so far.
  private(set) var received = 0
  private var incoming: [UInt8] = []
  private var isClosed = false

  init(answer: @escaping ([UInt8]) -> [UInt8]) { self.answer = answer }

  func write(_ bytes: [UInt8], deadline: ContinuousClock.Instant) throws(LinkError) {
    if isClosed || writesLeft == 0 { throw .closed }
    writesLeft = writesLeft.map { $0 - 1 }
    writes += 1
    incoming += answer(bytes)
  }

  func read(upTo count: Int, deadline: ContinuousClock.Instant) throws(LinkError) -> [UInt8] {
    if isClosed || bytesLeft == 0 { throw .closed }
    if incoming.isEmpty && !chatter.isEmpty {
      time += .milliseconds(10)
      return chatter
    }
    guard !incoming.isEmpty else {
      time = max(time, deadline)
      throw .timeout
    }
    time += .milliseconds(1)
    let got = Array(incoming.prefix(min(count, bytesLeft ?? count)))
    incoming.removeFirst(got.count)
    received += got.count
    bytesLeft = bytesLeft.map { $0 - got.count }
    return got
  }

  func discardInput() throws(LinkError) {
    if isClosed { throw .closed }
    incoming = []
  }

  func setFraming(_ framing: LinkFraming) throws(LinkError) {}
  func close() { isClosed = true }

  func client() -> SMPClient { SMPClient(link: self, now: { self.time }) }
}

/// The one message in a frame that the client wrote.
func message(in frame: [UInt8]) -> SMPMessage? {
  var decoder = ConsoleFrameDecoder()
  return decoder.take(frame).first.flatMap { SMPMessage($0) }
}

extension SMPMessage {
  /// The message as bytes on the wire.
  var frame: [UInt8] { encoded.flatMap { ConsoleFraming.encode($0) } ?? [] }
}
