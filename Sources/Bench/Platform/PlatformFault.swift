import FoundationEssentials
import Records

/// A thing that a local platform can be told to do wrong, so that a laptop's answer to it can be tried.
public enum PlatformFault: Hashable, Sendable {
  /// Answers this instead of doing the work.
  case reply(status: Int, mediaType: String, body: String)
  /// Closes the connection when this many bytes of the request's body have come; a request with a shorter body is
  /// closed at its end. The bytes that came are treated like any upload that was cut.
  case cut(afterBytes: Int)
  /// Does the work and closes the connection without an answer.
  case lostReply
  /// Waits before it does the work.
  case delay(milliseconds: Int)
  /// Does the work and acknowledges it with a digest, key id or upload offset that is not the right one.
  case wrongAcknowledgement

  /// The answer of a captive portal: 200 with its own page.
  public static let portal = PlatformFault.reply(
    status: 200, mediaType: "text/html; charset=utf-8",
    body: "<!doctype html><title>Wi-Fi</title><p>Please sign in to use the network.</p>")

  /// An error of the platform's own form.
  public static func failure(status: Int, code: String = "bench.fault") -> PlatformFault {
    .reply(
      status: status, mediaType: "application/json",
      body: #"{"error":{"code":"\#(code)","message":"injected by the bench"}}"#)
  }
}

/// A fault with the requests that it befalls.
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
  /// Turns an acknowledgement into one of something else: a digest, key id or offset with its last digit changed.
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
