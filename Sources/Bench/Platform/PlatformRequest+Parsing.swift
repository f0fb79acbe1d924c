import Cryptography
import FoundationEssentials
import Records

extension PlatformRequest {
  /// The JSON body. Throws the reply to send where it is none.
  func decoded<Value: Decodable>(_ type: Value.Type) throws -> Value {
    do {
      return try JSONReader.decode(type, from: body)
    } catch let fault as JSONFault {
      throw PlatformReply.error(
        400, "request.json", "the body is no JSON: line \(fault.line), character \(fault.column)")
    } catch {
      throw PlatformReply.error(400, "request.json", "the body is not the JSON that this call takes")
    }
  }

  /// The `Idempotency-Key`, with or without the quotation marks of a structured field.
  func idempotencyKey() throws -> String {
    guard var key = headers["idempotency-key"] else {
      throw PlatformReply.error(400, "idempotency.missing", "this call needs an Idempotency-Key")
    }
    if key.hasPrefix("\""), key.hasSuffix("\""), key.utf8.count >= 2 {
      key = String(key.dropFirst().dropLast())
    }
    guard (1...255).contains(key.utf8.count), key.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      throw PlatformReply.error(400, "idempotency.malformed", "1 to 255 visible ASCII characters")
    }
    return key
  }

  /// Tells one request from another that came under the same `Idempotency-Key`.
  var fingerprint: String {
    SHA256Digest(of: Array("\(method) \(path)\n".utf8) + body).hex
  }

  /// Throws the reply to send where `Content-Digest` (RFC 9530) lacks sha-256 or is another body's.
  func checkContentDigest() throws {
    guard let field = headers["content-digest"],
      let entry = field.split(separator: ",").lazy.map({ $0.drop { $0 == " " } })
        .first(where: { $0.hasPrefix("sha-256=:") && $0.hasSuffix(":") }),
      let digest = Data(base64Encoded: String(entry.dropFirst(9).dropLast()))
    else { throw PlatformReply.error(400, "digest.missing", "this call needs Content-Digest with sha-256") }
    guard [UInt8](digest) == SHA256Digest(of: body).bytes else {
      throw PlatformReply.error(400, "digest.mismatch", "the body is not what Content-Digest says")
    }
  }
}
