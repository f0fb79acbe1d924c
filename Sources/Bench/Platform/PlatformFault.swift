import FoundationEssentials
import Records

/// A misbehaviour of a local platform that a test asks for, to try how the laptop reacts.
public enum PlatformFault: Hashable, Sendable {
  /// The platform sends this answer instead of doing the work.
  case reply(status: Int, mediaType: String, body: String)
  /// The platform closes the connection after this number of bytes of the request's body; a request with a
  /// shorter body is closed at its end. The bytes received are treated like any upload that was cut.
  case cut(afterBytes: Int)
  /// The platform does the work and closes the connection without an answer.
  case lostReply
  /// The platform waits before it does the work; other requests are not delayed.
  case delay(milliseconds: Int)
  /// The platform does the work and acknowledges it with a wrong digest, key id or upload offset.
  case wrongAcknowledgement

  /// The answer of a captive portal: status 200 with the portal's own page.
  public static let portal = PlatformFault.reply(
    status: 200, mediaType: "text/html; charset=utf-8",
    body: "<!doctype html><title>Wi-Fi</title><p>Please sign in to use the network.</p>")

  /// An error reply in the platform's own form.
  public static func failure(status: Int, code: String = "bench.fault") -> PlatformFault {
    .reply(
      status: status, mediaType: "application/json",
      body: #"{"error":{"code":"\#(code)","message":"injected by the bench"}}"#)
  }
}

/// A fault, and the requests that it applies to.
struct PlatformFaultRule: Sendable {
  let fault: PlatformFault
  /// The method; nil for any.
  let method: String?
  let pathPrefix: String
  var times: Int

  func applies(to method: String, _ path: String) -> Bool {
    times > 0 && (self.method ?? method) == method && path.hasPrefix(pathPrefix)
  }
}

extension PlatformReply {
  /// Falsifies an acknowledgement: the last digit of its digest and key id is changed, and its offset is
  /// increased by one.
  mutating func falsify() {
    if let offset = headers["Upload-Offset"].flatMap(Int.init) { headers["Upload-Offset"] = String(offset + 1) }
    guard var members = try? JSONReader.decode([String: JSONValue].self, from: body) else { return }
    for name in ["sha256", "keyId"] {
      guard case .string(let value) = members[name] else { continue }
      members[name] = .string(String(value.dropLast()) + (value.hasSuffix("0") ? "1" : "0"))
    }
    self = .json(status, members)
  }
}
