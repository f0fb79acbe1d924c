import FoundationEssentials
import Records

/// A reply over HTTP.
struct PlatformReply: Error, Sendable {
  var status: Int
  var headers: [String: String] = [:]
  var body: [UInt8] = []

  static func empty(_ status: Int, _ headers: [String: String] = [:]) -> PlatformReply {
    PlatformReply(status: status, headers: headers)
  }

  static func bytes(_ status: Int, _ body: [UInt8], mediaType: String) -> PlatformReply {
    PlatformReply(status: status, headers: ["Content-Type": mediaType], body: body)
  }

  static func json(_ status: Int, _ value: some Encodable) -> PlatformReply {
    // Only strings and whole numbers are encoded here, which JSON can always hold.
    let body = (try? RecordCoding.encode(value)) ?? Data("{}".utf8)
    return .bytes(status, [UInt8](body), mediaType: "application/json")
  }

  static func error(
    _ status: Int, _ code: String, _ message: String, details: [PlatformErrorDetail]? = nil,
    missing: PlatformMissing? = nil
  ) -> PlatformReply {
    let problem = PlatformProblem(code: code, message: message, details: details, missing: missing)
    return .json(status, ["error": problem])
  }
}

/// The body of every error: `{"error": {"code", "message", "details"?, "missing"?}}`.
private struct PlatformProblem: Encodable {
  let code: String
  let message: String
  let details: [PlatformErrorDetail]?
  let missing: PlatformMissing?
}

/// One field that is wrong.
struct PlatformErrorDetail: Encodable, Sendable {
  let path: String
  let code: String
  let message: String
}

/// The keys and files that a record names and the platform does not have.
struct PlatformMissing: Encodable, Sendable {
  let files: [String]
  let keys: [String]
}
